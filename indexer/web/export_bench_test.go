package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"polyglean/indexer"
)

// BenchmarkExport is a download of the 5,000 studies that a query finds, from the
// embedded index.
func BenchmarkExport(b *testing.B) {
	const n = 5000
	studies := make([]indexer.Study, n)
	for i := range studies {
		studies[i] = study(makeRecord("openalex", fmt.Sprintf("W%d", i), "en", 1990+i%35,
			fmt.Sprintf("Leaving for good: a synthetic study of exit, number %d", i),
			fmt.Sprintf("We interviewed %d survivors of sex trafficking in %d shelters about what helped them to leave. ", i%300, i%17)+
				"Debt, threats and fear held them back; a trusted person, housing and paid work made leaving possible. "+
				"Most returned more than once before the exit lasted, and spoke of recovery as a path rather than an event."))
	}
	h, err := New(embedded(b, studies), Options{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), http.MethodGet, "http://127.0.0.1/export/ris?q=exit+OR+surviv*", nil))
		if w.Code != http.StatusOK || w.Body.Len() < n*400 {
			b.Fatalf("status %d, %d bytes", w.Code, w.Body.Len())
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "studies/s")
}
