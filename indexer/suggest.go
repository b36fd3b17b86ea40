package indexer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"polyglean/indexer/merge"
	"polyglean/internal/fold"
	"polyglean/internal/strategy"
)

// Completion is a word or phrase of the index that goes on from what was typed.
type Completion struct {
	Text string `json:"text"`
	// Studies is how many have it in a title or keyword.
	Studies int `json:"studies"`
	// Languages is in how many languages a search for it looks for what it means, 0 where
	// it names no concept.
	Languages int `json:"languages,omitempty"`
}

// MaxCompletions is the most that are given, and their number where none is asked for.
const MaxCompletions = 20

// Complete gives the words and phrases of titles and keywords that begin with prefix,
// those of most studies first: size of them, 0 for MaxCompletions. Case and accents make
// no difference. There are none for a prefix of one letter, but where a letter is a
// word, and for one longer than any phrase.
func (l *Library) Complete(ctx context.Context, prefix string, size int) ([]Completion, error) {
	if size <= 0 || size > MaxCompletions {
		size = MaxCompletions
	}
	folded := fold.Fold(prefix)
	first, _ := utf8.DecodeRuneInString(folded)
	if n := utf8.RuneCountInString(folded); n == 0 || n > maxPhrase || n == 1 && !fold.Unspaced(first) && !unicode.Is(unicode.Hangul, first) {
		return []Completion{}, nil
	}
	if strings.HasSuffix(prefix, " ") && !fold.Unspaced(first) {
		folded += " " // the word is whole
	}
	// A word may be written in several ways.
	counts, err := l.vocabulary(ctx, folded, 2*size)
	if err != nil {
		return nil, err
	}
	out := make([]Completion, 0, size)
	place := make(map[string]int)
	for _, c := range counts {
		key, written := word(c.Value)
		if at, ok := place[key]; ok {
			out[at].Studies += c.Count
			continue
		}
		place[key] = len(out)
		out = append(out, Completion{Text: written, Studies: c.Count})
	}
	slices.SortStableFunc(out, func(a, b Completion) int { return cmp.Compare(b.Studies, a.Studies) })
	out = out[:min(size, len(out))]
	for i := range out {
		out[i].Languages = l.meantIn(out[i].Text)
	}
	return out, nil
}

// meantIn is in how many languages a search for words alone looks for what they mean.
func (l *Library) meantIn(words string) int {
	c, err := Compile(Query{Text: `"` + words + `"`}, l.thesaurus)
	if err != nil {
		return 0 // there are quotation marks in it
	}
	most := 0
	for i := range c.Expansions {
		_, languages := c.Expansions[i].Used()
		most = max(most, languages)
	}
	return most
}

// vocabulary counts the entries that begin with prefix, which is folded.
func (l *Library) vocabulary(ctx context.Context, prefix string, size int) ([]FacetCount, error) {
	found, err := l.index.Find(ctx, Plan{
		Query: All{}, Filters: []Expr{notSetAside},
		Facets: []FacetRequest{{Field: ExactWord, Prefix: prefix, Size: size}},
	})
	if err != nil {
		return nil, fmt.Errorf("words beginning with %q: %w", prefix, err)
	}
	return found.Facets[0].Values, nil
}

// Correction is a word of a query and what may have been meant by it.
type Correction struct {
	Typed string `json:"typed"`
	Meant string `json:"meant"`
	// Studies is how many have what may have been meant in a title or keyword.
	Studies int `json:"studies"`
}

// Suggestion is a query that may have been meant.
type Suggestion struct {
	Query       string       `json:"query"`
	Corrections []Correction `json:"corrections"`
}

const (
	// fewHits is up to how many studies a query that asks for a suggestion gets one.
	fewHits = 3
	// rarer is how many times more studies must have the word that may have been meant.
	rarer = 5
	// nearWords is how many words are compared with one that was typed: those of most
	// studies that begin with its first letter, or with its second, as when two letters
	// were swapped or one was added.
	nearWords = 5000
	// maxCorrected is how many words of a query are looked at.
	maxCorrected = 8
)

// suggest looks for what a reader may have meant by words that few studies have. Words
// in quotation marks and truncated ones are taken as they stand. Nil is for nothing.
func (l *Library) suggest(ctx context.Context, q Query) (*Suggestion, error) {
	query, err := strategy.ReadQuery(q.Text)
	if err != nil {
		return nil, err
	}
	s := Suggestion{}
	text, end := query.Text, len(query.Text)
	terms := singleWords(query.Node)
	// From the last to the first, so that the places of the others stay what they are.
	for _, t := range slices.Backward(terms[:min(len(terms), maxCorrected)]) {
		typed := t.Words[0]
		at := strings.Index(text[min(t.At, end):end], typed)
		if at < 0 {
			continue
		}
		c, err := l.correct(ctx, typed)
		if err != nil {
			return nil, err
		}
		if c.Meant == "" {
			continue
		}
		at += t.At
		text = text[:at] + c.Meant + text[at+len(typed):]
		end = at
		s.Corrections = append(s.Corrections, c)
	}
	if len(s.Corrections) == 0 {
		return nil, nil
	}
	slices.Reverse(s.Corrections)
	s.Query = text
	return &s, nil
}

// singleWords are the terms that a reader has typed as one word, in order.
func singleWords(n strategy.Node) []*strategy.Term {
	var out []*strategy.Term
	switch n := n.(type) {
	case *strategy.Term:
		if !n.Quoted && len(n.Words) == 1 && !strings.ContainsAny(n.Words[0], "*?") && isWord(fold.Fold(n.Words[0])) {
			out = append(out, n)
		}
	case *strategy.Not:
		return nil
	case *strategy.And:
		for _, p := range n.Parts {
			out = append(out, singleWords(p)...)
		}
	case *strategy.Or:
		for _, p := range n.Parts {
			out = append(out, singleWords(p)...)
		}
	}
	return out
}

// budget is how many edits a word may be away from what was typed: one letter in four is
// another word more often than a slip.
func budget(runes int) int {
	switch {
	case runes < 4:
		return 0
	case runes < 8:
		return 1
	default:
		return 2
	}
}

// correct finds the word that is fewest edits away from the one typed, of those the one
// that most studies have. The words of one script are never a few edits from those of
// another.
func (l *Library) correct(ctx context.Context, typed string) (Correction, error) {
	folded := fold.Fold(typed)
	runes := []rune(folded)
	most := budget(len(runes))
	if most == 0 {
		return Correction{}, nil
	}
	has, err := l.studiesWith(ctx, typed)
	if err != nil || has > fewHits {
		return Correction{}, err
	}
	best, edits := Correction{Typed: typed}, most+1
	for _, prefix := range slices.Compact([]string{string(runes[0]), string(runes[1])}) {
		counts, err := l.vocabulary(ctx, prefix, nearWords)
		if err != nil {
			return Correction{}, err
		}
		for _, c := range counts { // those of most studies first
			key, written := word(c.Value)
			if c.Count < rarer*max(has, 1) {
				break
			}
			d := merge.Edits(folded, key, most)
			if d > 0 && d <= most && (d < edits || d == edits && c.Count > best.Studies) {
				best.Meant, best.Studies, edits = written, c.Count, d
			}
		}
	}
	return best, nil
}

// studiesWith is how many studies a word finds.
func (l *Library) studiesWith(ctx context.Context, word string) (int, error) {
	c, err := Compile(Query{Text: `"` + word + `"`, Size: 1}, nil)
	if err != nil {
		return 0, err
	}
	c.Plan.Size = 0
	found, err := l.index.Find(ctx, c.Plan)
	if err != nil {
		return 0, fmt.Errorf("studies with %q: %w", word, err)
	}
	return found.Total, nil
}
