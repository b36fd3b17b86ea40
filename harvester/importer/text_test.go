package importer

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"polyglean/harvester"
	"polyglean/internal/record"
)

// write puts a file into a directory of the test.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// read imports a text of the given format.
func read(t *testing.T, format Format, text string) ([]record.Candidate, []harvester.Bad) {
	t.Helper()
	im, err := Open(t.Context(), []string{write(t, "synthetic", text)}, Options{Database: "Test", Format: format})
	if err != nil {
		t.Fatal(err)
	}
	return readAll(t, im)
}

// titles are the main titles of records.
func titles(records []record.Candidate) []string {
	var out []string
	for _, c := range records {
		out = append(out, c.Title())
	}
	return out
}

func encoded(t *testing.T, e encoding.Encoding, text string) string {
	t.Helper()
	out, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const sample = "TY  - JOUR\nTI  - Synthetic: “Évasion”, añoranza e emoções\nAU  - Müller, Jörg\nPY  - 2020\nAB  - First line,\nsecond line.\nER  - \n"

func TestEncodingsAndLineEnds(t *testing.T) {
	const chinese = "TY  - JOUR\nTI  - 合成记录：离开性交易的女性与她们的生活\nAU  - 张, 三\nPY  - 2020\nER  - \n"
	for name, tt := range map[string]struct {
		bytes    string
		named    string // Options.Encoding
		encoding string
		title    string
	}{
		"UTF-8":                 {bytes: sample, encoding: "UTF-8"},
		"UTF-8 with a mark":     {bytes: "\ufeff" + sample, encoding: "UTF-8"},
		"UTF-16 LE with a mark": {bytes: encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), sample), encoding: "UTF-16 LE"},
		"UTF-16 BE with a mark": {bytes: encoded(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), sample), encoding: "UTF-16 BE"},
		"UTF-16 LE":             {bytes: encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), sample), encoding: "UTF-16 LE"},
		"UTF-16 BE":             {bytes: encoded(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), sample), encoding: "UTF-16 BE"},
		"Windows-1252":          {bytes: encoded(t, charmap.Windows1252, sample), encoding: "Windows-1252"},
		"Windows line ends":     {bytes: strings.ReplaceAll(sample, "\n", "\r\n"), encoding: "UTF-8"},
		"Macintosh line ends":   {bytes: strings.ReplaceAll(sample, "\n", "\r"), encoding: "UTF-8"},
		"UTF-16, Windows line ends": {
			bytes: encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), strings.ReplaceAll(sample, "\n", "\r\n")), encoding: "UTF-16 LE",
		},
		"UTF-8 with a foreign byte": {
			bytes: strings.Replace(sample, "añoranza", "a\xf1oranza", 1), encoding: "UTF-8",
		},
		"GB18030, named": {
			bytes: encoded(t, simplifiedchinese.GB18030, chinese), named: "gb18030", encoding: "gb18030", title: "合成记录：离开性交易的女性与她们的生活",
		},
		"Shift-JIS, named": {
			bytes: encoded(t, japanese.ShiftJIS, "TY  - JOUR\nTI  - 合成記録\nER  - \n"), named: "sjis", encoding: "shift_jis", title: "合成記録",
		},
	} {
		t.Run(name, func(t *testing.T) {
			im, err := Open(t.Context(), []string{write(t, "synthetic.ris", tt.bytes)}, Options{Database: "Test", Encoding: tt.named})
			if err != nil {
				t.Fatal(err)
			}
			if got := im.Files[0].Encoding; got != tt.encoding {
				t.Errorf("read in %s, want %s", got, tt.encoding)
			}
			records, bad := readAll(t, im)
			if len(records) != 1 || len(bad) > 0 {
				t.Fatalf("%d records, bad: %+v", len(records), bad)
			}
			c := records[0]
			want := tt.title
			if want == "" {
				want = "Synthetic: “Évasion”, añoranza e emoções"
				if len(c.Abstracts) != 1 || c.Abstracts[0].Text != "First line, second line." || c.Authors[0].Name != "Müller, Jörg" {
					t.Errorf("abstract and author: %+v %+v", c.Abstracts, c.Authors)
				}
			}
			if c.Title() != want {
				t.Errorf("title %q", c.Title())
			}
		})
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	chinese := "TY  - JOUR\nTI  - 合成记录：离开性交易的女性与她们的生活\nER  - \n"
	for name, tt := range map[string]struct{ text, encoding, want string }{
		"empty":             {"", "", "the file is empty"},
		"blank":             {" \n\n", "", "the file is empty"},
		"an archive":        {"PK\x03\x04\x14\x00", "", "a ZIP archive"},
		"a workbook":        {"PK\x03\x04\x14\x00[Content_Types].xml PK\x03\x04xl/workbook.xml", "", "save it as CSV (UTF-8)"},
		"a PDF":             {"%PDF-1.7\n", "", "a PDF"},
		"bytes":             {strings.Repeat("\x01\x02\x03abc", 100), "", "not a text file"},
		"Chinese, unnamed":  {encoded(t, simplifiedchinese.GB18030, chinese), "", "--encoding gb18030"},
		"Cyrillic, unnamed": {encoded(t, charmap.Windows1251, "TY  - JOUR\nTI  - Синтетическая запись\nER  - \n"), "", "windows-1251"},
		"no such encoding":  {chinese, "klingon", `encoding "klingon" is not known`},
		"prose":             {"Dear colleague,\nthe references follow.\n", "", "none of RIS"},
		"Web of Science":    {"FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Demo, A\nTI Synthetic\nER\n", "", "plain text: export RIS"},
		"ENW":               {"%0 Journal Article\n%T Synthetic\n", "", "ENW"},
		"a web page":        {"<!DOCTYPE html><html><body>Log in</body></html>", "", "a web page"},
		"PubMed's XML":      {"<?xml version=\"1.0\"?><PubmedArticleSet><PubmedArticle></PubmedArticle></PubmedArticleSet>", "", "NBIB"},
		"another XML":       {"<?xml version=\"1.0\"?><mods><title>x</title></mods>", "", "XML that is not EndNote's"},
		"JSON":              {`[{"title": "Synthetic"}]`, "", "this looks like JSON: "},
		"JSON lines":        {"{\"title\": \"Synthetic\"}\n{\"title\": \"Another\"}\n", "", "make a CSV"},
		"CSL":               {`[{"title": "Synthetic", "type": "article-journal"}]`, "", "CSL-JSON: open it in Zotero"},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "synthetic.txt", tt.text)
			_, err := Open(t.Context(), []string{path}, Options{Database: "Test", Encoding: tt.encoding})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), path+": ") {
				t.Errorf("error %v", err)
			}
		})
	}
	if _, err := Open(t.Context(), []string{t.TempDir()}, Options{Database: "Test"}); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("a directory: %v", err)
	}
	if _, err := Open(t.Context(), nil, Options{Database: " -- "}); err == nil || !strings.Contains(err.Error(), "name of the database") {
		t.Errorf("a database without a name: %v", err)
	}
}

func TestFormatsAreTold(t *testing.T) {
	for want, texts := range map[Format][]string{
		RIS: {
			"TY  - JOUR\nTI  - x\nER  - \n", "Provider: Somewhere\nDatabase: Else\n\nTY  - JOUR\nER  - ",
			"TY - JOUR\nTI - PMID- 5\nER -\n", "\n\n\nTY  -JOUR\n",
		},
		NBIB:    {"\nPMID- 12345\nOWN - NLM\nTI  - x\nAB  - @article{ is no entry here\n", "PMID - 5\n", "OWN - POLYGLEAN\nDP  - 2019\nTI  - no work of PubMed's\n"},
		BibTeX:  {"@article{a, title={TY  - JOUR}}", "Scopus\nEXPORT DATE: today\n\n@ARTICLE{x,\ntitle={x}}", "% a comment\n@string(a = \"b\")"},
		EndNote: {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml><records><record><titles/></record></records></xml>", "<records><record></record></records>"},
		CSV:     {"Title,Year\nx,2020\n", "\"Título\";\"Año\"\n", "PT\tAU\tTI\tSO\tPY\tDI\tUT\n", "sep=;\nTitle;DOI\n", "标题,作者,年份\n", "题名|作者\n"},
	} {
		for _, text := range texts {
			if got, err := detect([]byte(text)); err != nil || got != want {
				t.Errorf("%q is told as %q, %v; want %s", text, got, err, want)
			}
		}
	}
}

// TestTextInPieces: a text read a byte at a time is the same.
func TestTextInPieces(t *testing.T) {
	const text = "a\r\nb\rc\n\r\n\xf1é日\xffz\r"
	c := charset{mend: true}
	whole, err := io.ReadAll(c.text(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	if string(whole) != "a\nb\nc\n\n\ufffdé日\ufffdz\n" {
		t.Errorf("%q", whole)
	}
	pieces, err := io.ReadAll(c.text(iotest.OneByteReader(strings.NewReader(text))))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(whole), string(pieces)); diff != "" {
		t.Error(diff)
	}
}

func TestReadErrorsAreNotTheEnd(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, f := range formats {
		text := map[Format]string{RIS: sample, CSV: "Title,Year\nSynthetic,2020\n", NBIB: "PMID- 1\n", BibTeX: "@book{a,\n", EndNote: "<records><record>"}[f.format]
		r, err := f.read(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))
		for err == nil {
			_, err = r.next()
		}
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", f.format, err)
		}
	}
}
