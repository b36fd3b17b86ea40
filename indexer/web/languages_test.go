package web

import (
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

func TestLanguageLedgerInWords(t *testing.T) {
	lib := shelf()
	r := makeRecord("doaj", "synthetic-1", "en", 2021, "A synthetic study of leaving", "An abstract in English, made for this test.")
	r.Candidate.Titles = append(r.Candidate.Titles, record.Text{Text: "離開的合成研究"}, record.Text{Text: "12-34"}, record.Text{Text: "SituaciÃ³n sintÃ©tica"})
	r.Language.Detected = append(r.Language.Detected,
		record.Detection{Field: record.FieldTitle, Index: 1, End: len("離開的合成研究"), Lang: "zh", Tag: "zh-Hant", Confidence: 1, How: "script"},
		record.Detection{Field: record.FieldTitle, Index: 2, End: 5, Lang: record.Undetermined, Why: "no letters"},
		record.Detection{Field: record.FieldTitle, Index: 3, End: 9, Lang: "es", Confidence: 0.987, How: "model", Why: "wrong encoding"})
	r.Language.Work, r.Language.WorkFrom, r.Language.Class = "zh", record.WorkByTitle, record.LanguageEnglishMetadata
	st := study(r)
	lib.studies = []indexer.Study{st}
	p := get(t, newSite(t, lib), "/study/"+st.ID)
	for _, want := range []string{
		"Title 2: Traditional Chinese (told by its script)",
		"Title 3: Language unknown (the text cannot tell: no letters)",
		"Title 4: Spanish (detected, 98 %; wrong encoding)",
		"The paper itself: Chinese (as its first title is; the source does not say)",
		"An English-only search sees this record, but not that its paper is in another language",
	} {
		p.with("ul.ledger li", want)
	}
}

func TestTextIsTaggedWithItsScript(t *testing.T) {
	r := makeRecord("doaj", "synthetic-2", "zh", 2021, "離開的合成研究", "")
	r.Language.Detected[0].Tag = "zh-Hant"
	if got := textLang(&r.Classified, record.FieldTitle, 0); got != "zh-Hant" {
		t.Errorf("the language of the title is %q, want zh-Hant", got)
	}
}

func TestLanguageClassesHaveWords(t *testing.T) {
	s := &site{}
	for _, class := range []record.LanguageClass{
		record.LanguageEnglish, record.LanguageEnglishMetadata, record.LanguageSeveral, record.LanguageOther, record.LanguageUnknown,
	} {
		if got := s.valueName(indexer.FacetLanguageClass, string(class)); got == humanise(string(class)) {
			t.Errorf("%s has no words of its own: %q", class, got)
		}
	}
}
