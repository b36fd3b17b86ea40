package source

import (
	"io"
	"net/http"
	"net/url"
	"testing"

	"polyglean/internal/demo"
)

// BenchmarkDecodeOpenAlex reads an answer with a hundred generated works, which are as
// long as real ones.
func BenchmarkDecodeOpenAlex(b *testing.B) {
	const n = openAlexPage
	body := generatedWorks(b, n)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if err := checkJSON(body); err != nil {
			b.Fatal(err)
		}
		page, err := decodeOpenAlex(body)
		if err != nil || len(page.Records) != n {
			b.Fatalf("%d records, %v", len(page.Records), err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "records/s")
}

// generatedWorks is a page of works as the source asks for it.
func generatedWorks(tb testing.TB, n int) []byte {
	tb.Helper()
	server, err := demo.StartGenerated(n, 0)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() {
		if err := server.Close(); err != nil {
			tb.Error(err)
		}
	}()
	params := url.Values{"per_page": {"100"}, "cursor": {"*"}, "select": {openAlexFields}}
	resp, err := http.Get(server.URL(demo.OpenAlex) + "?" + params.Encode())
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return body
}
