package fold

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// find returns the finds of patterns in text as "pattern@first-last", once each.
func find(t *testing.T, clitics bool, text string, patterns ...string) []string {
	t.Helper()
	phrases := make([][]Word, len(patterns))
	for i, p := range patterns {
		phrases[i] = Words(p, "*?")
		for j := range phrases[i] {
			phrases[i][j].Clitics = clitics
		}
	}
	var found []string
	NewIndex(phrases).Find(NewText(text), nil, func(phrase, first, last int) {
		found = append(found, fmt.Sprintf("%s@%d-%d", patterns[phrase], first, last))
	})
	slices.Sort(found)
	return slices.Compact(found)
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name, text string
		patterns   []string
		want       []string
	}{
		{
			"words and phrases", "Sex trafficking, sex-trafficking; trafficking of sex",
			[]string{"sex trafficking", "sex", "of sex", "sex of"},
			[]string{"of sex@5-6", "sex trafficking@0-1", "sex trafficking@2-3", "sex@0-0", "sex@2-2", "sex@6-6"},
		},
		{
			"keys within keys", "prostituted prostitutes prostitution pro",
			[]string{"pro*", "prostitut*", "prostitute*", "prostitution", "prostitutions", "p*", "q*"},
			[]string{
				"p*@0-0", "p*@1-1", "p*@2-2", "p*@3-3", "pro*@0-0", "pro*@1-1", "pro*@2-2", "pro*@3-3",
				"prostitut*@0-0", "prostitut*@1-1", "prostitut*@2-2", "prostitute*@0-0", "prostitute*@1-1", "prostitution@2-2",
			},
		},
		{
			"inside words", "Zwangsprostitution Jugendprostitutionsforschung",
			[]string{"*prostitution", "*prostitution*", "jugend*forschung"},
			[]string{"*prostitution*@0-0", "*prostitution*@1-1", "*prostitution@0-0", "jugend*forschung@1-1"},
		},
		{
			"one letter or none", "woman women womn womaen behaviour behavior",
			[]string{"wom?n", "behavio?r"},
			[]string{"behavio?r@4-4", "behavio?r@5-5", "wom?n@0-0", "wom?n@1-1", "wom?n@2-2"},
		},
		{
			"scripts without spaces", "打击人口贩运。人口 贩运的受害者",
			[]string{"人口贩运", "人口 贩运", "口贩*"},
			[]string{"人口 贩运@2-5", "人口 贩运@6-9", "人口贩运@2-5", "口贩*@3-4"},
		},
		{
			"Latin in Chinese", "被DV伤害的advocate",
			[]string{"dv伤害", "dv"},
			[]string{"dv@1-1", "dv伤害@1-3"},
		},
		{"more words than the text has", "sex", []string{"sex traffick*"}, nil},
		{"marks alone are no words", "a b", []string{"*", "?", "—"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := find(t, false, c.text, c.patterns...); !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

func TestClitics(t *testing.T) {
	for _, text := range []string{"الاتجار", "اتجار", "والاتجار", "بالاتجار", "للاتجار", "وبالاتجار", "كالاتجار", "فاتجار"} {
		if got := find(t, true, text, "اتجار"); len(got) != 1 {
			t.Errorf("اتجار in %s: %q", text, got)
		}
		if got := find(t, true, "مكافحة "+text, "مكافحة اتجار"); len(got) != 1 {
			t.Errorf("second word اتجار in %s: %q", text, got)
		}
	}
	if got := find(t, true, "بر", "ر"); got != nil {
		t.Errorf("a letter taken for a preposition left too little: %q", got)
	}
	if got := CutArticle(Fold("الاتجار")); got != "اتجار" {
		t.Errorf("CutArticle = %q", got)
	}
	if got := CutArticle(Fold("الف")); got != Fold("الف") {
		t.Errorf("CutArticle of a short word = %q", got)
	}
}

// TestFindAgainstEveryWord compares the index with looking at every pattern at
// every word, over random words of few letters so that many begin each other.
func TestFindAgainstEveryWord(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		b := make([]byte, 1+rng.IntN(4))
		for i := range b {
			b[i] = "ab"[rng.IntN(2)]
		}
		return string(b)
	}
	marks := []string{"%s", "%s", "%s*", "*%s", "*%s*", "%s?", "a*%s", "?%s"}
	for range 300 {
		var patterns []string
		for range 1 + rng.IntN(12) {
			p := fmt.Sprintf(marks[rng.IntN(len(marks))], word())
			if rng.IntN(3) == 0 {
				p += " " + word()
			}
			if !slices.Contains(patterns, p) {
				patterns = append(patterns, p)
			}
		}
		var words []string
		for range 1 + rng.IntN(12) {
			words = append(words, word())
		}
		var want []string
		for _, p := range patterns {
			parts := strings.Fields(p)
		next:
			for i := range len(words) - len(parts) + 1 {
				for j, part := range parts {
					if !glob(part, []byte(words[i+j])) {
						continue next
					}
				}
				want = append(want, fmt.Sprintf("%s@%d-%d", p, i, i+len(parts)-1))
			}
		}
		slices.Sort(want)
		text := strings.Join(words, " ")
		if got := find(t, false, text, patterns...); !slices.Equal(got, want) {
			t.Fatalf("%q in %q: found %q, want %q", patterns, text, got, want)
		}
	}
}

func TestGlobStaysFast(t *testing.T) {
	pattern := "a" + strings.Repeat("*a?", 30) + "b"
	if glob(pattern, []byte(strings.Repeat("a", 100_000))) {
		t.Error("matched a word without b")
	}
}
