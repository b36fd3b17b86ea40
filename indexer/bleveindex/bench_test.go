package bleveindex

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"polyglean/indexer"
)

// synthetic makes documents of 12 title and 180 abstract words drawn by a Zipf
// law, as words of texts are, with 2.5 kB of source.
func synthetic(n int) []indexer.Op {
	rng := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(rng, 1.1, 4, 60_000)
	words := func(n int) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "w%d", zipf.Uint64())
		}
		return b.String()
	}
	ops := make([]indexer.Op, n)
	for i := range ops {
		title, abstract := words(12), words(180)
		id := fmt.Sprintf("s%019d", i)
		ops[i] = indexer.Op{ID: id, Version: 1, Doc: &indexer.Document{
			Text: map[string][]string{
				indexer.TextTitle: {title}, indexer.TextAbstract: {abstract},
				indexer.TextAuthor: {words(3), words(2)}, indexer.TextContainer: {words(4)},
			},
			Stems: map[string][]string{indexer.StemTitle: {words(5)}, indexer.StemAbstract: {words(75)}},
			Exact: map[string][]string{
				indexer.ExactAlias:    {id},
				indexer.ExactKey:      {fmt.Sprintf("rec:synthetic:%d", i), fmt.Sprintf("doi:10.5555/%d", i)},
				indexer.FacetLanguage: {fmt.Sprintf("l%d", zipf.Uint64()%40)}, indexer.FacetSource: {fmt.Sprintf("source%d", i%11)},
				indexer.FacetFlag: {"non-english", "keyword-miss"}, indexer.FacetType: {fmt.Sprintf("type%d", i%9)},
				indexer.FacetConcept:  {fmt.Sprintf("c%d", i%80), fmt.Sprintf("c%d", i%77), fmt.Sprintf("c%d", i%13)},
				indexer.FacetDecision: {"undecided"}, indexer.FacetRoute: {"search"},
			},
			Numbers: map[string]int64{
				indexer.NumberYear: int64(1990 + i%35), indexer.NumberDate: int64(1990+i%35) * 10_000,
				indexer.NumberAdded: 1_700_000_000_000 + int64(i)*37,
			},
			Source: fmt.Appendf(nil, `{"title":%q,"abstract":%q,"more":%q}`, title, abstract, words(180)),
		}}
	}
	return ops
}

func fill(b *testing.B, idx *Index, ops []indexer.Op) {
	b.Helper()
	for start := 0; start < len(ops); start += 1000 {
		if _, err := idx.Apply(b.Context(), ops[start:min(start+1000, len(ops))]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	ops := synthetic(10_000)
	for b.Loop() {
		dir := b.TempDir()
		idx, err := Open(dir)
		if err != nil {
			b.Fatal(err)
		}
		fill(b, idx, ops)
		b.StopTimer()
		if err := idx.Close(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(diskUse(b, dir))/1e6, "MB")
		b.StartTimer()
	}
	b.ReportMetric(float64(len(ops)*b.N)/b.Elapsed().Seconds(), "docs/s")
}

func diskUse(b *testing.B, dir string) (bytes int64) {
	b.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			info, err := d.Info()
			if err != nil {
				return err
			}
			bytes += info.Size()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return bytes
}

func BenchmarkRead(b *testing.B) {
	idx, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer idx.Close()
	fill(b, idx, synthetic(20_000))
	var facets []indexer.FacetRequest
	for _, f := range indexer.AllFacets(nil) {
		facets = append(facets, indexer.FacetRequest{Field: f, Size: 20})
	}
	either := func(words ...string) indexer.Expr {
		var any indexer.Bool
		for _, w := range words {
			for _, f := range []string{indexer.TextTitle, indexer.TextAbstract, indexer.StemTitle, indexer.StemAbstract} {
				any.Should = append(any.Should, indexer.Term{Field: f, Value: w})
			}
		}
		return any
	}
	byScore := []indexer.Sort{{Field: indexer.ScoreField, Descending: true}, {Field: indexer.NumberDate, Descending: true}}
	newest := []indexer.Sort{{Field: indexer.NumberDate, Descending: true}}
	for name, plan := range map[string]indexer.Plan{
		"AllNewestFacets": {Query: indexer.All{}, Sort: newest, Facets: facets, Size: 20},
		"TwoWords":        {Query: indexer.Bool{Must: []indexer.Expr{either("w50"), either("w120", "w121", "w122")}}, Sort: byScore, Facets: facets, Size: 20},
		"CommonWord":      {Query: either("w1"), Sort: byScore, Size: 20},
		"Phrase":          {Query: indexer.Phrase{Field: indexer.TextAbstract, Terms: []string{"w1", "w2"}}, Sort: byScore, Size: 20},
		"Prefix":          {Query: indexer.Prefix{Field: indexer.TextAbstract, Value: "w12"}, Sort: byScore, Size: 20},
		"Range":           {Query: indexer.All{}, Filters: []indexer.Expr{indexer.Range{Field: indexer.NumberAdded, From: new(int64)}}, Sort: newest, Size: 20},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				found, err := idx.Find(b.Context(), plan)
				if err != nil || found.Total == 0 {
					b.Fatal(found.Total, err)
				}
			}
		})
	}
	b.Run("Lookup3000", func(b *testing.B) {
		keys := make([]string, 3000)
		for i := range keys {
			keys[i] = fmt.Sprintf("doi:10.5555/%d", i*13)
		}
		for b.Loop() {
			if _, err := idx.Lookup(b.Context(), indexer.ExactKey, keys); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Scan", func(b *testing.B) {
		for b.Loop() {
			if err := idx.Scan(b.Context(), func(indexer.Stored) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
	})
}
