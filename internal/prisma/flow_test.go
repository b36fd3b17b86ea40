package prisma

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func sample() Flow {
	return Flow{
		Review: "Leaving <synthetic> & more", Date: "2026-01-02",
		Databases: []Count{{"OpenAlex", 1200}, {"SciELO", 34}}, Others: []Count{{"citation searching", 16}},
		Duplicates: 250, Automation: 400, Unreadable: 2, Screened: 598, Excluded: 500, Unscreened: 60, Sought: 38,
		Unassessed: 8, Assessed: 30, Reasons: []Count{{"not about leaving", 11}, {"no reason given", 2}},
		Included: 17, Reports: 21, Previous: 13, Known: 12,
	}
}

func TestBalanced(t *testing.T) {
	f := sample()
	if err := f.Balanced(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Flow){
		"records identified": func(f *Flow) { f.Duplicates++ },
		"records screened":   func(f *Flow) { f.Excluded++ },
		"reports sought":     func(f *Flow) { f.Unassessed++; f.Assessed++ },
		"reports assessed":   func(f *Flow) { f.Included++ },
	} {
		f := sample()
		spoil(&f)
		if err := f.Balanced(); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestSVGIsXMLWithEveryNumber(t *testing.T) {
	for _, updated := range []bool{false, true} {
		f := sample()
		f.Updated = updated
		var b bytes.Buffer
		if err := f.SVG(&b); err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		dec := xml.NewDecoder(&b)
		for {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if chars, ok := token.(xml.CharData); ok {
				text.Write(chars)
				text.WriteByte('\n')
			}
		}
		wants := []string{
			"Leaving <synthetic> & more", "Records identified from databases and registers", "(n = 1,234)", "OpenAlex (n = 1,200)", "citation searching (n = 16)",
			"Duplicate records (n = 250)", "Records screened (n = 598)", "awaiting screening (n = 60)",
			"not about leaving (n = 11)", "Studies included in review (n = 17)",
		}
		if updated {
			wants = append(wants, "Studies (n = 13)", "Total studies included in review (n = 18)", "new (n = 5)")
		}
		for _, want := range wants {
			if !strings.Contains(text.String(), want) {
				t.Errorf("updated %v: the diagram lacks %q:\n%s", updated, want, text.String())
			}
		}
	}
}

// TestEveryPhaseIsNamedWhole: however little there is in it.
func TestEveryPhaseIsNamedWhole(t *testing.T) {
	for _, f := range []Flow{{}, {Updated: true}, sample()} {
		var b bytes.Buffer
		if err := f.SVG(&b); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"Identification", "Screening", "Included"} {
			if !strings.Contains(b.String(), ">"+name+"</text>") {
				t.Errorf("%+v: no phase is named %s", f, name)
			}
		}
	}
}

func TestCSV(t *testing.T) {
	f := sample()
	var b bytes.Buffer
	if err := f.CSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 1+len(f.rows()) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}
