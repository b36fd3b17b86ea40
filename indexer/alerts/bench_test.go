package alerts

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// BenchmarkEvaluate is a look at an alert that 10,000 studies match, each with an abstract of
// 200 words: when all of them have been told, and the first, which notes them.
func BenchmarkEvaluate(b *testing.B) {
	for name, place := range map[string]elsewhere{"bleve": nil, "elasticsearch": onElasticsearch} {
		b.Run(name, func(b *testing.B) {
			d := newDesk(b, place)
			const studies = 10_000
			works := make([]*work, studies)
			for i := range works {
				var abstract strings.Builder
				for k := range 200 {
					fmt.Fprintf(&abstract, "word%d ", (i*31+k*k)%5000)
				}
				works[i] = newWork(fmt.Sprintf("a:%d", i)).doi(fmt.Sprintf("10.5555/%d", i)).
					title(fmt.Sprintf("A synthetic title of number %d and %d", i, i*i), "en").abstract(abstract.String())
			}
			for chunk := range slices.Chunk(works, 500) {
				d.log(chunk...)
			}
			d.settle()
			look := func(b *testing.B, a *Alert, noted int) {
				e, err := d.service.Evaluate(b.Context(), a)
				if err != nil || e.Matching != studies || e.Noted != noted || len(e.Told) > 0 {
					b.Fatalf("%+v, error %v", e, err)
				}
			}
			made := func(name string) *Alert {
				a, err := NewAlert(name, "", nil, nil)
				if err != nil {
					b.Fatal(err)
				}
				a.Kinds = Kinds
				return &a
			}
			b.Run("first", func(b *testing.B) {
				for i := range b.N {
					look(b, made(fmt.Sprintf("first-%d", i)), studies)
				}
			})
			b.Run("nothing-new", func(b *testing.B) {
				a := made("again")
				look(b, a, studies)
				b.ReportAllocs()
				for b.Loop() {
					look(b, a, 0)
				}
			})
		})
	}
}
