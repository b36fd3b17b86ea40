package classifier

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"polyglean/internal/cputime"
	"polyglean/internal/record"
)

// The sentences are synthetic.
const (
	englishStudy = "Farm workers seldom report the pain in their hands. We asked ninety of them about it after the harvest. Gloves that fit were rare, and so was paid leave."
	spanishStudy = "Los jornaleros rara vez cuentan el dolor de sus manos. Preguntamos a noventa de ellos después de la cosecha. Los guantes de su talla eran escasos, y también la baja pagada."
	germanStudy  = "Erntehelfer klagen selten über Schmerzen in den Händen. Wir befragten neunzig von ihnen nach der Ernte. Passende Handschuhe waren selten, bezahlter Urlaub ebenso."
	russianStudy = "Сезонные рабочие редко жалуются на боль в руках. Мы опросили девяносто человек после сбора урожая. Перчатки по размеру были редкостью, как и оплачиваемый отпуск."
	koreanStudy  = "농장 노동자는 손의 통증을 좀처럼 말하지 않는다. 수확이 끝난 뒤 아흔 명에게 물어보았다. 맞는 장갑도 유급 휴가도 드물었다."
	khmerStudy   = "កម្មករកសិដ្ឋានកម្រនិយាយអំពីការឈឺចាប់នៅដៃរបស់ពួកគេណាស់ ។ យើងបានសួរមនុស្សកៅសិបនាក់បន្ទាប់ពីការប្រមូលផល ។"
)

// TestDivide says where texts are divided: each part by its language and its
// beginning.
func TestDivide(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"no heading", spanishStudy + " " + englishStudy, []string{"es Los jornaleros", "en Farm workers"}},
		{"headings", "Resumen: " + spanishStudy + " Zusammenfassung: " + germanStudy, []string{"es Resumen: Los", "de Zusammenfassung"}},
		{"headings in brackets", "[Zusammenfassung] " + germanStudy + " [Abstract] " + englishStudy, []string{"de [Zusammen", "en [Abstract]"}},
		{"keywords stay with their text", spanishStudy + " Palabras clave: pain; hand injuries; workers. " + englishStudy + " Keywords: dolor; manos.", []string{"es Los jornaleros", "en Farm workers"}},
		{"a heading behind keywords", spanishStudy + " Palabras clave: dolor; manos. Background: " + englishStudy, []string{"es Los jornaleros", "en Background"}},
		{"no space behind a stop in a script without capitals", koreanStudy + englishStudy, []string{"ko 농장", "en Farm workers"}},
		{"copyright", germanStudy + " © 2019 The Synthetic Society. All rights reserved.", []string{"de Erntehelfer"}},
		{"a link", germanStudy + " https://example.org/the/study/of/the/hands-of-farm-workers-after-the-harvest doi:10.5555/the.hands.of.all.the.workers authors-of-the-study@example.org", []string{"de Erntehelfer"}},
		{"a title quoted", "Farm workers seldom report the pain in their hands. “Las manos que nos dan de comer todos los días del año” (2012) was read to ninety of them. Gloves that fit were rare.", []string{"en Farm workers"}},
		{"terms of other scripts", koreanStudy + " (Disabilities of the Arm, Shoulder and Hand, DASH) " + koreanStudy, []string{"ko 농장"}},
		{"Latin terms", "The bite of Loxosceles laeta was common in vitro and in vivo, inter alia. Staphylococcus aureus was found post mortem. " + englishStudy, []string{"en The bite"}},
		{"tags", "<p>" + germanStudy + "</p><p>" + englishStudy + "</p>", []string{"de <p>Ernte", "en <p>Farm"}},
		{"no space behind the stop", strings.TrimSuffix(russianStudy, ".") + ".Farm workers seldom report the pain in their hands.", []string{"ru Сезонные", "en Farm workers"}},
		{"one short sentence", englishStudy + " " + "Passende Handschuhe waren selten, bezahlter Urlaub ebenso.", []string{"en Farm workers", "de Passende"}},
		{"an island", germanStudy + " Searched were pain OR ache OR soreness AND hand OR finger OR wrist. " + germanStudy, []string{"de Erntehelfer"}},
		{"a language without a model", khmerStudy + "\n" + englishStudy, []string{"und កម្មករ", "en Farm workers"}},
		{"three", koreanStudy + " / " + russianStudy + " / " + englishStudy, []string{"ko 농장", "ru Сезонные", "en Farm workers"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := segmentsOf(tt.text, "", abstractLimits)
			var got []string
			for _, d := range found {
				got = append(got, d.Lang+" "+tt.text[d.Start:d.End])
			}
			if !slices.EqualFunc(got, tt.want, strings.HasPrefix) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestDivideWithinASentence divides where the first text has no full stop, within a
// word or two.
func TestDivideWithinASentence(t *testing.T) {
	first := strings.TrimSuffix(spanishStudy, ".") + " "
	found := segmentsOf(first+englishStudy, "", abstractLimits)
	if len(found) != 2 || found[0].Lang != "es" || found[1].Lang != "en" {
		t.Fatalf("got %+v", found)
	}
	if off := found[1].Start - len(first); off < -15 || off > 15 {
		t.Errorf("divided %d bytes from the place", off)
	}
}

func TestDivideTitles(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"Hands that hurt: farm workers after the harvest / Manos que duelen: los jornaleros después de la cosecha", []string{"en", "es"}},
		{"Больные руки сезонных рабочих = The aching hands of seasonal workers", []string{"ru", "en"}},
		{"Schmerzende Hände bei der Ernte [The aching hands of farm workers at harvest]", []string{"de", "en"}},
		{"Hands, gloves and leave / A study among farm workers", []string{"en"}},
		{"Case report: hand injuries (injuries of the hand) in farm workers", []string{"en"}},
	} {
		var got []string
		for _, d := range segmentsOf(tt.text, "", titleLimits) {
			got = append(got, d.Lang)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestLabelAt(t *testing.T) {
	for _, tt := range []struct {
		text   string
		border bool
		want   string
	}{
		{"Abstract: The study", true, "Abstract"},
		{"Abstract The study", true, "Abstract"},
		{"Abstract thinking is hard", true, ""},
		{"Abstract", true, "Abstract"},
		{"abstract: thinking", true, ""},
		{"Resumen de los hechos", true, ""},
		{"RESUMO A doença", false, "RESUMO"},
		{"Resumo A doença", false, ""},
		{"Keywords: pain", false, "Keywords"},
		{"Palabras clave: dolor", true, "Palabras clave"},
		{"Mots-clés : douleur", true, "Mots-clés"},
		{"ANAHTAR KELİMELER ağrı", true, ""},
		{"ANAHTAR KELİMELER: ağrı", true, "ANAHTAR KELİMELER"},
		{"摘要：本研究", true, "摘要"},
		{"چکیده: زمینه", true, "چکیده"},
		{"", true, ""},
	} {
		_, n := labelAt(tt.text, tt.border)
		if got := tt.text[:n]; got != tt.want {
			t.Errorf("labelAt(%q, %v) = %q, want %q", tt.text, tt.border, got, tt.want)
		}
	}
}

// soundSegments checks what holds for every text.
func soundSegments(t *testing.T, text string, found []record.Detection) {
	t.Helper()
	if len(found) == 0 {
		t.Fatalf("nothing said of %.100q", text)
	}
	end := 0
	for _, d := range found {
		if d.Start != end || d.End < d.Start || d.Lang == "" || !(d.Confidence >= 0 && d.Confidence <= 1) {
			t.Fatalf("%+v does not follow byte %d of %.100q", d, end, text)
		}
		if d.Start < len(text) && utf8.ValidString(text) && !utf8.RuneStart(text[d.Start]) {
			t.Fatalf("%+v begins inside a character of %.100q", d, text)
		}
		end = d.End
	}
	if end != len(text) {
		t.Fatalf("the parts of %.100q end at byte %d of %d", text, end, len(text))
	}
}

func TestBadTextsAreDivided(t *testing.T) {
	for _, text := range []string{
		"", " ", ">a>", "p >b> q", "\n\n", ".", "...", "<", "<p", "<p>", "“", "\"\"", "Abstract", "Abstract:", "Abstract: Abstract: Keywords:", "¤|¤", "[", "[]",
		"\xff\xfe\xfd", "caf\xe9 con leche. Con az\xfacar", "\x00\x01\x02", "a.b.c.d", "A. B. C. D.", "Слovo смешaнное", strings.Repeat("é", 700),
		"Æ\u0301\u0301. Ö\u0308", "\u200f\u202e" + englishStudy, strings.ToUpper(spanishStudy) + " " + strings.ToUpper(englishStudy),
	} {
		soundSegments(t, text, segmentsOf(text, "", abstractLimits))
		soundSegments(t, text, segmentsOf(text, "es", titleLimits))
	}
}

// TestCutIsLinear holds cutting to time in proportion to the text, for texts that
// would tempt it to look at the same bytes again.
func TestCutIsLinear(t *testing.T) {
	for name, unit := range map[string]string{
		"spaces": " ", "lines": "\n", "stops": ". ", "brackets": "[(", "quotes": "“ \"", "tags": "<a ", "headings": "ABSTRACT: ", "heading": "Abstract\n\n",
		"colons": ": ", "scripts": "я a ", "one word": "a", "sentences": "It is so. Так и есть. ",
	} {
		t.Run(name, func(t *testing.T) {
			took := func(n int) time.Duration {
				text := strings.Repeat(unit, n/len(unit))
				best := time.Hour
				for range 3 {
					began := cputime.Used()
					if pieces := cut(nil, text, abstractLimits); len(pieces) > 4*maxPieces {
						t.Fatalf("%d pieces", len(pieces))
					}
					best = min(best, cputime.Used()-began)
				}
				return best
			}
			small, large := took(128<<10), took(1<<20)
			// Eight times the text. A second more is a busy machine; looking at the same
			// bytes again would take minutes.
			if large > 24*small+time.Second {
				t.Errorf("128 KiB took %v, 1 MiB %v", small, large)
			}
		})
	}
}

func FuzzSegments(f *testing.F) {
	for _, text := range []string{
		spanishStudy + " " + englishStudy, "Resumen: " + spanishStudy + "\nAbstract: " + englishStudy, koreanStudy + russianStudy, khmerStudy,
		"<p>“" + germanStudy + "”</p> © 2020 [Abstract]", "\xff. А\xfe¤",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		soundSegments(t, text, segmentsOf(text, "", abstractLimits))
		soundSegments(t, text, segmentsOf(text, "fr", titleLimits))
	})
}
