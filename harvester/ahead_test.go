package harvester

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// pageSource has so many pages of so many records, and fails behind them if it is to.
type pageSource struct {
	pages, records int
	fails          error
	// asked is how many pages were asked for.
	asked int
}

func (*pageSource) Name() string                                           { return "pages" }
func (*pageSource) Queries(*protocol.Protocol, time.Time) ([]Query, error) { return nil, nil }

func (s *pageSource) Page(ctx context.Context, _ Query, cursor string) (Page, error) {
	s.asked++
	n, _ := strconv.Atoi(cursor)
	if n >= s.pages {
		return Page{}, s.fails
	}
	p := Page{Announced: -1, Records: make([]record.Candidate, s.records), Next: fmt.Sprint(n + 1)}
	if n+1 == s.pages && s.fails == nil {
		p.Next = ""
	}
	return p, ctx.Err()
}

// reading is the source's pages, read ahead from the first.
func (s *pageSource) reading(t *testing.T) *ahead {
	t.Helper()
	first, err := s.Page(t.Context(), Query{}, "")
	if err != nil {
		t.Fatal(err)
	}
	return new(Harvester).readAhead(t.Context(), s, Query{}, "", first, &budget{source: s})
}

func TestPagesThatHaveComeAreTakenTogether(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		source pageSource
		want   []int // pages that are taken together, while the reading is the faster
	}{
		{pageSource{pages: 20, records: 100}, []int{8, 8, 4}},
		{pageSource{pages: 3, records: 1}, []int{3}},
		{pageSource{pages: 3, records: 5000}, []int{1, 1, 1}},
		{pageSource{pages: 5, records: 400, fails: broken}, []int{3, 2}},
		{pageSource{pages: 1, fails: broken}, []int{1}},
	} {
		synctest.Test(t, func(t *testing.T) {
			reading := c.source.reading(t)
			defer reading.stop()
			var got []int
			for range c.want {
				synctest.Wait() // until no more can be read
				pages, err := reading.next()
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, len(pages))
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%+v: taken in %v, want %v", c.source, got, c.want)
			}
			if pages, err := reading.next(); len(pages) > 0 || !errors.Is(err, c.source.fails) {
				t.Errorf("behind the last page: %d pages, %v", len(pages), err)
			}
		})
	}
}

// What is read ahead is bounded, and ends with its query.
func TestReadingAheadIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pageSource{pages: 1_000_000, records: 300}
		reading := s.reading(t)
		synctest.Wait()
		if most := aheadRecords/s.records + 2; s.asked > most {
			t.Errorf("%d pages of %d records are read ahead", s.asked, s.records)
		}
		reading.stop()
		asked := s.asked
		time.Sleep(time.Hour)
		if s.asked != asked {
			t.Errorf("%d pages were asked for after the end", s.asked-asked)
		}
	})
}
