package diagnosis

import (
	"fmt"
	"strings"
	"testing"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// large makes an index of n studies with abstracts of 200 words; one in 50 is missed.
func large(n int) shelf {
	var out shelf
	for i := range n {
		var b strings.Builder
		for j := range 200 {
			fmt.Fprintf(&b, "word%d ", (i*7919+j*104729)%30000)
			if j%40 == 0 {
				b.WriteString("the women in the study were ")
			}
		}
		verdict := record.Verdict("")
		if i%500 == 0 {
			verdict = record.Include
			b.WriteString("leaving prostitution and survivors")
		}
		out = append(out, study(verdict, rec{id: fmt.Sprintf("openalex:%d", i), title: fmt.Sprint("Synthetic record ", i), abstract: b.String(), miss: i%50 == 0}))
	}
	return out
}

// BenchmarkIndex measures each question over the default protocol, beside the reading
// of the index.
func BenchmarkIndex(b *testing.B) {
	p, index := protocol.Default(), large(2000)
	for _, q := range []struct {
		name string
		ask  func() error
	}{
		{"diagnose", func() error { _, err := Diagnose(b.Context(), index.scan, p, nil); return err }},
		{"check", func() error { _, err := Check(b.Context(), index.scan, p, CheckOptions{}); return err }},
		{"check-lexicon", func() error { _, err := Check(b.Context(), index.scan, p, CheckOptions{Lexicon: true}); return err }},
		{"suggest", func() error { _, err := Suggest(b.Context(), index.scan, p, SuggestOptions{}); return err }},
	} {
		b.Run(q.name, func(b *testing.B) {
			for b.Loop() {
				if err := q.ask(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(index)*b.N)/b.Elapsed().Seconds(), "studies/s")
		})
	}
}
