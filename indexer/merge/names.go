package merge

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"polyglean/internal/record"
)

// maxNames is how many authors of a record are compared: the first ones name it, and
// some records have thousands.
const maxNames = 40

// name is an author, folded.
type name struct {
	// family is the family name as one word, as far as it can be told from the given.
	family string
	// words are all words of the name but initials.
	words []string
	// initial is the first letter of the given name, 0 when it is not there.
	initial rune
	sound   string
	script  *unicode.RangeTable
}

func namesOf(authors []record.Author) []name {
	out := make([]name, 0, min(len(authors), maxNames))
	for _, a := range authors {
		if len(out) == maxNames {
			break
		}
		if n, ok := newName(a); ok {
			out = append(out, n)
		}
	}
	return out
}

func newName(a record.Author) (name, bool) {
	family, given := a.Family, a.Given
	if family == "" {
		family, given = partName(a.Name)
	}
	words, letters := foldWords(family, 8)
	n := name{family: letters, script: scriptOf(family)}
	if slices.ContainsFunc(words, isSuffix) {
		words = slices.DeleteFunc(words, isSuffix)
		n.family = strings.Join(words, "")
	}
	if n.family == "" || nobody[n.family] {
		return n, false
	}
	n.sound = skeleton(words)
	// Particles are in the family name for one source and not for the next.
	for len(words) > 1 && particles[words[0]] {
		words = words[1:]
	}
	n.words = words
	more, _ := foldWords(given, 8)
	for i, w := range more {
		if i == 0 {
			n.initial, _ = utf8.DecodeRuneInString(w)
		}
		if utf8.RuneCountInString(w) > 1 {
			n.words = append(n.words, w)
		}
	}
	return n, true
}

// partName parts a name as printed into family and given name.
func partName(s string) (family, given string) {
	s = strings.TrimSpace(s)
	if family, given, found := strings.Cut(s, ","); found {
		return family, given
	}
	words := strings.Fields(strings.ReplaceAll(s, ".", ". "))
	// "Zuna R E", "Anderson JE": what ends in initials begins with the family name.
	end := len(words)
	for end > 1 && initials(words[end-1]) {
		end--
	}
	if end < len(words) && !initials(words[0]) {
		return strings.Join(words[:end], " "), strings.Join(words[end:], " ")
	}
	switch script := scriptOf(s); {
	case len(words) == 0:
		return "", ""
	case script == unicode.Han || script == unicode.Hangul:
		whole := strings.Join(words, "")
		_, size := utf8.DecodeRuneInString(whole)
		return whole[:size], whole[size:]
	case len(words) == 1:
		return words[0], ""
	}
	at := len(words) - 1
	for at > 1 && particles[strings.ToLower(words[at-1])] {
		at--
	}
	return strings.Join(words[at:], " "), strings.Join(words[:at], " ")
}

// initials says that a word is made of initials: "R", "R.", "JE", "J.-P.".
func initials(w string) bool {
	letters := 0
	for _, r := range w {
		switch {
		case r == '.' || r == '-' || r == '‐':
		case unicode.IsUpper(r):
			letters++
		default:
			return false
		}
	}
	return letters > 0 && letters <= 4
}

var (
	suffixes  = foldSet("jr|sr|ii|iii|iv|md|phd|dr|prof")
	particles = foldSet("van|von|der|den|de|del|della|di|da|dos|das|do|du|la|le|el|al|bin|ibn|ter|ten|zu|zur|af|av")
	nobody    = letterSet("unknown|anonymous|anon|no author|no authors|no author name available|not available|none|n a|et al|others")
)

func isSuffix(w string) bool { return suffixes[w] }

// is says how surely two names are one person's: 1 for surely, 0 for not.
func (n *name) is(m *name) float64 {
	if n.script != m.script {
		if utf8.RuneCountInString(n.sound) > 1 && n.sound == m.sound {
			return 1
		}
		return 0
	}
	match := n.family == m.family
	if !match {
		match = len(n.family) > 4 && len(m.family) > 4 && likeness(n.family, m.family, 0.8) > 0
	}
	if match {
		if n.initial != 0 && m.initial != 0 && n.initial != m.initial && !crossed(n, m) {
			return 0.4
		}
		return 1
	}
	if crossed(n, m) {
		return 1
	}
	return 0
}

// crossed says that two names share two words, or one of weight, in whatever order:
// family and given name change places, and double names are cut.
func crossed(n, m *name) bool {
	shared, long := 0, false
	for _, w := range n.words {
		if slices.Contains(m.words, w) {
			shared++
			long = long || len(w) > 5 && (strings.HasPrefix(n.family, w) || strings.HasSuffix(n.family, w)) &&
				(strings.HasPrefix(m.family, w) || strings.HasSuffix(m.family, w))
		}
	}
	return shared > 1 || long
}

// people is what the authors of two records have in common.
type people struct {
	// known says that both have authors in scripts that can be compared.
	known bool
	// share of the shorter list that the other has, too.
	share float64
	// matched is how many those are; fewest the length of the shorter list.
	matched, fewest int
	// first says that the first authors are the same.
	first bool
}

func comparePeople(a, b []name) people {
	if len(a) > len(b) {
		a, b = b, a
	}
	p := people{fewest: len(a)}
	if len(a) == 0 {
		return p
	}
	sum := 0.0
	taken := make([]bool, len(b))
	for i := range a {
		at, best := -1, 0.0
		for j := range b {
			if !taken[j] {
				if v := a[i].is(&b[j]); v > best {
					at, best = j, v
				}
				if best == 1 {
					break
				}
			}
		}
		if at < 0 {
			continue
		}
		taken[at] = true
		sum += best
		if best == 1 {
			p.matched++
		}
	}
	p.first = a[0].is(&b[0]) == 1
	p.share = sum / float64(len(a))
	// Across scripts, what does not match may be another spelling.
	p.known = a[0].script == b[0].script || p.share > 0
	return p
}
