package indextest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// testNext: of two writers that go on from one version of a document, the second one
// is refused.
func testNext(t *testing.T, b Backend) {
	idx := b.open(t)
	next := func(version int64, words string) bool {
		t.Helper()
		op := put("a", version, text(indexer.TextTitle, words))
		op.Next = true
		outcomes, err := idx.Apply(t.Context(), []indexer.Op{op})
		if err != nil || outcomes[0].Err != nil {
			t.Fatalf("version %d: outcome %+v, error %v", version, outcomes, err)
		}
		return !outcomes[0].Stale
	}
	for _, step := range []struct {
		version int64
		words   string
		done    bool
	}{{1, "first", true}, {1, "second", false}, {2, "third", true}, {2, "fourth", false}, {1, "fifth", false}, {3, "sixth", true}} {
		if done := next(step.version, step.words); done != step.done {
			t.Errorf("version %d (%s): done %v, want %v", step.version, step.words, done, step.done)
		}
	}
	if got := lookupByScan(t, idx, "a"); got.Version != 3 || string(got.Source) != "sixth" {
		t.Errorf("the document is version %d %q", got.Version, got.Source)
	}
	gone := put("a", 3, nil)
	gone.Next = true
	outcomes, err := idx.Apply(t.Context(), []indexer.Op{gone})
	if err != nil || !outcomes[0].Stale {
		t.Errorf("a deletion from an earlier version took effect: %+v, error %v", outcomes, err)
	}
}

// copyOf is a synthetic record of the numbered work as a source has it.
func copyOf(seq uint64, source string, work int, change func(*record.Candidate)) indexer.Member {
	c := record.Candidate{
		Schema: record.Schema, ID: record.MakeID(source, fmt.Sprint(work)), Source: source, SourceID: fmt.Sprint(work), Version: 1,
		Titles:    []record.Text{{Text: fmt.Sprintf("Ways out: a synthetic study of leaving, number %d", work)}},
		Authors:   []record.Author{{Name: "Synthetic, Ada"}, {Name: "Invented, Bo"}},
		Container: "Journal of Synthetic Records", Year: 2001, Volume: "7", Pages: fmt.Sprintf("%d-%d", 10*work+1, 10*work+9),
	}
	if change != nil {
		change(&c)
	}
	return indexer.Member{Seq: seq, Record: record.Classified{
		Candidate: c, Language: record.LanguageLedger{Languages: []string{"en"}}, Selection: record.Selected,
	}}
}

// only leaves a record its title and these identifiers: nothing else leads to it.
func only(doi, pmid string) func(*record.Candidate) {
	return func(c *record.Candidate) {
		*c = record.Candidate{
			Schema: c.Schema, ID: c.ID, Source: c.Source, SourceID: c.SourceID, Version: 1, Titles: c.Titles,
			IDs: record.Identifiers{DOI: doi, PMID: pmid},
		}
	}
}

// interrupted lets another writer in once, between a writer's reading and writing.
type interrupted struct {
	indexer.Index
	between func()
}

func (x *interrupted) Apply(ctx context.Context, ops []indexer.Op) ([]indexer.Outcome, error) {
	if between := x.between; between != nil {
		x.between = nil
		between()
	}
	return x.Index.Apply(ctx, ops)
}

// testWriters: a second writer comes between another's reading and writing. Whatever
// both do to one study, no record is lost, none is in two studies, and the studies are
// those that one writer would have made.
func testWriters(t *testing.T, b Backend) {
	type steps struct{ before, first, second []indexer.Member }
	doi := func(c *record.Candidate) { c.IDs.DOI = "10.5555/polyglean." + c.SourceID }
	bare := func(c *record.Candidate) { c.Titles = nil; doi(c) }
	another := func(c *record.Candidate) {
		c.Version, c.Titles[0].Text, c.Pages, c.Volume = 2, "Something else altogether, and by the same people", "80-91", "8"
	}
	for name, situation := range map[string]func(work int) steps{
		"both add a copy": func(n int) steps {
			return steps{
				before: []indexer.Member{copyOf(1, "a", n, nil)},
				first:  []indexer.Member{copyOf(2, "b", n, nil)}, second: []indexer.Member{copyOf(3, "c", n, nil)},
			}
		},
		"both begin the study": func(n int) steps {
			return steps{first: []indexer.Member{copyOf(2, "b", n, nil)}, second: []indexer.Member{copyOf(3, "c", n, nil)}}
		},
		"both add to a study of two": func(n int) steps {
			return steps{
				before: []indexer.Member{copyOf(1, "a", n, bare), copyOf(1, "b", n, nil)},
				first:  []indexer.Member{copyOf(2, "c", n, doi)}, second: []indexer.Member{copyOf(3, "d", n, nil)},
			}
		},
		"one joins two studies, the other adds to one of them": func(n int) steps {
			return steps{
				before: []indexer.Member{copyOf(1, "a", n, only("", "7")), copyOf(1, "b", n, only("10.5555/w", ""))},
				first:  []indexer.Member{copyOf(2, "c", n, only("10.5555/w", "7"))}, second: []indexer.Member{copyOf(3, "d", n, only("10.5555/w", ""))},
			}
		},
		"one takes a record out, the other adds to it": func(n int) steps {
			return steps{
				before: []indexer.Member{copyOf(1, "a", n, nil), copyOf(1, "b", n, nil)},
				first:  []indexer.Member{copyOf(2, "b", n, another)}, second: []indexer.Member{copyOf(3, "c", n, nil)},
			}
		},
		"both bring the same records": func(n int) steps {
			same := []indexer.Member{copyOf(2, "a", n, nil), copyOf(2, "b", n, doi)}
			return steps{first: same, second: same}
		},
	} {
		t.Run(name, func(t *testing.T) {
			// Which ID a study takes is chance; several works make every case come up.
			for n := range 6 {
				idx, alone := b.open(t), b.open(t)
				s := situation(n + 1)
				for _, batch := range [][]indexer.Member{s.before, s.first, s.second} {
					merge(t, alone, batch)
				}
				merge(t, idx, s.before)
				merge(t, &interrupted{idx, func() { merge(t, idx, s.second) }}, s.first)
				if got, want := groups(t, idx), groups(t, alone); got != want {
					t.Errorf("work %d: two writers made\n%swant\n%s", n+1, got, want)
				}
			}
		})
	}
}

// testCrowd: several writers at once, each with a copy of the same works.
func testCrowd(t *testing.T, b Backend) {
	const writers, works = 4, 12
	idx := b.open(t)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for from := 0; from < works; from += 3 {
				var batch []indexer.Member
				for i := from; i < from+3; i++ {
					batch = append(batch, copyOf(uint64(w*works+i+1), string(rune('a'+w)), (i+w)%works, nil))
				}
				if _, err := indexer.Merge(t.Context(), idx, batch, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var want strings.Builder
	for i := range works {
		fmt.Fprintf(&want, "a:%d b:%d c:%d d:%d\n", i, i, i, i)
	}
	lines := strings.Split(strings.TrimSpace(want.String()), "\n")
	slices.Sort(lines)
	if got := groups(t, idx); got != strings.Join(lines, "\n")+"\n" {
		t.Errorf("the studies are\n%s", got)
	}
}

func merge(t *testing.T, idx indexer.Index, members []indexer.Member) {
	t.Helper()
	m, err := indexer.Merge(t.Context(), idx, members, nil)
	if err != nil || len(m.Refused) > 0 {
		t.Fatalf("merge: %+v, error %v", m, err)
	}
}

// groups are the record IDs of each study, a line each.
func groups(t *testing.T, idx indexer.Index) string {
	t.Helper()
	var lines []string
	for _, d := range scan(t, idx) {
		var s indexer.Study
		if err := json.Unmarshal(d.Source, &s); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, m := range s.Members {
			ids = append(ids, m.Record.Candidate.ID)
		}
		lines = append(lines, strings.Join(ids, " "))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}
