package source

import (
	"maps"
	"strings"
	"testing"

	"polyglean/harvester"
	"polyglean/internal/record"
)

func oaiAnswer(title string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record>` +
		`<header><identifier>oai:demo.example:1</identifier><datestamp>2026-01-02</datestamp></header>` +
		`<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">` +
		`<dc:title>` + title + `</dc:title></oai_dc:dc></metadata></record></ListRecords></OAI-PMH>`
}

// Every way of putting an answer right is counted under its own name, and the text is
// what was meant.
func TestMended(t *testing.T) {
	dataCite := func(title string) string {
		return `{"data":[{"id":"10.5555/m.1","attributes":{"titles":[{"title":"` + title + `"}]}}],"meta":{"total":1},"links":{}}`
	}
	for what, c := range map[string]struct {
		source, media, body, title string
		want                       map[string]int
	}{
		"nothing":                  {"oai", "text/xml", oaiAnswer("Una salida sintética"), "Una salida sintética", nil},
		"B13 control character":    {"oai", "text/xml", oaiAnswer("A\x0bB&#1;C"), "ABC", map[string]int{mendedCharacters: 1}},
		"B1 unknown entity":        {"oai", "text/xml", oaiAnswer("A &foo; B"), "A &foo; B", map[string]int{mendedEntity: 1}},
		"B1 HTML entity":           {"oai", "text/xml", oaiAnswer("Una salida sint&eacute;tica"), "Una salida sintética", nil},
		"B1 bare ampersand":        {"oai", "text/xml", oaiAnswer("Exit & recovery"), "Exit & recovery", map[string]int{mendedXML: 1}},
		"B1 notices round it":      {"oai", "text/xml", "<b>Warning</b>: mysql " + oaiAnswer("A"), "A", map[string]int{mendedOutside: 1}},
		"B14 XML called Latin-1":   {"oai", "text/xml; charset=iso-8859-1", strings.Replace(oaiAnswer("sintética"), "UTF-8", "ISO-8859-1", 1), "sintética", map[string]int{mendedEncoding: 1}},
		"B14 Latin-1 called UTF-8": {"oai", "text/xml", oaiAnswer("sint\xe9tica"), "sintética", map[string]int{mendedBytes: 1}},
		"B14 JSON in Latin-1":      {"datacite", "application/json", dataCite("sint\xe9tica"), "sintética", map[string]int{mendedBytes: 1}},
		"B14 JSON that says so":    {"datacite", "application/json; charset=gb18030", dataCite("\xba\xcf\xb3\xc9"), "合成", map[string]int{mendedEncoding: 1}},
		"B14 JSON in EUC-KR":       {"datacite", "application/json; charset=euc-kr", dataCite("\xc7\xd5\xbc\xba"), "합성", map[string]int{mendedEncoding: 1}},
		"JSON, nothing":            {"datacite", "application/json; charset=iso-8859-1", dataCite("sintética"), "sintética", nil},
	} {
		t.Run(what, func(t *testing.T) {
			q := harvester.Query{Name: "case", Route: record.RouteHarvest}
			if c.source != "oai" {
				q = fixtureQuery(t, c.source, "")
			}
			page, err := serving(t, c.source, c.media, []byte(c.body)).Page(t.Context(), q, "")
			if err != nil || len(page.Records) != 1 {
				t.Fatalf("%d records, %v, %+v", len(page.Records), err, page.Bad)
			}
			if got := page.Records[0].Title(); got != c.title {
				t.Errorf("title %q, want %q", got, c.title)
			}
			if !maps.Equal(page.Mended, c.want) {
				t.Errorf("mended %v, want %v", page.Mended, c.want)
			}
		})
	}
}
