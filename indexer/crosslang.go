package indexer

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"polyglean/indexer/analysis"
	"polyglean/internal/lexicon"
	"polyglean/internal/strategy"
)

// meaning is what a thesaurus makes of a query.
type meaning struct {
	// ways are for each term the sets of concepts that say the same: any set will do,
	// and of a set all concepts.
	ways       map[*strategy.Term][][]string
	expansions []Expansion
}

// read finds the concepts that a query names. Words side by side are read together,
// so that sex trafficking is a concept though neither word is; each of the words is
// then found by itself or by the concept, and what else AND asks for stays asked for.
// A phrase is read as a whole or not at all.
func (t *Thesaurus) read(query string, n strategy.Node, e *Expand) meaning {
	r := &queryReader{thesaurus: t, query: query, expand: e, meaning: meaning{ways: make(map[*strategy.Term][][]string)}}
	r.walk(n, false)
	r.learn()
	for i := range r.runs {
		r.understand(&r.runs[i])
	}
	return r.meaning
}

// understand reads the query with a thesaurus.
func (c *Compiled) understand(t *Thesaurus, query string, n strategy.Node) {
	if t == nil {
		return
	}
	m := t.read(query, n, &c.expand)
	c.Expansions = m.expansions
	if !c.expand.Off {
		c.ways = m.ways
	}
}

// queryReader is the work of one read.
type queryReader struct {
	thesaurus *Thesaurus
	query     string
	expand    *Expand
	runs      []run
	// languages are those in which words are read.
	languages []string
	meaning   meaning
}

// run is terms side by side and what they are together.
type run struct {
	terms []*strategy.Term
	text  string
	// from and to are where the letters of each term begin and end in text.
	from, to []int
}

// walk collects the runs of a query.
func (r *queryReader) walk(n strategy.Node, negated bool) {
	switch n := n.(type) {
	case *strategy.Term:
		r.add([]*strategy.Term{n}, negated)
	case *strategy.Not:
		r.walk(n.Part, !negated)
	case *strategy.Or:
		for _, part := range n.Parts {
			r.walk(part, negated)
		}
	case *strategy.And:
		var beside []*strategy.Term
		flush := func() {
			r.add(beside, negated)
			beside = nil
		}
		for _, part := range n.Parts {
			term, ok := part.(*strategy.Term)
			if len(beside) > 0 && !(ok && r.beside(beside[len(beside)-1], term)) {
				flush()
			}
			if ok {
				beside = append(beside, term)
			} else {
				r.walk(part, negated)
			}
		}
		flush()
	}
}

// beside reports whether b follows a with nothing but space between: an operator or
// a field between them keeps them apart.
func (r *queryReader) beside(a, b *strategy.Term) bool {
	if a.Quoted || b.Quoted || a.Field != b.Field {
		return false
	}
	end := a.At + len(strings.Join(a.Words, " "))
	return end <= b.At && strings.TrimSpace(r.query[end:b.At]) == ""
}

// add makes a run of terms. Authors and journals name no concepts, and what is
// negated is left as it is unless the reader asks.
func (r *queryReader) add(terms []*strategy.Term, negated bool) {
	if len(terms) == 0 || len(markedFields[terms[0].Field]) == 0 || negated && !r.expand.Negated {
		return
	}
	var text strings.Builder
	u := run{terms: terms}
	for i, term := range terms {
		if i > 0 {
			text.WriteByte(' ')
		}
		// A word cut off is read as far as it goes: prostitut* is prostitution.
		words := strings.TrimSuffix(strings.Join(term.Words, " "), "*")
		at := text.Len()
		inside := strings.TrimLeftFunc(words, mute)
		u.from = append(u.from, at+len(words)-len(inside))
		u.to = append(u.to, at+len(strings.TrimRightFunc(words, mute)))
		text.WriteString(words)
	}
	u.text = text.String()
	r.runs = append(r.runs, u)
}

// mute reports whether a rune is no part of a word.
func mute(c rune) bool { return !unicode.In(c, unicode.L, unicode.M, unicode.N) }

// learn decides in which languages the query is read: English, those of the reader,
// and those in which a part of it is surely meant, as long as no longer part says
// otherwise.
func (r *queryReader) learn() {
	t := r.thesaurus
	r.languages = append(r.languages, r.expand.Reader...)
	for i := range r.runs {
		u := &r.runs[i]
		hits := t.lexicon.Match(u.text, t.languages...)
		for _, h := range hits {
			within := func(o lexicon.Hit) bool {
				return o.Strong && o.Start <= h.Start && o.End >= h.End && o.End-o.Start > h.End-h.Start
			}
			if h.Strong && !slices.Contains(r.languages, h.Lang) && !slices.ContainsFunc(hits, within) && t.sure(u.text[h.Start:h.End], h.Concept) {
				r.languages = append(r.languages, h.Lang)
			}
		}
	}
}

// surely is how many letters make a Latin word tell its language, one less where some
// have accents.
const surely = 6

// sure reports whether words name a concept whatever language the query is in. One
// short word in Latin letters, or one of which the lexicon asks for few letters, may be a
// word of another language: fraud is not the German Frau, and detection has nothing to
// do with the Czech děti, children.
func (t *Thesaurus) sure(words, concept string) bool {
	if strings.ContainsFunc(words, func(c rune) bool { return c == ' ' || unicode.IsLetter(c) && !unicode.Is(unicode.Latin, c) }) {
		return true
	}
	letters, enough := []rune(words), surely
	if len(letters) < len(words) {
		enough--
	}
	if len(letters) < enough {
		return false
	}
	start := t.lexicon.Match(string(letters[:enough-1]), t.languages...)
	return !slices.ContainsFunc(start, func(h lexicon.Hit) bool { return h.Concept == concept })
}

// understand finds what the terms of a run mean.
func (r *queryReader) understand(u *run) {
	t := r.thesaurus
	hits := t.lexicon.Match(u.text, r.languages...)
	ways := make([][][]string, len(u.terms))
	add := func(term int, way ...string) {
		if !slices.ContainsFunc(ways[term], func(w []string) bool { return slices.Equal(w, way) }) {
			ways[term] = append(ways[term], way)
		}
	}
	var found []lexicon.Hit
	// A weak word says a concept only where nothing stronger is said.
	for _, strong := range []bool{true, false} {
		said := make([]bool, len(ways))
		for i := range ways {
			said[i] = len(ways[i]) > 0
		}
		for _, h := range hits {
			first, last, whole := u.covered(h)
			if h.Strong != strong || !whole {
				continue
			}
			used := false
			for i := first; i <= last; i++ {
				if !said[i] && (i == first || i == last || t.needed(u, h, i)) {
					add(i, h.Concept)
					used = true
				}
			}
			if used {
				found = append(found, h)
			}
		}
	}
	for i := range ways {
		if parts := u.tiles(hits, i); len(ways[i]) == 0 && len(parts) > 0 {
			var way []string
			for _, h := range parts {
				way = append(way, h.Concept)
			}
			add(i, way...)
			found = append(found, parts...)
		}
	}
	// Articles and prepositions are not translated: where a concept stands for the
	// words around them they are not asked for.
	for i := range ways {
		word := u.text[u.from[i]:u.to[i]]
		if u.terms[i].Quoted {
			continue
		}
		for _, h := range found {
			if analysis.StopWord(word, h.Lang) {
				add(i, h.Concept)
			}
		}
	}
	for i, term := range u.terms {
		if len(ways[i]) > 0 {
			r.meaning.ways[term] = ways[i]
		}
	}
	r.show(u, found)
}

// show lists what was found.
func (r *queryReader) show(u *run, found []lexicon.Hit) {
	for _, h := range found {
		text := u.text[h.Start:h.End]
		if !slices.ContainsFunc(r.meaning.expansions, func(e Expansion) bool { return e.Text == text && e.Concept == h.Concept }) {
			r.meaning.expansions = append(r.meaning.expansions, r.thesaurus.expansion(text, h.Concept, r.expand))
		}
	}
}

// covered tells the terms from whose first to whose last letter a hit stands.
func (u *run) covered(h lexicon.Hit) (first, last int, whole bool) {
	first, last = slices.Index(u.from, h.Start), slices.Index(u.to, h.End)
	return first, last, first >= 0 && last >= first
}

// needed reports whether a hit rests on a term between its first and last one.
// Patterns leave gaps: leaving violent prostitution is about leaving prostitution, and
// violent is still to be looked for.
func (t *Thesaurus) needed(u *run, h lexicon.Hit, term int) bool {
	word := u.text[u.from[term]:u.to[term]]
	if analysis.StopWord(word, h.Lang) {
		return true
	}
	without := strings.TrimSpace(u.text[h.Start:u.from[term]]) + " " + strings.TrimSpace(u.text[u.to[term]:h.End])
	return !slices.ContainsFunc(t.lexicon.Match(without, h.Lang), func(w lexicon.Hit) bool {
		return w.Concept == h.Concept && w.Start == 0 && w.End == len(without)
	})
}

// particles join words where words are not parted by spaces.
const particles = "のとやをにへでがは的之和与與及"

// tiles cuts a term of a script without spaces into concepts, with nothing but
// particles between them: 人身売買の被害者 is 人身売買 and 被害者. A single concept
// with particles around it counts, too. It returns nothing when other letters are left.
func (u *run) tiles(hits []lexicon.Hit, term int) []lexicon.Hit {
	var parts []lexicon.Hit
	end := u.to[term]
	for at := u.from[term]; at < end; {
		best := -1
		for i, h := range hits {
			if h.Strong && h.Start == at && h.End <= end && (best < 0 || h.End > hits[best].End) {
				best = i
			}
		}
		if best >= 0 {
			parts = append(parts, hits[best])
			at = hits[best].End
			continue
		}
		c, size := utf8.DecodeRuneInString(u.text[at:])
		if !strings.ContainsRune(particles, c) {
			return nil
		}
		at += size
	}
	return parts
}
