package source

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"polyglean/internal/record"
)

// badInputs are the kinds of bad input that fetching and parsing meet, and the tests
// that stand for each; the names of those outside of this folder begin with theirs.
var badInputs = map[string][]string{
	"B1 OAI-PMH XML":                   {"FuzzDecodeOAI", "TestOAIFaults", "TestDecodeXML", "TestMended"},
	"B2 JSON of each source":           {"FuzzDecodeOpenAlex", "FuzzDecodeCrossref", "FuzzDecodeEuropePMC", "FuzzDecodeDOAJ", "FuzzDecodeHAL", "FuzzDecodeOpenAIRE", "FuzzDecodeDataCite", "FuzzDecodeCORE", "FuzzDecodeSemanticScholar", "FuzzDecodeClinicalTrials", "FuzzDecodeLILACS", "FuzzDecodeCiNii", "FuzzDecodeSciELO", "FuzzReadESearch", "FuzzEuropePMCReferences"},
	"B2 XML of each source":            {"FuzzDecodePubMed", "FuzzDecodeArXiv", "FuzzDecodeJStage"},
	"B3 JATS and HTML to text":         {"FuzzPlainText", "TestPlainText"},
	"B6 identifiers and dates":         {"FuzzIdentifiers", "TestIdentifiers", "TestNormalDate"},
	"B9 bomb per encoding":             {"TestBombsAreStoppedInTime"},
	"B10 body without end":             {"TestBodyOverTheLimitIsAnError"},
	"B11 depth":                        {"TestSplitDeep", "TestDeepAnswers"},
	"B12 one field of many megabytes":  {"TestLargeField", "../TestRecordsThatCannotTravelAreParked"},
	"B13 characters not seen":          {"TestPlainText", "TestHostileText"},
	"B14 encodings with wrong labels":  {"TestMended", "TestToUTF8", "FuzzToUTF8"},
	"B15 keys given twice":             {"TestKeysGivenTwice"},
	"B16 wrong types":                  {"TestFixtures", "TestSourcesRefuse"}, // the cases bad-records
	"B17 dates that are none":          {"TestNormalDate"},
	"B18 thousands of authors":         {"TestManyAuthors", "TestManyReferences"},
	"B19 markup that does something":   {"TestPlainText", "TestHostileText"},
	"B22 line ends in a title":         {"TestHostileText"},
	"B23 addresses of this machine":    {"TestPrivateAddressesAreRefused", "TestIsPublic", "TestRedirects"},
	"B26 keys in errors":               {"TestNoErrorHoldsAKey", "TestKeys", "TestRedactURL"},
	"F5 asked to wait":                 {"TestSourcesWait", "TestRetryAfterIsObeyed", "TestLongRetryAfterEndsTheBudget", "TestSpentBudgetByHeader"},
	"F6 slow, cut, reset":              {"TestFaultsAreTriedAgain", "TestTimeoutBoundsAnAttempt", "TestSourcesRetry"},
	"F7 not what was asked for":        {"TestSourcesRefuse", "TestJSONSourcesRefuse", "TestAttemptsEnd"},
	"F8 tokens and cursors":            {"TestOAIFaults", "TestOAICircle", "../TestForgottenCursorBeginsAnew", "../TestVolatileCursorIsNotTakenOver", "../TestSourceThatFailsIsNeverComplete"},
	"F9 records that change meanwhile": {"../TestSecondRunPublishesOnlyWhatChanged", "TestDOAJTooMany", "TestFixtures"}, // the cases with deletions
	"F10 fewer than announced":         {"../TestSourceThatFailsIsNeverComplete", "TestSciELOPaging"},
}

// Each kind of bad input has its tests, by the names they have.
func TestBadInputsHaveTests(t *testing.T) {
	have := map[string]bool{}
	for folder, prefix := range map[string]string{".": "", "..": "../"} {
		files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range tree.Decls {
				if f, ok := d.(*ast.FuncDecl); ok {
					have[prefix+f.Name.Name] = true
				}
			}
		}
	}
	for what, tests := range badInputs {
		for _, name := range tests {
			if !have[name] {
				t.Errorf("%s: there is no %s", what, name)
			}
		}
	}
}

// A source that is asked to wait, or is told that its quota is spent, waits and asks
// again, or ends its query with the reason; it never takes such an answer for a page.
func TestSourcesWait(t *testing.T) {
	for _, name := range Names() {
		for what, c := range map[string]struct {
			status int
			header http.Header
			ends   bool
		}{
			"429 with a short pause":    {429, headerOf("Retry-After", "0"), false},
			"503 with a date gone by":   {503, headerOf("Retry-After", "Mon, 02 Jan 2006 15:04:05 GMT"), false},
			"500 and no more":           {500, nil, false},
			"429 until tomorrow":        {429, headerOf("Retry-After", "86400"), true},
			"403 and a spent quota":     {403, headerOf("Retry-After", "7200"), true},
			"429 and nothing remaining": {429, headerOf("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "86400"), true},
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				dir := fixtureCases(t, name)[0]
				var asked atomic.Int32
				base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					n := asked.Add(1)
					if n > 1 {
						serveFixture(w, dir, int(n-1))
						return
					}
					for k, v := range c.header {
						w.Header()[k] = v
					}
					http.Error(w, "please wait", c.status)
				})
				s := sourceAt(t, name, fixtureConfig(name, base), FetchConfig{Attempts: 2})
				page, err := s.Page(t.Context(), fixtureQuery(t, name, dir), "")
				if budget, ok := errors.AsType[*BudgetError](err); ok != c.ends || ok && budget.Until.IsZero() {
					t.Fatalf("asked %d times: %v", asked.Load(), err)
				}
				if !c.ends && (err != nil || len(page.Records)+len(page.Bad) == 0) {
					t.Errorf("asked %d times, %d records, %v", asked.Load(), len(page.Records), err)
				}
				if c.ends && asked.Load() != 1 {
					t.Errorf("asked %d times, though told to wait", asked.Load())
				}
			})
		}
	}
}

// Nesting without end costs an error and neither the stack nor the memory.
func TestDeepAnswers(t *testing.T) {
	const deep = 1_000_000
	for _, name := range Names() {
		for what, body := range map[string]string{
			"arrays":   `{"results":` + strings.Repeat("[", deep) + strings.Repeat("]", deep) + `}`,
			"objects":  strings.Repeat(`{"results":`, deep) + "1" + strings.Repeat("}", deep),
			"elements": "<OAI-PMH><ListRecords>" + strings.Repeat("<record>", deep) + strings.Repeat("</record>", deep) + "</ListRecords></OAI-PMH>",
		} {
			s := serving(t, name, "application/json", []byte(body))
			page, err := s.Page(t.Context(), fixtureQuery(t, name, ""), "")
			if err == nil && len(page.Records) > 0 {
				t.Errorf("%s, %s: taken for a page of %d records", name, what, len(page.Records))
			}
		}
	}
}

func dataCiteAnswer(attributes string) []byte {
	return []byte(`{"data":[{"id":"10.5555/bad.1","attributes":{` + attributes + `}}],"meta":{"total":1},"links":{}}`)
}

func onlyRecord(t *testing.T, body []byte) record.Candidate {
	t.Helper()
	page, err := decodeDataCite(body)
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("%d records, %v, %+v", len(page.Records), err, page.Bad)
	}
	return page.Records[0]
}

// A field of many megabytes arrives whole.
func TestLargeField(t *testing.T) {
	text := strings.Repeat("синтетический текст & ", 500_000)
	c := onlyRecord(t, dataCiteAnswer(`"titles":[{"title":"Synthetic"}],"descriptions":[{"descriptionType":"Abstract","description":"`+text+`"}]`))
	if got := c.Abstracts[0].Text; got != strings.TrimSpace(text) {
		t.Errorf("%d bytes of %d arrived", len(got), len(text))
	}
}

func TestManyAuthors(t *testing.T) {
	var creators []string
	for i := range 20_000 {
		creators = append(creators, fmt.Sprintf(`{"name":"Author %d"}`, i))
	}
	c := onlyRecord(t, dataCiteAnswer(`"titles":[{"title":"Synthetic"}],"creators":[`+strings.Join(creators, ",")+`]`))
	if len(c.Authors) != len(creators) || c.Authors[19_999].Name != "Author 19999" {
		t.Errorf("%d authors, want %d", len(c.Authors), len(creators))
	}
}

// References are counted once each, however many a work is said to have.
func TestManyReferences(t *testing.T) {
	const n = 200_000
	var refs []string
	for i := range n {
		refs = append(refs, fmt.Sprintf(`"https://openalex.org/W%d"`, 1+i), `"W7"`)
	}
	page, err := decodeOpenAlex([]byte(`{"meta":{"count":1},"results":[{"id":"W1","referenced_works":[` + strings.Join(refs, ",") + `]}]}`))
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("%d records, %v", len(page.Records), err)
	}
	got := page.Records[0].References
	if len(got) != n || got[0] != "W1" || got[1] != "W7" || got[2] != "W2" || got[n-1] != "W200000" {
		t.Errorf("%d references, %q to %q", len(got), got[:3], got[len(got)-1])
	}
}

// Of a key that is given twice the last value is taken. One in other letters is another
// key.
func TestKeysGivenTwice(t *testing.T) {
	c := onlyRecord(t, dataCiteAnswer(`"titles":[{"title":"first"}],"titles":[{"title":"second"}],"TITLES":[{"title":"third"}],"language":"es","Language":"pt"`))
	if c.Title() != "second" || !slices.Equal(c.Languages, []string{"es"}) || c.SourceID != "10.5555/bad.1" {
		t.Errorf("%+v", c)
	}
}

// Text that does something where it is shown, stored or sent does nothing any more.
func TestHostileText(t *testing.T) {
	for what, c := range map[string]struct{ in, want string }{
		"B13 NUL and bidi":        {`a\u0000b\u202ec\u2066d\ufeffe`, "abcde"},
		"B13 half a surrogate":    {`a\ud800b`, "a\ufffdb"},
		"B13 decomposed":          {`sinte\u0301tica`, "sintética"},
		"B13 right to left":       {`\u0627\u0644\u0627\u062a\u062c\u0627\u0631`, "الاتجار"},
		"B19 script":              {`A <script>alert(1)</script>B`, "A B"},
		"B19 image":               {`A <img src=x onerror=alert(1)>B`, "A B"},
		"B19 escaped script":      {`A &lt;script&gt;alert(1)&lt;/script&gt;B`, "A B"},
		"B19 template":            {`A {{.Secret}} ${x}`, "A {{.Secret}} ${x}"},
		"B22 line ends":           {`A\r\nBcc: x@example.org\r\n\r\nB`, "A Bcc: x@example.org B"},
		"B22 others' line ends":   {`A\u2028B\u2029C\u0085D\u000bE`, "A B C D E"},
		"B21 a record of its own": {`A\nER  - \nTY  - JOUR`, "A ER - TY - JOUR"},
	} {
		got := onlyRecord(t, dataCiteAnswer(`"titles":[{"title":"`+c.in+`"}],"url":"javascript:alert(1)"`))
		if got.Title() != c.want || !utf8.ValidString(got.Title()) {
			t.Errorf("%s: %q, want %q", what, got.Title(), c.want)
		}
		if strings.HasPrefix(got.URL, "javascript") {
			t.Errorf("%s: the address %s was kept", what, got.URL)
		}
	}
}

func FuzzToUTF8(f *testing.F) {
	f.Add([]byte("\xff\xfe<\x00a\x00"), "text/xml; charset=utf-16")
	f.Add([]byte(`<?xml version="1.0" encoding="Shift_JIS"?>`+"<a>\x8d\x87</a>"), "")
	f.Add([]byte("{\"a\":\"\xba\xcf\"}"), "application/json; charset=gb18030")
	f.Add([]byte("\x1b$B9g\x1b(B caf\xe9 \xed\xa0\x80"), "text/xml; charset=iso-2022-jp")
	for _, name := range []string{"exports/encoding_iso_8859_1.bib", "errors/oai_trailing_php_notices.fragment.xml"} {
		if body, err := os.ReadFile(filepath.Join(recordedDir, name)); err == nil {
			f.Add(body, "")
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		for _, read := range []func([]byte, string) ([]byte, string){toUTF8, jsonUTF8} {
			if text, _ := read(body, contentType); !utf8.Valid(text) {
				t.Errorf("%q as %q became %q", body, contentType, text)
			}
		}
	})
}

func FuzzReadESearch(f *testing.F) {
	f.Add([]byte(`{"esearchresult":{"count":"2","idlist":["1","2"]}}`))
	f.Add([]byte(`{"error":"API rate limit exceeded","api-key":"1"}`))
	seeds, err := filepath.Glob(filepath.Join(recordedDir, "pubmed", "*esearch*", "*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range seeds {
		if body, err := os.ReadFile(file); err == nil {
			f.Add(body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		found, err := readESearch(body)
		if err != nil {
			return
		}
		if found.count < 0 || slices.ContainsFunc(found.ids, func(id string) bool { return normalPMID(id) == "" }) {
			t.Errorf("%+v", found)
		}
	})
}

func FuzzEuropePMCReferences(f *testing.F) {
	f.Add([]byte(`{"hitCount":2,"referenceList":{"reference":[{"id":"1) OR (x","source":"MED"},{"id":"2","source":"MED"}]}}`))
	f.Add([]byte(`{"hitCount":0}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, listed, err := decodeEuropePMCReferences(body)
		if err == nil && slices.ContainsFunc(listed, func(r europePMCReference) bool { return !europePMCWord(r.id) || !europePMCWord(r.collection) }) {
			t.Errorf("what is a piece of a search was listed: %+v", listed)
		}
	})
}
