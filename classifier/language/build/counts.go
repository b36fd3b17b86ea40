package build

import (
	"math"
	"unicode/utf8"

	"polyglean/classifier/language/ngram"
)

// counts is how often each gram stands in the text a language's models were made
// from, words' edges among the symbols.
type counts struct {
	of    map[ngram.Gram]int64
	total int64 // letters
	// after and kinds are, for each context, how many symbols follow it and how many
	// different ones.
	after map[ngram.Gram]int64
	kinds map[ngram.Gram]int64
}

// readCounts gets back the counts from a language's models. They hold how probable
// a letter is after up to four others. The unigrams, the rarest of which was met
// once, give the counts of letters, those the counts of bigrams, and so on.
//
// The models know nothing of words' edges, but the counts do: what follows "th"
// within words is fewer than the times "th" is met, and the difference are the words
// that end there. In the same way the letters before give the beginnings. So short
// function words, which tell related languages apart best, are counted whole.
func readCounts(dir, lang string, symbolOf map[rune]byte) (*counts, error) {
	c := &counts{of: make(map[ngram.Gram]int64), after: make(map[ngram.Gram]int64), kinds: make(map[ngram.Gram]int64)}
	var rarest float64
	if err := readModel(dir, lang, 1, func(_ []byte, p float64) {
		if rarest == 0 || p < rarest {
			rarest = p
		}
	}); err != nil {
		return nil, err
	}
	c.total = int64(math.Round(1 / rarest))
	for order := 1; order <= ngram.MaxOrder; order++ {
		err := readModel(dir, lang, order, func(text []byte, p float64) {
			g, ok := pack(text, symbolOf)
			if !ok {
				return
			}
			before := c.total
			if order > 1 {
				before = c.of[g.Context()]
			}
			if n := int64(math.Round(p * float64(before))); n > 0 {
				c.of[g] = n
			}
		})
		if err != nil {
			return nil, err
		}
	}
	c.addBeginnings()
	c.addEndings()
	for g, n := range c.of {
		c.after[g.Context()] += n
		c.kinds[g.Context()]++
	}
	return c, nil
}

func pack(text []byte, symbolOf map[rune]byte) (g ngram.Gram, ok bool) {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		symbol := symbolOf[r]
		if symbol == 0 {
			return 0, false
		}
		g, text = g.Then(symbol), text[size:]
	}
	return g, true
}

// addBeginnings counts the grams that begin a word.
func (c *counts) addBeginnings() {
	begin := make(map[ngram.Gram]int64)
	for g, n := range c.of {
		order := g.Order()
		if order < ngram.MaxOrder {
			begin[g] += n
		}
		if order > 1 {
			begin[g.Shorter()] -= n
		}
	}
	words := int64(0)
	for g, n := range begin {
		if n <= 0 {
			continue
		}
		c.of[g.Initial()] = n
		if g.Order() == 1 {
			words += n
		}
	}
	c.of[ngram.Border] = words
}

// addEndings counts the grams that end a word, whole words among them.
func (c *counts) addEndings() {
	end := make(map[ngram.Gram]int64)
	for g, n := range c.of {
		order := g.Order()
		if order < ngram.MaxOrder {
			end[g] += n
		}
		if order > 1 {
			end[g.Context()] -= n
		}
	}
	delete(end, ngram.Border)
	for g, n := range end {
		if n > 0 {
			c.of[g.Then(ngram.Border)] = n
		}
	}
}

// discount is taken from each count and given to the symbols that were not met in
// the same context, in the proportion they have in the shorter one (absolute
// discounting: Ney, Essen and Kneser 1994).
const discount = 0.75

// unmet is the probability of a letter that a language does not have.
const unmet = 1.0 / 300

// probability is that of the last symbol of a gram after the others.
func (c *counts) probability(g ngram.Gram) float64 {
	lower := unmet
	if g > 0xff {
		lower = c.probability(g.Shorter())
	}
	after := float64(c.after[g.Context()])
	if after == 0 {
		return lower
	}
	kept := max(float64(c.of[g])-discount, 0) / after
	given := discount * float64(c.kinds[g.Context()]) / after
	return kept + min(given, 1)*lower
}
