package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"polyglean/harvester"
	"polyglean/harvester/importer"
	"polyglean/harvester/source"
	"polyglean/indexer"
	"polyglean/indexer/export"
	"polyglean/internal/record"
)

// madeUp are synthetic records in several scripts, with what is hard on the formats:
// characters that are commands, names that are not family and given, dates that are
// not whole, titles and abstracts in two languages.
func madeUp() []record.Candidate {
	text := func(lang, s string) record.Text { return record.Text{Text: s, Lang: lang} }
	return []record.Candidate{
		{
			Titles:    []record.Text{text("en", "Exit & recovery: 100% of $5_000 {costs} #1 ~ ^ \\ all"), text("es", "Salida y recuperación")},
			Abstracts: []record.Text{text("en", "Women left. A line that looks like a record: TY - JOUR and @article{x, follows; p < 0.05.")},
			Keywords:  []record.Text{text("", "exit"), text("", "recovery")},
			Authors:   []record.Author{{Name: "Specimen, Ada María", Family: "Specimen", Given: "Ada María"}, {Name: "Centre for Health and Care"}},
			Year:      2018, Date: "2018-05-03", Container: "Journal of Made-up Studies", Volume: "7", Issue: "2", Pages: "123-129",
			Publisher: "Example Press", JournalCountry: "KR", Type: "journal-article", ISSN: []string{"1234-5679"}, Languages: []string{"en"},
			IDs: record.Identifiers{DOI: "10.5555/exit_1", PMID: "31999999", PMCID: "PMC7654321"}, URL: "https://example.org/exit?a=1&b=2",
		},
		{
			Titles:    []record.Text{text("ru", "Выход из торговли людьми: «новая жизнь»")},
			Abstracts: []record.Text{text("ru", "Синтетический текст о реабилитации женщин, пострадавших от торговли людьми.")},
			Authors:   []record.Author{{Name: "Образцова, Анна", Family: "Образцова", Given: "Анна"}},
			Year:      2020, Date: "2020-11", Container: "Журнал примеров", Volume: "3", Pages: "e15", Type: "journal-article", Languages: []string{"ru"},
		},
		{
			Titles:    []record.Text{text("zh", "被拐卖妇女的社会融入研究"), text("en", "Social integration of trafficked women")},
			Abstracts: []record.Text{text("zh", "本文为合成摘要，讨论被拐卖妇女的社会融入。")},
			Authors:   []record.Author{{Name: "样本"}},
			Year:      2011, Date: "2011", Container: "示例学报", Type: "dissertation", Languages: []string{"zh"},
		},
		{
			Titles:    []record.Text{text("ar", "إعادة تأهيل ضحايا الاتجار بالبشر")},
			Abstracts: []record.Text{text("ar", "نص تركيبي عن إعادة تأهيل الضحايا.")},
			Authors:   []record.Author{{Name: "مثال, ليلى", Family: "مثال", Given: "ليلى"}},
			Year:      2016, Date: "2016", Container: "مجلة الأمثلة", Type: "book-chapter", Languages: []string{"ar"},
			IDs: record.Identifiers{DOI: "10.5555/ar.1"},
		},
		{
			Titles: []record.Text{text("tr", "İstanbul'da ışık: şiddet ve çıkış")}, Year: 1999, Date: "1999", Type: "report",
			Authors: []record.Author{{Name: "Örnek, Işıl", Family: "Örnek", Given: "Işıl"}}, Publisher: "Örnek Yayınevi", Languages: []string{"tr"},
		},
	}
}

// exported writes the records as studies of their own into a file.
func exported(t *testing.T, records []record.Candidate, f export.Format) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "studies"+f.Extension())
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w, err := export.NewWriter(f, file, export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range records {
		c.ID = fmt.Sprintf("made-up:%d", i)
		c.Source = "made-up"
		var ledger record.LanguageLedger
		if len(c.Titles) > 0 {
			ledger.Languages = []string{c.Titles[0].Lang}
		}
		study := indexer.Study{ID: record.StudyID(c.ID), Members: []indexer.Member{{Record: record.Classified{Candidate: c, Language: ledger}}}}
		r := export.Of(&study, export.Options{})
		if err := w.Write(&r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestExportsComeBackByImport writes each format and reads it with the import: what
// the format has a place for is the same.
func TestExportsComeBackByImport(t *testing.T) {
	for _, f := range []export.Format{export.RIS, export.NBIB, export.BibTeX, export.EndNote, export.CSV} {
		t.Run(string(f), func(t *testing.T) {
			path := exported(t, madeUp(), f)
			im, err := importer.Open(t.Context(), []string{path}, importer.Options{Database: "round trip"})
			if err != nil {
				t.Fatal(err)
			}
			page, err := im.Page(t.Context(), harvester.Query{}, "")
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Bad) != 0 || len(page.Records) != len(madeUp()) {
				t.Fatalf("%d records and %d rejected, want %d", len(page.Records), len(page.Bad), len(madeUp()))
			}
			for i, got := range page.Records {
				want := madeUp()[i]
				plainText(&want, f)
				plainText(&got, f)
				// The kind's word differs by format; which kind it is, is asked below.
				diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(record.Candidate{},
					"Schema", "ID", "Source", "SourceID", "Route", "Query", "Harvested", "Version", "URL", "Type", "License"))
				if diff != "" {
					t.Errorf("record %d (-exported +imported):\n%s", i, diff)
				}
				if got.Type == "" && f != export.NBIB {
					t.Errorf("record %d came back without a type", i)
				}
			}
		})
	}
}

// TestExportsKeepTheStudy: the ID of a study names its record whichever format it came
// back by, beside identifiers and where there is nothing else.
func TestExportsKeepTheStudy(t *testing.T) {
	records := []record.Candidate{
		{Year: 2004, Date: "2004", Container: "Journal of Made-up Studies", Abstracts: []record.Text{{Text: "A synthetic abstract of a paper without title."}}},
		{Titles: []record.Text{{Text: "A synthetic paper"}}, IDs: record.Identifiers{DOI: "10.5555/a", PMID: "31999999"}},
		{},
		{},
		{},
		{},
	}
	var want []string
	for i := range records {
		want = append(want, "round-trip:"+record.StudyID(fmt.Sprintf("made-up:%d", i)))
	}
	for _, f := range []export.Format{export.RIS, export.NBIB, export.BibTeX, export.EndNote, export.CSV} {
		t.Run(string(f), func(t *testing.T) {
			im, err := importer.Open(t.Context(), []string{exported(t, records, f)}, importer.Options{Database: "round trip"})
			if err != nil {
				t.Fatal(err)
			}
			page, err := im.Page(t.Context(), harvester.Query{}, "")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range page.Records {
				got = append(got, r.SourceID)
			}
			if diff := cmp.Diff(want, got); diff != "" || len(page.Bad) > 0 {
				t.Errorf("(-exported +imported):\n%s%v", diff, page.Bad)
			}
		})
	}
}

// TestPreprintsComeBackAsPreprints: not as what was never published.
func TestPreprintsComeBackAsPreprints(t *testing.T) {
	records := []record.Candidate{{Titles: []record.Text{{Text: "A synthetic preprint"}}, Type: "posted-content"}}
	for _, f := range []export.Format{export.RIS, export.NBIB, export.BibTeX, export.EndNote, export.CSV} {
		im, err := importer.Open(t.Context(), []string{exported(t, records, f)}, importer.Options{Database: "round trip"})
		if err != nil {
			t.Fatal(err)
		}
		page, err := im.Page(t.Context(), harvester.Query{}, "")
		if err != nil || len(page.Records) != 1 {
			t.Fatalf("%s: %d records, %v", f, len(page.Records), err)
		}
		back := indexer.Study{Members: []indexer.Member{{Record: record.Classified{Candidate: page.Records[0]}}}}
		if kinds := back.Kinds(); !slices.Equal(kinds, []string{"preprint"}) {
			t.Errorf("%s: %q came back as %q", f, page.Records[0].Type, kinds)
		}
	}
}

// TestExportsForOthersAreRefused: of what the import does not read it says what it is and the
// way to what it reads, before it asks for the name of a database.
func TestExportsForOthersAreRefused(t *testing.T) {
	for f, way := range map[export.Format]string{
		export.XLSX: "save it as CSV", export.CSLJSON: "-o studies.ris", export.JSONL: "-o studies.ris",
	} {
		_, err := importer.Open(t.Context(), []string{exported(t, madeUp(), f)}, importer.Options{})
		if err == nil || !strings.Contains(err.Error(), way) || strings.Contains(err.Error(), "--database") {
			t.Errorf("%s: %v; want %q", f, err, way)
		}
	}
	_, err := importer.Open(t.Context(), []string{exported(t, madeUp(), export.RIS)}, importer.Options{})
	if err == nil || !strings.HasPrefix(err.Error(), "--database is missing") {
		t.Errorf("a file that can be read, without its database: %v", err)
	}
}

// plainText leaves out of a record what the format has no place for.
func plainText(c *record.Candidate, f export.Format) {
	untagged := func(texts []record.Text) {
		for i := range texts {
			texts[i].Lang = ""
		}
	}
	c.Titles, c.Abstracts, c.Keywords = slices.Clone(c.Titles), slices.Clone(c.Abstracts), slices.Clone(c.Keywords)
	untagged(c.Titles)
	untagged(c.Abstracts)
	untagged(c.Keywords)
	if f != export.NBIB && f != export.CSV {
		c.JournalCountry = ""
	}
	if f == export.NBIB {
		// The English title comes first there.
		slices.SortFunc(c.Titles, func(a, b record.Text) int { return strings.Compare(a.Text, b.Text) })
	}
	for i, a := range c.Authors {
		if a.Family == "" {
			c.Authors[i].Given = ""
		}
		c.Authors[i].ORCID = ""
	}
}

// reading is what a public reader makes of a reference.
type reading struct {
	Title    string   `json:"title"`
	Authors  []string `json:"authors"`
	Year     string   `json:"year"`
	Journal  string   `json:"journal"`
	Volume   string   `json:"volume"`
	Pages    string   `json:"pages"`
	DOI      string   `json:"doi"`
	Abstract string   `json:"abstract"`
	Keywords []string `json:"keywords"`
}

// TestPublicReadersReadExports reads each format with a program that is not ours:
// rispy, bibtexparser and nbib of PyPI.
func TestPublicReadersReadExports(t *testing.T) {
	python := os.Getenv("POLYGLEAN_TEST_READERS")
	if python == "" {
		t.Skip("set POLYGLEAN_TEST_READERS to a Python that has rispy, bibtexparser and nbib to have the exports read by them")
	}
	for _, f := range []export.Format{export.RIS, export.BibTeX, export.NBIB} {
		t.Run(string(f), func(t *testing.T) {
			records := madeUp()
			if f == export.NBIB {
				// That reader wants a PubMed ID in every record.
				for i := range records {
					records[i].IDs.PMID = fmt.Sprint(31000000 + i)
				}
			}
			path := exported(t, records, f)
			cmd := exec.Command(python, "testdata/readers/read.py", path)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, stderr.String())
			}
			var got []reading
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatal(err)
			}
			if len(got) != len(records) {
				t.Fatalf("%d records, want %d", len(got), len(records))
			}
			for i, c := range records {
				if diff := cmp.Diff(expected(c, f), got[i], cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("record %d (-exported +read):\n%s", i, diff)
				}
			}
		})
	}
}

// expected is a record as a reader of the format has it.
func expected(c record.Candidate, f export.Format) reading {
	r := reading{
		Title: c.Title(), Year: c.Date[:4], Journal: c.Container, Volume: c.Volume, Pages: c.Pages, DOI: c.IDs.DOI,
	}
	for _, a := range c.Authors {
		r.Authors = append(r.Authors, a.Name)
	}
	for _, k := range c.Keywords {
		r.Keywords = append(r.Keywords, k.Text)
	}
	if len(c.Abstracts) > 0 {
		r.Abstract = c.Abstracts[0].Text
	}
	switch f {
	case export.NBIB:
		english := slices.IndexFunc(c.Titles, func(t record.Text) bool { return t.Lang == "en" })
		if english >= 0 {
			r.Title = c.Titles[english].Text
		} else {
			r.Title = "[" + r.Title + "]"
		}
		if len(c.Abstracts) > 0 && c.Abstracts[0].Lang != "en" {
			r.Abstract = "" // it stands in OAB, which this reader does not read
		}
	case export.BibTeX:
		r.Title = strings.ReplaceAll(r.Title, "^", "ˆ") // what that reader makes of \textasciicircum
		if c.Type == "dissertation" || c.Type == "book-chapter" {
			r.Journal = "" // it stands in series or booktitle
		}
		r.Authors = nil
		for _, a := range c.Authors {
			r.Authors = append(r.Authors, strings.Split(a.Name, " and ")...)
		}
	}
	return r
}

// TestCitationJSReadsExports reads RIS, BibTeX and CSL-JSON with Citation.js.
func TestCitationJSReadsExports(t *testing.T) {
	modules := os.Getenv("POLYGLEAN_TEST_CITATIONJS")
	if modules == "" {
		t.Skip("set POLYGLEAN_TEST_CITATIONJS to a folder whose node_modules has @citation-js to have the exports read by it")
	}
	for _, f := range []export.Format{export.RIS, export.BibTeX, export.CSLJSON} {
		t.Run(string(f), func(t *testing.T) {
			path := exported(t, madeUp(), f)
			cmd := exec.Command("node", "testdata/readers/read.mjs", modules, path)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, stderr.String())
			}
			var got []struct {
				Title  string
				DOI    string
				Author []struct{ Family, Given, Literal string }
				Issued struct {
					Parts [][]any `json:"date-parts"`
				}
			}
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatal(err)
			}
			if len(got) != len(madeUp()) {
				t.Fatalf("%d items, want %d: %s", len(got), len(madeUp()), out)
			}
			for i, c := range madeUp() {
				g := got[i]
				// Citation.js gives characters that HTML reserves as entities.
				if title := source.PlainLine(g.Title); title != c.Title() || g.DOI != c.IDs.DOI || len(g.Author) != len(c.Authors) {
					t.Errorf("item %d: title %q, DOI %q, %d authors; want %q, %q, %d", i, title, g.DOI, len(g.Author), c.Title(), c.IDs.DOI, len(c.Authors))
				}
				if len(g.Issued.Parts) == 0 || fmt.Sprint(g.Issued.Parts[0][0]) != c.Date[:4] {
					t.Errorf("item %d: issued %v, want %s", i, g.Issued.Parts, c.Date)
				}
			}
		})
	}
}
