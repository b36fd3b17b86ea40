package merge

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"polyglean/internal/record"
)

// title is one title of a record, folded.
type title struct {
	words []string
	// letters are the words without what parts them, which sources write in many ways.
	letters string
	// sound is the skeleton of the words.
	sound string
	// numbers are the figures in it, also in Roman and Chinese numerals, in order: they
	// tell part from part and year from year. alone are those that are words of their
	// own, not parts of a formula or a name.
	numbers, alone string
	script         *unicode.RangeTable
	notice         notice
	// generic titles are borne by thousands of works.
	generic bool
}

// maxTitles is how many titles of a record are compared, maxWords how many words of each.
const (
	maxTitles = 6
	maxWords  = 80
)

func newTitle(s string, container string) (title, bool) {
	var t title
	words, letters := foldWords(trimTitle(s), maxWords)
	t.notice, t.words = openings.cut(words)
	if len(t.words) == 0 {
		t.words, letters = foldWords(s, maxWords)
		t.generic = true
	} else {
		for _, w := range words[:len(words)-len(t.words)] {
			letters = letters[len(w):]
		}
	}
	t.letters = letters
	if t.letters == "" || unknownTitles[t.letters] {
		return t, false
	}
	t.sound = skeleton(t.words)
	t.numbers = numbers(t.words)
	t.alone = t.numbers
	if slices.ContainsFunc(t.words, mixed) {
		t.alone = numbers(slices.DeleteFunc(slices.Clone(t.words), mixed))
	}
	t.script = scriptOf(t.letters)
	bare := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, t.letters)
	t.generic = t.generic || genericTitles[bare] || container != "" && repeats(bare, container)
	return t, true
}

// mixed says that a word has letters beside figures.
func mixed(w string) bool {
	return strings.ContainsFunc(w, unicode.IsDigit) && strings.ContainsFunc(w, unicode.IsLetter)
}

// repeats says that s is the name of the container and nothing else, once or more
// often, with words for volume and paper.
func repeats(s, container string) bool {
	if s == "" || s[0] != container[0] && strings.IndexByte("vinpa", s[0]) < 0 {
		return s == "" // what it begins with is none of what is taken out
	}
	rest := strings.ReplaceAll(s, container, "")
	for _, w := range []string{"volume", "vol", "issue", "number", "no", "paper", "article"} {
		rest = strings.ReplaceAll(rest, w, "")
	}
	return rest == ""
}

// brackets are those that sources put around what they add.
var brackets = []struct{ left, right string }{{"[", "]"}, {"(", ")"}, {"［", "］"}, {"（", "）"}, {"【", "】"}}

// maxLabel is the length in bytes of the longest label that is looked for.
const maxLabel = 200

// trimTitle takes off what sources add to a title: brackets around a translated one,
// the language in brackets behind it, markup, and labels before it.
func trimTitle(s string) string {
	s = stripMarkup(s)
	for {
		before := s
		s = strings.TrimSpace(s)
		s = strings.TrimRight(s, ".。 *†")
		for _, pair := range brackets {
			inner, found := strings.CutSuffix(s, pair.right)
			if !found {
				continue
			}
			at := strings.LastIndex(inner, pair.left)
			switch {
			case at < 0:
			case at == 0 && pair.left == "[":
				s = inner[len(pair.left):]
			case at > 0 && sourceNote(inner[at+len(pair.left):]):
				s = inner[:at]
			}
		}
		if rest, found := strings.CutPrefix(s, "["); found && !strings.Contains(rest, "[") {
			if at := strings.IndexByte(rest, ']'); at > len(rest)/2 && (at == len(rest)-1 || sourceNote(rest[at+1:])) {
				s = rest[:at]
			}
		}
		if label, rest, found := strings.Cut(s, ":"); found && len(label) <= maxLabel && labels[folded(label)] && strings.TrimSpace(rest) != "" {
			s = rest
		}
		if s == before {
			return s
		}
	}
}

// stripMarkup removes tags such as <p> and <i>, which some databases leave in.
func stripMarkup(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		at := strings.IndexByte(s, '<')
		if at < 0 {
			break
		}
		end := strings.IndexByte(s[at:], '>')
		if end < 2 || end > 20 || s[at+1] != '/' && !unicode.IsLetter(rune(s[at+1])) {
			b.WriteString(s[:at+1])
			s = s[at+1:]
			continue
		}
		b.WriteString(s[:at])
		s = s[at+end+1:]
	}
	b.WriteString(s)
	return b.String()
}

// sourceNote says that words in brackets behind a title are a database's and not of
// the title: a language, or the kind of document.
func sourceNote(s string) bool {
	words, _ := foldWords(s, 6)
	if len(words) > 1 && referWords[words[0]] {
		return true
	}
	if len(words) == 0 || len(words) > 4 {
		return false
	}
	said := false
	for _, w := range words {
		if !noteWords[w] && !isNumber(w) {
			return false
		}
		said = said || noteWords[w]
	}
	return said
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// scriptOf is the script most letters belong to; nil when there are none of those
// that are told apart.
func scriptOf(s string) *unicode.RangeTable {
	if isASCII(s) {
		if strings.ContainsFunc(s, unicode.IsLetter) {
			return unicode.Latin
		}
		return nil
	}
	var counts [len(scripts)]int
	n, at := 0, 0 // the script of the letter before is the likeliest
	for _, r := range s {
		if n++; n > 200 {
			break
		}
		if r < 0x80 {
			if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
				counts[0]++
			}
			continue
		}
		if !unicode.Is(scripts[at], r) {
			i := slices.IndexFunc(scripts[:], func(script *unicode.RangeTable) bool { return unicode.Is(script, r) })
			if i < 0 {
				continue
			}
			at = i
		}
		counts[at]++
	}
	var best *unicode.RangeTable
	most := 0
	for i, c := range counts {
		if c > most {
			most, best = c, scripts[i]
		}
	}
	if best == unicode.Hiragana || best == unicode.Katakana {
		best = unicode.Han // Japanese mixes them
	}
	return best
}

var scripts = [...]*unicode.RangeTable{
	unicode.Latin, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Cyrillic, unicode.Hangul, unicode.Arabic,
	unicode.Greek, unicode.Hebrew, unicode.Devanagari, unicode.Bengali, unicode.Thai, unicode.Tamil, unicode.Telugu,
	unicode.Georgian, unicode.Armenian, unicode.Ethiopic, unicode.Khmer, unicode.Myanmar, unicode.Lao, unicode.Sinhala,
	unicode.Gujarati, unicode.Gurmukhi, unicode.Kannada, unicode.Malayalam,
}

// romanNumerals as they number the parts of a work. A single "i" is as often a word.
var romanNumerals = map[string]int{
	"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12, "xiii": 13,
}

var hanNumerals = map[string]int{
	"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
}

// longestNumeral is the length in bytes of the longest of these.
const longestNumeral = len("viii")

// hanParts number the parts of a work when they end its title: first, middle, last.
var hanParts = []string{"上", "中", "下", "前", "後", "后", "続", "续"}

func numbers(words []string) string {
	var out []string
	for i, w := range words {
		if len(w) <= longestNumeral {
			if n, ok := romanNumerals[w]; ok {
				if len(w) > 1 || i == len(words)-1 || i > 0 && partWords[words[i-1]] {
					out = append(out, strconv.Itoa(n))
				}
				continue
			}
			if n, ok := hanNumerals[w]; ok {
				out = append(out, strconv.Itoa(n))
				continue
			}
		}
		if i == len(words)-1 && slices.Contains(hanParts, w) {
			out = append(out, w)
			continue
		}
		if !strings.ContainsFunc(w, unicode.IsDigit) {
			continue
		}
		var run []byte
		for _, r := range w {
			if d := digit(r); d >= 0 {
				run = append(run, byte('0'+d))
			} else if len(run) > 0 {
				out, run = append(out, string(run)), nil
			}
		}
		if len(run) > 0 {
			out = append(out, string(run))
		}
	}
	return strings.Join(out, " ")
}

// digit is the value of a decimal digit of any script, -1 for other runes.
func digit(r rune) int {
	if r >= '0' && r <= '9' {
		return int(r - '0')
	}
	if r < 0x80 || !unicode.IsDigit(r) {
		return -1
	}
	for _, tab := range unicode.Nd.R16 {
		if r >= rune(tab.Lo) && r <= rune(tab.Hi) {
			return int(r-rune(tab.Lo)) % 10
		}
	}
	return -1
}

// likely is how the titles of two records stand to each other.
type alike uint8

const (
	// unknownTitle: one has no title.
	unknownTitle alike = iota
	// foreign: they are in scripts that cannot be compared.
	foreign
	// unlike: nothing much in common; they may be translations of each other.
	unlike
	// swapped: alike, but for a word or number that stands in the place of another.
	swapped
	// part: one is the beginning, the end or the middle of the other.
	part
	// near: the same but for typing.
	near
	// same: the same letters.
	same
)

// compareTitles finds the best pair among the titles of two records.
func compareTitles(a, b []title) (alike, bool) {
	best, generic := unknownTitle, false
	for i := range a {
		for j := range b {
			v := a[i].compare(&b[j])
			// A number that differs tells two parts apart, whatever a second title says.
			if v > best {
				best, generic = v, a[i].generic || b[j].generic
			}
		}
	}
	return best, generic
}

func (t *title) compare(u *title) alike {
	if t.letters == u.letters {
		return same
	}
	if t.script != u.script {
		// A transliterated title, as PubMed gives for lack of a translation.
		if len(t.sound) >= 10 && len(u.sound) >= 10 && likeness(t.sound, u.sound, 0.8) > 0 {
			return near
		}
		return foreign
	}
	if contains(t, u) {
		if t.numbers == u.numbers {
			return part
		}
		return partNumbers(t, u)
	}
	if likeness(t.letters, u.letters, 0.8) == 0 && !shuffled(t, u) {
		return unlike
	}
	if t.numbers != u.numbers || exchanged(t.words, u.words) {
		return swapped
	}
	return near
}

// partNumbers judges a title that holds another and has numbers besides: "…: part 2"
// is another part, "… in 12 patients" a longer form.
func partNumbers(t, u *title) alike {
	long, short := t, u
	if len(long.letters) < len(short.letters) {
		long, short = short, long
	}
	rest := long.words[min(len(short.words), len(long.words)):]
	if len(rest) <= 2 || slices.ContainsFunc(rest, func(w string) bool { return partWords[w] }) {
		return swapped
	}
	return part
}

// contains says that one title is a stretch of the other that is long enough to be
// told from others.
func contains(t, u *title) bool {
	long, short := t, u
	if len(long.letters) < len(short.letters) {
		long, short = short, long
	}
	least, words := 20, 4
	if short.script != nil && short.script != unicode.Latin {
		least = 24 // bytes: eight letters of Han, twelve of Cyrillic
	}
	if len(short.letters) < least || len(short.words) < words {
		return false
	}
	return strings.Contains(long.letters, short.letters)
}

// shuffled says that two titles are made of nearly the same words.
func shuffled(t, u *title) bool {
	if len(t.words) < 4 || len(u.words) < 4 {
		return false
	}
	only, other := leftOver(t.words, u.words)
	return 5*(len(only)+len(other)) <= len(t.words)+len(u.words)
}

// exchanged says that each of two titles has a word of weight that the other lacks.
func exchanged(a, b []string) bool {
	onlyA, onlyB := leftOver(a, b)
	return weighty(onlyA) && weighty(onlyB)
}

func weighty(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		return (len(w) > 3 || w[0] >= 0x80) && !smallWords[w]
	})
}

// leftOver takes out what two lists of words have in common, words that differ by
// one typing error, and words that one list joins and the other parts.
func leftOver(a, b []string) (onlyA, onlyB []string) {
	rest := slices.Clone(b)
	for _, w := range a {
		if i := slices.Index(rest, w); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		} else {
			onlyA = append(onlyA, w)
		}
	}
	joinedA, joinedB := strings.Join(a, ""), strings.Join(b, "")
	onlyA = slices.DeleteFunc(onlyA, func(w string) bool {
		if i := slices.IndexFunc(rest, func(v string) bool { return typo(w, v) }); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
			return true
		}
		return len(w) > 5 && strings.Contains(joinedB, w)
	})
	onlyB = slices.DeleteFunc(rest, func(w string) bool { return len(w) > 5 && strings.Contains(joinedA, w) })
	return onlyA, onlyB
}

// typo says that two words are one but for a single error, or one cut short.
func typo(a, b string) bool {
	if len(a) < 4 || len(b) < 4 || scriptless(a) {
		return false
	}
	if strings.HasPrefix(a, b) && len(a)-len(b) <= 3 || strings.HasPrefix(b, a) && len(b)-len(a) <= 3 {
		return true
	}
	longer := max(len(a), len(b))
	return likeness(a, b, 1-1.01/float64(longer)) > 0
}

// scriptless says that a word is of a script where every letter is a word.
func scriptless(w string) bool { return scriptOf(w) == unicode.Han }

// titlesOf are the titles of a candidate that can be compared.
func titlesOf(c *record.Candidate, container string) []title {
	var out []title
	for _, text := range c.Titles {
		if len(out) == maxTitles {
			break
		}
		for _, s := range append(parallel(text.Text), text.Text) {
			if t, ok := newTitle(s, container); ok && !slices.ContainsFunc(out, func(u title) bool { return u.letters == t.letters }) {
				out = append(out, t)
			}
		}
	}
	return out
}

// parallel parts a title given in two languages: "Title = Titre", "Title [Заглавие]".
func parallel(s string) []string {
	if a, b, found := strings.Cut(s, " = "); found {
		return []string{a, b}
	}
	s = strings.TrimRight(s, ". ")
	if a, b, found := strings.Cut(s, " ["); found && strings.HasSuffix(b, "]") && len(b) > 16 && len(a) > 16 {
		return []string{a, b[:len(b)-1]}
	}
	return nil
}
