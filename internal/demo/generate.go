package demo

import (
	"fmt"
	"math/rand/v2"
)

// Generate makes n synthetic records for load, the same for the same seed. OpenAlex
// and one of the OAI-PMH sets hold each of them under one DOI, so that a harvest of
// both sources comes to 2n records and n studies.
//
// What decides how much work a record is was measured on real ones, so that rates
// measured on these say something about a real harvest: on the 10,918 records of ten
// screened reviews that come with ASReview and GPTscreenR (S), on the labelled titles
// and abstracts of SciELO, TIBKAT, CSL and Cyberleninka for language detection (L),
// and on recorded answers of OpenAlex (O).
//
//	                  real                                           here
//	title             13.9 words (S), 11.5 in English (L)            13 in English
//	abstract          232 words, 1,597 characters (S);               200 words and 1,370
//	                  200 and 1,343 in English (L)                   characters in English
//	  its spread      5 and 95 %: 98 and 377 words (S),              90 and 390
//	                  49 and 434 in English (L)
//	  other           medians of 1,101 characters in Spanish,        about these; where
//	  languages       1,457 in Portuguese, 1,159 in German, 194      nothing was measured,
//	                  in Chinese, 434 in Russian (L)                 as long as its script is
//	without abstract  10 % (S), 6 of 15 works (O)                    a sixth
//	different words   2,100 in the first 10,000, 8,300 in 100,000,   1,800, 5,900 and 26,000
//	                  24,000 in a million (S, in English)            in English
//	authors           median 2, at most 12 (O)                       1 to 8, median 3
//	references        a third has none, median 31 (O)                a third, the others 35
//	                                                                 in the mean
//	a work's JSON     15 KB in the mean of search results (O)        13 KB
//
// The languages are those of mix. A fifth of the papers that are not in English have
// title and abstract in English, and one in thirty the abstract in both languages: of
// the labelled abstracts 22 % are in another language than their record says, and 3 %
// in two (L). One record in five is on the topic of the default protocol.
//
// The texts are put together from sentences and words of our own (folder phrases) and
// from the sentences of the demonstration corpus. They mean nothing and are wooden,
// but each sentence is in the language it is said to be in. A record takes some 2.3 KB of
// memory.
func Generate(n int, seed int64) *Corpus {
	rng := rand.New(rand.NewPCG(uint64(seed), uint64(n)))
	w := newWriters(rng)
	c := &Corpus{
		Records: make([]*Record, n), uniform: true,
		copies: map[string][]*Copy{OpenAlex: make([]*Copy, n), OAI: make([]*Copy, n)},
	}
	for i := range n {
		r := w.record(i+1, n)
		c.Records[i] = r
		for j, in := range r.In {
			cp, err := r.copyFor(in)
			if err != nil {
				panic(err) // the places are written below
			}
			c.copies[[]string{OpenAlex, OAI}[j]][i] = cp
		}
	}
	return c
}

// poison makes k of the records bad at OpenAlex, spread evenly.
func (c *Corpus) poison(k int) {
	for i := range k {
		c.Records[i*len(c.Records)/k].Poison = true
	}
}

// mix is how many of a thousand papers are in each language. The shares are ours, the
// order is that of what is published: mostly English, then German, French, Spanish,
// Portuguese and Indonesian among the works of Crossref (Curtin Open Knowledge
// Initiative, 2022), with Spanish and Portuguese moved up, of which the journals of DOAJ
// have three to four times as many articles as of French (2015), and the large languages
// of scholarship that register few DOIs at Crossref. English is left at less than two
// thirds because what sources say of it is too much (Céspedes et al., Evaluating the
// linguistic coverage of OpenAlex, JASIST 76, 2025).
var mix = []struct {
	lang string
	of   int
}{
	{"en", 620},
	{"es", 75},
	{"pt", 65},
	{"de", 45},
	{"fr", 45},
	{"id", 30},
	{"zh", 25},
	{"ja", 25},
	{"ru", 25},
	{"ko", 12},
	{"it", 10},
	{"tr", 10},
	{"pl", 6},
	{"ar", 5},
	{"hi", 2},
}

// How often something is so, as one in that many.
const (
	oneOnTopic       = 5
	oneNoAbstract    = 6
	oneEnglishTexts  = 5  // of the papers in another language
	oneBothLanguages = 30 // of these
	oneNoReferences  = 3
)

// references is the mean number of a work's references, if it has any.
const references = 35

// outside is how many times more works are cited than the corpus has: most of what a
// paper cites is not in a harvest.
const outside = 50

// teams are the numbers of authors, kinds the types of works, in their shares.
var (
	teams = []int{1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 8}
	kinds = []string{15: "review", 16: "review", 17: "preprint", 18: "preprint", 19: "thesis"}
)

// placesOf are the sources of a record, by its OAI-PMH set.
var placesOf = func() [][]string {
	var out [][]string
	for _, set := range Sets {
		out = append(out, []string{OpenAlex, OAI + "/" + set})
	}
	return out
}()

// writers write records, in each language one.
type writers struct {
	rng     *rand.Rand
	english *writer
	// by are those of mix, in its order.
	by []*writer
}

func newWriters(rng *rand.Rand) *writers {
	w := &writers{rng: rng}
	books := phrasebooks()
	for _, l := range mix {
		w.by = append(w.by, newWriter(books[l.lang], rng))
	}
	w.english = w.by[0]
	return w
}

// language draws a writer by the shares of mix.
func (w *writers) language() *writer {
	at := w.rng.IntN(1000)
	for i, l := range mix {
		if at -= l.of; at < 0 {
			return w.by[i]
		}
	}
	return w.english
}

// oneIn is true once in n times.
func (w *writers) oneIn(n int) bool { return w.rng.IntN(n) == 0 }

// record writes record number n of all.
func (w *writers) record(n, all int) *Record {
	paper := w.language()
	texts := paper
	if paper != w.english && w.oneIn(oneEnglishTexts) {
		texts = w.english
	}
	r := &Record{
		N: n, Lang: paper.book.lang, Theme: Off, Year: 1995 + w.rng.IntN(31), Container: paper.journal(),
		In: placesOf[w.rng.IntN(len(placesOf))], Type: kinds[w.rng.IntN(len(kinds))],
		Volume: fmt.Sprint(1 + w.rng.IntN(60)), Issue: fmt.Sprint(1 + w.rng.IntN(12)),
		team: teams[w.rng.IntN(len(teams))],
	}
	if texts != paper {
		r.Meta = texts.book.lang
	}
	if w.oneIn(oneOnTopic) {
		r.Theme = Topic
	}
	texts.begin(r.Theme)
	r.Title = fmt.Sprintf("%s (%d)", texts.title(), n)
	r.Keywords = texts.keywords()
	if !w.oneIn(oneNoAbstract) {
		r.Abstract = texts.abstract()
		if texts != w.english && w.oneIn(oneBothLanguages) {
			w.english.begin(r.Theme)
			r.TitleEN, r.AbstractEN = fmt.Sprintf("%s (%d)", w.english.title(), n), w.english.abstract()
		}
	}
	if !w.oneIn(oneNoReferences) {
		r.Cites = make([]int, 1+int(w.rng.ExpFloat64()*references))
		for i := range r.Cites {
			// Not itself.
			r.Cites[i] = 1 + (n+w.rng.IntN(outside*all))%(outside*all+1)
		}
	}
	return r
}
