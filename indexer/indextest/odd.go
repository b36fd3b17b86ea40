package indextest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// oddRecords are records as sources do send them.
func oddRecords() []indexer.Member {
	var seq uint64
	odd := func(source, id string, change func(*record.Candidate)) indexer.Member {
		seq++
		c := record.Candidate{Schema: record.Schema, ID: record.MakeID(source, id), Source: source, SourceID: id, Version: 1}
		change(&c)
		return indexer.Member{Seq: seq, Record: record.Classified{Candidate: c, Selection: record.Selected}}
	}
	title := func(c *record.Candidate, text string) { c.Titles = []record.Text{{Text: text}} }
	var crowd []record.Author
	for i := range 2000 {
		crowd = append(crowd, record.Author{Name: fmt.Sprintf("Numerous%04d, Ada", i)})
	}
	all := []indexer.Member{
		odd("none", "1", func(*record.Candidate) {}),
		odd("none", "2", func(c *record.Candidate) { title(c, "") }),
		odd("none", "3", func(c *record.Candidate) { title(c, " \u00a0…\u200b ") }),
		odd("crowd", "1", func(c *record.Candidate) {
			title(c, "An invented collaboration and its many authors")
			c.Authors = crowd
		}),
		odd("crowd", "2", func(c *record.Candidate) {
			title(c, "An invented collaboration and its many authors")
			c.Authors = slices.Concat(crowd[:3], []record.Author{{Name: "et al."}})
			c.Year = 2020
		}),
		odd("doi", "1", func(c *record.Candidate) {
			title(c, "One work under three spellings of its identifier")
			c.IDs.DOI = "10.5555/odd.7"
		}),
		odd("doi", "2", func(c *record.Candidate) {
			title(c, "One work under three spellings of its identifier")
			c.IDs.DOI = "https://doi.org/10.5555/ODD.7."
		}),
		odd("doi", "3", func(c *record.Candidate) {
			title(c, "One work under three spellings of its identifier!")
			c.IDs.DOI = " doi:10.5555/odd.7). "
		}),
		odd("long", "1", func(c *record.Candidate) {
			title(c, strings.Repeat("выход ", 20_000))
			c.Abstracts = []record.Text{{Text: strings.Repeat("長い", 40_000)}}
			c.Container = strings.Repeat("x", 50_000)
		}),
		odd("bytes", "1", func(c *record.Candidate) {
			title(c, "\x00\xff\u202eodd]][[ <p>&amp;")
			c.Authors = []record.Author{{}, {Name: ","}, {Name: "\xfe"}}
			c.Pages, c.Volume, c.Type = "-–-", "()", "\xff"
		}),
	}
	for i, date := range []struct {
		date string
		year int
	}{{"0000", 0}, {"9999-99", 9999}, {"9999-12-31", 0}, {"2019-13-45", -5}, {"", 99_999}, {"seit dem Frühjahr", 0}, {"2011-05-06", 2011}} {
		all = append(all, odd("date", fmt.Sprint(i), func(c *record.Candidate) {
			title(c, fmt.Sprintf("Invented chronicle, volume %d", i))
			c.Date, c.Year = date.date, date.year
		}))
	}
	for i := range 230 {
		all = append(all, odd("editorial", fmt.Sprint(i), func(c *record.Candidate) {
			title(c, "Editorial")
			c.Container, c.ISSN, c.Year = "Journal of Synthetic Records", []string{"1234-5679"}, 2001
		}))
	}
	return all
}

// testOdd: odd records come in, each once; copies are found among them, and what only
// looks alike is left apart. They can be searched and sorted, and the order in which they
// came makes no difference.
func testOdd(t *testing.T, b Backend) {
	idx, backwards := b.open(t), b.open(t)
	all := oddRecords()
	merge(t, idx, all)
	reversed := slices.Clone(all)
	slices.Reverse(reversed)
	for batch := range slices.Chunk(reversed, 50) {
		merge(t, backwards, batch)
	}
	if diff := cmp.Diff(documents(t, idx), documents(t, backwards)); diff != "" {
		t.Errorf("backwards they make other studies:\n%.2000s", diff)
	}
	seen := map[string]int{}
	var joined []string
	err := indexer.EachStudy(t.Context(), idx, func(s *indexer.Study) error {
		var ids []string
		for _, m := range s.Members {
			seen[m.Record.Candidate.ID]++
			ids = append(ids, m.Record.Candidate.ID)
		}
		if len(ids) > 1 {
			joined = append(joined, strings.Join(ids, " "))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if id := m.Record.Candidate.ID; seen[id] != 1 {
			t.Errorf("%s is there %d times", id, seen[id])
		}
	}
	slices.Sort(joined)
	if got, want := strings.Join(joined, ", "), "crowd:1 crowd:2, doi:1 doi:2 doi:3"; got != want {
		t.Errorf("joined: %s; want %s", got, want)
	}
	library := indexer.NewLibrary(idx)
	search := func(q indexer.Query) indexer.Result {
		t.Helper()
		r, err := library.Search(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := search(indexer.Query{Text: "au:Numerous1999", Size: 5}); r.Total != 1 {
		t.Errorf("the last of 2,000 authors leads to %d studies", r.Total)
	}
	if r := search(indexer.Query{Text: `"10.5555/odd.7"`, Size: 5}); r.Total != 1 {
		t.Errorf("the identifier leads to %d studies", r.Total)
	}
	r := search(indexer.Query{Text: "chronicle", Size: 20, Order: indexer.Newest})
	if r.Total != 7 || r.Hits[0].Study.Members[0].Record.Candidate.ID != "date:6" {
		t.Errorf("the newest of %d is %+v: a date that cannot be is no date", r.Total, r.Hits[0].Study.Members)
	}
}
