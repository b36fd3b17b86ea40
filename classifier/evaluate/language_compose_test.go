package evaluate

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"polyglean/internal/golden"
)

// study is one synthetic study told in one language.
type study struct {
	title     string
	sentences []string
	keywords  string
}

// readStudies reads sentences.txt: the studies of each language, in the same order.
func readStudies(t *testing.T) map[string][]study {
	t.Helper()
	f, err := os.Open("testdata/sentences.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const lines = 7 // a title, five sentences, keywords
	byLang := make(map[string][]string)
	lang := ""
	s := bufio.NewScanner(f)
	for s.Scan() {
		line := s.Text()
		if name, ok := strings.CutPrefix(line, "== "); ok {
			lang = name
		} else if line != "" && !strings.HasPrefix(line, "#") {
			byLang[lang] = append(byLang[lang], line)
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	// Serbian is written in two alphabets, letter for letter.
	for _, line := range byLang["sr"] {
		byLang["sr-Latn"] = append(byLang["sr-Latn"], serbianLatin.Replace(line))
	}
	out := make(map[string][]study)
	for lang, all := range byLang {
		if len(all)%lines != 0 {
			t.Fatalf("sentences.txt: %s has %d lines, want studies of %d", lang, len(all), lines)
		}
		for block := range slices.Chunk(all, lines) {
			out[lang] = append(out[lang], study{block[0], block[1 : lines-1], block[lines-1]})
		}
	}
	return out
}

var serbianLatin = strings.NewReplacer(
	"а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "ђ", "đ", "е", "e", "ж", "ž", "з", "z", "и", "i", "ј", "j", "к", "k", "л", "l", "љ", "lj", "м", "m",
	"н", "n", "њ", "nj", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "ћ", "ć", "у", "u", "ф", "f", "х", "h", "ц", "c", "ч", "č", "џ", "dž", "ш", "š",
	"А", "A", "Б", "B", "В", "V", "Г", "G", "Д", "D", "Ђ", "Đ", "Е", "E", "Ж", "Ž", "З", "Z", "И", "I", "Ј", "J", "К", "K", "Л", "L", "Љ", "Lj", "М", "M",
	"Н", "N", "Њ", "Nj", "О", "O", "П", "P", "Р", "R", "С", "S", "Т", "T", "Ћ", "Ć", "У", "U", "Ф", "F", "Х", "H", "Ц", "C", "Ч", "Č", "Џ", "Dž", "Ш", "Š",
)

// words are what journals of a language put between the sentences.
type journalWords struct {
	abstract, keywords string
	// sections are the headings of a structured abstract: background, aim, methods,
	// results, conclusion.
	sections [5]string
	// notice is a line on copyright.
	notice string
}

var journal = map[string]journalWords{
	"en":      {"Abstract", "Keywords", [5]string{"Background", "Aim", "Methods", "Results", "Conclusion"}, "© 2019 Synthetic Society. All rights reserved."},
	"es":      {"Resumen", "Palabras clave", [5]string{"Introducción", "Objetivo", "Métodos", "Resultados", "Conclusión"}, "© 2018 Sociedad Sintética. Todos los derechos reservados."},
	"pt":      {"Resumo", "Palavras-chave", [5]string{"Introdução", "Objetivo", "Métodos", "Resultados", "Conclusão"}, "© 2017 Sociedade Sintética. Todos os direitos reservados."},
	"fr":      {"Résumé", "Mots-clés", [5]string{"Contexte", "Objectif", "Méthodes", "Résultats", "Conclusion"}, "© 2020 Société synthétique. Tous droits réservés."},
	"de":      {"Zusammenfassung", "Schlüsselwörter", [5]string{"Hintergrund", "Ziel", "Methoden", "Ergebnisse", "Fazit"}, "© 2016 Synthetische Gesellschaft. Alle Rechte vorbehalten."},
	"it":      {"Riassunto", "Parole chiave", [5]string{"Premessa", "Obiettivo", "Metodi", "Risultati", "Conclusioni"}, "© 2015 Società sintetica. Tutti i diritti riservati."},
	"ca":      {"Resum", "Paraules clau", [5]string{"Introducció", "Objectiu", "Mètodes", "Resultats", "Conclusió"}, "© 2014 Societat Sintètica."},
	"ru":      {"Аннотация", "Ключевые слова", [5]string{"Введение", "Цель", "Методы", "Результаты", "Выводы"}, "© Синтетическое общество, 2021. Все права защищены."},
	"uk":      {"Анотація", "Ключові слова", [5]string{"Вступ", "Мета", "Методи", "Результати", "Висновки"}, "© Синтетичне товариство, 2020. Усі права захищені."},
	"zh":      {"摘要", "关键词", [5]string{"背景", "目的", "方法", "结果", "结论"}, "© 2022 合成学会。版权所有。"},
	"ja":      {"要旨", "キーワード", [5]string{"背景", "目的", "方法", "結果", "結論"}, "© 2021 合成学会"},
	"ko":      {"초록", "주제어", [5]string{"배경", "목적", "방법", "결과", "결론"}, "© 2020 합성학회"},
	"tr":      {"Özet", "Anahtar Kelimeler", [5]string{"Giriş", "Amaç", "Yöntem", "Bulgular", "Sonuç"}, "© 2019 Sentetik Derneği. Tüm hakları saklıdır."},
	"ar":      {"الملخص", "الكلمات المفتاحية", [5]string{"الخلفية", "الهدف", "المنهج", "النتائج", "الخاتمة"}, "© 2018 الجمعية الاصطناعية. جميع الحقوق محفوظة."},
	"fa":      {"چکیده", "کلیدواژه\u200cها", [5]string{"زمینه", "هدف", "روش", "یافته\u200cها", "نتیجه\u200cگیری"}, "© ۱۳۹۸ انجمن ساختگی. تمامی حقوق محفوظ است."},
	"pl":      {"Streszczenie", "Słowa kluczowe", [5]string{"Wstęp", "Cel", "Metody", "Wyniki", "Wnioski"}, "© 2017 Towarzystwo Syntetyczne. Wszelkie prawa zastrzeżone."},
	"id":      {"Abstrak", "Kata kunci", [5]string{"Latar belakang", "Tujuan", "Metode", "Hasil", "Simpulan"}, "Hak cipta 2021 Perhimpunan Sintetis."},
	"hr":      {"Sažetak", "Ključne riječi", [5]string{"Uvod", "Cilj", "Metode", "Rezultati", "Zaključak"}, "© 2016 Sintetičko društvo. Sva prava pridržana."},
	"sr":      {"Сажетак", "Кључне речи", [5]string{"Увод", "Циљ", "Методе", "Резултати", "Закључак"}, "© 2015 Синтетичко друштво. Сва права задржана."},
	"sr-Latn": {"Apstrakt", "Ključne reči", [5]string{"Uvod", "Cilj", "Metode", "Rezultati", "Zaključak"}, "© 2015 Sintetičko društvo."},
}

// page is a text that is being composed, with the spans of its languages.
type page struct {
	text     strings.Builder
	segments []string
}

// say adds sentences in a language. Headings, keywords, notices and marks are added
// with put: whatever language they are given to is right.
func (p *page) say(lang string, sentences ...string) {
	code, _, _ := strings.Cut(lang, "-")
	start := p.text.Len()
	p.text.WriteString(strings.Join(sentences, gap(lang)))
	if n := len(p.segments); n > 0 && strings.HasPrefix(p.segments[n-1], code+":") {
		start, _, _ := strings.Cut(strings.TrimPrefix(p.segments[n-1], code+":"), "-")
		p.segments[n-1] = fmt.Sprintf("%s:%s-%d", code, start, p.text.Len())
		return
	}
	p.segments = append(p.segments, fmt.Sprintf("%s:%d-%d", code, start, p.text.Len()))
}

func (p *page) put(s string) { p.text.WriteString(s) }

// gap stands between two sentences.
func gap(lang string) string {
	if lang == "zh" || lang == "ja" {
		return ""
	}
	return " "
}

// composition is one form in which journals give a text in two languages.
type composition struct {
	name    string
	compose func(p *page, all map[string][]study, langs []string, n int)
}

// pick is a study in a language.
func pick(all map[string][]study, lang string, n int) study { return all[lang][n%len(all[lang])] }

var compositions = []composition{
	{"headings", func(p *page, all map[string][]study, langs []string, n int) {
		for i, lang := range langs {
			if i > 0 {
				p.put(" ")
			}
			p.put(journal[lang].abstract + ": ")
			p.say(lang, pick(all, lang, n).sentences...)
		}
	}},
	{"no heading", func(p *page, all map[string][]study, langs []string, n int) {
		for i, lang := range langs {
			if i > 0 {
				p.put(" ")
			}
			p.say(lang, pick(all, lang, n).sentences[:4]...)
		}
	}},
	{"keywords between", func(p *page, all map[string][]study, langs []string, n int) {
		for i, lang := range langs {
			if i > 0 {
				p.put(" ")
			}
			s := pick(all, lang, n)
			p.say(lang, s.sentences[1:]...)
			p.put(" " + journal[lang].keywords + ": " + s.keywords + ".")
		}
	}},
	{"copyright line", func(p *page, all map[string][]study, langs []string, n int) {
		for i, lang := range langs {
			if i > 0 {
				p.put(" ")
			}
			p.say(lang, pick(all, lang, n).sentences[:3]...)
			p.put(" " + journal[lang].notice)
		}
	}},
	{"slash title", func(p *page, all map[string][]study, langs []string, n int) {
		for i, lang := range langs {
			if i > 0 {
				p.put([...]string{" / ", " = "}[n%2])
			}
			p.say(lang, pick(all, lang, n).title)
		}
	}},
	{"structured", func(p *page, all map[string][]study, langs []string, n int) {
		for i, lang := range langs {
			if i > 0 {
				p.put(" ")
			}
			for j, sentence := range pick(all, lang, n).sentences {
				if j > 0 {
					p.put(" ")
				}
				p.say(lang, journal[lang].sections[j]+": "+sentence)
			}
		}
	}},
	{"short second part", func(p *page, all map[string][]study, langs []string, n int) {
		p.say(langs[0], pick(all, langs[0], n).sentences...)
		p.put(" ")
		p.say(langs[1], pick(all, langs[1], n).sentences[4])
	}},
	{"headings in capitals", func(p *page, all map[string][]study, langs []string, n int) {
		for i, lang := range langs {
			if i > 0 {
				p.put(" ")
			}
			s := pick(all, lang, n)
			p.put(strings.ToUpper(journal[lang].abstract) + " ")
			p.say(lang, s.sentences[:4]...)
			p.put(" " + strings.ToUpper(journal[lang].keywords) + " " + s.keywords)
		}
	}},
	{"markup", func(p *page, all map[string][]study, langs []string, n int) {
		for _, lang := range langs {
			p.put("<p>")
			p.say(lang, pick(all, lang, n).sentences[:3]...)
			p.put("</p>")
		}
		p.put(" https://doi.org/10.5555/synthetic.2020.004")
	}},
	{"sign between", func(p *page, all map[string][]study, langs []string, n int) {
		for i, lang := range langs {
			if i > 0 {
				p.put([...]string{" ¤ ", " | ", " / "}[n%3])
			}
			p.say(lang, pick(all, lang, n).sentences[1:4]...)
		}
	}},
	{"a title quoted", func(p *page, all map[string][]study, langs []string, n int) {
		a, b := pick(all, langs[0], n), pick(all, langs[1], n+1)
		p.say(langs[0], a.sentences[0], "“"+b.title+"” (2012): "+a.sentences[1], a.sentences[2])
		p.put(" ")
		p.say(langs[1], pick(all, langs[1], n).sentences[:3]...)
	}},
	{"terms of other scripts", func(p *page, all map[string][]study, langs []string, n int) {
		for i, lang := range langs {
			if i > 0 {
				p.put(" ")
			}
			s := pick(all, lang, n)
			p.say(lang, s.sentences[1], "(UCLA Loneliness Scale, α = .87; post hoc, p < .05, n = 214)", s.sentences[2], s.sentences[3], "(Москва, 北京, Ἀθῆναι)", s.sentences[4])
		}
	}},
}

// pairs are the languages that are composed, the paper's own first.
var pairs = [][]string{
	{"es", "en"},
	{"pt", "en"},
	{"fr", "en"},
	{"de", "en"},
	{"it", "en"},
	{"ru", "en"},
	{"uk", "en"},
	{"zh", "en"},
	{"ja", "en"},
	{"ko", "en"},
	{"tr", "en"},
	{"ar", "en"},
	{"fa", "en"},
	{"pl", "en"},
	{"id", "en"},
	{"hr", "en"},
	{"sr", "en"},
	{"sr-Latn", "en"},
	{"ca", "en"},
	{"es", "pt"},
	{"fr", "de"},
	{"ca", "es"},
	{"uk", "ru"},
	{"it", "de"},
	{"pt", "es", "en"},
	{"fr", "de", "en"},
	{"uk", "ru", "en"},
}

// composeBilingual is the labelled set: every form in every pair of languages, with
// the paper's own language or English first, of one study or another.
func composeBilingual(t *testing.T) string {
	all := readStudies(t)
	var out strings.Builder
	out.WriteString("lang\ttext\tsegments\tform\torigin\n")
	n := 0
	for i, langs := range pairs {
		for j, c := range compositions {
			// A form in three of four, so that pairs differ.
			if (i+j)%4 == 3 {
				continue
			}
			order := slices.Clone(langs)
			if n%3 == 2 {
				slices.Reverse(order)
			}
			var p page
			c.compose(&p, all, order, n)
			fmt.Fprintf(&out, "mul\t%s\t%s\t%s\tsynthetic\n", p.text.String(), strings.Join(p.segments, ";"), c.name)
			n++
		}
	}
	return out.String()
}

// TestBilingualSet holds bilingual.tsv to what its sentences and forms compose.
func TestBilingualSet(t *testing.T) {
	const path = "testdata/bilingual.tsv"
	want := composeBilingual(t)
	if golden.Updating() {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what sentences.txt composes: run go test ./classifier/evaluate -run BilingualSet -update", path)
	}
	if n := strings.Count(want, "\nmul\t"); n < 200 {
		t.Errorf("%d texts, want 200", n)
	}
}
