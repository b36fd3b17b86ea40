package fold

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestFinder compares a Finder, which remembers words from text to text, with the Index:
// over words of few letters, which come again, long ones, and those of other scripts.
func TestFinder(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	pool := []string{"café", "Cafe", "résumé", "RESUME", "aaaaaaaaaaaaaab", "aaaaaaaaaaaaaabb", "والاتجار", "اتجار", "人口贩运", "ﷺ", "बाल", "a\u00adb"}
	for range 60 {
		b := make([]byte, 1+rng.IntN(18))
		for i := range b {
			b[i] = "abAB"[rng.IntN(4)]
		}
		pool = append(pool, string(b))
	}
	word := func() string { return pool[rng.IntN(len(pool))] }
	marks := []string{"%s", "%s", "%s*", "*%s", "*%s*", "%s?", "a*%s"}
	for range 40 {
		var phrases [][]Word
		for range 1 + rng.IntN(8) {
			p := fmt.Sprintf(marks[rng.IntN(len(marks))], word())
			if rng.IntN(3) == 0 {
				p += " " + word()
			}
			words := Words(p, "*?")
			for i := range words {
				words[i].Clitics = rng.IntN(2) == 0
				if words[i].Kind == Whole && rng.IntN(2) == 0 {
					words[i].Stems = []string{words[i].Text[:1]}
				}
			}
			phrases = append(phrases, words)
		}
		x := NewIndex(phrases)
		finder := NewFinder(x)
		for range 40 {
			words := make([]string, 1+rng.IntN(12))
			for i := range words {
				words[i] = word()
			}
			text := NewText(strings.Join(words, " "))
			// A stem of a word with accents is its own, whatever it folds to.
			stems := func(i int) []string {
				if raw := text.Raw(i); len(raw) != len(text.Word(i)) {
					return []string{raw[:1]}
				}
				return []string{string(text.Word(i)[:1])}
			}
			if rng.IntN(2) == 0 {
				stems = nil
			}
			type place struct{ phrase, first, last int }
			var got, want []place
			finder.Find(text, stems, func(p, first, last int) { got = append(got, place{p, first, last}) })
			x.Find(text, stems, func(p, first, last int) { want = append(want, place{p, first, last}) })
			if !slices.Equal(got, want) {
				t.Fatalf("%q: found %v, the index %v", text, got, want)
			}
		}
	}
}

// TestWordKeys: each word is known by all its letters.
func TestWordKeys(t *testing.T) {
	seen := make(map[wordKey]string)
	letters := []byte("abcdefghijklmno")
	for n := 1; n <= maxKey; n++ {
		for i := range n {
			word := slices.Clone(letters[:n])
			word[i]++
			text := slices.Concat([]byte("xx"), word, []byte("yy"))
			w := wordAt(text, 2, int32(2+n))
			if other, twice := seen[w]; twice || w == (wordKey{}) || w.high>>56 != 0 {
				t.Errorf("%q is known as %x, as is %q", word, w, other)
			}
			seen[w] = string(word)
		}
	}
}
