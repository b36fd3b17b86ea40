package importer

import (
	"fmt"
	"strings"
	"testing"

	"polyglean/harvester"
)

// BenchmarkImport reads a RIS file of ordinary records: once to count them, once to
// page through them.
func BenchmarkImport(b *testing.B) {
	var text strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&text, "TY  - JOUR\nTI  - Synthetic record %d of many\nAU  - Demo, Ana\nAU  - Muster, Bo\nPY  - 2000\nDO  - 10.5555/b.%d\nKW  - one\nKW  - two\nAB  - %s\nER  - \n\n",
			i, i, strings.Repeat("Salir de la calle: un relato sintético, a synthetic story. ", 25))
	}
	path := write(b, "bench.ris", text.String())
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		im, err := Open(b.Context(), []string{path}, Options{Database: "Bench"})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for cursor := ""; ; {
			page, err := im.Page(b.Context(), harvester.Query{}, cursor)
			if err != nil {
				b.Fatal(err)
			}
			n += len(page.Records)
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if n != 2000 {
			b.Fatalf("%d records", n)
		}
	}
}
