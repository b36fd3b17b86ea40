package harvester

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones, wherever the tests run
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func mustParse(t testing.TB, text string, z *time.Location) Schedule {
	t.Helper()
	s, err := ParseSchedule(text, z)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return s
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestWindowsInNightsWhenClocksChange(t *testing.T) {
	for name, c := range map[string]struct {
		zone, text, after string
		want              []string
	}{
		"put forward, window passed over": {
			"Europe/Berlin", "30 2 * * *", "2026-03-28T12:00:00+01:00",
			[]string{"2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"},
		},
		"put forward, every window of the hour passed over": {
			"Europe/Berlin", "*/20 1-3 * * *", "2026-03-29T01:30:00+01:00",
			[]string{"2026-03-29T01:40:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:20:00+02:00"},
		},
		"put back, window comes twice": {
			"Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00+02:00",
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		},
		"put back, asked between the two": {
			"Europe/Berlin", "30 2 * * *", "2026-10-25T02:10:00+01:00",
			[]string{"2026-10-26T02:30:00+01:00"},
		},
		"New York, put forward": {
			"America/New_York", "30 2 * * *", "2026-03-07T12:00:00-05:00",
			[]string{"2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"},
		},
		"New York, put back": {
			"America/New_York", "15,45 1 * * *", "2026-10-31T12:00:00-04:00",
			[]string{"2026-11-01T01:15:00-04:00", "2026-11-01T01:45:00-04:00", "2026-11-02T01:15:00-05:00"},
		},
		"midnight passed over": {
			"Africa/Cairo", "0 0 * * *", "2026-04-23T12:00:00+02:00",
			[]string{"2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"},
		},
		"half an hour": {
			"Australia/Lord_Howe", "10 2 * * *", "2026-10-03T12:00:00+10:30",
			[]string{"2026-10-04T02:30:00+11:00", "2026-10-05T02:10:00+11:00"},
		},
		"a whole day passed over": {
			"Pacific/Apia", "0 3 * * *", "2011-12-29T12:00:00-10:00",
			[]string{"2011-12-31T00:00:00+14:00", "2011-12-31T03:00:00+14:00"},
		},
		"UTC knows no such nights": {
			"UTC", "30 2 * * 0", "2026-03-28T12:00:00Z",
			[]string{"2026-03-29T02:30:00Z", "2026-04-05T02:30:00Z"},
		},
		"an interval neither": {
			"Europe/Berlin", "@every 12h", "2026-03-28T20:00:00+01:00",
			[]string{"2026-03-29T01:00:00+01:00", "2026-03-29T14:00:00+02:00"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustParse(t, c.text, zone(t, c.zone))
			moment := at(t, c.after)
			for _, want := range c.want {
				next := s.Next(moment)
				if got := next.Format(time.RFC3339); got != want {
					t.Fatalf("after %s comes %s, want %s", moment.Format(time.RFC3339), got, want)
				}
				moment = next
			}
		})
	}
}

// However often and whenever it is asked, the windows are the same.
func TestWindowsDoNotDependOnWhenOneAsks(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"} {
		s := mustParse(t, "*/15 * * * *", zone(t, name))
		for moment := at(t, "2026-01-01T00:00:00Z"); moment.Year() == 2026; {
			next := s.Next(moment)
			for early := moment; early.Before(next); early = early.Add(4 * time.Minute) {
				if got := s.Next(early); !got.Equal(next) {
					t.Fatalf("%s: after %s comes %s, but after %s comes %s", name, moment, next, early, got)
				}
			}
			if gap := next.Sub(moment); gap > 75*time.Minute {
				t.Fatalf("%s: no window between %s and %s", name, moment, next)
			}
			moment = next
		}
	}
}

func TestSchedulesThatAreRefused(t *testing.T) {
	for _, text := range []string{
		"", " ", "daily", "@fortnightly", "* * * *", "* * * * * *", "60 * * * *", "5-1 * * * *", "*/0 * * * *", ", * * * *",
		"TZ=0", "CRON_TZ=Europe/Rome", "TZ=Europe/Rome 0 3 * * *", "0 0 31 2 *",
		"@every", "@every ", "@every 0s", "@every -1h", "@every 59s", "@every 50000h", "@every day",
	} {
		if s, err := ParseSchedule(text, time.UTC); err == nil {
			t.Errorf("%q is taken; its next window is %s", text, s.Next(time.Now()))
		}
	}
}

func TestJitter(t *testing.T) {
	s := mustParse(t, "0 3 * * *", time.UTC)
	seen := map[time.Duration]bool{}
	for day := at(t, "2026-01-01T12:00:00Z"); day.Month() == time.January; day = day.AddDate(0, 0, 1) {
		window := s.Next(day)
		for _, source := range []string{"openalex", "crossref"} {
			start := s.start(source, day, 10*time.Minute)
			if again := s.start(source, day.Add(time.Hour), 10*time.Minute); !again.Equal(start) {
				t.Errorf("%s: %s for one who asks, %s for another", source, start, again)
			}
			late := start.Sub(window)
			if late < 0 || late >= 10*time.Minute {
				t.Errorf("%s: %s after its window", source, late)
			}
			seen[late] = true
		}
		if start := s.start("openalex", day, 0); !start.Equal(window) {
			t.Errorf("without jitter %s, the window is %s", start, window)
		}
	}
	if len(seen) < 40 {
		t.Errorf("62 starts at only %d moments", len(seen))
	}
	// Never so late that the next window has come.
	often := mustParse(t, "* * * * *", time.UTC)
	for moment := at(t, "2026-01-01T00:00:00Z"); moment.Hour() < 2; moment = moment.Add(time.Minute) {
		if late := often.start("openalex", moment, time.Hour).Sub(moment.Add(time.Minute)); late < 0 || late >= time.Minute {
			t.Fatalf("%s after its window", late)
		}
	}
}

// Whatever the text: no panic, and a schedule that is taken goes on for ever.
func FuzzParseSchedule(f *testing.F) {
	for _, text := range []string{
		"0 3 * * *", "*/5 1-4,22 * JAN-mar mon", "@daily", "@every 12h", "@every 0s", "TZ=0", "CRON_TZ=Europe/Rome", "0 0 31 2 *", "0 0 29 2 *",
		"0/9223372036854775807 * * * *", "-1 * * * *", "\x00", "٣ * * * *", "off",
	} {
		f.Add(text, int64(1774746000))
	}
	berlin := zone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		s, err := ParseSchedule(text, berlin)
		if err != nil {
			return
		}
		// Between 2000 and 2090; there is no 29 February in 2100.
		moment := time.Unix(946684800+int64(uint64(unix)%(90*365*86400)), 0)
		for range 5 {
			next := s.Next(moment)
			if !next.After(moment) {
				t.Fatalf("%q: after %s comes %s", text, moment, next)
			}
			moment = next
		}
	})
}
