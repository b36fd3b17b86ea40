package language

import "testing"

func BenchmarkDetect(b *testing.B) {
	e := New()
	titles, abstracts := labelled(b, "langid/titles.tsv"), labelled(b, "langid/abstracts.tsv")
	for _, bench := range []struct {
		name string
		rows []row
	}{{"titles", titles}, {"abstracts", abstracts}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, r := range bench.rows {
					e.Detect(r.text, Options{})
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(bench.rows)), "ns/text")
		})
	}
}
