package evaluate

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"polyglean/internal/golden"
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
	var sheet bytes.Buffer
	for _, set := range []struct{ name, path, text string }{
		{"titles", shared + "langid/titles.tsv", "text"},
		{"abstracts", shared + "langid/abstracts.tsv", "text"},
		{"unsupported", shared + "langid/unsupported.tsv", "text"},
		{"trafficking titles", shared + "trafficking-titles/dev.tsv", "title"},
		{"general", shared + "langid/general.tsv", "text"},
		{"bilingual", "testdata/bilingual.tsv", "text"},
	} {
		rows := read(t, set.path, "lang", set.text)
		s, err := languagesOf(rows, set.text)
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
	s := scoreTexts(recordedPairs(t))
	t.Logf("recorded pairs: %.4f of %d, characters %.4f", s.Accuracy, s.Records, s.CharacterAccuracy)
	sheet.WriteString("== recorded pairs\n")
	s.printCounts(&sheet)
	if s.CharacterAccuracy < recordedBound {
		t.Errorf("recorded pairs: %.4f of the characters right, want %.2f", s.CharacterAccuracy, recordedBound)
	}
	golden.Check(t, "testdata/eval/language.golden", sheet.Bytes())
}

// recordedBound is the least part of the characters of the recorded pairs that must
// be given to their language. Some of the abstracts labelled with one language have
// sentences in another, so that all is not to be had.
const recordedBound = .98

// recordedPairs joins recorded abstracts of two languages without a heading: whole
// ones, and two sentences before or behind a whole one.
func recordedPairs(t *testing.T) []labelledText {
	byLang := make(map[string][]string)
	for _, row := range read(t, shared+"langid/abstracts.tsv", "lang", "text") {
		byLang[row.Get("lang")] = append(byLang[row.Get("lang")], row.Get("text"))
	}
	const each = 8 // texts of a pair
	langs := []string{"en", "es", "pt", "de", "ru", "zh", "fr"}
	var out []labelledText
	for i, a := range langs {
		for j, b := range langs {
			if a == b {
				continue
			}
			for k := range each {
				first, second := byLang[a][(3*k+j)%len(byLang[a])], byLang[b][(5*k+i)%len(byLang[b])]
				switch k % 3 {
				case 1:
					second = opening(second)
				case 2:
					first = opening(first)
				}
				out = append(out, labelledText{text: first + " " + second, lang: several, spans: []labelledSpan{
					{a, 0, len(first)}, {b, len(first) + 1, len(first) + 1 + len(second)},
				}})
			}
		}
	}
	return out
}

// opening is the first two sentences of a text.
func opening(text string) string {
	for _, stop := range []string{". ", "。"} {
		if parts := strings.SplitAfterN(text, stop, 3); len(parts) == 3 {
			return strings.TrimSpace(parts[0] + parts[1])
		}
	}
	return text
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
