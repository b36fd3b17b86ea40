package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"polyglean/indexer"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// synthetic is a made-up study of two records with what makes exporting hard: texts in
// several scripts, and texts that would be fields, records, formulas or commands if
// they were written as they are.
func synthetic() *indexer.Study {
	a := record.Candidate{
		ID: "crossref:10.5555/exit.1", Source: "crossref", SourceID: "10.5555/exit.1", Route: record.RouteSearch, Query: "strategy",
		Titles:    []record.Text{{Text: "=HYPERLINK(\"x\") {Exit} & 100% of $5_000\nTY  - JOUR", Lang: "en"}},
		Abstracts: []record.Text{{Text: "First line.\nER  - \n\nTY  - BOOK\nPMID- 1\n@article{x,\u2028 \x00end", Lang: "en"}},
		Keywords:  []record.Text{{Text: "exit; recovery"}, {Text: "+1"}},
		Authors:   []record.Author{{Name: "Synthetic, Ada", Family: "Synthetic", Given: "Ada"}, {Name: "Centre for Health and Care"}},
		Year:      2018, Date: "2018-05-03", Container: "Journal of Made-up Studies", Volume: "7", Issue: "2", Pages: "123-9",
		Publisher: "Example Press", JournalCountry: "GB", Type: "journal-article", ISSN: []string{"1234-5679"},
		IDs: record.Identifiers{DOI: "10.5555/exit_1{a}", PMID: "31999999"}, URL: "https://example.org/exit",
		License: "https://creativecommons.org/licenses/by/4.0/",
	}
	b := record.Candidate{
		ID: "scielo:S0000", Source: "scielo", SourceID: "S0000", Route: record.RouteHarvest,
		Titles:    []record.Text{{Text: "Salir de la prostitución", Lang: "es"}},
		Abstracts: []record.Text{{Text: "Un estudio sintético.", Lang: "es"}},
		Languages: []string{"es"}, Year: 2018, IDs: record.Identifiers{DOI: "10.5555/exit_1{a}"},
		License: "All rights reserved",
	}
	detected := func(field record.Field, text record.Text) record.Detection {
		return record.Detection{Field: field, End: len(text.Text), Lang: text.Lang, Confidence: 1, How: "model"}
	}
	member := func(c record.Candidate) indexer.Member {
		return indexer.Member{Record: record.Classified{Candidate: c, Language: record.LanguageLedger{
			Languages: []string{c.Titles[0].Lang},
			Detected:  []record.Detection{detected(record.FieldTitle, c.Titles[0]), detected(record.FieldAbstract, c.Abstracts[0])},
		}}}
	}
	return &indexer.Study{
		ID: "sabc234", Members: []indexer.Member{member(a), member(b)},
		Decisions: []indexer.LoggedDecision{{Decision: record.Decision{
			Stage: record.StageFullText, Verdict: record.Include, By: "r1", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		}}},
	}
}

func write(t *testing.T, f Format, opts Options, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(f, &b, opts)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		r := Of(synthetic(), opts)
		if err := w.Write(&r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTaggedFormatsHoldNoOtherRecord(t *testing.T) {
	count := func(text, prefix string) (n int) {
		for l := range strings.Lines(text) {
			if strings.HasPrefix(l, prefix) {
				n++
			}
		}
		return n
	}
	ris := string(write(t, RIS, Options{}, 2))
	if count(ris, "TY  - ") != 2 || count(ris, "ER  - ") != 2 || count(ris, "AB  - ") != 2 {
		t.Errorf("RIS of two studies:\n%s", ris)
	}
	for _, want := range []string{
		"TY  - JOUR\r\n", "N1  - Title [es]: Salir de la prostitución\r\n", "AU  - Synthetic, Ada\r\n", "AU  - Centre for Health and Care\r\n",
		"PY  - 2018\r\n", "DA  - 2018/05/03/\r\n", "SP  - 123\r\n", "EP  - 129\r\n", "DO  - 10.5555/exit_1{a}\r\n", "LA  - es\r\n",
		"N1  - " + withheldNote + "\r\n",
	} {
		if !strings.Contains(ris, want) {
			t.Errorf("RIS lacks %q:\n%s", want, ris)
		}
	}
	if strings.Contains(ris, "Un estudio") {
		t.Error("RIS has an abstract whose rights are reserved")
	}
	nbib := string(write(t, NBIB, Options{}, 2))
	if count(nbib, "PMID-") != 2 || count(nbib, "TI  -") != 2 || count(nbib, "\n") != 2 {
		t.Errorf("NBIB of two studies:\n%s", nbib)
	}
	for _, want := range []string{"LA  - spa\n", "DP  - 2018 May 3\n", "TT  - Salir de la prostitución\n", "PL  - United Kingdom\n", "AID - 10.5555/exit_1{a} [doi]\n"} {
		if !strings.Contains(nbib, want) {
			t.Errorf("NBIB lacks %q:\n%s", want, nbib)
		}
	}
	for l := range strings.Lines(nbib) {
		if len(l) > nbibWidth+1 && strings.Contains(strings.TrimSpace(l[6:]), " ") {
			t.Errorf("NBIB line of %d columns: %q", len(l), l)
		}
	}
}

func TestBibTeXIsBalancedAndEscaped(t *testing.T) {
	bib := string(write(t, BibTeX, Options{}, 1))
	depth := 0
	for i, c := range bib {
		escaped := i > 0 && bib[i-1] == '\\'
		switch {
		case c == '{' && !escaped:
			depth++
		case c == '}' && !escaped:
			depth--
		}
	}
	if depth != 0 {
		t.Errorf("braces do not balance:\n%s", bib)
	}
	for _, want := range []string{
		"@article{synthetic2018sabc234,\n", `\{Exit\} \& 100\% of \$5\_000 TY - JOUR`, "author = {Synthetic, Ada and {Centre for Health and Care}}",
		"pages = {123--129}", "doi = {10.5555/exit_1%7Ba%7D}", "language = {es}",
	} {
		if !strings.Contains(bib, want) {
			t.Errorf("BibTeX lacks %q:\n%s", want, bib)
		}
	}
}

func TestTablesHoldNoFormula(t *testing.T) {
	rows := rowsOf(t, CSV, write(t, CSV, Options{}, 2))
	if len(rows) != 3 || len(rows[1]) != len(Columns(nil)) {
		t.Fatalf("%d rows, %d cells, want 3 rows of %d", len(rows), len(rows[1]), len(Columns(nil)))
	}
	at := func(row []string, column string) string {
		for i, c := range Columns(nil) {
			if c.Name == column {
				return row[i]
			}
		}
		t.Fatalf("there is no column %q", column)
		return ""
	}
	if title := at(rows[1], "title"); !strings.HasPrefix(title, "'=HYPERLINK") || strings.ContainsAny(title, "\r\n") {
		t.Errorf("title cell %q", title)
	}
	if raw := rowsOf(t, CSV, write(t, CSV, Options{Raw: true}, 1)); !strings.HasPrefix(at(raw[1], "title"), "=HYPERLINK") {
		t.Errorf("raw title cell %q", at(raw[1], "title"))
	}
	for column, want := range map[string]string{
		"translated_title": "Salir de la prostitución", "translated_title_language": "es", "authors": "Synthetic, Ada; Centre for Health and Care",
		"decision": "include", "abstract_withheld": "yes", "sources": "crossref; scielo", "language": "es",
	} {
		if got := at(rows[1], column); got != want {
			t.Errorf("column %s is %q, want %q", column, got, want)
		}
	}

	book, err := excelize.OpenReader(bytes.NewReader(write(t, XLSX, Options{}, 2)))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	sheet, err := book.GetRows("Studies")
	if err != nil || len(sheet) != 3 {
		t.Fatalf("sheet of %d rows, %v; want 3", len(sheet), err)
	}
	if formula, _ := book.GetCellFormula("Studies", "B2"); formula != "" {
		t.Errorf("the title became the formula %q", formula)
	}
	if sheet[1][1] != at(rows[1], "title") {
		t.Errorf("the sheet says %q, the CSV %q", sheet[1][1], at(rows[1], "title"))
	}
}

// TestColumnNamesArePromises pins the names and their order: only the end may grow.
func TestColumnNamesArePromises(t *testing.T) {
	const promised = "study_id title title_language translated_title translated_title_language further_titles abstract abstract_language " +
		"further_abstracts authors year publication_date journal volume issue pages publisher type doi pmid pmcid openalex issn url keywords " +
		"language text_languages sources records routes queries strategy_match flags miss_reasons why concepts seed set_aside retracted license " +
		"abstract_withheld decision decision_stage decision_reason decided_by decided_at journal_country " +
		"attr_design attr_population attr_setting attr_path attr_followup attr_theory"
	if got := strings.Join(header(Columns(protocol.Default().Attributes)), " "); !strings.HasPrefix(got, promised) {
		t.Errorf("columns are\n%s\nwant them to begin with\n%s", got, promised)
	}
}

// rowsOf are the rows of a table, its header first.
func rowsOf(t *testing.T, f Format, table []byte) [][]string {
	t.Helper()
	if f == CSV {
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(table, []byte("\ufeff")))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	book, err := excelize.OpenReader(bytes.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Studies")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestAttributesHaveColumns: what a protocol extracts has a column of the tables, empty
// where the texts say nothing of it, with the concepts by name.
func TestAttributesHaveColumns(t *testing.T) {
	hit := func(facet, concept string) record.ConceptHit {
		return record.ConceptHit{Facet: facet, Concept: concept}
	}
	member := func(id string, hits ...record.ConceptHit) indexer.Member {
		return indexer.Member{Record: record.Classified{Candidate: record.Candidate{ID: id}, Concepts: hits}}
	}
	opts := Options{
		Names:      protocol.Names{Concepts: map[string]string{"first_peoples": "First Peoples; nations"}},
		Attributes: []string{"people", "change", "weather"},
	}
	r := Of(&indexer.Study{ID: "sabc234", Members: []indexer.Member{
		member("a:1", hit("people", "first_peoples"), hit("change", "long_drought")),
		member("b:1", hit("people", "first_peoples"), hit("people", "farmers"), hit("topic", "exit")),
	}}, opts)
	want := map[string]string{
		"attr_people": "First Peoples, nations; farmers", "attr_change": "long drought", "attr_weather": "",
		"concepts": "First Peoples, nations; long drought; farmers; exit",
	}
	for _, f := range []Format{CSV, XLSX} {
		var b bytes.Buffer
		w, err := NewWriter(f, &b, opts)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Write(&r), w.Close()); err != nil {
			t.Fatal(err)
		}
		rows := rowsOf(t, f, b.Bytes())
		for column, value := range want {
			if i := slices.Index(rows[0], column); i < 0 {
				t.Errorf("%s: there is no column %s", f, column)
			} else if got := append(rows[1], "", "", "")[i]; got != value { // a sheet ends with the last cell that holds something
				t.Errorf("%s: column %s is %q, want %q", f, column, got, value)
			}
		}
	}
	line, err := json.Marshal(&r)
	if err != nil || !strings.Contains(string(line), `"attributes":{"change":["long_drought"],"people":["first_peoples","farmers"],"topic":["exit"]}`) {
		t.Errorf("for programs: %s, error %v", line, err)
	}
}

func TestStructuredFormatsAreWellFormed(t *testing.T) {
	var items []cslItem
	if err := json.Unmarshal(write(t, CSLJSON, Options{}, 2), &items); err != nil || len(items) != 2 {
		t.Fatalf("CSL-JSON: %d items, %v", len(items), err)
	}
	if i := items[0]; i.Type != "article-journal" || i.Page != "123-129" || i.Author[1].Literal == "" || len(i.Custom.Titles) != 2 {
		t.Errorf("CSL item %+v", i)
	}
	if err := json.Unmarshal(write(t, CSLJSON, Options{}, 0), &items); err != nil || len(items) != 0 {
		t.Errorf("empty CSL-JSON: %d items, %v", len(items), err)
	}
	var doc struct {
		Records []endnoteRecord `xml:"records>record"`
	}
	if err := xml.Unmarshal(write(t, EndNote, Options{}, 2), &doc); err != nil || len(doc.Records) != 2 {
		t.Fatalf("EndNote XML: %d records, %v", len(doc.Records), err)
	}
	if r := doc.Records[1]; r.Number != 2 || r.Accession != "31999999" || !strings.Contains(r.ResearchNote, "Title [es]: Salir") {
		t.Errorf("EndNote record %+v", r)
	}
	lines := bytes.Split(bytes.TrimSpace(write(t, JSONL, Options{Abstracts: AllAbstracts}, 2)), []byte("\n"))
	var ref Reference
	if err := json.Unmarshal(lines[0], &ref); err != nil || len(lines) != 2 || len(ref.Abstracts) != 2 || ref.Withheld {
		t.Errorf("JSONL: %d lines, %v, %+v", len(lines), err, ref.Abstracts)
	}
}

func TestMayShare(t *testing.T) {
	for license, want := range map[string]bool{
		"": true, "CC BY-NC-ND 4.0": true, "https://creativecommons.org/publicdomain/zero/1.0/": true,
		"info:eu-repo/semantics/closedAccess":      true,
		"© 2019 The Authors. All rights reserved.": false, "Todos los derechos reservados": false, "版权所有": false,
		"https://www.elsevier.com/tdm/userlicense/1.0/": false, "http://doi.wiley.com/10.1002/tdm_license_1.1": false,
	} {
		if got := MayShare(license); got != want {
			t.Errorf("MayShare(%q) = %v", license, got)
		}
	}
}

func TestSplit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "found.ris")
	sp := NewSplit(path, RIS, Options{}, 2, 0)
	for range 5 {
		r := Of(synthetic(), Options{})
		if err := sp.Write(&r); err != nil {
			t.Fatal(err)
		}
	}
	files, err := sp.Close()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for i, f := range files {
		if want := filepath.Join(dir, fmt.Sprintf("found-%03d.ris", i+1)); f.Path != want {
			t.Errorf("file %d is %s, want %s", i, f.Path, want)
		}
		data, err := os.ReadFile(f.Path)
		if err != nil || int64(len(data)) != f.Bytes {
			t.Errorf("%s: %d bytes, %v, want %d", f.Path, len(data), err, f.Bytes)
		}
		n := strings.Count(string(data), "\r\nER  - ")
		if n != f.References {
			t.Errorf("%s holds %d references, reported %d", f.Path, n, f.References)
		}
		total += n
	}
	if total != 5 || len(files) != 3 {
		t.Errorf("%d references in %d files, want 5 in 3", total, len(files))
	}
	if left, _ := os.ReadDir(dir); len(left) != len(files) {
		t.Errorf("%d files lie there, want %d", len(left), len(files))
	}

	// By bytes, and one that is given up.
	sp = NewSplit(filepath.Join(dir, "big.ris"), RIS, Options{}, 0, 1)
	for range 200 {
		r := Of(synthetic(), Options{})
		if err := sp.Write(&r); err != nil {
			t.Fatal(err)
		}
	}
	sp.Abandon()
	if left, _ := filepath.Glob(filepath.Join(dir, ".big*")); len(left) != 0 {
		t.Errorf("an abandoned export leaves %v", left)
	}
}

func TestExcelCellIsCutAndSaysSo(t *testing.T) {
	got := fitCell(strings.Repeat("𝒳", 40_000))
	if n := len(utf16.Encode([]rune(got))); n > cellUnits || !strings.Contains(got, "cut:") {
		t.Errorf("%d UTF-16 units, ends %q", n, got[len(got)-60:])
	}
}
