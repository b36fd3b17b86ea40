package indexer_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"polyglean/indexer"
	"polyglean/indexer/bleveindex"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// BenchmarkRunner is the whole stage: classified records are read off the log,
// joined to studies and written to the embedded index. Every second record is the
// copy of one that came a page before, so that studies are also taken apart and put
// together again.
func BenchmarkRunner(b *testing.B) {
	const page, pages = 100, 40
	for b.Loop() {
		b.StopTimer()
		bus, err := stream.Open(b.Context(), stream.Config{Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		index, err := bleveindex.Open(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		for i := range pages {
			records := make([]record.Classified, page)
			for j := range records {
				records[j] = synthetic(i*page+j, (i-i%2)*page+j)
			}
			o := stream.Origin{Run: "r1", Source: "synthetic", Query: "published"}
			if err := bus.PublishClassified(b.Context(), o, uint64(i+1), "1", records); err != nil {
				b.Fatal(err)
			}
		}
		runner := indexer.NewRunner(bus, index, "bench", nil)
		ended := make(chan error, 1)
		b.StartTimer()
		ctx, stop := context.WithCancel(b.Context())
		go func() { ended <- runner.Run(ctx) }()
		for runner.Indexed.Load() < page*pages {
			select {
			case err := <-ended:
				b.Fatalf("the indexer ended after %d records: %v", runner.Indexed.Load(), err)
			case <-time.After(time.Millisecond):
			}
		}
		b.StopTimer()
		if n, err := index.Count(b.Context()); n != page*pages/2 || err != nil {
			b.Fatalf("%d studies, error %v; want %d", n, err, page*pages/2)
		}
		stop()
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
		bus.Close()
		if err := index.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(page*pages*b.N)/b.Elapsed().Seconds(), "records/s")
}

// synthetic is record n, a copy of the work with the given number.
func synthetic(n, work int) record.Classified {
	title := fmt.Sprintf("Leaving for good: a synthetic study of exit, number %d", work)
	abstract := fmt.Sprintf("We interviewed %d survivors of sex trafficking in %d shelters about what helped them to leave. ", work%300, work%17) +
		"Debt, threats and fear held them back; a trusted person, housing and paid work made leaving possible. " +
		"Most returned more than once before the exit lasted, and spoke of recovery as a path rather than an event."
	source := []string{"first", "second"}[n/100%2]
	return record.Classified{
		Candidate: record.Candidate{
			Schema: record.Schema, ID: record.MakeID(source, fmt.Sprint(n)), Source: source, SourceID: fmt.Sprint(n), Route: record.RouteSearch,
			Titles:    []record.Text{{Text: title, Lang: "en"}},
			Abstracts: []record.Text{{Text: abstract, Lang: "en"}},
			Authors:   []record.Author{{Name: "Synthetic Author One"}, {Name: "Synthetic Author Two"}},
			Year:      1990 + work%35, Container: "Synthetic Journal",
			IDs:     record.Identifiers{DOI: fmt.Sprintf("10.5555/synthetic-%d", work)},
			Version: int64(n),
		},
		Language:  record.LanguageLedger{Languages: []string{"en"}},
		Selection: record.Selected,
	}
}
