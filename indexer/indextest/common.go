package indextest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// templateCopies are two synthetic records of the numbered work. The DOI, which a
// template put there, is all that leads from one to the other, unless they have the
// work's own PMID too.
func templateCopies(work int, doi string, pmid bool) []indexer.Member {
	var out []indexer.Member
	for i, title := range []string{"Ways out of the trade: synthetic work %d", "The ways out of the trade: synthetic work %d"} {
		m := copyOf(uint64(2*work+i+1), string(rune('a'+i)), work, func(c *record.Candidate) {
			*c = record.Candidate{
				Schema: c.Schema, ID: c.ID, Source: c.Source, SourceID: c.SourceID, Version: 1,
				Titles: []record.Text{{Text: fmt.Sprintf(title, work)}}, IDs: record.Identifiers{DOI: doi},
			}
			if pmid {
				c.IDs.PMID = fmt.Sprint(work + 1)
			}
		})
		out = append(out, m)
	}
	return out
}

// documents are what is kept of each study, by ID.
func documents(t *testing.T, idx indexer.Index) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, s := range scan(t, idx) {
		out[s.ID] = string(s.Source)
	}
	return out
}

// inSomeOrder merges records in batches of up to size, in an order of its own.
func inSomeOrder(t *testing.T, idx indexer.Index, seed uint64, size int, members []indexer.Member) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 9))
	rest := slices.Clone(members)
	rng.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	for len(rest) > 0 {
		n := min(1+rng.IntN(size), len(rest))
		merge(t, idx, rest[:n])
		rest = rest[n:]
	}
}

// testTemplate: 500 records share the DOI of a template. The studies are those that
// other evidence makes, and the same in any order.
func testTemplate(t *testing.T, b Backend) {
	var all []indexer.Member
	for work := range 250 {
		all = append(all, templateCopies(work, "10.5555/template", work%2 == 0)...)
	}
	var want map[string]string
	for seed, size := range []int{len(all), 150, 60} {
		idx := b.open(t)
		inSomeOrder(t, idx, uint64(seed), size, all)
		got := documents(t, idx)
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("in batches of up to %d the studies are others:\n%s", size, diff)
		}
		// Every other work has its PMID to tell.
		if lines := strings.Split(strings.TrimSpace(groups(t, idx)), "\n"); len(lines) != 375 || !slices.Contains(lines, "a:2 b:2") || !slices.Contains(lines, "a:3") {
			t.Fatalf("%d studies, want 375: two works of one DOI each, one of them with its PMID", len(lines))
		}
	}
}

// testCommon: a key becomes too common to lead to copies when one more record brings it,
// and a lead once more when records lose it. The studies are at all times those that the
// same records make in an empty index.
func testCommon(t *testing.T, b Backend) {
	idx := b.open(t)
	records := map[string]indexer.Member{}
	want := func(when string, studies int) {
		t.Helper()
		fresh := b.open(t)
		inSomeOrder(t, fresh, uint64(studies), 90, slices.Collect(maps.Values(records)))
		if diff := cmp.Diff(documents(t, fresh), documents(t, idx)); diff != "" {
			t.Errorf("%s the studies are not those of an index made anew:\n%.3000s", when, diff)
		}
		if n := count(t, idx); n != studies {
			t.Errorf("%s there are %d studies, want %d", when, n, studies)
		}
	}
	bring := func(members ...indexer.Member) {
		t.Helper()
		for _, m := range members {
			records[m.Record.Candidate.ID] = m
		}
		merge(t, idx, members)
	}
	for from := 0; from < 100; from += 20 {
		var batch []indexer.Member
		for work := range 20 {
			batch = append(batch, templateCopies(from+work, "10.5555/template", false)...)
		}
		bring(batch...)
	}
	want("while 200 records share the DOI", 100)
	last := templateCopies(100, "10.5555/template", false)
	bring(last[0])
	want("when one more does", 201)
	bring(last[1])
	want("and another", 202)
	// Two sources mend two of their records.
	mended := slices.Concat(templateCopies(7, "10.5555/own.7", false), templateCopies(8, "10.5555/own.8", false))
	for i := range mended {
		mended[i].Seq += 1000
		mended[i].Record.Candidate.Version = 2
	}
	bring(mended[0])
	want("when one loses it, and 201 are left", 202)
	bring(mended[1:]...)
	want("when three more lose it", 101)
}
