package lexicon

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"polyglean/internal/cputime"
)

const header = "concept_id\tfacet\tlang\tpattern\tstrength\tsource\n"

// makeTable reads a table of rows "concept facet lang strength pattern".
func makeTable(t testing.TB, rows ...string) *Lexicon {
	t.Helper()
	var b strings.Builder
	b.WriteString(header)
	for _, row := range rows {
		f := strings.SplitN(row, " ", 5)
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\tauthor\n", f[0], f[1], f[2], f[4], f[3])
	}
	l, err := Read(strings.NewReader(b.String()), "table.tsv")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// hits prints hits as `concept/lang+ "words"`, with + for strong.
func hits(text string, found []Hit) []string {
	var out []string
	for _, h := range found {
		strong := "-"
		if h.Strong {
			strong = "+"
		}
		out = append(out, fmt.Sprintf("%s/%s%s %s", h.Concept, h.Lang, strong, text[h.Start:h.End]))
	}
	return out
}

func TestMatch(t *testing.T) {
	l := makeTable(t,
		"trafficking topic en strong traffick*",
		"trafficking topic en weak human traffick*",
		"trafficking topic en strong sex .. sale*",
		"survivor victim en strong survivor*",
		"trafficking topic es strong trata .. explotación sexual",
		"trafficking topic fr strong traite d'êtres humains",
		"prostitution topic de strong *prostitution*",
		"victim victim de strong *opfer",
		"trafficking topic zh strong 人口贩运",
		"exploitation topic zh strong 性剥削 .. 贩",
		"porn topic ja strong ポルノ*",
		"trafficking topic th strong ค้ามนุษย์",
		"trafficking topic ko strong 인신매매*",
		"women victim ko strong 성매매 여성",
		"ptsd harm ko strong ptsd",
		"trafficking topic ar strong الاتجار بالبشر",
		"victim victim ar strong الضحايا",
		"exploitation topic fa strong بهره\u200cکشی جنسی",
		"trafficking topic ru strong торговл* людьми",
		"trafficking topic hi strong मानव तस्करी",
		"trafficking topic nb strong menneskehandel",
		"rehabilitation services tr strong İyileşme",
		"shared topic de strong shelter",
		"shared topic en weak shelter",
	)
	for _, c := range []struct {
		name, langs, text string
		want              []string
	}{
		{
			"English needs no asking, hits are in order", "",
			"Survivors of Human-Trafficking",
			[]string{"survivor/en+ Survivors", "trafficking/en- Human-Trafficking", "trafficking/en+ Trafficking"},
		},
		{"other languages need asking", "", "trata con fines de explotación sexual", nil},
		{
			"gap, both orders, nearest", "es",
			"EXPLOTACION SEXUAL en la trata; la explotación sexual",
			[]string{"trafficking/es+ trata; la explotación sexual"},
		},
		{"gap of six words", "", "sex a b c d e f sales", []string{"trafficking/en+ sex a b c d e f sales"}},
		{"gap of seven words", "", "sex a b c d e f g sales", nil},
		{"apostrophe", "fr", "La traite d’êtres humains", []string{"trafficking/fr+ traite d’êtres humains"}},
		{
			"compounds", "de",
			"Zwangsprostitutionsopfer und Opferschutz, Prostitution",
			[]string{"prostitution/de+ Zwangsprostitutionsopfer", "victim/de+ Zwangsprostitutionsopfer", "prostitution/de+ Prostitution"},
		},
		{"Chinese in any surroundings", "zh-hant", "打击人口贩运犯罪", []string{"trafficking/zh+ 人口贩运"}},
		{"Chinese gap of 14 letters", "zh", "性剥削一二三四五六七八九十一二三四贩", []string{"exploitation/zh+ 性剥削一二三四五六七八九十一二三四贩"}},
		{"Chinese gap of 15 letters", "zh", "性剥削一二三四五六七八九十一二三四五贩", nil},
		{"Japanese, the mark means nothing", "ja", "児童ポルノ問題", []string{"porn/ja+ ポルノ"}},
		{"Thai in any surroundings", "th", "การค้ามนุษย์ในไทย", []string{"trafficking/th+ ค้ามนุษย์"}},
		{
			"Korean particles", "ko", "인신매매의 성매매를 여성들이 PTSD를",
			[]string{"trafficking/ko+ 인신매매의", "women/ko+ 성매매를 여성들이", "ptsd/ko+ PTSD를"},
		},
		{
			"Arabic article and what is joined", "ar", "مكافحة الإتجار بالبشر وللضحايا ضحايا",
			[]string{"trafficking/ar+ الإتجار بالبشر", "victim/ar+ وللضحايا", "victim/ar+ ضحايا"},
		},
		{"Persian with a space for the non-joiner", "fa", "بهره کشی جنسي", []string{"exploitation/fa+ بهره کشی جنسي"}},
		{"Russian", "ru", "ТОРГОВЛЯ ЛЮДЬМИ", []string{"trafficking/ru+ ТОРГОВЛЯ ЛЮДЬМИ"}},
		{"Hindi signs count", "hi", "मानव तस्करी, मनव तस्करी", []string{"trafficking/hi+ मानव तस्करी"}},
		{"both Norwegians", "nb nn", "Menneskehandel", []string{"trafficking/no+ Menneskehandel"}},
		{"Turkish capital", "tr", "IYILESME iyileşme", []string{"rehabilitation/tr+ IYILESME", "rehabilitation/tr+ iyileşme"}},
		{"a concept once in a place, strong wins", "de", "Shelter", []string{"shared/de+ Shelter"}},
		{"unknown languages", "xx und", "Shelter", []string{"shared/en- Shelter"}},
		{"nothing", "de es zh", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := hits(c.text, l.Match(c.text, strings.Fields(c.langs)...))
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestGapsAreQuickInHostileText(t *testing.T) {
	l := makeTable(t, "trafficking topic en strong sex .. sale*")
	start := cputime.Used()
	if got := l.Match(strings.Repeat("sex ", 200_000)); got != nil {
		t.Errorf("%d hits without the right side", len(got))
	}
	if got := len(l.Match(strings.Repeat("sex sale ", 100_000))); got != 100_000 {
		t.Errorf("%d hits, want one for each left side", got)
	}
	if took := cputime.Used() - start; took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestDescribe(t *testing.T) {
	l := makeTable(t,
		"trafficking topic es strong trata",
		"exit exit en weak leav*",
		"trafficking topic en strong traffick*",
		"brothel setting en strong brothel",
		"slavery topic en weak slavery",
	)
	if got := l.Concepts(); len(got) != 4 || got[0].ID != "trafficking" || got[0].Facet != "topic" || !slices.Equal(got[0].Langs, []string{"en", "es"}) {
		t.Errorf("Concepts() = %+v", got)
	}
	if got := l.ByFacet("topic"); !slices.Equal(got, []string{"trafficking", "slavery"}) {
		t.Errorf("ByFacet = %q", got)
	}
	if got := l.Facet("brothel") + l.Facet("nothing"); got != "setting" {
		t.Errorf("Facet = %q", got)
	}
	if got := l.Languages(); !slices.Equal(got, []string{"en", "es"}) {
		t.Errorf("Languages = %q", got)
	}
	want := Pattern{Concept: "exit", Facet: "exit", Lang: "en", Text: "leav*", Source: "author", Line: 3}
	if got := l.Patterns(); len(got) != 5 || got[1] != want {
		t.Errorf("Patterns()[1] = %+v, want %+v", got[1], want)
	}
	other := makeTable(t, "trafficking topic es strong trata")
	if len(l.Digest()) != 16 || l.Digest() == other.Digest() {
		t.Errorf("digests %q and %q", l.Digest(), other.Digest())
	}
}

func TestReadTolerates(t *testing.T) {
	in := "\ufeff" + strings.ReplaceAll(header, "\n", "\r\n") + "a\ttopic\ten\tsex\tstrong\tauthor\r\n\r\nb\ttopic\ten\ttrade \tweak\t"
	l, err := Read(strings.NewReader(in), "table.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if got := hits("sex trade", l.Match("sex trade")); !slices.Equal(got, []string{"a/en+ sex", "b/en- trade"}) {
		t.Errorf("hits %q", got)
	}
}

func TestReadErrors(t *testing.T) {
	good := "a\ttopic\ten\tsex\tstrong\tauthor\n"
	for _, c := range []struct {
		name, in string
		line     int
		want     string
	}{
		{"empty", "", 0, "table.tsv: the table is empty"},
		{"no header", good, 1, "table.tsv:1: the header is"},
		{"columns", header + good + "a\ttopic\ten\tsex\tstrong\n", 3, "table.tsv:3: 5 columns: write 6"},
		{"strength", header + "a\ttopic\ten\tsex\tmedium\tauthor\n", 2, `strength "medium": write strong or weak`},
		{"empty pattern", header + "a\ttopic\ten\t \tstrong\tauthor\n", 2, "no letters: write a word"},
		{"only punctuation", header + "a\ttopic\ten\t*\tstrong\tauthor\n", 2, "no letters"},
		{"half a gap", header + "a\ttopic\ten\tsex ..\tstrong\tauthor\n", 2, "nothing on one side of the gap"},
		{"two gaps", header + "a\ttopic\ten\ta .. b .. c\tstrong\tauthor\n", 2, "two gaps"},
		{"inner mark", header + "a\ttopic\ten\tbehavio*r\tstrong\tauthor\n", 2, "* inside a word"},
		{"short infix", header + "a\ttopic\tde\t*ex*\tstrong\tauthor\n", 2, "too short"},
		{"two facets", header + good + "a\texit\ten\texit\tstrong\tauthor\n", 3, "concept a is in facet exit here and in topic on line 2: keep it to one"},
		{"twice", header + good + strings.Replace(good, "strong", "weak", 1), 3, `pattern "sex" of concept a is on line 2 already: remove one`},
		{"concept", header + "A b\ttopic\ten\tsex\tstrong\tauthor\n", 2, `concept_id "A b": write small letters`},
		{"facet", header + "a\t\ten\tsex\tstrong\tauthor\n", 2, `facet ""`},
		{"language", header + "a\ttopic\tEnglish\tsex\tstrong\tauthor\n", 2, `lang "English": write an ISO 639 code`},
		{"unknown language", header + "a\ttopic\txx\tsex\tstrong\tauthor\n", 2, `lang "xx" is the code of no language`},
		{"private language", header + "a\ttopic\tqaa\tsex\tstrong\tauthor\n", 2, `lang "qaa" is the code of no language`},
		{"one letter", header + "a\ttopic\ten\ts\tstrong\tauthor\n", 2, `pattern "s": a single letter`},
		{"one letter and a mark", header + "a\ttopic\tru\tж*\tstrong\tauthor\n", 2, "a single letter"},
		{"one letter beside a gap", header + "a\ttopic\ten\tsex .. x\tstrong\tauthor\n", 2, "a single letter"},
		{"alternatives", header + "a\ttopic\ten\ttraffick(ed|ing)\tstrong\tauthor\n", 2, `"(" means nothing here: write words`},
		{"class", header + "a\ttopic\ten\torgani[sz]e\tstrong\tauthor\n", 2, `"[" means nothing here`},
		{"any letters of an expression", header + "a\ttopic\ten\ttraffick.*\tstrong\tauthor\n", 2, `".*" means nothing here: write traffick*`},
		{"encoding", header + "a\ttopic\tes\ttr\xe1fico\tstrong\tauthor\n", 2, "not UTF-8: save the table as UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(c.in), "table.tsv")
			var re *ReadError
			if !errors.As(err, &re) || re.Name != "table.tsv" || re.Line != c.line || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want line %d and %q", err, c.line, c.want)
			}
		})
	}
}

// The whole table of the trafficking review.
const tablePath = "../../../shared/lexicon/trafficking.tsv"

func trafficking(t testing.TB) *Lexicon {
	t.Helper()
	f, err := os.Open(tablePath)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("skipped: the trafficking table is not at %s; put shared/ beside the repository to run this", tablePath)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	l, err := Read(f, "trafficking.tsv")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestEveryPatternFindsItself makes a text of each pattern and finds its concept.
func TestEveryPatternFindsItself(t *testing.T) {
	l := trafficking(t)
	tried := 0
	for _, p := range l.Patterns() {
		text := strings.NewReplacer("*", "", "..", "").Replace(p.Text)
		tried++
		if !slices.ContainsFunc(l.Match("— "+text+" —", p.Lang), func(h Hit) bool { return h.Concept == p.Concept }) {
			t.Errorf("line %d: %q does not find %s in %q", p.Line, p.Text, p.Concept, text)
		}
	}
	if tried < 7000 {
		t.Errorf("only %d patterns in the table", tried)
	}
}

func TestMatchConcurrently(t *testing.T) {
	l := makeTable(t, "trafficking topic en strong traffick*", "exit exit en weak sex .. trade")
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			text := strings.Repeat("x ", g) + "trafficking, sex in the trade"
			for range 200 {
				got := hits(text, l.Match(text))
				if !slices.Equal(got, []string{"trafficking/en+ trafficking", "exit/en- sex in the trade"}) {
					t.Errorf("hits %q", got)
					return
				}
			}
		})
	}
	wg.Wait()
}

func FuzzMatch(f *testing.F) {
	l := makeTable(f,
		"a topic en strong traffick*", "a topic de weak *handel*", "b topic en weak sex .. trade",
		"c topic zh strong 人口贩运", "c topic ar strong الاتجار بالبشر", "c topic ko strong 매매", "d topic th strong ค้า",
	)
	f.Add("sex e\u0301 trade trafficking 人口贩运 والاتجار بالبشر\xff ค้ามนุษย์ 매매의 Menschenhandel")
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, h := range l.Match(s, "de", "zh", "ar", "ko", "th") {
			if h.Start < last || h.End <= h.Start || h.End > len(s) || !utf8.RuneStart(s[h.Start]) {
				t.Fatalf("hit %+v in %q, the one before started at %d", h, s, last)
			}
			last = h.Start
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add(header + "a\ttopic\ten\tsex .. traffick*\tstrong\tauthor\n")
	f.Fuzz(func(t *testing.T, s string) {
		l, err := Read(strings.NewReader(s), "table.tsv")
		var re *ReadError
		if err != nil && !errors.As(err, &re) {
			t.Fatalf("error %v is not a *ReadError", err)
		}
		if err == nil {
			l.Match("sex traffick", l.Languages()...)
		}
	})
}

// abstract is a synthetic abstract of 1.5 kB.
const abstract = `Background: Little is known about how women leave commercial sexual exploitation, and most of what has been published rests
on small samples in one city. Aims: This study explores the factors that help or hinder exit, as seen by survivors of sex trafficking who
received services from a shelter. Methods: We held in-depth interviews with thirty-two women aged 18 to 45 who had been exploited in brothels,
on the street or in massage parlours, and followed them for twelve months after they had left. Interviews were transcribed and analysed by
thematic analysis; two authors coded each transcript. Results: Debt bondage, threats to the family, drug dependence and the lack of documents
kept women from leaving. Pregnancy, the support of other women, outreach workers and the police, and a turning point such as an act of violence
helped. Many returned at least once before they left for good. Stigma on returning to the community, unstable housing and post-traumatic stress
made recovery slow, and children were both a reason to leave and a reason to stay. Those who found work with a steady income reported more hope
and less fear. Conclusions: Leaving is a process with several stages and not a single event. Programmes should offer long-term housing, legal aid
and counselling, whatever the woman's willingness to testify against the trafficker, and should be evaluated over years. Policy makers are advised
to remove criminal records that result from exploitation, because they close the way to ordinary work.`

func BenchmarkMatch(b *testing.B) {
	l := trafficking(b)
	russian := strings.Repeat("Жертвы торговли людьми описывают выход из проституции и реабилитацию. ", 12)
	chinese := strings.Repeat("性贩运幸存者描述了她们脱离卖淫的过程以及康复的经历。", 20)
	for _, c := range []struct {
		name  string
		langs []string
		text  string
	}{
		{"en", []string{"en"}, abstract},
		{"all languages", l.Languages(), abstract},
		{"ru", []string{"ru"}, russian},
		{"zh", []string{"zh"}, chinese},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				l.Match(c.text, c.langs...)
			}
		})
	}
}

// BenchmarkRegexp is what Match is compared with: one regular expression of the
// patterns without a gap, of all languages and of English alone, which is blind to
// other scripts' word borders.
func BenchmarkRegexp(b *testing.B) {
	for _, lang := range []string{"", "en"} {
		var alternatives []string
		for _, p := range trafficking(b).Patterns() {
			if (lang == "" || p.Lang == lang) && !strings.Contains(p.Text, "..") {
				quoted := regexp.QuoteMeta(p.Text)
				alternatives = append(alternatives, strings.NewReplacer(`\*`, `\w*`, " ", `\W+`).Replace(quoted))
			}
		}
		re := regexp.MustCompile(`(?i)\b(?:` + strings.Join(alternatives, "|") + `)\b`)
		b.Run(cmp.Or(lang, "all languages"), func(b *testing.B) {
			b.SetBytes(int64(len(abstract)))
			for b.Loop() {
				re.FindAllStringIndex(abstract, -1)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	raw, err := os.ReadFile(tablePath)
	if err != nil {
		b.Skipf("skipped: the trafficking table is not at %s; put shared/ beside the repository to run this", tablePath)
	}
	for b.Loop() {
		if _, err := Read(strings.NewReader(string(raw)), "trafficking.tsv"); err != nil {
			b.Fatal(err)
		}
	}
}
