package indexer_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// one answers every plan with one study.
type one struct {
	indexer.Index
	study indexer.Study
}

func (o one) Find(context.Context, indexer.Plan) (indexer.Found, error) {
	source, err := json.Marshal(o.study)
	return indexer.Found{Total: 1, Hits: []indexer.FoundHit{{Stored: indexer.Stored{ID: o.study.ID, Source: source}}}}, err
}

// snippets of an abstract in a language, for a query.
func snippets(t *testing.T, abstract, lang, query string) []indexer.Snippet {
	t.Helper()
	s := indexer.Study{ID: "s1", Members: []indexer.Member{syntheticMember("a:1", func(r *record.Classified) {
		r.Candidate.Abstracts = []record.Text{{Text: abstract, Lang: lang}}
	})}}
	result, err := indexer.NewLibrary(one{study: s}).Search(t.Context(), indexer.Query{Text: query})
	if err != nil {
		t.Fatal(err)
	}
	return result.Hits[0].Snippets
}

// marked shows a snippet with its marks in brackets.
func marked(s indexer.Snippet) string {
	var b strings.Builder
	at := 0
	for _, m := range s.Marks {
		b.WriteString(s.Text[at:m.Start] + "[" + s.Text[m.Start:m.End] + "]")
		at = m.End
	}
	return b.String() + s.Text[at:]
}

func TestSnippetMarks(t *testing.T) {
	for _, test := range []struct{ name, text, lang, query, want string }{
		{"stem", "Survivors surviving.", "en", "survivor", "[Survivors] surviving."},
		{"stem of another language", "Las explotaciones.", "es", "explotación", "Las [explotaciones]."},
		{"phrase is one mark", "the Sex  Trade, sex, trade", "en", `"sex trade"`, "the [Sex  Trade], [sex, trade]"},
		{"truncation", "traffickers, traffic", "en", "traffick*", "[traffickers], traffic"},
		{"and", "debt and shame", "en", "shame debt", "[debt] and [shame]"},
		{"negated is not marked", "debt and shame", "en", "debt NOT shame", "[debt] and shame"},
		{"function words are not marked", "debt and the shame", "en", "debt and shame", "[debt] and the [shame]"},
		{"function words of the text's language", "trata de personas", "es", "trata de personas", "[trata] de [personas]"},
		{"a word of another language", "de Vries on debt", "en", "debt de", "[de] Vries on [debt]"},
		{"function words alone", "debt and shame", "en", "and", "debt [and] shame"},
		{"nothing but function words", "debt and the shame", "en", "the and", "debt [and] [the] shame"},
		{"in quotation marks", "debt and shame", "en", `debt "and"`, "[debt] [and] shame"},
		{"Japanese", "性産業からの離脱過程", "ja", "離脱過程", "性産業からの[離脱過程]"},
		{"one letter", "女性と性", "ja", "性", "女[性と][性]"},
		{"Korean", "성매매를 떠난", "ko", "성매매", "[성매매]를 떠난"},
		{"Arabic", "مع النساء الناجيات", "ar", "نساء", "مع [النساء] الناجيات"},
		{"accents as two runes", "cafe\u0301s ouverts", "fr", "café", "[cafe\u0301s] ouverts"},
		{"a variation selector stays with its letter", "辻\U000e0100道", "ja", "辻", "[辻\U000e0100道]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := snippets(t, test.text, test.lang, test.query)
			if len(got) != 1 {
				t.Fatalf("%d snippets, want 1", len(got))
			}
			if marked(got[0]) != test.want {
				t.Errorf("%s, want %s", marked(got[0]), test.want)
			}
		})
	}
	if got := snippets(t, "debt", "en", "ti:debt"); len(got) != 0 {
		t.Errorf("a word wanted in titles is marked in the abstract: %v", got)
	}
}

// TestSnippetCut: the passage with most marks is taken, between whole words and
// characters, and says where it was cut.
func TestSnippetCut(t *testing.T) {
	filler := strings.Repeat("और लोग 👩‍👩‍👧‍👦 मिले ", 40)
	text := filler + "shelter " + filler + "shelter debt shame " + filler
	got := snippets(t, text, "hi", "shelter debt shame")
	if len(got) != 1 {
		t.Fatalf("%d snippets, want 1", len(got))
	}
	s := got[0]
	if len(s.Marks) != 3 || !s.CutStart || !s.CutEnd {
		t.Errorf("%d marks, cut %v %v; want the passage with three, cut on both sides: %s", len(s.Marks), s.CutStart, s.CutEnd, marked(s))
	}
	if n := uniseg.GraphemeClusterCount(s.Text); n > 240 || n < 150 {
		t.Errorf("the passage has %d characters, want about 240", n)
	}
	if !strings.Contains(text, " "+s.Text+" ") {
		t.Errorf("the passage is cut inside a word: %q", s.Text)
	}
	begin := snippets(t, "shelter "+filler, "en", "shelter")[0]
	if begin.CutStart || !begin.CutEnd {
		t.Errorf("a passage at the beginning says cut %v %v", begin.CutStart, begin.CutEnd)
	}
}

func FuzzSnippets(f *testing.F) {
	f.Add("Survivors leave the brothel", "survivor", "en")
	f.Add(strings.Repeat("性産業", 200), "産業", "ja")
	f.Add(strings.Repeat("👩‍👩‍👧‍👦e\u0301 각\u200d", 90)+"x", "x e", "ko")
	f.Add(strings.Repeat("a", 4000), "a*", "")
	f.Fuzz(func(t *testing.T, text, query, lang string) {
		if _, err := indexer.Compile(indexer.Query{Text: query}, nil); err != nil || !utf8.ValidString(text) {
			return
		}
		for _, s := range snippets(t, text, lang, query) {
			if !strings.Contains(text, s.Text) {
				t.Fatalf("%q is not in the text", s.Text)
			}
			last := 0
			for _, m := range s.Marks {
				if m.Start < last || m.End <= m.Start || m.End > len(s.Text) ||
					!utf8.ValidString(s.Text[:m.Start]) || !utf8.ValidString(s.Text[m.Start:m.End]) {
					t.Fatalf("marks %v of %q", s.Marks, s.Text)
				}
				last = m.End
			}
			if len(s.Marks) == 0 {
				t.Fatalf("a snippet without marks: %q", s.Text)
			}
		}
	})
}

// BenchmarkSnippets marks a long abstract in which the word stands everywhere.
func BenchmarkSnippets(b *testing.B) {
	s := indexer.Study{ID: "s1", Members: []indexer.Member{syntheticMember("a:1", func(r *record.Classified) {
		r.Candidate.Abstracts = []record.Text{{Text: strings.Repeat("women leave the brothel and women return ", 2500), Lang: "en"}}
	})}}
	library := indexer.NewLibrary(one{study: s})
	for b.Loop() {
		if _, err := library.Search(b.Context(), indexer.Query{Text: "women leaving brothels"}); err != nil {
			b.Fatal(err)
		}
	}
}
