package indexer_test

import (
	"slices"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

func TestLanguageClassOfAStudy(t *testing.T) {
	const (
		english, metadata = record.LanguageEnglish, record.LanguageEnglishMetadata
		several, other    = record.LanguageSeveral, record.LanguageOther
		unknown           = record.LanguageUnknown
	)
	for _, tt := range []struct {
		members []record.LanguageClass
		want    record.LanguageClass
	}{
		{[]record.LanguageClass{english}, english},
		{[]record.LanguageClass{english, unknown}, english},
		{[]record.LanguageClass{english, metadata}, metadata},
		{[]record.LanguageClass{other, metadata}, several},
		{[]record.LanguageClass{other, english}, several},
		{[]record.LanguageClass{other, unknown}, other},
		{[]record.LanguageClass{several, english}, several},
		{[]record.LanguageClass{unknown}, unknown},
		{[]record.LanguageClass{""}, ""},
	} {
		var s indexer.Study
		for i, class := range tt.members {
			s.Members = append(s.Members, syntheticMember("a:"+string(rune('0'+i)), func(r *record.Classified) { r.Language.Class = class }))
		}
		if got := s.LanguageClass(); got != tt.want {
			t.Errorf("records of %q are a study of %q, want %q", tt.members, got, tt.want)
		}
		doc, err := s.Document()
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		if tt.want != "" {
			want = []string{string(tt.want)}
		}
		if got := doc.Exact[indexer.FacetLanguageClass]; !slices.Equal(got, want) {
			t.Errorf("records of %q have the facet %q, want %q", tt.members, got, want)
		}
	}
}
