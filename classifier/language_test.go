package classifier

import (
	"slices"
	"testing"

	"polyglean/internal/record"
)

func TestSegments(t *testing.T) {
	const (
		chinese  = "本研究以半结构式访谈探讨女性离开商业性剥削的过程，访谈了二十四名成年幸存者，并按主题编码分析。结果显示，安全住所与稳定工作有助于她们离开，债务与污名则使其延迟。"
		japanese = "本研究は、性的搾取から離脱した女性への半構造化面接を通じて、その過程を明らかにする。安全な住まいと仕事が離脱を助け、借金と偏見がそれを遅らせていた。"
	)
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"one language", englishAbstract, []string{"en"}},
		{"label", "Resumen. " + spanishAbstract + " Abstract: " + englishAbstract, []string{"es", "en"}},
		{"label on its own line", englishAbstract + "\nResumen\n" + spanishAbstract, []string{"en", "es"}},
		{"no label", spanishAbstract + " " + englishAbstract, []string{"es", "en"}},
		{"three", "摘要 " + chinese + " Abstract " + englishAbstract + " Resumen: " + spanishAbstract, []string{"zh", "en", "es"}},
		{"Japanese", "要旨 " + japanese + "\nAbstract\n" + englishAbstract, []string{"ja", "en"}},
		{"a label in passing", "Abstract. " + englishAbstract + " The abstract was read twice. Abstract thinking is not our subject.", []string{"en"}},
		{"a name in another script", chinese + "（Post-traumatic Stress Disorder Checklist）" + chinese, []string{"zh"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := record.Candidate{Abstracts: []record.Text{{Text: tt.text}}}
			l := Languages(&c)
			var got []string
			end := 0
			for _, d := range l.Detected {
				got = append(got, d.Lang)
				if d.Start != end || d.End <= d.Start || d.Field != record.FieldAbstract {
					t.Errorf("segment %+v does not follow byte %d", d, end)
				}
				end = d.End
			}
			if !slices.Equal(got, tt.want) || end != len(tt.text) {
				t.Errorf("segments %v up to byte %d of %d, want %v", got, end, len(tt.text), tt.want)
			}
		})
	}
}

func TestTitleInTwoScripts(t *testing.T) {
	c := record.Candidate{Titles: []record.Text{{Text: "성매매 피해여성의 탈성매매 과정 = The process of leaving prostitution among women in Korea"}}}
	l := Languages(&c)
	if len(l.Detected) != 2 || l.Detected[0].Lang != "ko" || l.Detected[1].Lang != "en" {
		t.Errorf("detected %+v", l.Detected)
	}
}

func TestLedger(t *testing.T) {
	texts := func(list ...string) (out []record.Text) {
		for i := 0; i+1 < len(list); i += 2 {
			out = append(out, record.Text{Text: list[i], Lang: list[i+1]})
		}
		return out
	}
	const (
		spanish   = "Mujeres que salen de la prostitución y lo que las ayuda"
		english   = "Women who leave prostitution and what helps them"
		norwegian = "Kvinner på vei ut av prostitusjon og hva som hjelper dem"
	)
	for _, tt := range []struct {
		name      string
		candidate record.Candidate
		declared  []string
		languages []string
		work      string
		conflict  bool
	}{
		{"nothing declared", record.Candidate{Titles: texts(spanish, "")}, nil, []string{"es"}, "", false},
		{"declared rightly", record.Candidate{Titles: texts(spanish, "es-mx"), Languages: []string{"spa"}}, []string{"es"}, []string{"es"}, "es", false},
		{"declared wrongly", record.Candidate{Titles: texts(spanish, "en")}, []string{"en"}, []string{"es"}, "", true},
		{"Norwegian of either form", record.Candidate{Titles: texts(norwegian, "nb"), Languages: []string{"nn"}}, []string{"no"}, []string{"no"}, "no", false},
		{"English metadata of a Spanish paper", record.Candidate{Titles: texts(english, "en"), Languages: []string{"es"}}, []string{"en", "es"}, []string{"en"}, "es", false},
		{"English by default", record.Candidate{Titles: texts(spanish, ""), Languages: []string{"en"}}, []string{"en"}, []string{"es"}, "", true},
		{"most text first", record.Candidate{Titles: texts(english, ""), Abstracts: texts(spanishAbstract, "")}, nil, []string{"es", "en"}, "", false},
		{"two languages of the work", record.Candidate{Titles: texts(english, ""), Languages: []string{"en", "es"}}, []string{"en", "es"}, []string{"en"}, "", false},
		{"no language at all", record.Candidate{Titles: texts("1984", ""), Languages: []string{"mul", "und", "English", ""}}, nil, []string{"und"}, "", false},
		{"no texts", record.Candidate{Languages: []string{"tr"}}, []string{"tr"}, []string{"und"}, "tr", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := Languages(&tt.candidate)
			if !slices.Equal(l.Declared, tt.declared) || !slices.Equal(l.Languages, tt.languages) || l.Work != tt.work || l.Conflict != tt.conflict {
				t.Errorf("got declared %v, languages %v, work %q, conflict %v; want %v, %v, %q, %v",
					l.Declared, l.Languages, l.Work, l.Conflict, tt.declared, tt.languages, tt.work, tt.conflict)
			}
		})
	}
}
