package importer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"polyglean/internal/record"
)

func TestBibTeXFields(t *testing.T) {
	records, bad := read(t, BibTeX, `Scopus
EXPORT DATE: 1 May 2020

@string{sj = "Synthetic Journal of {\'E}tudes"}
@preamble{"\newcommand{\x}{y}"}
@comment{ @article{nothing, title={Nothing}} }
@ARTICLE{Demo2019,
  Author = {Demo, Jos{\'e} and M{\"u}ller, J{\o}rg and {Institute of Demonstration} and Anna van der {Demo Muster} and Kov{\'a}cs, Jr, Istv\'an and others},
  title = "The {S}ynthetic " # {Record: {$\alpha$} \& more -- "quoted" `+"``twice''"+` for \$5},
  subtitle = {A {\'i}ndex na{\"\i}ve fa\c cade},
  journal = sj,
  year = 2019, month = may, day = 7,
  volume = {12}, number = 3, pages = {100--110},
  doi = {10.5555/ABC\_3},
  url = {https://www.scopus.com/inward/record.uri?eid=2-s2.0-90000000002&partnerID=40},
  issn = {18791379},
  keywords = {one; two},
  language = {Spanish},
  abstract = {About 50\% of ~100 women.},
  document_type = {Article},
  title = {A second title},
}
`)
	if len(bad) > 0 || len(records) != 1 {
		t.Fatalf("%+v %+v", records, bad)
	}
	want := record.Candidate{
		SourceID:  "test:2-s2.0-90000000002",
		Titles:    []record.Text{{Text: "The Synthetic Record: α & more – \"quoted\" “twice” for $5: A índex naïve façade"}},
		Abstracts: []record.Text{{Text: "About 50% of ~100 women."}},
		Keywords:  []record.Text{{Text: "one"}, {Text: "two"}},
		Authors: []record.Author{
			{Name: "Demo, José", Family: "Demo", Given: "José"},
			{Name: "Müller, Jørg", Family: "Müller", Given: "Jørg"},
			{Name: "Institute of Demonstration"},
			{Name: "Anna van der Demo Muster", Family: "van der Demo Muster", Given: "Anna"},
			{Name: "Kovács Jr, István", Family: "Kovács Jr", Given: "István"},
		},
		Languages: []string{"es"}, Year: 2019, Date: "2019-05-07", Container: "Synthetic Journal of Études", Volume: "12", Issue: "3",
		Pages: "100-110", Type: "Article", IDs: record.Identifiers{DOI: "10.5555/abc_3", Other: map[string]string{"scopus": "2-s2.0-90000000002"}},
		ISSN: []string{"1879-1379"}, URL: "https://www.scopus.com/inward/record.uri?eid=2-s2.0-90000000002&partnerID=40",
	}
	if diff := cmp.Diff(want, records[0]); diff != "" {
		t.Error(diff)
	}
}

// TestBibTeXFaults: a fault costs the entry it is in.
func TestBibTeXFaults(t *testing.T) {
	for name, tt := range map[string]struct {
		text   string
		titles []string
		bad    []string
	}{
		"brace missing":         {"@article{a, title={A\n}\n@article{b, title={B}}\n", []string{"B"}, []string{"line 1: the entry has no end"}},
		"brace too many":        {"@article{a, title={A}}, year={2020}}\n@article{b, title={B}}\n", []string{"A", "B"}, nil},
		"quote missing":         {"@article{a, title=\"A,\n year=2020}\n\n@article{b, title={B}}\n", []string{"B"}, []string{"line 1: the entry has no end"}},
		"comma missing":         {"@article{a, title={A} year=2020}\n@article{b, title={B}}\n", []string{"B"}, []string{"no comma after the field \"title\""}},
		"equals missing":        {"@article{a, title {A}}\n@book{b, title={B}}\n", []string{"B"}, []string{"no \"=\" after \"title\""}},
		"cut short":             {"@article{a, title={A}}\n@article{b, title={B", []string{"A"}, []string{"line 2: the entry has no end"}},
		"no key":                {"@article{title={A}}", []string{"A"}, nil},
		"no fields":             {"@article{a}\n@article{b, title={B}}", []string{"B"}, []string{"neither a title"}},
		"on one line":           {"@article{a, title={A}}@article{b, title={B}} @article(c, title={C})", []string{"A", "B", "C"}, nil},
		"an address in a field": {"@article{a, title={A}, note={write to\n@demo, or x@demo{1}}}", []string{"A"}, nil},
		"escaped braces":        {"@article{a, title={A \\{ open}}\n@article{b, title={B}}", []string{"A { open", "B"}, nil},
		"macro without value":   {"@article{a, title=unknown}\n", []string{"unknown"}, nil},
		"value missing":         {"@article{a, title=,}\n", nil, []string{"no value"}},
	} {
		t.Run(name, func(t *testing.T) {
			records, bad := read(t, BibTeX, tt.text)
			if diff := cmp.Diff(tt.titles, titles(records)); diff != "" {
				t.Error(diff)
			}
			if len(bad) != len(tt.bad) {
				t.Fatalf("%d bad: %+v", len(bad), bad)
			}
			for i, b := range bad {
				if !strings.Contains(b.Reason, tt.bad[i]) || len(b.Raw) == 0 {
					t.Errorf("%s: %q", b.Reason, b.Raw)
				}
			}
		})
	}
}

// TestBibTeXMacrosDoNotGrow: each macro doubles the one before.
func TestBibTeXMacrosDoNotGrow(t *testing.T) {
	var b strings.Builder
	b.WriteString("@string{a0 = \"synthetic\"}\n")
	for i := range 60 {
		n := string(rune('0'+i/10)) + string(rune('0'+i%10))
		m := string(rune('0'+(i+1)/10)) + string(rune('0'+(i+1)%10))
		if i == 0 {
			n = "0"
		}
		b.WriteString("@string{a" + m + " = a" + n + " # a" + n + "}\n")
	}
	b.WriteString("@article{x, title = a60 # a60}\n@article{y, title = {Y}}\n")
	records, bad := read(t, BibTeX, b.String())
	for _, c := range records {
		if len(c.Title()) > maxValues {
			t.Errorf("a title of %d bytes", len(c.Title()))
		}
	}
	if got := len(records) + len(bad); got != 2 {
		t.Errorf("%d entries", got)
	}
}

func TestLaTeX(t *testing.T) {
	for in, want := range map[string]string{
		`Universit{\'e} de Montr\'eal`:       "Université de Montréal",
		`{\"O}sterreich, \"{a}, \"a`:         "Österreich, ä, ä",
		`\v{S}koda \v Skoda \c{c} \c c`:      "Škoda Škoda ç ç",
		`\~{n} \~n \^{\i} \'\i`:              "ñ ñ î í",
		`Stra\ss e, {\ss}, \ss{}x`:           "Straße, ß, ßx",
		`\O stergaard {\AA}lesund \l\'od\'z`: "Østergaard Ålesund łódź",
		`Nguy\~{\^e}n`:                       "Nguyễn",
		`\emph{not} {\it so} \textbf{bold}`:  "not so bold",
		`a~b -- c---d \ldots{} \% \_ \&`:     "a b – c—d … % _ &",
		`$x^2$, $p<0.05$ and $5 or \$6`:      "x^2, p<0.05 and $5 or $6",
		`\unknowncommand{kept}`:              "unknowncommandkept",
		`trailing \`:                         `trailing \`,
		`\`:                                  `\`,
		`\'`:                                 `'`,
		"plain 日本語":                          "plain 日本語",
		`\c`:                                 "c",
	} {
		if got := latexText(in); got != want {
			t.Errorf("%s is read as %q, want %q", in, got, want)
		}
	}
}
