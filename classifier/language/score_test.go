package language

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// row is a text and its language.
type row struct{ lang, declared, kind, text string }

const sharedData = "../../../shared/data/"

// labelled reads a table of texts, the columns by their names.
func labelled(t testing.TB, file string) []row {
	t.Helper()
	raw, err := os.ReadFile(sharedData + file)
	if err != nil {
		t.Skipf("skipped: %s is not there; the labelled texts belong beside the repository, in shared/data", file)
	}
	lines := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	names := strings.Split(lines[0], "\t")
	column := func(cells []string, name string) string {
		if i := slices.Index(names, name); i >= 0 {
			return cells[i]
		}
		return ""
	}
	rows := make([]row, 0, len(lines)-1)
	for _, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		r := row{column(cells, "lang"), column(cells, "record_lang"), column(cells, "kind"), column(cells, "text")}
		if r.text == "" {
			r.text = column(cells, "title")
		}
		if r.lang == "nb" || r.lang == "nn" {
			r.lang = "no"
		}
		rows = append(rows, r)
	}
	return rows
}

// right says whether a language is the one a row is labelled with.
func (r row) right(lang string) bool {
	return lang == r.lang || r.lang == "sh" && slices.Contains([]string{"bs", "hr", "sr"}, lang)
}

// labelledSets are the labelled texts by kind, in a fixed order.
func labelledSets(t testing.TB) (names []string, sets map[string][]row) {
	t.Helper()
	sets = map[string][]row{
		"titles":             labelled(t, "langid/titles.tsv"),
		"trafficking titles": labelled(t, "trafficking-titles/dev.tsv"),
	}
	for _, r := range labelled(t, "langid/abstracts.tsv") {
		if r.lang != "mul" { // those are for who divides texts
			sets["abstracts"] = append(sets["abstracts"], r)
		}
	}
	for _, r := range labelled(t, "langid/general.tsv") {
		sets[r.kind] = append(sets[r.kind], r)
	}
	return slices.Sorted(maps.Keys(sets)), sets
}

// accuracy is the part of the rows whose language detect names; the wrong answers
// are counted in confusions.
func accuracy(rows []row, detect func(row) string) (right float64, confusions map[string]int) {
	confusions = make(map[string]int)
	for _, r := range rows {
		lang := detect(r)
		if r.right(lang) {
			right++
		} else {
			confusions[r.lang+" as "+lang]++
		}
	}
	return right / float64(len(rows)), confusions
}

// TestAccuracy measures against labelled texts. The bounds are what was reached,
// less a little.
func TestAccuracy(t *testing.T) {
	e := New()
	least := map[string]float64{
		"titles": 0.983, "trafficking titles": 0.98, "abstracts": 0.998, "sentence": 0.969, "word-pair": 0.912, "single-word": 0.755,
	}
	names, sets := labelledSets(t)
	for _, name := range names {
		got, confusions := accuracy(sets[name], func(r row) string { return e.Detect(r.text, Options{}).Lang })
		t.Logf("%s: %.4f of %d; wrong %v", name, got, len(sets[name]), confusions)
		if got < least[name] {
			t.Errorf("%s: %.4f right, want %.3f", name, got, least[name])
		}
	}
	open, confusions := accuracy(labelled(t, "langid/unsupported.tsv"), func(r row) string {
		if lang := e.Detect(r.text, Options{}).Lang; lang != Undetermined {
			return lang
		}
		return r.lang
	})
	t.Logf("languages without a model: %.4f left open; wrong %v", open, confusions)
	if open < 0.99 {
		t.Errorf("languages without a model: %.4f left open, want 0.99", open)
	}
}

// TestDeclaredHelps checks that the prior from the source's declaration, wrong for
// one title in twenty, is worth having, and harms neither half of the titles.
func TestDeclaredHelps(t *testing.T) {
	e := New()
	titles := labelled(t, "langid/titles.tsv")
	gain := 0.0
	for half := range 2 {
		var rows []row
		for i, r := range titles {
			if i%2 == half {
				rows = append(rows, r)
			}
		}
		alone, _ := accuracy(rows, func(r row) string { return e.Detect(r.text, Options{}).Lang })
		declared, _ := accuracy(rows, func(r row) string { return e.Detect(r.text, Options{Declared: r.declared}).Lang })
		t.Logf("half %d: %.4f alone, %.4f with the declaration", half, alone, declared)
		gain += declared - alone
		if declared < alone {
			t.Errorf("half %d: %.4f right with the source's declaration, %.4f without", half, declared, alone)
		}
	}
	if gain <= 0 {
		t.Error("the declaration helps nowhere")
	}
}

// TestFamilies reports apart how well languages are told from their neighbours, in
// titles and sentences together.
func TestFamilies(t *testing.T) {
	e := New()
	_, sets := labelledSets(t)
	rows := slices.Concat(sets["titles"], sets["trafficking titles"], sets["sentence"])
	for _, family := range []struct {
		langs string
		least float64
	}{
		{"uk ru bg be mk", 0.99},
		{"es pt ca", 0.98},
		{"no da sv", 0.96},
		{"hr sr bs sh", 0.68}, // one language to letters and most words
		{"ms id", 0.55},       // the Malay sentences are half in Indonesian
		{"fa ar ur", 0.99},
		{"zh ja", 1},
		{"cs sk", 0.99},
		{"hi mr", 0.96},
	} {
		members := strings.Fields(family.langs)
		var own []row
		for _, r := range rows {
			if slices.Contains(members, r.lang) {
				own = append(own, r)
			}
		}
		got, confusions := accuracy(own, func(r row) string { return e.Detect(r.text, Options{}).Lang })
		t.Logf("%s: %.4f of %d; wrong %v", family.langs, got, len(own), confusions)
		if got < family.least {
			t.Errorf("%s: %.4f right, want %.2f", family.langs, got, family.least)
		}
	}
}
