// Package build makes the table that package language reads, from the models in the
// module of lingua-go. It is no part of the program: `go generate` in package
// language runs it, and its test compares the table with what it would make.
package build

import (
	"math"
	"slices"
	"unicode"
	"unicode/utf8"

	"polyglean/classifier/language/ngram"
)

// A Group is the languages that share a script, told apart by one part of the table.
type Group struct {
	// Script is the script's ISO 15924 code.
	Script string
	table  *unicode.RangeTable
	// Languages are lingua-go's codes.
	Languages []string
	// least is the least gain that makes a gram worth a row.
	least float64
}

// Groups are all parts of the table.
var Groups = []Group{
	{"Latn", unicode.Latin, []string{
		"af", "az", "bs", "ca", "cs", "cy", "da", "de", "en", "eo", "es", "et", "eu", "fi", "fr", "ga", "hr", "hu", "id", "is", "it", "la", "lg", "lt", "lv",
		"mi", "ms", "nb", "nl", "nn", "pl", "pt", "ro", "sk", "sl", "sn", "so", "sq", "st", "sv", "sw", "tl", "tn", "tr", "ts", "vi", "xh", "yo", "zu",
	}, 6e-5},
	{"Cyrl", unicode.Cyrillic, []string{"be", "bg", "kk", "mk", "mn", "ru", "sr", "uk"}, 1e-5},
	{"Arab", unicode.Arabic, []string{"ar", "fa", "ur"}, 1e-5},
	{"Deva", unicode.Devanagari, []string{"hi", "mr"}, 3e-6},
}

const (
	// leastShare is the least share of a language's letters that a gram is looked at
	// for.
	leastShare = 1e-6
	// maxBehind is the most that one row says against a language, in nats: an odd
	// name must not outweigh a sentence.
	maxBehind = 10
)

// AppendTo makes the group's part of the table from lingua-go's folder
// language-models.
func (group Group) AppendTo(table []byte, dir string) ([]byte, error) {
	letters, err := group.alphabet(dir)
	if err != nil {
		return nil, err
	}
	symbolOf := make(map[rune]byte, len(letters))
	for i, r := range letters {
		symbolOf[r] = byte(ngram.Border + 1 + i)
	}
	grams, err := group.candidates(dir, symbolOf)
	if err != nil {
		return nil, err
	}
	m, err := group.measure(dir, symbolOf, grams)
	if err != nil {
		return nil, err
	}
	return ngram.AppendPart(table, group.Script, group.Languages, letters, m.rows(m.worthwhile(group.least)))
}

// alphabet is the letters of the group's languages, the most used first.
func (group Group) alphabet(dir string) ([]rune, error) {
	share := make(map[rune]float64)
	for _, lang := range group.Languages {
		if err := readModel(dir, lang, 1, func(text []byte, p float64) {
			if r, _ := utf8.DecodeRune(text); unicode.In(r, group.table, unicode.Mn, unicode.Mc) {
				share[r] = max(share[r], p)
			}
		}); err != nil {
			return nil, err
		}
	}
	letters := make([]rune, 0, len(share))
	for r := range share {
		letters = append(letters, r)
	}
	slices.SortFunc(letters, func(a, b rune) int {
		if share[a] != share[b] {
			if share[a] > share[b] {
				return -1
			}
			return 1
		}
		return int(a - b)
	})
	return letters[:min(len(letters), ngram.MaxLetters)], nil
}

// candidates are the grams that some language uses often enough, the short ones
// first.
func (group Group) candidates(dir string, symbolOf map[rune]byte) ([]ngram.Gram, error) {
	seen := make(map[ngram.Gram]bool)
	for _, lang := range group.Languages {
		c, err := readCounts(dir, lang, symbolOf)
		if err != nil {
			return nil, err
		}
		for g, n := range c.of {
			least := leastShare
			switch g.Order() {
			case 1:
				least = 0
			case 2:
				least = leastShare / 10
			}
			if float64(n) > least*float64(c.total) {
				seen[g] = true
			}
		}
	}
	grams := make([]ngram.Gram, 0, len(seen))
	for g := range seen {
		grams = append(grams, g)
	}
	slices.Sort(grams)
	return grams, nil
}

// measured are grams with the cost of each in each language, in nats, and its share
// of the language's letters.
type measured struct {
	grams       []ngram.Gram
	languages   int
	cost, share []float32
}

func (m *measured) costs(i int) []float32  { return m.cost[i*m.languages:][:m.languages] }
func (m *measured) shares(i int) []float32 { return m.share[i*m.languages:][:m.languages] }

func (group Group) measure(dir string, symbolOf map[rune]byte, grams []ngram.Gram) (*measured, error) {
	n := len(group.Languages)
	m := &measured{grams: grams, languages: n, cost: make([]float32, n*len(grams)), share: make([]float32, n*len(grams))}
	for l, lang := range group.Languages {
		c, err := readCounts(dir, lang, symbolOf)
		if err != nil {
			return nil, err
		}
		for i, g := range grams {
			m.cost[i*n+l] = float32(-math.Log(c.probability(g)))
			m.share[i*n+l] = float32(float64(c.of[g]) / float64(c.total))
		}
	}
	for i := range grams {
		costs := m.costs(i)
		most := slices.Min(costs) + maxBehind
		for l := range costs {
			costs[l] = min(costs[l], most)
		}
	}
	return m, nil
}

// worthwhile are the grams worth a row: those that change, for text in the languages
// that have them, the standing of the languages against what the longest shorter
// gram with a row says already (after Stolcke 1998, for many languages at once).
func (m *measured) worthwhile(least float64) (rows []int) {
	at := make(map[ngram.Gram]int)
	for i, g := range m.grams {
		if g.Order() > 2 {
			s := g.Shorter()
			for {
				if _, ok := at[s]; ok {
					break
				}
				s = s.Shorter()
			}
			if m.gain(i, at[s]) < least {
				continue
			}
		}
		at[g] = i
		rows = append(rows, i)
	}
	return rows
}

func (m *measured) gain(long, short int) float64 {
	a, b := m.costs(long), m.costs(short)
	mean := float32(0)
	for l := range a {
		mean += (a[l] - b[l]) / float32(len(a))
	}
	sum := 0.0
	for l, share := range m.shares(long) {
		sum += float64(share) * math.Abs(float64(a[l]-b[l]-mean))
	}
	return sum
}

// rows are the grams as the table holds them.
func (m *measured) rows(keep []int) []ngram.Row {
	rows := make([]ngram.Row, len(keep))
	for at, i := range keep {
		costs := make([]byte, m.languages)
		for l, cost := range m.costs(i) {
			costs[l] = byte(min(255, math.Round(float64(cost)*ngram.StepsPerNat)))
		}
		rows[at] = ngram.Row{Gram: m.grams[i], Costs: costs}
	}
	return rows
}
