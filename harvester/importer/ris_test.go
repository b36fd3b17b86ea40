package importer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"polyglean/internal/record"
)

func TestRISFields(t *testing.T) {
	records, bad := read(t, RIS, `Provider: a synthetic database
Database: Demo

TY  - JOUR
T1  - Synthetic <i>record</i> &amp; more
TT  - Registro sintético
A1  - Demo, Ana
AU  - Institute for Demonstration
PY  - 2019
DA  - 2019/05/07/Spring
JF  - Synthetic Journal
VL  - 12
IS  - 3
SP  - 100
EP  - 110
AB  - Abstract in English that goes on
over two lines. T2-weighted words
A1-receptors stay in it.
AB  - Resumen en español.
KW  - one; two
KW  - three
four
KW  - Two
DO  - https://doi.org/10.5555/ABC.1
M3  - Review
SN  - 1879-1379 (Print)
LA  - Spanish
UR  - javascript:alert(1)
UR  - https://demo.example/1
AN  - WOS:000000000000001
N1  - RAYYAN-INCLUSION: {"Demo"=>"Included", "Other"=>"Included"} | RAYYAN-LABELS: x
ER  - 
`)
	if len(bad) > 0 || len(records) != 1 {
		t.Fatalf("%+v %+v", records, bad)
	}
	want := record.Candidate{
		SourceID:  "test:WOS:000000000000001",
		Titles:    []record.Text{{Text: "Synthetic record & more"}, {Text: "Registro sintético"}},
		Abstracts: []record.Text{{Text: "Abstract in English that goes on over two lines. T2-weighted words A1-receptors stay in it."}, {Text: "Resumen en español."}},
		Keywords:  []record.Text{{Text: "one"}, {Text: "two"}, {Text: "three"}, {Text: "four"}},
		Authors:   []record.Author{{Name: "Institute for Demonstration"}, {Name: "Demo, Ana", Family: "Demo", Given: "Ana"}},
		Languages: []string{"es"}, Year: 2019, Date: "2019-05-07", Container: "Synthetic Journal", Volume: "12", Issue: "3",
		Pages: "100-110", Type: "Review", IDs: record.Identifiers{DOI: "10.5555/abc.1"}, ISSN: []string{"1879-1379"}, URL: "https://demo.example/1",
	}
	if diff := cmp.Diff(want, records[0]); diff != "" {
		t.Error(diff)
	}
}

// TestRISRecords: how records are told apart when their ends are not as they should
// be. Nothing that is in the file is lost: it is in a record or parked.
func TestRISRecords(t *testing.T) {
	for name, tt := range map[string]struct {
		text   string
		titles []string
		bad    []string // "line: part of the reason"
	}{
		"no end":           {"TY  - JOUR\nTI  - a\n\nTY  - JOUR\nTI  - b\n", []string{"a", "b"}, nil},
		"no start":         {"TI  - a\nER  - \nTY  - JOUR\nTI  - b\nER  - \n", []string{"a", "b"}, nil},
		"ends in a row":    {"TY  - JOUR\nTI  - a\nER  - \nER  - \n\nER  -\n", []string{"a"}, nil},
		"narrow tags":      {"TY - JOUR\nTI - a\nER -\nTY  -JOUR\nTI  - b\nER\n", []string{"a", "b"}, nil},
		"an end in a text": {"TY  - JOUR\nTI  - a\nAB  - x\nER  - \ny\nTY  - JOUR\nTI  - b\nER  - \n", []string{"a", "b"}, []string{"line 5: lines outside of a record"}},
		"a start in a text": {
			"TY  - JOUR\nTI  - a\nAB  - x\nTY  - JOUR\nKW  - k\nER  - \n",
			[]string{"a"},
			[]string{"line 4: it has neither a title nor"},
		},
		"nothing in it":        {"TY  - JOUR\nER  - \nTY  - JOUR\nTI  - b\nER  - \n", []string{"b"}, []string{"line 1: it has neither a title nor"}},
		"a DOI alone":          {"TY  - JOUR\nDO  - 10.5555/x\nER  - \n", []string{""}, nil},
		"end of a DOS file":    {"TY  - JOUR\nTI  - a\nER  - \n\x1a", []string{"a"}, nil},
		"a hostile title":      {"TY  - JOUR\nTI  - a\x00b\u202ec\u200bd <script>alert(1)</script>{{x}}\nER  - \n", []string{"abcd {{x}}"}, nil},
		"the title of a book":  {"TY  - BOOK\nBT  - a book\nER  - \n", []string{"a book"}, nil},
		"an indented start":    {"  TY  - JOUR\nTI  - a\nER  - \n", []string{"a"}, nil},
		"a record over 4 MB":   {"TY  - JOUR\nTI  - a\nAB  - " + strings.Repeat("x", 5<<20) + "\nER  - \nTY  - JOUR\nTI  - b\nER  - \n", []string{"b"}, []string{"line 1: the record is longer than 4 MB"}},
		"a file without lines": {"TY  - JOUR\nTI  - a\nER  - \n" + strings.Repeat("z", 9<<20), []string{"a"}, []string{"line 4: the record is longer"}},
	} {
		t.Run(name, func(t *testing.T) {
			records, bad := read(t, RIS, tt.text)
			if diff := cmp.Diff(tt.titles, titles(records)); diff != "" {
				t.Error(diff)
			}
			if len(bad) != len(tt.bad) {
				t.Fatalf("%d bad: %+v", len(bad), bad)
			}
			for i, b := range bad {
				if !strings.Contains(b.Reason, tt.bad[i]) || len(b.Raw) == 0 || len(b.Raw) > maxRecord+100 {
					t.Errorf("%s (%d bytes)", b.Reason, len(b.Raw))
				}
			}
		})
	}
}

func TestManyAuthors(t *testing.T) {
	records, _ := read(t, RIS, "TY  - JOUR\nTI  - a\n"+strings.Repeat("AU  - Demo, A.\n", 2000)+"ER  - \n")
	if n := len(records[0].Authors); n != 2000 {
		t.Errorf("%d authors of 2,000", n)
	}
}

func TestDates(t *testing.T) {
	for _, tt := range []struct{ dates, want string }{
		{"2019", "2019"},
		{"2019///", "2019"},
		{"2019/05//", "2019-05"},
		{"2019/5/7/", "2019-05-07"},
		{"2019//7/", "2019"},
		{"0000", ""},
		{"9999-99", ""},
		{"Spring 2019", "2019"},
		{"2019|2019-05-07", "2019-05-07"},
		{"2019|2021-05-07", "2019"},
		{"in press|2021-05", "2021-05"},
		{"2019 May 7", "2019-05-07"},
		{"2019-13-40", "2019"},
	} {
		if got, _ := bestDate(strings.Split(tt.dates, "|")); got != tt.want {
			t.Errorf("%q is read as %q, want %q", tt.dates, got, tt.want)
		}
	}
}
