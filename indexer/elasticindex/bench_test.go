package elasticindex

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"polyglean/indexer"
)

// realistic makes documents of about the length of a bibliographic record.
func realistic(n int, version int64) []indexer.Op {
	ops := make([]indexer.Op, n)
	for i := range ops {
		words := make([]string, 180)
		for j := range words {
			words[j] = fmt.Sprintf("w%d", (i*31+j*j*7)%20_000)
		}
		abstract := strings.Join(words, " ")
		ops[i] = indexer.Op{ID: fmt.Sprintf("d%07d", i), Version: version, Doc: &indexer.Document{
			Text: map[string][]string{
				indexer.TextTitle: {strings.Join(words[:12], " ")}, indexer.TextAbstract: {abstract},
			},
			Stems: map[string][]string{
				indexer.StemTitle: {strings.Join(words[20:25], " ")}, indexer.StemAbstract: {strings.Join(words[60:135], " ")},
			},
			Exact: map[string][]string{
				indexer.ExactKey: {fmt.Sprint("rec:", i), fmt.Sprint("doi:10.1/", i)}, indexer.FacetLanguage: {"en"}, indexer.FacetSource: {"openalex"},
			},
			Numbers: map[string]int64{indexer.NumberYear: int64(1990 + i%30)},
			Source:  []byte(`{"abstract":"` + abstract + `"}`),
		}}
	}
	return ops
}

// BenchmarkApply compares Apply with what cannot be quicker: the same documents, their
// request bodies made beforehand, posted to _bulk by the same process with one refresh
// after each batch, and the answers thrown away.
func BenchmarkApply(b *testing.B) {
	const docs, batch = 6000, 1000
	ops := realistic(docs, 1)
	post := func(path string, body []byte) {
		res, err := http.Post(realAddress(b)+path, "application/x-ndjson", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
			b.Fatalf("%s: status %d, error %v", path, res.StatusCode, err)
		}
	}
	var ours, raw []time.Duration
	for b.Loop() {
		x, _ := openFresh(b)
		start := time.Now()
		for part := range slices.Chunk(ops, batch) {
			if _, err := x.Apply(b.Context(), part); err != nil {
				b.Fatal(err)
			}
		}
		ours = append(ours, time.Since(start))

		x, _ = openFresh(b)
		var batches [][][]byte
		for part := range slices.Chunk(ops, batch) {
			queue := make([]int, len(part))
			for i := range queue {
				queue[i] = i
			}
			var bodies [][]byte
			for len(queue) > 0 {
				var req bulk
				var err error
				if req, queue, err = newBulk(part, queue, maxBulkBytes); err != nil {
					b.Fatal(err)
				}
				bodies = append(bodies, req.body)
			}
			batches = append(batches, bodies)
		}
		start = time.Now()
		for _, bodies := range batches {
			for _, body := range bodies {
				post("/"+x.name+"/_bulk", body)
			}
			post("/"+x.name+"/_refresh", nil)
		}
		raw = append(raw, time.Since(start))
	}
	// The best of each: what else the machine does only takes time.
	b.ReportMetric(slices.Min(raw).Seconds()/slices.Min(ours).Seconds(), "x-raw")
	b.ReportMetric(docs/slices.Min(ours).Seconds(), "docs/s")
	b.ReportMetric(0, "ns/op")
}
