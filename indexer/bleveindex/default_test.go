package bleveindex

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"

	"polyglean/indexer"
	"polyglean/internal/bench"
	"polyglean/internal/record"
	"polyglean/internal/sidebyside"
)

// studies makes n synthetic studies of 12 title and 180 abstract words, drawn by a
// Zipf law as words of texts are, from 60,000 invented ones with English endings.
func studies(n int) []indexer.Study {
	rng := rand.New(rand.NewPCG(3, 5))
	syllables := strings.Fields("ba ce di fo gu ha ke li mo nu pa re si to vu wa ze bri clo dra fle gri plo stra tre")
	vocabulary := make([]string, 60_000)
	for i := range vocabulary {
		var b strings.Builder
		for range 2 + rng.IntN(3) {
			b.WriteString(syllables[rng.IntN(len(syllables))])
		}
		vocabulary[i] = b.String() + []string{"", "", "", "s", "ing", "ed", "ion"}[rng.IntN(7)]
	}
	zipf := rand.NewZipf(rng, 1.1, 4, uint64(len(vocabulary)-1))
	words := func(n int) string {
		chosen := make([]string, n)
		for i := range chosen {
			chosen[i] = vocabulary[zipf.Uint64()]
		}
		return strings.Join(chosen, " ")
	}
	all := make([]indexer.Study, n)
	for i := range all {
		c := record.Candidate{
			Schema: record.Schema, ID: fmt.Sprintf("source%d:%d", i%11, i), Source: fmt.Sprintf("source%d", i%11), SourceID: fmt.Sprint(i),
			Route: record.RouteSearch, Query: "published", Version: int64(i),
			Titles: []record.Text{{Text: words(12), Lang: "en"}}, Abstracts: []record.Text{{Text: words(180), Lang: "en"}},
			Authors:   []record.Author{{Name: words(2)}, {Name: words(2)}},
			Container: words(4), Publisher: words(2), Year: 1990 + i%35, Type: fmt.Sprintf("type %d", i%9), URL: fmt.Sprintf("https://example.org/%d", i),
			IDs: record.Identifiers{DOI: fmt.Sprintf("10.5555/synthetic.%d", i)},
		}
		r := record.Classified{
			Candidate: c, Selection: record.Selected,
			Language: record.LanguageLedger{Languages: []string{fmt.Sprintf("l%d", zipf.Uint64()%40)}, Class: record.LanguageEnglish},
			Findings: []record.Finding{
				{Flag: record.FlagKeywordMiss, Reason: record.OtherWords, Detail: "synthetic"}, {Flag: record.FlagNonEnglish, Detail: "synthetic"},
			},
		}
		for _, k := range []int{80, 77, 13} {
			r.Concepts = append(r.Concepts, record.ConceptHit{Concept: fmt.Sprintf("concept%d", i%k), Facet: "topic", Evidence: []record.Evidence{}})
		}
		id := record.StudyID(c.ID)
		all[i] = indexer.Study{
			Schema: record.Schema, ID: id, Aliases: []string{id}, Version: int64(i), Members: []indexer.Member{{Seq: uint64(i), Record: r}},
			Keys: []string{"rec:" + c.ID, "doi:" + c.IDs.DOI, fmt.Sprintf("a:%x", rng.Uint64()), fmt.Sprintf("y:%x", rng.Uint64()), fmt.Sprintf("b:%x", rng.Uint64())},
		}
	}
	return all
}

// batchSize is how many studies both indexes are given at once.
const batchSize = 1000

func write(b *testing.B, x *Index, all []indexer.Study) time.Duration {
	b.Helper()
	start := time.Now()
	for batch := range slices.Chunk(all, batchSize) {
		// Both indexes analyse texts on all processors.
		ops, err := sidebyside.Map(len(batch), func(i int) (indexer.Op, error) {
			doc, err := batch[i].Document()
			return indexer.Op{ID: batch[i].ID, Version: 1, Doc: &doc}, err
		})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := x.Apply(b.Context(), ops); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

func writeDefault(b *testing.B, x bleve.Index, all []indexer.Study) time.Duration {
	b.Helper()
	start := time.Now()
	for studies := range slices.Chunk(all, batchSize) {
		batch := x.NewBatch()
		for i := range studies {
			r := &studies[i].Members[0].Record
			var found []string
			for _, c := range r.Concepts {
				found = append(found, c.Concept)
			}
			if err := batch.Index(studies[i].ID, bench.Document(&r.Candidate, r.Language.Languages, found)); err != nil {
				b.Fatal(err)
			}
		}
		if err := x.Batch(batch); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

// BenchmarkDefaultMapping compares the index with Bleve's default mapping on the same
// synthetic studies: how fast both are written, what they take on disk, and how long
// one in a hundred queries of two words joined by OR takes at least. Ours holds the whole
// study, and is also timed with the merging of segments that waits for rest. The last figure is how many times longer a search with all facets takes than with one.
func BenchmarkDefaultMapping(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			all := studies(n)
			for b.Loop() {
				compare(b, all)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

func compare(b *testing.B, made []indexer.Study) {
	dirs := []string{filepath.Join(b.TempDir(), "ours"), filepath.Join(b.TempDir(), "default")}
	ours, err := Open(dirs[0])
	if err != nil {
		b.Fatal(err)
	}
	plain, err := bench.NewIndex(dirs[1])
	if err != nil {
		b.Fatal(err)
	}
	took := []float64{write(b, ours, made).Seconds()}
	// Done here, it takes no time from the other.
	start := time.Now()
	if err := ours.Compact(b.Context()); err != nil {
		b.Fatal(err)
	}
	rest := time.Since(start).Seconds()
	took = append(took, writeDefault(b, plain, made).Seconds())
	b.ReportMetric(float64(len(made))/took[0], "docs/s")
	b.ReportMetric(took[1]/took[0], "x-docs/s")
	b.ReportMetric(took[1]/(took[0]+rest), "x-docs/s-compacted")

	words := strings.Fields(made[0].Members[0].Record.Candidate.Abstracts[0].Text)
	lib := indexer.NewLibrary(ours)
	times := [2][]time.Duration{}
	for i := range 300 {
		first, second := words[i%len(words)], words[(i*7+1)%len(words)]
		start := time.Now()
		got, err := lib.Search(b.Context(), indexer.Query{Text: first + " OR " + second})
		times[0] = append(times[0], time.Since(start))
		if err != nil || got.Total == 0 {
			b.Fatal(got.Total, err)
		}
		start = time.Now()
		req := bleve.NewSearchRequestOptions(bleve.NewMatchQuery(first+" "+second), indexer.DefaultSize, 0, false)
		req.Fields = []string{"*"}
		req.Highlight = bleve.NewHighlight()
		res, err := plain.Search(req)
		times[1] = append(times[1], time.Since(start))
		if err != nil || res.Total == 0 {
			b.Fatal(res, err)
		}
	}
	for _, t := range times {
		slices.Sort(t)
	}
	p99 := func(i int) float64 { return times[i][len(times[i])*99/100].Seconds() }
	b.ReportMetric(p99(0)*1000, "p99-ms")
	b.ReportMetric(p99(0)/p99(1), "x-p99")

	facets := func(names []string) time.Duration {
		start := time.Now()
		for range 20 {
			if _, err := lib.Search(b.Context(), indexer.Query{Text: words[0], Size: 1, Facets: names}); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(start)
	}
	one, every := facets([]string{indexer.FacetLanguage}), facets(indexer.AllFacets([]string{"design", "population", "setting", "path", "followup", "theory"}))
	b.ReportMetric(every.Seconds()/one.Seconds(), "x-facets")

	for _, closer := range []interface{ Close() error }{ours, plain} {
		if err := closer.Close(); err != nil {
			b.Fatal(err)
		}
	}
	// Opening removes what merging has replaced.
	if ours, err = Open(dirs[0]); err == nil {
		err = ours.Close()
	}
	if plain, e := bleve.Open(dirs[1]); e == nil {
		err = errors.Join(err, plain.Close())
	}
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(diskUse(b, dirs[0]))/1e6, "MB")
	b.ReportMetric(float64(diskUse(b, dirs[0]))/float64(diskUse(b, dirs[1])), "x-MB")
}
