package merge

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pages are where an article stands: the first and last page, or its number, folded.
type pages struct{ first, last string }

// newPages reads "123-9", "123–129", "S12-S20", "e1234", "pp. 3-4"; the last page is
// written out.
func newPages(s string) pages {
	if s == "" {
		return pages{}
	}
	s = dashes.Replace(s)
	s, _, _ = strings.Cut(s, ",")
	s, _, _ = strings.Cut(s, ";")
	if lower := strings.ToLower(strings.TrimRight(s, ". ")); strings.HasSuffix(lower, " p") || strings.HasSuffix(lower, " pages") {
		return pages{} // how many there are, not which
	}
	from, to, _ := strings.Cut(s, "-")
	p := pages{first: page(from), last: page(to)}
	if p.first == "" {
		return pages{}
	}
	if n := len(p.first) - len(p.last); p.last != "" && n > 0 && isNumber(p.last) {
		p.last = p.first[:n] + p.last
	}
	return p
}

var dashes = strings.NewReplacer("‐", "-", "‑", "-", "–", "-", "—", "-", "−", "-", "〜", "-", "～", "-", "~", "-", "--", "-")

// page is the letters and figures of a page without "p." and leading zeros.
func page(s string) string {
	s = strings.ReplaceAll(folded(s), " ", "")
	for _, prefix := range []string{"pages", "page", "pp", "p", "с", "стр", "art", "article", "no"} {
		if rest, found := strings.CutPrefix(s, prefix); found && isNumber(rest) {
			s = rest
			break
		}
	}
	s = strings.TrimLeft(s, "0")
	if len(s) > 20 || strings.Contains(s, "pagination") || !strings.ContainsFunc(s, unicode.IsDigit) && !isRoman(s) {
		return ""
	}
	return s
}

func isNumber(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

func isRoman(s string) bool {
	return s != "" && strings.Trim(s, "ivxlc") == ""
}

// agreement of a field of two records.
type agreement int8

const (
	differs agreement = iota - 1
	unstated
	agrees
)

func compareWords(a, b string) agreement {
	switch {
	case a == "" || b == "":
		return unstated
	case a == b:
		return agrees
	}
	return differs
}

func comparePages(a, b pages) agreement {
	switch {
	case a.first == "" || b.first == "":
		return unstated
	case a.first == b.first && (a.last == b.last || a.last == "" || b.last == ""):
		return agrees
	case a.first == b.first, digits(a.last) == digits(b.last) && len(digits(a.last)) > 1:
		return agrees // one end mistyped
	case digits(a.first) == digits(b.first) && digits(a.last) == digits(b.last):
		return agrees // "S12" and "12"
	case a.numbered() != b.numbered(), a.provisional() || b.provisional():
		return unstated
	}
	return differs
}

// touch says that two stretches of numbered pages overlap or lie side by side.
func (p pages) touch(q pages) bool {
	from, to, ok := p.span()
	otherFrom, otherTo, okToo := q.span()
	return ok && okToo && from <= otherTo+1 && otherFrom <= to+1
}

// span reads the pages as numbers; pages with letters have none.
func (p pages) span() (from, to int, ok bool) {
	from, err := strconv.Atoi(p.first)
	if err != nil {
		return 0, 0, false
	}
	if to, err = strconv.Atoi(p.last); err != nil {
		to = from
	}
	return from, max(from, to), true
}

// numbered says that an article has a number in place of pages.
func (p pages) numbered() bool {
	return p.last == "" && (!isNumber(p.first) || len(p.first) > 4)
}

// provisional says that the pages count the article from 1, as before it is in an issue.
func (p pages) provisional() bool { return p.first == "1" || p.first == "no" }

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// container is a journal, book or series, folded.
type container struct {
	words   []string
	letters string
	script  *unicode.RangeTable
}

func newContainer(s string) container {
	s = stripMarkup(s)
	for _, mark := range []string{" (", " [", " : ", ": ", ". "} {
		// A place, a subtitle or a section behind the name, as some databases give.
		if name, _, found := strings.Cut(s, mark); found && len(name) > 2 {
			s = name
		}
	}
	words, letters := foldWords(s, 24)
	c := container{letters: letters, script: scriptOf(s)}
	for _, w := range words {
		if !containerWords[w] {
			c.words = append(c.words, w)
		}
	}
	return c
}

// containerWords are left out of abbreviations.
var containerWords = foldSet("the|of|and|in|for|a|an|on|de|la|le|les|des|du|et|on|der|die|das|und|für|del|e|y|di|da|do|dos|o|i|en|van|het|to|at|official|organ|journal|j")

func compareContainers(a, b *container) agreement {
	switch {
	case a.letters == "" || b.letters == "":
		return unstated
	case a.letters == b.letters:
		return agrees
	case a.script != b.script:
		return unstated // the same journal under a translated name, or not
	}
	if likeness(a.letters, b.letters, 0.85) > 0 || abbreviates(a.words, b.words) || abbreviates(b.words, a.words) ||
		acronym(a, b) || acronym(b, a) {
		return agrees
	}
	return differs
}

// abbreviates says that each word of short begins a word of long, in order; the long
// name may go on, as with a subtitle or a place.
func abbreviates(short, long []string) bool {
	if len(short) == 0 {
		return false
	}
	at, letters := 0, 0
	for _, w := range short {
		found := false
		for ; at < len(long) && !found; at++ {
			found = begins(w, long[at])
		}
		if !found {
			return false
		}
		letters += len(w)
	}
	// One short word of many is too little: "Med" is not "Medical Education Online".
	return len(short) == len(long) || len(short) > 1 && 3*len(short) >= len(long) || letters > 6 && 3*len(short) >= len(long)
}

// begins says that w is an abbreviation of long: its beginning, or its beginning and
// end ("dept", "natl").
func begins(w, long string) bool {
	if strings.HasPrefix(long, w) {
		return true
	}
	n := utf8.RuneCountInString(w)
	if n < 3 || len(w) >= len(long) || w[0] != long[0] {
		return false
	}
	return n <= 5 && strings.HasPrefix(long, w[:len(w)-1]) && strings.HasSuffix(long, w[len(w)-1:])
}

// acronym says that a begins with the first letters of the words of b, one or more
// of each: "AMCIS 2017 Proceedings" is the Americas Conference on Information Systems.
func acronym(a, b *container) bool {
	if len(a.words) == 0 || len(b.words) < 2 || len(a.words[0]) < 3 || len(a.words[0]) > 8 {
		return false
	}
	word := a.words[0]
	// The acronym may count a word for journal that is left out here.
	return spells(word, b.words) || word[0] == 'j' && spells(word[1:], b.words)
}

func spells(letters string, words []string) bool {
	if len(words) == 0 {
		return letters == ""
	}
	for n := 1; n <= min(2, len(letters), len(words[0])); n++ {
		if letters[:n] == words[0][:n] && spells(letters[n:], words[1:]) {
			return true
		}
	}
	return false
}
