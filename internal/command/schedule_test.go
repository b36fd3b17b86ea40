package command

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/internal/demo"
	"polyglean/internal/stream"
)

func TestScheduleOfEachSource(t *testing.T) {
	c := builtinConfig()
	if err := c.read("polyglean.yaml", []byte(`
schedule: {zone: Europe/Berlin, default: "30 2 * * 1"}
sources:
  crossref: {schedule: "@every 12h"}
  oai: {schedule: off}
  pubmed: {enabled: true}
`)); err != nil {
		t.Fatal(err)
	}
	if err := c.environment([]string{"POLYGLEAN_SOURCES_OPENALEX_SCHEDULE=@daily"}); err != nil {
		t.Fatal(err)
	}
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	sunday := time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC)
	for name, want := range map[string]string{
		"crossref": "2026-03-29T14:00:00+02:00",
		"openalex": "2026-03-30T00:00:00+02:00",
		"pubmed":   "2026-03-30T02:30:00+02:00",
		"oai":      "never",
	} {
		s, err := c.scheduleOf(name)
		if err != nil {
			t.Fatal(err)
		}
		got := "never"
		if s != nil {
			got = s.Next(sunday).Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestFaultsOfASchedule(t *testing.T) {
	for text, want := range map[string]string{
		`schedule: {zone: Mars/Olympus}`:                        `schedule.zone is "Mars/Olympus"`,
		`schedule: {zone: Local}`:                               `schedule.zone is "Local"`,
		`schedule: {jitter: -1m}`:                               `schedule.jitter is -1m`,
		`schedule: {default: nightly}`:                          `schedule.default is "nightly"`,
		`sources: {openalex: {schedule: "TZ=0"}}`:               `sources.openalex.schedule is "TZ=0"`,
		`sources: {oai: {schedule: "CRON_TZ=Europe/Rome"}}`:     `sources.oai.schedule is "CRON_TZ=Europe/Rome"`,
		`sources: {openalex: {schedule: "0 0 31 2 *"}}`:         `no such time comes`,
		`sources: {crossref: {schedule: "@every 0s"}}`:          `a minute or more`,
		`sources: {openalex: {schedule: "0 3 * * 7"}}`:          `0 to 6 from Sunday`,
		`sources: {openalex: {schedule: "0 3 * *"}}`:            `"30 2 * * 1" for Mondays at 02:30`,
		`schedule: {default: "0 3 * * *", zone: "../../etc/x"}`: `Europe/Berlin`,
	} {
		c := builtinConfig()
		if err := c.read("polyglean.yaml", []byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := c.check(); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "configuration polyglean.yaml: ") {
			t.Errorf("%s: error %v, want one with %s", text, err, want)
		}
	}
}

// TestServeHarvestsBySchedule: serve makes up for a harvest that was missed, of that
// source alone, says what comes next, and stops when asked to.
func TestServeHarvestsBySchedule(t *testing.T) {
	s := newSite(t, 60, 0, "schedule: {zone: Asia/Tokyo, default: \"@every 48h\"}\n")
	bus, err := stream.Open(t.Context(), stream.Config{Dir: filepath.Join(s.dir, "data")})
	if err != nil {
		t.Fatal(err)
	}
	err = bus.SaveState(t.Context(), "schedule."+demo.OpenAlex, map[string]any{"v": 1, "served": time.Now().AddDate(0, 0, -3)})
	bus.Close()
	if err != nil {
		t.Fatal(err)
	}
	serving := s.serve()
	var runs []runReport
	waitFor(t, "the scheduled harvest to end", func() bool {
		raw, _ := s.command("runs", "--json").Output()
		return json.Unmarshal(raw, &runs) == nil && len(runs) == 1 && runs[0].State == harvester.StateComplete
	})
	if err := serving.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := serving.Wait(); err != nil {
		t.Errorf("serve ended with %v", err)
	}
	if got := runs[0]; len(got.Sources) != 1 || got.Sources[0] != demo.OpenAlex || got.Totals.New == 0 {
		t.Errorf("the run is of %v: %+v", got.Sources, got.Totals)
	}
	for _, want := range []string{"Next harvests:", demo.OpenAlex + "  now, for what was missed at ", "JST", "  " + demo.OAI + " "} {
		if !strings.Contains(serving.said, want) {
			t.Errorf("serve does not say %q:\n%s", want, serving.said)
		}
	}
}
