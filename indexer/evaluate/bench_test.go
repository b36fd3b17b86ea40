package evaluate

import (
	"testing"

	"polyglean/internal/table"
)

// BenchmarkDedup merges the largest labelled set.
func BenchmarkDedup(b *testing.B) {
	rows, err := table.Read(dedupData+"/suicide-norms-2022/records.tsv", DedupColumns...)
	if err != nil {
		b.Skipf("the labelled records are not beside the repository: %v", err)
	}
	for b.Loop() {
		if _, err := Dedup(rows, false); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(rows)*b.N)/b.Elapsed().Seconds(), "records/s")
}
