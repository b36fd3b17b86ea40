package evaluate

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// The least that must be reached on each set, as a part of its records.
var languageBounds = map[string]float64{
	"titles": .965, "abstracts": .99, "unsupported": .98, "trafficking titles": .9, "bilingual": .9,
}

// bilingualBound is the least part of the characters of the bilingual set that must
// be given to their language.
const bilingualBound = .95

// families are languages that are taken for each other, and are counted apart.
var families = []string{"uk ru bg", "es ca pt", "no da sv", "hr sr bs sh", "ms id", "fa ar ur", "zh ja"}

// TestLanguageScores keeps a score sheet of every labelled set.
func TestLanguageScores(t *testing.T) {
	c := newClassifier(t)
	var sheet strings.Builder
	for _, set := range []struct{ name, path, text string }{
		{"titles", shared + "langid/titles.tsv", "text"},
		{"abstracts", shared + "langid/abstracts.tsv", "text"},
		{"unsupported", shared + "langid/unsupported.tsv", "text"},
		{"trafficking titles", shared + "trafficking-titles/dev.tsv", "title"},
		{"general", shared + "langid/general.tsv", "text"},
		{"bilingual", "testdata/bilingual.tsv", "text"},
	} {
		rows := read(t, set.path, "lang", set.text)
		s, err := languagesOf(c, rows, set.text)
		if err != nil {
			t.Fatalf("%s: %v", set.path, err)
		}
		t.Logf("%-20s %.4f of %d, macro F1 %.4f, characters %.4f, %.0f records/s", set.name, s.Accuracy, s.Records, s.MacroF1, s.CharacterAccuracy, s.RecordsPerSecond)
		fmt.Fprintf(&sheet, "== %s\n", set.name)
		s.printCounts(&sheet)
		printFamilies(&sheet, s)
		sheet.WriteByte('\n')
		if s.Accuracy < languageBounds[set.name] {
			t.Errorf("%s: accuracy %.4f, want %.3f", set.name, s.Accuracy, languageBounds[set.name])
		}
		if s.Characters > 0 && s.CharacterAccuracy < bilingualBound {
			t.Errorf("%s: %.4f of the characters right, want %.2f", set.name, s.CharacterAccuracy, bilingualBound)
		}
	}
	golden(t, "language.golden", sheet.String())
}

// printFamilies writes how often each language of a family is taken for another of
// it.
func printFamilies(w io.Writer, s *LanguageScores) {
	for _, family := range families {
		members := strings.Fields(family)
		records, right, within := 0, 0, 0
		for _, lang := range members {
			records += s.PerLanguage[lang].Records
			right += s.PerLanguage[lang].Right
		}
		for _, c := range s.Confusions {
			if slices.Contains(members, c.Lang) && slices.Contains(members, c.As) {
				within += c.Records
			}
		}
		if records > 0 {
			fmt.Fprintf(w, "family %s: %d of %d right, %d taken for another of it\n", family, right, records, within)
		}
	}
}
