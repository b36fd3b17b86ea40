package classifier

import (
	"slices"
	"strings"
	"testing"
	"time"

	"polyglean/classifier/language"
	"polyglean/internal/cputime"
	"polyglean/internal/record"
)

// synthetic makes a candidate of titles and abstracts.
func synthetic(titles, abstracts []string, declared ...string) *record.Candidate {
	c := &record.Candidate{Languages: declared}
	for _, t := range titles {
		c.Titles = append(c.Titles, record.Text{Text: t})
	}
	for _, t := range abstracts {
		c.Abstracts = append(c.Abstracts, record.Text{Text: t})
	}
	return c
}

const (
	polishTitle  = "Ból dłoni u pracowników sezonowych po zakończeniu zbiorów"
	englishTitle = "The aching hands of seasonal workers after the harvest"
	spanishTitle = "El dolor de manos de los jornaleros después de la cosecha"
)

func TestLanguageClass(t *testing.T) {
	for _, tt := range []struct {
		name      string
		candidate *record.Candidate
		journal   string
		work      string
		from      record.WorkGround
		class     record.LanguageClass
	}{
		{"all English", synthetic([]string{englishTitle}, []string{englishStudy}), "", "", "", record.LanguageEnglish},
		{"declared", synthetic([]string{englishTitle}, []string{englishStudy}, "pl"), "", "pl", record.WorkDeclared, record.LanguageEnglishMetadata},
		{"a vernacular title", synthetic([]string{polishTitle, englishTitle}, []string{englishStudy}), "", "pl", record.WorkByTitle, record.LanguageEnglishMetadata},
		{"a vernacular title before a stroke", synthetic([]string{polishTitle + " / " + englishTitle}, []string{englishStudy}), "", "pl", record.WorkByTitle, record.LanguageEnglishMetadata},
		{"a translated title", synthetic([]string{englishTitle, polishTitle}, []string{englishStudy}), "", "", "", record.LanguageSeveral},
		{"the journal's name", synthetic([]string{englishTitle}, []string{englishStudy}), "Zeitschrift für Arbeitsmedizin und betriebliche Gesundheit", "de", record.WorkByJournal, record.LanguageEnglishMetadata},
		{"the journal's name against a declaration", synthetic([]string{englishTitle}, []string{englishStudy}, "en"), "Zeitschrift für Arbeitsmedizin und betriebliche Gesundheit", "en", record.WorkDeclared, record.LanguageEnglish},
		{"a Latin name", synthetic([]string{englishTitle}, []string{englishStudy}), "Acta Medica Scandinavica", "", "", record.LanguageEnglish},
		{"an English name", synthetic([]string{englishTitle}, []string{englishStudy}), "Journal of Occupational Health and Hygiene", "", "", record.LanguageEnglish},
		{"texts in two languages", synthetic([]string{spanishTitle, englishTitle}, []string{spanishStudy, englishStudy}), "", "", "", record.LanguageSeveral},
		{"a bilingual abstract", synthetic([]string{spanishTitle}, []string{spanishStudy + " " + englishStudy}, "es"), "", "es", record.WorkDeclared, record.LanguageSeveral},
		{"nothing in English", synthetic([]string{spanishTitle}, []string{spanishStudy}), "", "", "", record.LanguageOther},
		{"nothing to read, declared", synthetic([]string{"1984"}, nil, "uk"), "", "uk", record.WorkDeclared, record.LanguageOther},
		{"nothing to read, declared English", synthetic(nil, nil, "en"), "", "en", record.WorkDeclared, record.LanguageEnglish},
		{"nothing", synthetic(nil, nil), "", "", "", record.LanguageUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.candidate.Container = tt.journal
			l := Languages(tt.candidate)
			if l.Work != tt.work || l.WorkFrom != tt.from || l.Class != tt.class {
				t.Errorf("got work %q by %q, class %q; want %q, %q, %q: %+v", l.Work, l.WorkFrom, l.Class, tt.work, tt.from, tt.class, l.Detected)
			}
		})
	}
}

// TestVernacularTitleIsFlagged: what the class rests on is said to the reviewer.
func TestVernacularTitleIsFlagged(t *testing.T) {
	r := newClassifier(t).Classify(*synthetic([]string{polishTitle, englishTitle}, []string{englishStudy}))
	i := slices.IndexFunc(r.Findings, func(f record.Finding) bool { return f.Flag == record.FlagNonEnglish })
	if i < 0 || !strings.Contains(r.Findings[i].Detail, "The first title is in Polish") {
		t.Errorf("findings %+v", r.Findings)
	}
}

// TestUndetermined: what cannot be told is left open, and it is said why.
func TestUndetermined(t *testing.T) {
	for _, tt := range []struct{ name, text, why string }{
		{"empty", "", "no letters"},
		{"numbers", "12 — 34 (56)", "no letters"},
		{"signs", "¿?¡! … «»", "no letters"},
		{"two letters", "Ab", "too short"},
		{"mojibake of Latin-1", "ÐÐ¾Ð»Ñ Ð² ÑÑÐºÐ°Ñ Ñ ÑÐµÐ·Ð¾Ð½Ð½ÑÑ ÑÐ°Ð±Ð¾ÑÐ¸Ñ Ð¿Ð¾ÑÐ»Ðµ ÑÐ±Ð¾ÑÐ°", "wrong encoding"},
		{"no model", khmerStudy, "a language without a model"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := Languages(synthetic([]string{tt.text}, nil))
			if len(l.Detected) != 1 || l.Detected[0].Lang != record.Undetermined || l.Detected[0].Why != tt.why {
				t.Errorf("got %+v, want und: %s", l.Detected, tt.why)
			}
			if !slices.Equal(l.Languages, []string{record.Undetermined}) || l.Class != record.LanguageUnknown || l.Conflict {
				t.Errorf("ledger %+v", l)
			}
		})
	}
}

func TestScriptTags(t *testing.T) {
	for text, want := range map[string]string{
		"农场工人手部疼痛的研究与关节损伤调查":                                          "zh-Hans",
		"農場工人手部疼痛的研究與關節損傷調查":                                          "zh-Hant",
		"Сезонски радници ретко говоре о болу у рукама после жетве":   "sr-Cyrl",
		"Los jornaleros rara vez cuentan el dolor de sus manos":       "",
		"Farm workers seldom report the pain in their hands in Latin": "",
	} {
		l := Languages(synthetic([]string{text}, nil))
		if len(l.Detected) != 1 || l.Detected[0].Tag != want {
			t.Errorf("%s: got %+v, want the tag %q", text, l.Detected, want)
		}
	}
}

// badTexts are what sources have sent in the place of a title or an abstract.
func badTexts() map[string]string {
	return map[string]string{
		"empty": "", "one word": "Manos", "capitals": strings.ToUpper(spanishStudy), "numbers": strings.Repeat("3.14 ", 99),
		"romanised Russian": "Sezonnye rabochie redko zhaluyutsya na bol' v rukakh posle uborki urozhaya", "romanised Chinese": "nong chang gong ren hen shao bao gao shou bu teng tong",
		"mixed scripts in a word": "Сeзoнныe paбoчиe pедкo жaлуютcя", "invalid UTF-8": "dolor \xff\xfe de manos \xc3", "control characters": "pain\x00 in\x07 the\x1b hands",
		"mojibake": "El dolor de las maÃ±anas despuÃ©s de la recolecciÃ³n", "directions": "\u202eThe hands\u202c of the workers",
	}
}

func TestBadInputInTheLedger(t *testing.T) {
	for name, text := range badTexts() {
		l := Languages(synthetic([]string{text}, []string{text}, "\x00", "xx-\xff", "mul"))
		if len(l.Languages) == 0 || l.Class == "" {
			t.Errorf("%s: %+v", name, l)
		}
		for _, d := range l.Detected {
			if (d.Lang == record.Undetermined) != (d.Why != "") && d.Why != language.Mojibake.String() {
				t.Errorf("%s: %+v: want a reason where the language is open, and only there but for a wrong encoding", name, d)
			}
		}
	}
}

// TestLongTextIsLinear holds the ledger of 1 MiB to time in proportion to its length.
func TestLongTextIsLinear(t *testing.T) {
	for name, unit := range map[string]string{
		"two languages": spanishStudy + " " + englishStudy + " ", "no full stop": "pain in the hands of workers ", "lines": "a\n", "no space": "hands",
	} {
		took := func(n int) time.Duration {
			r := synthetic(nil, []string{strings.Repeat(unit, n/len(unit))})
			best := time.Hour
			for range 3 {
				began := cputime.Used()
				Languages(r)
				best = min(best, cputime.Used()-began)
			}
			return best
		}
		small, large := took(128<<10), took(1<<20)
		if large > 24*small+time.Second {
			t.Errorf("%s: 128 KiB took %v, 1 MiB %v", name, small, large)
		}
	}
}

func FuzzLedger(f *testing.F) {
	for _, text := range badTexts() {
		f.Add(text, spanishStudy+"\n"+text, "es", "en")
	}
	f.Fuzz(func(t *testing.T, title, abstract, declared, work string) {
		r := &record.Candidate{
			Titles: []record.Text{{Text: title, Lang: declared}}, Abstracts: []record.Text{{Text: abstract}},
			Languages: []string{work}, Container: title,
		}
		l := Languages(r)
		if len(l.Languages) == 0 || l.Class == "" {
			t.Fatalf("%+v", l)
		}
		again := Languages(r)
		if !slices.Equal(l.Detected, again.Detected) || !slices.Equal(l.Languages, again.Languages) {
			t.Fatalf("twice the same record gave %+v and %+v", l, again)
		}
	})
}
