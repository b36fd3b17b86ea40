package language

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"polyglean/internal/cputime"
)

func TestDetect(t *testing.T) {
	e := New()
	for _, tt := range []struct {
		text, declared, lang string
		how                  How
		why                  Why
	}{
		{"Women who leave the sex trade and what helps them", "", "en", ByModel, Known},
		{"Mujeres que salen de la prostitución y lo que las ayuda", "", "es", ByModel, Known},
		{"Mulheres que saem da prostituição e o que as ajuda", "", "pt", ByModel, Known},
		{"Kvinner på vei ut av prostitusjon og hva som hjelper dem", "", "no", ByModel, Known},
		{"Жінки, які постраждали від торгівлі людьми, та їх реінтеграція", "", "uk", ByModel, Known},
		{"शोषण से बचे लोगों का पुनर्वास और समाज में वापसी", "", "hi", ByModel, Known},
		{"شرایط خروج زنان از تن\u200cفروشی و بازگشت به جامعه", "", "fa", ByModel, Known},
		{"ÎNTOARCEREA FEMEILOR TRAFICATE ÎN SOCIETATE ȘI SPRIJINUL FAMILIEI", "", "ro", ByModel, Known},
		{"성매매 피해여성의 탈성매매 과정", "", "ko", ByScript, Known},
		{"売春からの離脱と社会復帰", "", "ja", ByScript, Known},
		{"被拐卖妇女的社会融入", "", "zh", ByScript, Known},
		{"Η έξοδος από την πορνεία", "", "el", ByScript, Known},

		// Serbian has a model in Cyrillic only.
		{"Iskustva žena koje su napustile prostituciju: gde su bile pre i posle, i šta im je pomoglo", "", "sr", ByModel, Known},
		{"Iskustva žena koje su napustile prostituciju: gdje su bile prije i poslije, i tko im je pomogao", "", "hr", ByModel, Known},
		// Names and terms look like other languages than that of the title.
		{"The venom of Bothrops jararaca and Crotalus durissus", "", "en", ByModel, Known},
		{"Pathogenesis of pemphigus vulgaris", "", "en", ByModel, Known},
		{"EFFECTS OF GANODERMA LUCIDUM ON MUS MUSCULUS AND RATTUS NORVEGICUS", "", "en", ByModel, Known},
		{"Aedes aegypti en Salta, Argentina", "", "es", ByModel, Known},
		{"Moraxella catarrhalis en el tracto respiratorio inferior", "", "es", ByModel, Known},
		{"De revolutionibus orbium coelestium", "", "la", ByModel, Known},
		{"Dissertatio inauguralis medica de febre puerperali", "", "la", ByModel, Known},
		// Letters that only Japanese writes so tell a title without kana.
		{"犠牲者保護", "", "ja", ByScript, Known},
		{"脳梗塞発症後抑圧", "", "ja", ByScript, Known},
		// An accent of its own is no letter.
		{"De la explotacio\u0301n a la autonomi\u0301a: mujeres que salen de la prostitucio\u0301n", "", "es", ByModel, Known},

		{"", "", Undetermined, ByScript, NoLetters},
		{"12 — 34 (56) ★", "en", Undetermined, ByScript, NoLetters},
		{"AIDS", "", Undetermined, ByModel, Ambiguous},
		{"a b", "", Undetermined, ByModel, TooShort},
		{"ការជួញដូរមនុស្ស", "", Undetermined, ByScript, Unsupported},
		{"د انسانانو قاچاق او ښځې په افغانستان کې", "", Undetermined, ByScript, Unsupported},
		{"मानिसहरू बेचबिखन विरुद्धको कानुन र यसको कार्यान्वयनमा चुनौती छन्", "", Undetermined, ByScript, Unsupported},
		{"उनी घर फर्किन चाहन्छन् भन्ने थाहा भयो", "", Undetermined, ByScript, Unsupported},
		{"यह अध्ययन मानव तस्करी से बचे लोगों के साथ किया गया", "", "hi", ByModel, Known},
		{"Савдои одамон дар Тоҷикистон ва ҳимояи ҳуқуқҳои занон", "", Undetermined, ByScript, Unsupported},
		{"Explotación sexual de mulleres en Galicia: unha análise da situación das vítimas", "", Undetermined, ByScript, Unsupported},
		{"Mulleres prostituídas e exclusión social", "", Undetermined, ByScript, Unsupported},
		{"Estudo da toponimia galega medieval", "", Undetermined, ByScript, Unsupported},
		{"Torgovlya lyud'mi i seksual'naya ekspluatatsiya zhenshchin v Rossii", "", Undetermined, ByModel, Romanised},
		{"Guaimai renkou fanzui de yuanyin ji duice fenxi", "", Undetermined, ByModel, Romanised},
		{"Baishun kara no ridatsu to shakai fukki", "", Undetermined, ByModel, Romanised},
		{"Ð¢Ð¾Ñ€Ð³Ð¾Ð²Ð»Ñ Ð»ÑŽÐ´ÑŒÐ¼Ð¸", "", Undetermined, ByScript, Mojibake},
		{"РўРѕСЂРіРѕРІР»СЏ Р»СЋРґСЊРјРё", "", Undetermined, ByScript, Mojibake},
		{"TrÃ¡fico de mujeres y explotaciÃ³n sexual en la frontera norte del paÃ\u00ads", "", "es", ByModel, Mojibake},
		{"CORAÇÃO E MÃE: A SAÍDA DA PROSTITUIÇÃO", "", "pt", ByModel, Known},
		{"ä¸\u00adå›½å¦‡å¥³é—®é¢˜ç\u00a0”ç©¶", "", Undetermined, ByScript, Mojibake},
		{"Bxq vrtlkz mwpf dgjk qqzx hhrt ntpw", "", Undetermined, ByModel, Unfit},

		// A declaration decides where the text hardly can, and not against it.
		{"AIDS", "fr", "fr", ByDeclaration, Known},
		{"人身取引被害者保護", "ja", "ja", ByDeclaration, Known},
		{"Women who leave the sex trade and what helps them", "fr", "en", ByModel, Known},
		{"Women who leave the sex trade and what helps them", "no such language", "en", ByModel, Known},
		{"被拐卖妇女的社会融入", "en", "zh", ByScript, Known},
	} {
		got := e.Detect(tt.text, Options{Declared: tt.declared})
		if got.Lang != tt.lang || got.How != tt.how || got.Why != tt.why {
			t.Errorf("%q, declared %q: %s by %s (%s), want %s by %s (%s)", tt.text, tt.declared, got.Lang, got.How, got.Why, tt.lang, tt.how, tt.why)
		}
		if got.Confidence < 0 || got.Confidence > 1 || got.Lang == Undetermined && got.Confidence != 0 {
			t.Errorf("%q has confidence %v", tt.text, got.Confidence)
		}
	}
}

func TestDetectAmong(t *testing.T) {
	const catalan = "Dones que surten de la prostitució i el que les ajuda"
	if got := New().Detect(catalan, Options{Among: SetOf("es", "fr")}); got.Lang != "es" && got.Lang != "fr" {
		t.Errorf("%s, want Spanish or French", got.Lang)
	}
	if got := New().Detect(catalan, Options{}); got.Lang != "ca" {
		t.Errorf("%s, want Catalan", got.Lang)
	}
}

func TestScores(t *testing.T) {
	e := New()
	var scores Scores
	for text, want := range map[string]string{
		"The women were asked what had helped them.":       "en",
		"Se preguntó a las mujeres qué las había ayudado.": "es",
		"결과는 다음과 같다.":                                      "ko",
		"研究结果表明，安全住所有助于她们离开。":                              "zh",
		"その結果を明らかにする。":                                     "ja",
		"Результаты исследования показали следующее.":      "ru",
	} {
		e.Score(text, &scores)
		best := 0
		for i := range scores {
			if scores[i] > scores[best] {
				best = i
			}
		}
		if got := Codes()[best]; got != want {
			t.Errorf("%q fits %s best, want %s", text, got, want)
		}
		if score, ok := scores.Of(want); !ok || score != scores[best] {
			t.Errorf("%q has the score %v in %s, want %v", text, score, want, scores[best])
		}
	}
	if _, ok := scores.Of(Undetermined); ok {
		t.Error("an undetermined language has a score")
	}
}

// TestScoresAddUp checks what a search for the border between languages relies on.
// Norwegian has two forms, of which each sentence may fit another.
func TestScoresAddUp(t *testing.T) {
	e := New()
	const one, two = "Las mujeres fueron entrevistadas dos veces.", "El estudio duró tres años."
	var a, b, both Scores
	e.Score(one, &a)
	e.Score(two, &b)
	e.Score(one+" "+two, &both)
	for i := range both {
		if d := both[i] - a[i] - b[i]; d < -2 || d > 2 {
			t.Errorf("%s: %v for both sentences, %v and %v for each", codes[i], both[i], a[i], b[i])
		}
	}
}

func TestTag(t *testing.T) {
	for _, tt := range []struct{ lang, text, want string }{
		{"zh", "这个问题的研究与实践", "zh-Hans"},
		{"zh", "這個問題的研究與實踐", "zh-Hant"},
		{"zh", "人口", "zh"},
		{"sr", "Трговина људима", "sr-Cyrl"},
		{"sr", "Trgovina ljudima", "sr-Latn"},
		{"en", "Trafficking", "en"},
	} {
		if got := Tag(tt.lang, tt.text); got != tt.want {
			t.Errorf("%q is tagged %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	e := New()
	texts := []string{"Women who leave the sex trade", "Mujeres que salen de la prostitución", "Женщины, пострадавшие от торговли людьми"}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				for i, want := range []string{"en", "es", "ru"} {
					if got := e.Detect(texts[i], Options{}).Lang; got != want {
						t.Errorf("%q is %s, want %s", texts[i], got, want)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

// TestLongText checks that time grows no faster than the text.
func TestLongText(t *testing.T) {
	e := New()
	for _, unit := range []string{"word ", "a", "Ã©", "zhiyang ", "ш", "漢字", "\xff\xfe", "\x00\x1b", "प्रक"} {
		text := strings.Repeat(unit, 1<<20/len(unit))
		began := cputime.Used()
		e.Detect(text, Options{})
		e.Score(text, new(Scores))
		if took := cputime.Used() - began; took > 20*time.Second {
			t.Errorf("1 MB of %q took %v", unit, took)
		}
	}
}

func FuzzDetect(f *testing.F) {
	for _, seed := range []string{"", "word", "1984", "ALL CAPITALS", "торгoвля", "a\xffb", "\x00\x01", "Ð¢Ð¾Ñ€", "É́́́", "شرایط", "मानव", "被拐卖", "zh ch sh"} {
		f.Add(seed, "en")
	}
	e := New()
	f.Fuzz(func(t *testing.T, text, declared string) {
		r := e.Detect(text, Options{Declared: declared})
		if (r.Lang == Undetermined) != (r.Why != Known) || r.Lang != Undetermined && !SetOf(r.Lang).Has(r.Lang) {
			t.Errorf("%q, declared %q: %+v", text, declared, r)
		}
		if again := e.Detect(text, Options{Declared: declared}); again != r {
			t.Errorf("%q: %+v, then %+v", text, r, again)
		}
		var scores Scores
		e.Score(text, &scores)
		for i, score := range scores {
			if !(score <= 0) {
				t.Errorf("%q has score %v in %s", text, score, codes[i])
			}
		}
	})
}

// TestAmbiguousSyllables has words that can be divided into syllables in millions of
// ways, all of which fail at the last letter.
func TestAmbiguousSyllables(t *testing.T) {
	for _, syllables := range []string{"na", "nin", "an", "ngen", "oe", "yeong"} {
		word := strings.Repeat(syllables, longestWord)[:longestWord-1] + "q"
		if began := cputime.Used(); syllabic(strings.Repeat(word+" ", 12)) || cputime.Used()-began > 20*time.Second {
			t.Errorf("%s: syllabic, or only after %s", word, cputime.Used()-began)
		}
	}
	for text, want := range map[string]bool{
		"Guaimai renkou fanzui de yuanyin ji duice fenxi": true,
		"Baishun kara no ridatsu to shakai fukki":         true,
		"Seongmaemae pihae yeoseong ui jarip gyeongheom":  true,
		"Women who leave the sex trade":                   false,
	} {
		if got := syllabic(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestReasonsAreWords(t *testing.T) {
	for w := NoLetters; w <= Romanised; w++ {
		if s := w.String(); len(s) < 5 || !unicode.IsLower(rune(s[0])) && !bytes.ContainsAny([]byte(s), "L") {
			t.Errorf("reason %d is called %q", w, s)
		}
	}
}
