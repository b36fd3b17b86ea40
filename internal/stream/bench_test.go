package stream

import (
	"strings"
	"testing"
)

// BenchmarkPublish shows what the envelope is for: every message is synced to disk
// before it is acknowledged, whether it holds a page of records or one.
func BenchmarkPublish(b *testing.B) {
	const page = 100
	// About the size of a title, an abstract and what else a record has.
	cs := candidates(page, strings.Repeat("synthetic words ", 120))
	o := Origin{Run: "r1", Source: "test", Query: "published"}
	for _, bench := range []struct {
		name string
		size int // records in a call
	}{{"page", page}, {"record", 1}} {
		b.Run(bench.name, func(b *testing.B) {
			bus, err := Open(b.Context(), Config{Dir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			defer bus.Close()
			items := encoded(b, bus, cs)
			b.ReportAllocs()
			stored := 0
			for b.Loop() {
				for at := 0; at < page; at += bench.size {
					err := bus.PublishCandidates(b.Context(), o, items[at:at+bench.size], func(n int, _ uint64) { stored += n })
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			if stored != b.N*page {
				b.Fatalf("%d records stored, want %d", stored, b.N*page)
			}
			b.ReportMetric(float64(stored)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
