package analysis

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestStems: the forms of a word that a reader takes for one have one stem.
func TestStems(t *testing.T) {
	for _, test := range []struct{ lang, words string }{
		{"en", "survivor Survivors survivor’s"},
		{"en", "woman women"},
		{"en", "trafficked trafficking"},
		{"en", "exit exiting exited"},
		{"en", "child children"},
		{"es", "explotación explotaciones EXPLOTACIÓN explotacion"},
		{"es", "víctima víctimas"},
		{"es-mx", "mujer mujeres"},
		{"pt-br", "exploração explorações"},
		{"fr", "exploitation exploitations"},
		{"fr", "sexuel sexuelle sexuelles"},
		{"de", "Überlebende Überlebenden"},
		{"it", "donna donne"},
		{"nl", "slachtoffer slachtoffers"},
		{"sv", "kvinnor kvinnorna"},
		{"nb", "kvinne kvinner kvinnene"},
		{"da", "kvinder kvinderne"},
		{"fi", "talo talossa talot"},
		{"hu", "gyermekek gyermekeket"},
		{"ro", "victimă victime"},
		{"ru", "жертва жертвы жертвами"},
		{"ru", "проституция проституции"},
		{"tr", "mağdur mağdurlar mağdurları"},
		{"ar", "نساء النساء والنساء"},
		{"hi", "महिला महिलाओं"},
		{"ta", "பெண் பெண்கள்"},
		{"ga", "pobail phobail"},
		{"ga", "eolaíocht eolaíochta"},
	} {
		var stems []string
		for word := range strings.FieldsSeq(test.words) {
			token := Analyze(word, test.lang)[0]
			stems = append(stems, cmp.Or(token.Stem, token.Lang+":"+token.Surface))
		}
		if len(slices.Compact(slices.Clone(stems))) != 1 {
			t.Errorf("%s: %s have the stems %v, want one", test.lang, test.words, stems)
		}
	}
}

func TestAnalyze(t *testing.T) {
	for _, test := range []struct{ name, text, lang, surfaces string }{
		{"case and accents", "ÉMILE Łódź ΣΊΣΥΦΟΣ Ёлка", "", "emile lodz σισυφοσ елка"},
		{"compatibility forms", "ﬁre ２０２４ ﷺ", "", "fire 2024 صلی الله علیه وسلم"},
		{"punctuation parts words", "re-entry (2019): 'home'/exit", "en", "re entry 2019 home exit"},
		{"Chinese in pairs", "性工作者", "zh", "性工 工作 作者 者"},
		{"one letter", "性", "zh", "性"},
		{"Japanese", "人身売買の被害", "ja", "人身 身売 売買 買の の被 被害 害"},
		{"runs end at Latin", "性産業survivor研究", "ja", "性産 産業 業 survivor 研究 究"},
		{"Korean particles", "성매매를 떠난", "ko", "성매 매매 매를 를 떠난 난"},
		{"nothing", "… — !", "en", ""},
		{"empty", "", "en", ""},
		{"no language", "survivors", "und", "survivors"},
		{"unknown language", "survivors", "xx-invalid", "survivors"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var f Forms
			f.Add(test.text, test.lang)
			if got := f.Surfaces(); got != test.surfaces {
				t.Errorf("surfaces %q, want %q", got, test.surfaces)
			}
		})
	}
	if tokens := Analyze("survivors", "und"); tokens[0].Stem != "" || tokens[0].Lang != "" {
		t.Errorf("without a language survivors is %+v", tokens[0])
	}
}

// TestForms: the forms of texts are those of their tokens.
func TestForms(t *testing.T) {
	var f Forms
	f.Add("forgotten", "en")
	f.Reset()
	var surfaces, stems []string
	for _, text := range []struct{ text, lang string }{{"Women left 性産業", "en"}, {"", "en"}, {"mujeres 性", "es"}, {"girls", "en"}, {"x", "und"}} {
		f.Add(text.text, text.lang)
		for _, token := range Analyze(text.text, text.lang) {
			surfaces = append(surfaces, token.Surface)
			if token.Stem != "" {
				stems = append(stems, token.Stem)
			}
		}
	}
	if want := strings.Join(surfaces, " "); f.Surfaces() != want {
		t.Errorf("surfaces %q, want %q", f.Surfaces(), want)
	}
	if want := strings.Join(stems, " "); f.Stems() != want || len(stems) < 3 {
		t.Errorf("stems %q, want %q", f.Stems(), want)
	}
	if want := []string{"en", "es"}; !slices.Equal(f.Langs, want) {
		t.Errorf("judged in %q, want %q", f.Langs, want)
	}
}

// TestOffsets: a token points at the words it was made of.
func TestOffsets(t *testing.T) {
	text := "Ünïted 性産業 ผู้หญิง 성매매 ﬁn"
	var got []string
	for _, token := range Analyze(text, "de") {
		got = append(got, text[token.Start:token.End])
	}
	want := "Ünïted 性産 産業 業 ผู้ห หญิ ญิง ง 성매 매매 매 ﬁn"
	if strings.Join(got, " ") != want {
		t.Errorf("tokens point at %q, want %q", strings.Join(got, " "), want)
	}
}

func TestLongTokens(t *testing.T) {
	for _, letter := range []string{"x", "é", "я", "अ"} {
		tokens := Analyze(strings.Repeat(letter, 5000), "en")
		for _, token := range tokens {
			if n := utf8.RuneCountInString(token.Surface); n > MaxRunes {
				t.Errorf("a token of %q has %d runes, want at most %d", letter, n, MaxRunes)
			}
			_, stem, _ := strings.Cut(token.Stem, ":")
			if n := utf8.RuneCountInString(stem); n > MaxRunes {
				t.Errorf("a stem of %q has %d runes, want at most %d", letter, n, MaxRunes)
			}
		}
	}
}

// found reports whether a word of a text is found by a reading of a query's word.
func found(token Token, readings []Reading) bool {
	return slices.ContainsFunc(readings, func(r Reading) bool {
		return token.Lang == r.Lang && (token.Stem == r.Stem() || token.Stem == "" && token.Surface == r.Word)
	})
}

// TestReadings: in every language, a word is found by the readings of each of its forms.
func TestReadings(t *testing.T) {
	for _, test := range []struct {
		word, lang, other string
		scripts           int // languages with a stemmer for its script
	}{
		{"explotaciones", "es", "explotación", 16},
		{"women", "en", "woman", 16},
		{"cares", "en", "care", 16},
		{"care", "en", "cared", 16},
		{"Überlebenden", "de", "Überlebende", 16},
		{"жертвами", "ru", "жертва", 1},
		{"النساء", "ar", "نساء", 2},
		{"महिलाओं", "hi", "महिला", 1},
		{"kvinnorna", "sv", "kvinnor", 16},
		{"kvinner", "nb", "kvinnene", 16},
	} {
		for _, words := range [][2]string{{test.word, test.other}, {test.other, test.word}, {test.word, test.word}} {
			readings := Readings(words[0])
			if token := Analyze(words[1], test.lang)[0]; !found(token, readings) {
				t.Errorf("%+v is not found by %s: %v", token, words[0], readings)
			}
			if len(readings) != test.scripts {
				t.Errorf("%s has %d readings, want %d: languages of another script have nothing to say of a word", words[0], len(readings), test.scripts)
			}
		}
	}
	for _, word := range []string{"性産業", "re-entry", "성매매", ""} {
		if readings := Readings(word); len(readings) != 0 {
			t.Errorf("%s has the readings %v", word, readings)
		}
	}
}

// TestReadingsKeepWordsApart: a word is not found in a language by what another
// language takes for its stem.
func TestReadingsKeepWordsApart(t *testing.T) {
	for _, test := range []struct{ query, text string }{
		{"rape", "rap"}, {"care", "cars"}, {"market", "mark"}, {"labor", "lab"}, {"children", "childr"},
	} {
		if token := Analyze(test.text, "en")[0]; found(token, Readings(test.query)) {
			t.Errorf("%s is found as %s", test.text, test.query)
		}
	}
}

func FuzzAnalyze(f *testing.F) {
	for _, s := range []string{"", "women's", "性産業の", "성매매", "ผู้หญิง", "\xff\xfe", "e\u0301\u0301", "\u200d\u202e", "ﷺ", "İIıi", "ー々〆", "각"} {
		f.Add(s, "en")
		f.Add(s, "tr")
		f.Add(s, "ar")
	}
	f.Fuzz(func(t *testing.T, text, lang string) {
		last := 0
		for _, token := range Analyze(text, lang) {
			switch {
			case token.Surface == "" || token.Stem == token.Lang+":"+token.Surface || token.Stem != "" && !strings.HasPrefix(token.Stem, token.Lang+":"):
				t.Fatalf("token %+v of %q", token, text)
			case strings.ContainsAny(token.Surface+token.Stem, " \x00\n"):
				t.Fatalf("token %+v of %q holds a separator", token, text)
			case !utf8.ValidString(token.Surface) || !utf8.ValidString(token.Stem):
				t.Fatalf("token %+v of %q is not UTF-8", token, text)
			case token.Start < last || token.End <= token.Start || token.End > len(text):
				t.Fatalf("token %+v of %q is out of order or range", token, text)
			case token.Start > 0 && utf8.ValidString(text) && !utf8.RuneStart(text[token.Start]):
				t.Fatalf("token %+v of %q starts inside a rune", token, text)
			}
			last = token.Start
		}
	})
}

func BenchmarkAnalyze(b *testing.B) {
	text := strings.Repeat("The women who survived sex trafficking described leaving the brothel as a process in which debts, children and police had a part. ", 8)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Analyze(text, "en")
	}
}
