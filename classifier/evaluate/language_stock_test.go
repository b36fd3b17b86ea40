package evaluate

import (
	"strings"
	"testing"

	"github.com/pemistahl/lingua-go"

	"polyglean/internal/record"
)

// BenchmarkStockOnBilingualTexts measures what lingua-go by itself makes of the
// bilingual set, in one run with ours: asked for the one language of a text, and for all
// of them with their places. It takes 1.2 GB of memory and some minutes.
func BenchmarkStockOnBilingualTexts(b *testing.B) {
	for b.Loop() {
		stockOnBilingualTexts(b)
	}
}

func stockOnBilingualTexts(t testing.TB) {
	t.Helper()
	rows := read(t, "testdata/bilingual.tsv", LanguageColumns...)
	ours, err := Languages(rows)
	if err != nil {
		t.Fatal(err)
	}
	stock := lingua.NewLanguageDetectorBuilder().FromAllLanguages().WithPreloadedLanguageModels().Build()
	whole, several := newLanguageScores(), newLanguageScores()
	for _, row := range rows {
		text, err := readLabelled(row, "text")
		if err != nil {
			t.Fatal(err)
		}
		one := &record.LanguageLedger{Languages: []string{record.Undetermined}}
		if lang, ok := stock.DetectLanguageOf(text.text); ok {
			one.Languages = []string{stockCode(lang)}
			one.Detected = []record.Detection{{End: len(text.text), Lang: stockCode(lang)}}
		}
		whole.add(text, one)
		many := &record.LanguageLedger{}
		for _, r := range stock.DetectMultipleLanguagesOf(text.text) {
			lang := stockCode(r.Language())
			many.Detected = append(many.Detected, record.Detection{Start: r.StartIndex(), End: r.EndIndex(), Lang: lang})
			many.Languages = append(many.Languages, lang)
		}
		if len(many.Languages) == 0 {
			many.Languages = []string{record.Undetermined}
		}
		several.add(text, many)
	}
	whole.finish()
	several.finish()
	t.Logf("characters right: ours %.4f, lingua-go's DetectMultipleLanguagesOf %.4f, its DetectLanguageOf %.4f", ours.CharacterAccuracy, several.CharacterAccuracy, whole.CharacterAccuracy)
	t.Logf("records right: ours %.4f, lingua-go's DetectMultipleLanguagesOf %.4f", ours.Accuracy, several.Accuracy)
	if ours.CharacterAccuracy <= several.CharacterAccuracy || ours.CharacterAccuracy <= whole.CharacterAccuracy {
		t.Error("stock lingua-go divides texts no worse")
	}
}

func stockCode(l lingua.Language) string {
	return languageLabel(strings.ToLower(l.IsoCode639_1().String()))
}
