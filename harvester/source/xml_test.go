package source

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"polyglean/harvester"
	"polyglean/internal/cputime"
)

func TestReadXML(t *testing.T) {
	for body, want := range map[string]string{
		`<a><b/></a>`: `<a><b/></a>`,
		"\n<?xml version=\"1.0\"?><!-- <a> --><x:a y='>'>1</x:a> ": `<x:a y='>'>1</x:a>`,
		`noise <b>!</b><a>1</a> more </b> noise`:                   `<a>1</a>`,
		`<a>1<a>2</a></a>`:                                         `<a>1<a>2</a></a>`,
		`<a/>`:                                                     `<a/>`,
		`<a><![CDATA[</a>]]>`:                                      `<a><![CDATA[</a>`, // the closest thing to an end tag
		`<a>`:                                                      "cut short",
		`<a>1</a`:                                                  "cut short",
		`<ab></ab>`:                                                "is not <a>",
		``:                                                         "is not <a>",
	} {
		p, err := readXML([]byte(body), "", "a")
		if err != nil {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", body, err)
			}
			continue
		}
		if string(p.doc) != want {
			t.Errorf("%s became %s, want %s", body, p.doc, want)
		}
	}
}

func TestSplit(t *testing.T) {
	doc := `<l><r>1</r> <!-- <r> --><x:r a="/r>">2<r/></x:r><r/><![CDATA[<r>]]>5 < 6 <t>token</t></l>`
	elements, rest, err := split([]byte(doc), "r")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range elements {
		got = append(got, string(e.raw))
	}
	if want := []string{`<r>1</r>`, `<x:r a="/r>">2<r/></x:r>`, `<r/>`}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("elements are %q", got)
	}
	if want := `<l> <!-- <r> --><![CDATA[<r>]]>5 < 6 <t>token</t></l>`; string(rest) != want {
		t.Errorf("rest is %s", rest)
	}
	if _, _, err := split([]byte(`<l><r><r></r></l>`), "r"); err == nil {
		t.Error("an element without end was accepted")
	}
}

// Tags a million deep are read without a stack as deep.
func TestSplitDeep(t *testing.T) {
	const deep = 300_000
	doc := strings.Repeat("<x>", deep) + "<r>1</r>" + strings.Repeat("</x>", deep)
	elements, _, err := split([]byte(doc), "r")
	if err != nil || len(elements) != 1 {
		t.Fatalf("%d elements, %v", len(elements), err)
	}
	nested := strings.Repeat("<r>", deep) + strings.Repeat("</r>", deep)
	elements, _, err = split([]byte(nested), "r")
	if err != nil || len(elements) != 1 {
		t.Fatalf("%d elements, %v", len(elements), err)
	}
	if _, _, err := decodeXML[oaiRecord](elements[0].raw); err != nil && !strings.Contains(err.Error(), "depth") {
		t.Errorf("error is %v", err)
	}
}

// A hostile page takes no longer than one of its size.
func TestReadXMLIsLinear(t *testing.T) {
	for name, piece := range map[string]string{
		"end tags that are none": "</ ", "quotes that stay open": `</x " `, "start tags": "<r ", "comments": "<!-", "brackets": "<", "references": "&#1",
	} {
		body := []byte("<OAI-PMH><ListRecords>" + strings.Repeat(piece, 1<<20))
		start := cputime.Used()
		if _, err := readXML(body, "", "OAI-PMH"); !errors.Is(err, errCut) {
			t.Errorf("%s: error is %v", name, err)
		}
		answer := xmlPage{doc: append(body, "</ListRecords></OAI-PMH>"...)}
		list, err := readOAIList(answer)
		if err == nil && len(list.read().records) > 0 {
			t.Errorf("%s: %d records", name, len(list.read().records))
		}
		if took := cputime.Used() - start; took > 20*time.Second {
			t.Errorf("%s: %d MiB took %s", name, len(body)>>20, took)
		}
	}
}

func TestDecodeXML(t *testing.T) {
	type r struct {
		T markup `xml:"t"`
	}
	for raw, want := range map[string]string{
		`<r><t>a &eacute; b</t></r>`:                       "a é b",
		"<r><t>a\x0bb&#11;c&#x0;d&#xFFFFFFFFF;</t></r>":    "abcd",
		`<r><t>R&D &nosuch; x</t></r>`:                     "R&D &nosuch; x",
		`<r a=b><t>unquoted</t></r>`:                       "unquoted",
		`<r><t>p &lt; 0.05 <i>in</i> <sub>2</sub></t></r>`: "p < 0.05 in 2",
		`<r><t>a<![CDATA[ <i>b</i> & ]]>c</t></r>`:         "a b & c",
	} {
		v, _, err := decodeXML[r]([]byte(raw))
		if err != nil || v.T.text() != want {
			t.Errorf("%s became %q, %v", raw, v.T.text(), err)
		}
	}
	// Entities of a document's own are not expanded, not even harmless ones.
	bomb := `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><r><t>&b;</t></r>`
	if v, _, err := decodeXML[r]([]byte(bomb)); err == nil && strings.Contains(v.T.text(), "aaaa") {
		t.Errorf("an entity was expanded: %q", v.T.text())
	}
}

func TestToUTF8(t *testing.T) {
	const plain = `<a>日本語 한국어 中文 é</a>`
	encode := func(enc interface {
		Bytes([]byte) ([]byte, error)
	}, s string,
	) []byte {
		t.Helper()
		b, err := enc.Bytes([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	declared := func(label, s string) string { return `<?xml version="1.0" encoding="` + label + `"?>` + s }
	for name, c := range map[string]struct {
		body   []byte
		media  string
		want   string
		mended bool
	}{
		"plain":                    {[]byte(plain), "", plain, false},
		"byte order mark":          {[]byte("\ufeff" + plain), "text/xml; charset=latin1", plain, false},
		"UTF-16 LE":                {encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(), plain), "", plain, false},
		"UTF-16 BE without mark":   {encode(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder(), plain), "", plain, false},
		"Shift-JIS":                {encode(japanese.ShiftJIS.NewEncoder(), declared("Shift_JIS", "<a>日本語</a>")), "", declared("Shift_JIS", "<a>日本語</a>"), false},
		"ISO-2022-JP":              {encode(japanese.ISO2022JP.NewEncoder(), declared("iso-2022-jp", "<a>日本語</a>")), "", declared("iso-2022-jp", "<a>日本語</a>"), false},
		"EUC-KR by header":         {encode(korean.EUCKR.NewEncoder(), "<a>한국어</a>"), "text/xml; charset=euc-kr", "<a>한국어</a>", false},
		"GB18030":                  {encode(simplifiedchinese.GB18030.NewEncoder(), declared("gb2312", "<a>中文</a>")), "", declared("gb2312", "<a>中文</a>"), false},
		"called Latin-1, is UTF-8": {[]byte(declared("ISO-8859-1", plain)), "", declared("ISO-8859-1", plain), true},
		"called UTF-8, is Latin-1": {[]byte("<a>caf\xe9 \xe9t\xe9</a>"), "text/xml; charset=utf-8", "<a>café été</a>", true},
		"half a letter":            {[]byte("<a>日\xe6\x97本</a>"), "", "<a>日\ufffd本</a>", true},
		"unknown label":            {[]byte(declared("klingon", "<a>\xe9</a>")), "", declared("klingon", "<a>é</a>"), true},
		"garbage":                  {bytes.Repeat([]byte{0xff}, 10), "", "\ufffd", true},
	} {
		t.Run(name, func(t *testing.T) {
			got, note := toUTF8(c.body, c.media)
			if string(got) != c.want || (note != "") != c.mended {
				t.Errorf("got %q (%s), want %q", got, note, c.want)
			}
			if !utf8.Valid(got) {
				t.Error("the result is not UTF-8")
			}
		})
	}
}

// fuzzXML feeds decode with the answers of testdata and what grows from them.
func fuzzXML(f *testing.F, name string, decode func(body []byte) (harvester.Page, error)) {
	files, err := filepath.Glob(filepath.Join("testdata", name, "*", "0*.xml"))
	if err != nil || len(files) == 0 {
		f.Fatal("no answers to begin with", err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	// Where the recorded answers are at hand, they are seeds too.
	folder := map[string]string{"oai": "oai-pmh"}[name]
	recorded, err := filepath.Glob(filepath.Join(recordedDir, cmp.Or(folder, name), "*", "0*.xml"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range recorded {
		if body, err := os.ReadFile(file); err == nil && len(body) < 100_000 {
			f.Add(body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := decode(body)
		if err != nil {
			return
		}
		for _, c := range page.Records {
			if c.SourceID == "" {
				t.Errorf("a record without ID: %+v", c)
			}
			raw, err := json.Marshal(c)
			if err != nil || !utf8.Valid(raw) {
				t.Errorf("a record that cannot be written: %v", err)
			}
		}
		for _, b := range page.Bad {
			if b.Reason == "" || len(b.Raw) == 0 {
				t.Errorf("a bad record without reason or bytes: %+v", b)
			}
		}
	})
}
