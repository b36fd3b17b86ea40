package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// scanned is what a record holds, in a form that can be compared: encoding/xml gives
// names their space as well.
type scanned struct {
	Status, Identifier, Datestamp string
	Formats                       [][]string
}

func scannedOf(r *oaiRecord) scanned {
	s := scanned{r.Header.Status, r.Header.Identifier, r.Header.Datestamp, nil}
	for _, f := range r.Metadata.Formats {
		format := []string{f.XMLName.Local}
		for _, e := range f.Elements {
			format = append(format, "<"+e.XMLName.Local)
			for _, a := range e.Attrs {
				format = append(format, a.Name.Local+"="+a.Value)
			}
			format = append(format, e.Inner)
		}
		s.Formats = append(s.Formats, format)
	}
	return s
}

// sameAsEncodingXML checks that what the scanner does not decline is what encoding/xml
// reads, and says whether it declined.
func sameAsEncodingXML(t *testing.T, s *recordScanner, raw []byte) (ok bool) {
	t.Helper()
	got, ok := s.scan(raw)
	if !ok {
		return false
	}
	var want oaiRecord
	if err := decodeOnce(raw, true, &want); err != nil {
		t.Fatalf("%q was read, though encoding/xml says: %v", raw, err)
	}
	if diff := cmp.Diff(scannedOf(&want), scannedOf(got)); diff != "" {
		t.Fatalf("%q is not read as encoding/xml does:\n%s", raw, diff)
	}
	return true
}

// ordinaryRecords are what the scanner is for.
var ordinaryRecords = []string{
	`<record><header><identifier>oai:x:1</identifier><datestamp>2026-01-02</datestamp></header><metadata><dc><title>A</title></dc></metadata></record>`,
	`<record><header status="deleted"><identifier>oai:x:1</identifier></header></record>`,
	`<oai:record xmlns:oai="u"><oai:header><oai:identifier> a&amp;b </oai:identifier></oai:header><oai:metadata>
		<oai_dc:dc xmlns:dc="d"><dc:title xml:lang="pt-BR" a='"'>Título &lt;i&gt; &#233;&#xE9;&eacute;</dc:title><dc:title/><dc:title /></oai_dc:dc></oai:metadata><about><x>]]</x></about></oai:record>`,
	`<record><header/><metadata/></record>`,
	`<record/>`,
	`<record ></record >`,
	`<record><header><identifier>a<b>c</b>d<!-- - -->e<![CDATA[<f>]]>g</identifier><identifier/></header><header status="x"/></record>`,
	`<record><metadata><dc><description><p>one</p> <![CDATA[ <b> ]]> <!-- </dc> --> two</description></dc><dc/></metadata><metadata><qdc><a><a></a></a></qdc></metadata></record>`,
	`<record><metadata><dc a="1"b="2" c = "3"><t lang="x" lang="y">>"'=]] ></t></dc></metadata></record>`,
	"<record>\r\n<metadata><dc>\r<t>a\r\nb</t></dc></metadata></record>",
	`<record><metadata><dc><日本>1</日本></dc></metadata></record>`,
	`<record><header><identifier>日本語 🙂 &#x1F642;</identifier></header></record>`,
	`<:record><a: b:="1"/><:c/></:record>`,
	`<record><header><identifier>1</identifier></header></record> what follows`,
}

// strangeRecords are not to be read as if nothing were the matter.
var strangeRecords = []string{
	"", "<", "</record>", "record", "<record", "<record>", "<record></recor>", "<record></x:record>", "<record/ >", "<1/>", "<-/>", "<a:b:c/>",
	`<record a></record>`, `<record a=b></record>`, `<record a="<"/>`, `<record a="&x;"/>`, `<record a="1/>`,
	`<record>]]></record>`, `<record>&nosuch;</record>`, `<record>&amp</record>`, `<record>&</record>`, `<record>&#0;&#xFFFE;</record>`,
	`<record>&#;</record>`, `<record>&#x;</record>`, `<record>&#X41;</record>`, `<record>&#99999999999;</record>`, `<record>&#+1;</record>`,
	"<record>\x0b</record>", "<record>\xff</record>", "<record>\ufffe</record>", "<record a='\x00'/>",
	`<record><!-- -- --></record>`, `<record><!--></record>`, `<record><![CDATA[</record>`, `<record><!x></record>`, `<record><! ></record>`,
	`<record><a></record></a>`, `<record><metadata><dc><a></b></dc></metadata></record>`, `<record><?x?></record>`, `<?xml version="1.0"?><record/>`,
}

func TestScanRecord(t *testing.T) {
	var s recordScanner
	for _, raw := range ordinaryRecords {
		if ok := sameAsEncodingXML(t, &s, []byte(raw)); !ok && !strings.ContainsAny(raw, "\r日") {
			t.Errorf("%q is declined", raw)
		}
	}
	for _, raw := range strangeRecords {
		if sameAsEncodingXML(t, &s, []byte(raw)) {
			t.Errorf("%q is read", raw)
		}
	}
}

// Nearly all that repositories send is to be read by the scanner.
func TestScanRecordedAnswers(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "oai", "*", "0*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no answers", err)
	}
	recorded, err := filepath.Glob(filepath.Join(recordedDir, "oai*", "*", "0*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(recorded) == 0 {
		t.Logf("only the answers in testdata are read: the recorded ones belong into %s", recordedDir)
	}
	var s recordScanner
	read, all := 0, 0
	for _, file := range append(files, recorded...) {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		page, err := readXML(body, "", "OAI-PMH")
		if err != nil {
			continue
		}
		records, _, err := split(page.doc, "record")
		if err != nil {
			continue
		}
		for _, r := range records {
			all++
			if sameAsEncodingXML(t, &s, r.raw) {
				read++
			}
		}
	}
	t.Logf("%d of %d records", read, all)
	if read < all*9/10 {
		t.Errorf("only %d of %d records are read by the scanner", read, all)
	}
}

func FuzzScanRecord(f *testing.F) {
	for _, raw := range append(ordinaryRecords, strangeRecords...) {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var s recordScanner
		sameAsEncodingXML(t, &s, raw)
	})
}
