package source

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkOAIPage reads an answer with a hundred synthetic records.
func BenchmarkOAIPage(b *testing.B) {
	const n = 100
	var body strings.Builder
	body.WriteString(`<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>`)
	for i := range n {
		fmt.Fprintf(&body, `<record><header><identifier>oai:synthetic.example:%d</identifier><datestamp>2026-01-02T03:04:05Z</datestamp><setSpec>all</setSpec></header>
<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title xml:lang="es">Un título sintético &amp; largo</dc:title>
<dc:creator>Ejemplo, Ana</dc:creator>
<dc:subject xml:lang="es">trata de personas; apoyo social</dc:subject>
<dc:description xml:lang="es">%s</dc:description>
<dc:description xml:lang="ru">%s</dc:description>
<dc:publisher>Synthetic Press</dc:publisher>
<dc:date>2020-05-17</dc:date>
<dc:type>info:eu-repo/semantics/article</dc:type>
<dc:identifier>https://synthetic.example/record/%[1]d</dc:identifier>
<dc:identifier>10.5555/synthetic.%[1]d</dc:identifier>
<dc:source>Revista Sintética; Vol. 12 No. 3 (2019); 45-67</dc:source>
<dc:language>es</dc:language>
<dc:rights>https://creativecommons.org/licenses/by/4.0</dc:rights>
</oai_dc:dc></metadata></record>
`, i, strings.Repeat("Una frase de un resumen sintético.\n", 20), strings.Repeat("Предложение синтетической аннотации. ", 20))
	}
	body.WriteString(`<resumptionToken>next</resumptionToken></ListRecords></OAI-PMH>`)
	b.SetBytes(int64(body.Len()))
	b.ReportAllocs()
	for b.Loop() {
		answer, err := readXML([]byte(body.String()), "", "OAI-PMH")
		if err != nil {
			b.Fatal(err)
		}
		list, err := readOAIList(answer)
		if records := list.read().records; err != nil || len(records) != n {
			b.Fatalf("%d records, %v", len(records), err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "records/s")
}
