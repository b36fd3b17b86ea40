package trainer

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// BenchmarkSettle trains on a log of 12,000 synthetic records with abstracts of 150
// words and scores all of them, publishing included.
func BenchmarkSettle(b *testing.B) {
	const records, page = 12_000, 100
	bus, err := stream.Open(b.Context(), stream.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer bus.Close()
	random := rand.New(rand.NewPCG(5, 6))
	vocabulary := make([]string, 20_000)
	for i := range vocabulary {
		vocabulary[i] = fmt.Sprintf("%c%c%c%d", 'a'+random.IntN(26), 'a'+random.IntN(26), 'a'+random.IntN(26), i)
	}
	words := func(n int) string {
		out := make([]string, n)
		for i := range out {
			// Some words are far more frequent than others.
			out[i] = vocabulary[int(float64(len(vocabulary))*random.Float64()*random.Float64()*random.Float64())]
		}
		return strings.Join(out, " ")
	}
	for from := 0; from < records; from += page {
		batch := make([]record.Classified, page)
		for i := range batch {
			batch[i] = classified(fmt.Sprint(from+i), words(12), words(150))
			if n := from + i; n < 20 {
				batch[i].Seed = n + 1
			}
		}
		if err := bus.PublishClassified(b.Context(), stream.Origin{Source: "test"}, uint64(from+1), "v", batch); err != nil {
			b.Fatal(err)
		}
	}
	var readings []*reading
	err = bus.EachClassified(b.Context(), 0, 20, func(raws []json.RawMessage) error {
		readings = append(readings, readAll(raws)...)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	r := New(bus, Options{Review: "bench", Threshold: "balanced"})
	b.Run("train and score", func(b *testing.B) {
		for b.Loop() {
			now, err := r.look(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			state, err := Load(b.Context(), bus)
			if err != nil {
				b.Fatal(err)
			}
			state.Model = "" // as if anything had changed
			if err := r.train(b.Context(), state, now); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(records*float64(b.N)/b.Elapsed().Seconds(), "records/s")
	})
	b.Run("score", func(b *testing.B) {
		var count above
		for b.Loop() {
			r.scorer.score("bench", 1, readings, &count)
		}
		b.ReportMetric(float64(len(readings))*float64(b.N)/b.Elapsed().Seconds(), "records/s")
	})
}
