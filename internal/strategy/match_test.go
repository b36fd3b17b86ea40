package strategy

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// seeds are the titles of the studies that the trafficking review included.
var seeds = []string{
	"Harm and Resilience among Prostituted Teens: Broadening our Understanding of Victimisation and Survival",
	"Sex trafficking in Nepal: Survivor characteristics and long-term outcomes",
	"Survivors of Sex Trafficking in Andhra Pradesh: Evidence and Testimony",
	"'We are looked down upon and rejected socially': a qualitative study on the experiences of trafficking survivors in Nepal",
	"Predictors of Readiness to Exit Commercial Sexual Exploitation Among Women in India and the U.S.",
	`"After Your Honor is Gone…": Exploration of Developmental Trajectories and Life Experiences of Women Working in Mumbai's Red-Light Brothel Districts`,
	`"You are a Besya": Microaggressions Experienced by Trafficking Survivors Exploited in the Sex Trade`,
	"Moving to restoration: the experiences of women exiting sex trafficking",
	"Resiliency and women exiting sex trade industry work",
	"Family financial roles assumed by sex trafficking survivors upon community re-entry: Findings from a financial diaries study in the Philippines",
	`"Sometimes, Somebody Just Needs Somebody – Anybody – to Care": The power of interpersonal relationships in the lives of domestic minor sex trafficking survivors`,
	"Experiences of Female Sex Trafficking Survivors: A Phenomenological Analysis",
	"On the continuum of exit: understanding the stages of change among women in commercial sexual exploitation",
}

func mustParse(t testing.TB, text string, adj Adjacency) Node {
	t.Helper()
	n, err := Parse(text, adj)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSeedTitles(t *testing.T) {
	n := mustParse(t, published, AsPhrase)
	for mode, want := range map[Mode][]int{
		Inflected: {2, 3, 5, 8, 10, 11, 12, 13},
		Exact:     {2, 5, 13},
	} {
		m, d := Compile(n, mode, "en"), NewDoc()
		var got []int
		for i, title := range seeds {
			d.Reset()
			d.Add(Title, 0, title, "en")
			if ok, _ := m.Match(d); ok {
				got = append(got, i+1)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: matches %v, want %v", mode, got, want)
		}
	}
}

// places prints spans as "field index term: words", words in the original.
func places(d []text, spans []Span) []string {
	var out []string
	for _, s := range spans {
		for _, x := range d {
			if x.field == s.Field && x.index == s.Index {
				out = append(out, fmt.Sprintf("%s%d %s: %s", s.Field, s.Index, s.Term, x.text[s.Start:s.End]))
			}
		}
	}
	return out
}

type text struct {
	field Field
	index int
	text  string
	lang  string
}

func title(s string) []text { return []text{{Title, 0, s, ""}} }

func TestMatch(t *testing.T) {
	everywhere := []text{
		{Title, 0, "Exit from brothels", "en"},
		{Title, 1, "Sortie des maisons closes", "fr"},
		{Abstract, 0, "Women left sex work.", "en"},
		{Keyword, 0, "recovery", ""},
		{Author, 0, "Stith, Sandra", ""},
		{Container, 0, "Violence Against Women", ""},
	}
	const no = "no match"
	for _, c := range []struct {
		name  string
		query string
		mode  Mode
		lang  string
		texts []text
		want  []string
	}{
		{
			"phrases over typography", "sex traffick*", Exact, "en", title("SEX-TRAFFICKING; sex\u00a0traﬃcked, sex … traffic"),
			[]string{"ti0 sex traffick*: SEX-TRAFFICKING", "ti0 sex traffick*: sex\u00a0traﬃcked"},
		},
		{"punctuation parts a phrase", "soft skill*", Exact, "en", title("'soft' skills, soft: skills, soft – skills"), []string{"ti0 soft skill*: soft – skills"}},
		{"punctuation counts for nothing", "soft skill*", Inflected, "en", title("'soft' skills"), []string{"ti0 soft skill*: soft' skills"}},
		{"a hyphen as typed", "self-harm OR o’brien", Exact, "en", title("self harm, self‑harm, O'Brien"), []string{"ti0 self-harm: self‑harm", "ti0 o’brien: O'Brien"}},
		{"metacharacters are punctuation", `"a.c" OR (b+) OR "[x-z]" OR "^exit$"`, Exact, "en", title("abc bb y EXIT, a-c"), []string{`ti0 "^exit$": EXIT`, `ti0 "a.c": a-c`}},
		{"a term of one letter", "b OR 性", Exact, "en", title("vitamin B, 性"), []string{"ti0 b: B", "ti0 性: 性"}},
		{"words are whole", "sex", Exact, "en", title("sexual sexes"), []string{no}},
		{"exact knows no forms", "survivor", Exact, "en", title("survivors"), []string{no}},
		{"forms", "exit OR recovery OR survivor", Inflected, "en", title("Exiting, recoveries, survivors"), []string{"ti0 exit: Exiting", "ti0 recovery: recoveries", "ti0 survivor: survivors"}},
		{"forms in a phrase", `"forced prostitution"`, Inflected, "en", title("force prostitution"), []string{`ti0 "forced prostitution": force prostitution`}},
		{"truncation stays a beginning", "exiti*", Inflected, "en", title("exit exiting"), []string{"ti0 exiti*: exiting"}},
		{"one letter or none", "wom?n OR behavio?r", Exact, "en", title("women's behavior"), []string{"ti0 wom?n: women", "ti0 behavio?r: behavior"}},
		{"a term twice", "exit OR exit", Exact, "en", title("exit"), []string{"ti0 exit: exit", "ti0 exit: exit"}},
		{"any text", "recovery AND sex work AND exit", Exact, "en", everywhere, []string{"ti0 exit: Exit", "ab0 sex work: sex work", "kw0 recovery: recovery"}},
		{"fields", "ti:sex OR ab:exit OR kw:exit", Exact, "en", everywhere, []string{no}},
		{"authors and journals", "au:stith AND jo:violence against women", Inflected, "en", everywhere, []string{"au0 au:stith: Stith", "jo0 jo:violence against women: Violence Against Women"}},
		{"authors and journals want their field", "stith OR violence", Inflected, "en", everywhere, []string{no}},
		{"names have no forms", "au:stithed OR jo:woman", Inflected, "en", everywhere, []string{no}},
		{"which text of a field", "maisons", Exact, "en", everywhere, []string{"ti1 maisons: maisons"}},
		{"AND across texts", "brothels AND absent", Exact, "en", everywhere, []string{no}},
		{"NOT takes away", "exit AND NOT brothels", Exact, "en", everywhere, []string{no}},
		{"NOT marks nothing", "exit AND NOT absent", Exact, "en", everywhere, []string{"ti0 exit: Exit"}},
		{"a failed AND marks nothing", "(exit AND absent) OR recovery", Exact, "en", everywhere, []string{"kw0 recovery: recovery"}},
		{"NEAR either way", "exit NEAR/2 women", Exact, "en", title("women a b exit; exit a b c women"), []string{"ti0 women: women", "ti0 exit: exit"}},
		{"NEAR next to each other", "exit NEAR/0 women", Exact, "en", title("exit women"), []string{"ti0 exit: exit", "ti0 women: women"}},
		{"other names of NEAR and ADJ", "exit w/2 women OR women PRE/0 exit", Exact, "en", title("women a exit"), []string{"ti0 women: women", "ti0 exit: exit"}},
		{"words with a slash", "w/o OR W/o OR near/far OR pre/post", Exact, "en", title("near/far"), []string{"ti0 near/far: near/far"}},
		{"NEAR too far", "exit NEAR/1 women", Exact, "en", title("women a b exit"), []string{no}},
		{"NEAR wants two places", "exit NEAR/9 exit", Exact, "en", title("exit"), []string{no}},
		{"NEAR within one text", "exit NEAR/99 recovery", Exact, "en", everywhere, []string{no}},
		{"NEAR of ORs and phrases", `(leave OR exit*) NEAR/1 ("sex trade" OR brothel)`, Exact, "en", title("exiting the sex trade"), []string{"ti0 exit*: exiting", `ti0 "sex trade": sex trade`}},
		{"ADJ in order", "exit ADJ/2 women", Exact, "en", title("women exit"), []string{no}},
		{"ADJ", "exit ADJ/2 women", Exact, "en", title("exit of the women"), []string{"ti0 exit: exit", "ti0 women: women"}},
		{"Spanish, accents or none", "explotación", Inflected, "es", title("EXPLOTACION explotaciones"), []string{"ti0 explotación: EXPLOTACION", "ti0 explotación: explotaciones"}},
		{"Russian", "проституция AND жертва", Inflected, "ru", title("Жертвы проституции"), []string{"ti0 жертва: Жертвы", "ti0 проституция: проституции"}},
		{"Turkish", "kadın", Inflected, "tr", title("KADINLAR kadınların"), []string{"ti0 kadın: KADINLAR", "ti0 kadın: kadınların"}},
		{"Turkish capitals", "kız", Inflected, "tr", title("kizlar KIZLAR"), []string{"ti0 kız: KIZLAR"}},
		{"Norwegian by the name of one standard", "kvinne", Inflected, "nb", title("kvinnene"), []string{"ti0 kvinne: kvinnene"}},
		{"Arabic", "الاتجار بالبشر", Inflected, "ar", title("مكافحة الإتجار بالبشر والاتجار بالبشر"), []string{"ti0 الاتجار بالبشر: الإتجار بالبشر", "ti0 الاتجار بالبشر: والاتجار بالبشر"}},
		{"Korean particles", "성매매", Inflected, "ko", title("성매매를"), []string{"ti0 성매매: 성매매를"}},
		{"Korean, exact", "성매매", Exact, "ko", title("성매매를"), []string{no}},
		{"Chinese in any surroundings", "人口贩运 OR 卖淫*", Exact, "zh", title("打击人口贩运与卖淫者"), []string{"ti0 人口贩运: 人口贩运", "ti0 卖淫*: 卖淫"}},
		{"Thai in any surroundings", "ค้ามนุษย์", Exact, "th", title("การค้ามนุษย์ในไทย"), []string{"ti0 ค้ามนุษย์: ค้ามนุษย์"}},
		{"a language without stems", "phụ nữ", Inflected, "vi", title("PHỤ NỮ"), []string{"ti0 phụ nữ: PHỤ NỮ"}},
		{
			"no stems in texts of another language", "sex", Inflected, "en",
			[]text{{Title, 0, "les deux sexes", "fr"}, {Title, 1, "both sexes", "en-gb"}, {Title, 2, "sexes", "und"}},
			[]string{"ti1 sex: sexes", "ti2 sex: sexes"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := NewDoc()
			for _, x := range c.texts {
				d.Add(x.field, x.index, x.text, x.lang)
			}
			ok, spans := Compile(mustParse(t, c.query, AsPhrase), c.mode, c.lang).Match(d)
			got := places(c.texts, spans)
			if !ok {
				got = append(got, no)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestNotAlone(t *testing.T) {
	d := NewDoc()
	d.Add(Title, 0, "exit", "en")
	if ok, spans := Compile(mustParse(t, "NOT brothel", AsAnd), Exact, "en").Match(d); !ok || len(spans) != 0 {
		t.Errorf("NOT of what is not there: %v, %v", ok, spans)
	}
}

func TestDocServesManyMatchers(t *testing.T) {
	wide := Compile(mustParse(t, "sex OR exit OR recovery OR survivor OR trade", AsPhrase), Inflected, "en")
	narrow := Compile(mustParse(t, "salida", AsPhrase), Inflected, "es")
	d := NewDoc()
	for range 2 {
		d.Reset()
		d.Add(Title, 0, "Survivors of the sex trade", "en")
		d.Add(Abstract, 0, "Salidas", "es")
		if _, spans := wide.Match(d); len(spans) != 3 {
			t.Errorf("wide: %v", spans)
		}
		if _, spans := narrow.Match(d); len(spans) != 1 || spans[0].Term != "salida" {
			t.Errorf("narrow: %v", spans)
		}
		d.Reset()
		if ok, _ := wide.Match(d); ok {
			t.Error("an empty Doc matches")
		}
	}
}

// TestManyTerms: in a strategy of 400 terms each finds what it would alone.
func TestManyTerms(t *testing.T) {
	var terms, words []string
	for i := range 400 {
		word := fmt.Sprintf("%c%cterm%d", 'a'+i%26, 'a'+i/26, i)
		words = append(words, word)
		terms = append(terms, []string{word, word + "*", `"` + word + ` x"`, word[:4] + "?" + word[4:]}[i%4])
	}
	m, d := Compile(mustParse(t, strings.Join(terms, " OR "), AsPhrase), Exact, "en"), NewDoc()
	d.Add(Title, 0, strings.Join(words, " x, "), "en")
	ok, spans := m.Match(d)
	var got []string
	for _, s := range spans {
		got = append(got, s.Term)
	}

	if !ok || !slices.Equal(got, terms) {
		t.Errorf("%d of 400 terms found: %q", len(got), got)
	}
}

// TestCompileAll: matchers of a whole and its blocks give what each gives alone.
func TestCompileAll(t *testing.T) {
	whole := mustParse(t, published, AsPhrase)
	nodes := append([]Node{whole}, whole.(*And).Parts...)
	matchers := CompileAll(Inflected, "en", nodes...)
	d, alone := NewDoc(), NewDoc()
	matched := 0
	for _, title := range seeds {
		d.Reset()
		d.Add(Title, 0, title, "en")
		for i, m := range matchers {
			alone.Reset()
			alone.Add(Title, 0, title, "en")
			ok, spans := m.Match(d)
			wantOK, want := Compile(nodes[i], Inflected, "en").Match(alone)
			if ok != wantOK || !slices.Equal(spans, want) {
				t.Errorf("%s, %s: %v %v, want %v %v", title, nodes[i], ok, spans, wantOK, want)
			}
			if ok {
				matched++
			}
		}
	}
	if matched < 8+8+8 {
		t.Errorf("%d matches of 3 matchers in %d titles", matched, len(seeds))
	}
	// What is added later is looked through, too.
	d.Reset()
	matchers[2].Match(d)
	d.Add(Title, 0, "exit", "en")
	if ok, _ := matchers[2].Match(d); !ok {
		t.Error("a text added after a match is not looked through")
	}
}

func TestMatchConcurrently(t *testing.T) {
	m := Compile(mustParse(t, published, AsPhrase), Inflected, "en")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			d := NewDoc()
			for range 50 {
				matched := 0
				for _, title := range seeds {
					d.Reset()
					d.Add(Title, 0, title, "en")
					if ok, _ := m.Match(d); ok {
						matched++
					}
				}
				if matched != 8 {
					t.Errorf("%d seeds match, want 8", matched)
					return
				}
			}
		})
	}
	wg.Wait()
}

func FuzzMatch(f *testing.F) {
	f.Add(published, "Sex trafficking\u0301\xff: survi\u00advors", "en")
	f.Add("a NEAR/2 (b OR c*) NOT d", "b\u200b a d 人c", "")
	f.Add("الاتجار OR 成*", "والاتجار 成人", "ar")
	f.Fuzz(func(t *testing.T, query, text, lang string) {
		n, err := Parse(query, AsPhrase)
		if err != nil {
			return
		}
		d := NewDoc()
		d.Add(Abstract, 0, text, lang)
		exact, _ := Compile(n, Exact, lang).Match(d)
		inflected, spans := Compile(n, Inflected, lang).Match(d)
		not := false
		Walk(n, func(n Node) bool {
			_, isNot := n.(*Not)
			not = not || isNot
			return true
		})
		if exact && !inflected && !not {
			t.Errorf("%q matches %q exactly but not inflected", query, text)
		}
		last := 0
		for _, s := range spans {
			if s.Start < last || s.End <= s.Start || s.End > len(text) || !utf8.RuneStart(text[s.Start]) {
				t.Fatalf("span %+v of %q, the one before started at %d", s, text, last)
			}
			last = s.Start
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

// BenchmarkMatch includes cutting the record into words. In "fresh" every
// record has words not seen before, so that no stem is remembered.
func BenchmarkMatch(b *testing.B) {
	n := mustParse(b, published, AsPhrase)
	for _, mode := range []Mode{Exact, Inflected} {
		b.Run(string(mode), func(b *testing.B) {
			m, d := Compile(n, mode, "en"), NewDoc()
			b.SetBytes(int64(len(abstract)))
			b.ReportAllocs()
			for b.Loop() {
				d.Reset()
				d.Add(Abstract, 0, abstract, "en")
				m.Match(d)
			}
		})
	}
	b.Run("fresh", func(b *testing.B) {
		m := Compile(n, Inflected, "en")
		b.SetBytes(int64(len(abstract)))
		for b.Loop() {
			d := NewDoc()
			d.Add(Abstract, 0, abstract, "en")
			m.Match(d)
		}
	})
	b.Run("1000 terms", func(b *testing.B) {
		var terms []string
		for i := range 1000 {
			terms = append(terms, fmt.Sprintf("%c%c%d* exploitation%d", 'a'+i%26, 'a'+i/26%26, i, i))
		}
		m, d := Compile(mustParse(b, strings.Join(terms, " OR ")+" OR exit", AsPhrase), Inflected, "en"), NewDoc()
		b.SetBytes(int64(len(abstract)))
		b.ReportAllocs()
		for b.Loop() {
			d.Reset()
			d.Add(Abstract, 0, abstract, "en")
			m.Match(d)
		}
	})
}
