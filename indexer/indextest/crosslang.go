package indextest

import (
	"slices"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/lexicon"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// meanings are queries in one language and the works they find in all. Those of first
// come first, in any order, because they hold the words as typed; the others hold what
// the words mean.
var meanings = []struct {
	name        string
	query       indexer.Query
	first, rest string
}{
	{
		name: "English word", query: words(`prostitution`),
		first: "fr-sortie sv-lamna",
		rest:  "de-ausstieg el-exodos es-salida hi-bahar ko-tal nl-uitstap ru-vyhod th-ok tr-cikis zh-tuoli",
	},
	{
		name: "truncated", query: words(`prostitut*`),
		first: "fr-sortie nl-uitstap sv-lamna",
		rest:  "de-ausstieg el-exodos es-salida hi-bahar ko-tal ru-vyhod th-ok tr-cikis zh-tuoli",
	},
	{
		name: "in the title", query: words(`ti:prostitution`),
		first: "fr-sortie sv-lamna",
		rest:  "de-ausstieg el-exodos hi-bahar ko-tal nl-uitstap ru-vyhod th-ok tr-cikis zh-tuoli",
	},
	{
		name: "in keywords", query: words(`kw:"human trafficking"`),
		first: "",
		rest:  "es-salida",
	},
	{
		name: "words that are a concept together", query: words(`human trafficking`),
		first: "",
		rest:  "ar-khuruj el-exodos en-exit es-salida it-uscita ja-ridatsu nl-uitstap pt-saida ru-vyhod th-ok",
	},
	{
		name: "from Spanish", query: words(`trata de personas`),
		first: "es-salida",
		rest:  "ar-khuruj el-exodos en-exit it-uscita ja-ridatsu nl-uitstap pt-saida ru-vyhod th-ok",
	},
	{
		name: "from Japanese", query: words(`人身売買`),
		first: "ja-ridatsu",
		rest:  "ar-khuruj el-exodos en-exit es-salida it-uscita nl-uitstap pt-saida ru-vyhod th-ok",
	},
	{
		name: "from Arabic", query: words(`الاتجار بالبشر`),
		first: "ar-khuruj",
		rest:  "el-exodos en-exit es-salida it-uscita ja-ridatsu nl-uitstap pt-saida ru-vyhod th-ok",
	},
	{
		name: "inflected Russian", query: words(`торговлей людьми`),
		first: "ru-vyhod",
		rest:  "ar-khuruj el-exodos en-exit es-salida it-uscita ja-ridatsu nl-uitstap pt-saida th-ok",
	},
	{
		name: "phrase", query: words(`"sex trade"`),
		first: "en-exit",
		rest:  "ja-ridatsu zh-tuoli",
	},
	{
		name: "and", query: words(`survivors debts`),
		first: "en-exit",
		rest:  "",
	},
	{
		name: "a phrase and a word", query: words(`"human traffick*" women`),
		first: "",
		rest:  "ar-khuruj el-exodos en-exit es-salida it-uscita ja-ridatsu ru-vyhod th-ok",
	},
	{
		name: "negation is as typed", query: words(`prostitution NOT women`),
		first: "fr-sortie sv-lamna",
		rest:  "de-ausstieg el-exodos es-salida hi-bahar ko-tal nl-uitstap ru-vyhod th-ok tr-cikis zh-tuoli",
	},
	{
		name: "negation of the meaning", query: indexer.Query{Text: `prostitution NOT women`, Expand: indexer.Expand{Negated: true}},
		first: "fr-sortie",
		rest:  "nl-uitstap",
	},
	{
		name: "in two languages", query: indexer.Query{Text: `prostitution`, Expand: indexer.Expand{Languages: []string{"ru", "ko"}}},
		first: "fr-sortie sv-lamna",
		rest:  "ko-tal ru-vyhod",
	},
	{
		name: "in the title, in two languages", query: indexer.Query{Text: `ti:"human trafficking"`, Expand: indexer.Expand{Languages: []string{"ar", "ru"}}},
		first: "",
		rest:  "ar-khuruj",
	},
	{
		name: "as typed", query: indexer.Query{Text: `prostitution`, Expand: indexer.Expand{Off: true}},
		first: "fr-sortie sv-lamna",
		rest:  "",
	},
}

// told is a study with the concepts of a lexicon found in it, as a classifier does.
func (w work) told(seq uint64, l *lexicon.Lexicon) indexer.Study {
	s := w.study(seq)
	r := &s.Members[0].Record
	at := make(map[string]int)
	add := func(field record.Field, index int, text string) {
		for _, h := range l.Match(text, w.lang) {
			i, seen := at[h.Concept]
			if !seen {
				i = len(r.Concepts)
				at[h.Concept] = i
				r.Concepts = append(r.Concepts, record.ConceptHit{Concept: h.Concept, Facet: h.Facet})
			}
			c := &r.Concepts[i]
			c.Strong = c.Strong || h.Strong
			c.Evidence = append(c.Evidence, record.Evidence{
				Field: field, Index: index, Start: h.Start, End: h.End, Words: text[h.Start:h.End], Concept: h.Concept, Lang: h.Lang,
			})
		}
	}
	add(record.FieldTitle, 0, w.title)
	add(record.FieldAbstract, 0, w.abstract)
	for i, k := range w.keywords {
		add(record.FieldKeyword, i, k)
	}
	return s
}

// testMeanings asks in one language for what is said in others.
func testMeanings(t *testing.T, b Backend) {
	idx := b.open(t)
	l := protocol.Default().Lexicon
	names := make(map[string]string)
	var ops []indexer.Op
	for i, w := range library {
		study := w.told(uint64(i+1), l)
		names[study.ID] = w.name
		doc, err := study.Document()
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, put(study.ID, study.Version, &doc))
	}
	apply(t, idx, ops...)
	lib := indexer.NewLibrary(idx).WithThesaurus(indexer.NewThesaurus(l))
	for _, test := range meanings {
		t.Run(test.name, func(t *testing.T) {
			result, err := lib.Search(t.Context(), test.query)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range result.Hits {
				got = append(got, names[h.Study.ID])
				if len(h.Snippets) == 0 {
					t.Errorf("%s has no snippet", names[h.Study.ID])
				}
			}
			first, rest := strings.Fields(test.first), strings.Fields(test.rest)
			n := min(len(first), len(got))
			for _, part := range [][2][]string{{got[:n], first}, {got[n:], rest}} {
				slices.Sort(part[0])
				slices.Sort(part[1])
				if !slices.Equal(part[0], part[1]) {
					t.Errorf("found %v, want %v", part[0], part[1])
				}
			}
		})
	}
}
