package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Text is a text cut into folded words. It is made for reuse: Reset keeps the
// memory of the text before. The zero value is an empty text. Of a text beyond
// 64 MiB, which no record has, the start is read.
type Text struct {
	raw    string
	folded []byte
	tokens []token

	// State of the scan.
	open  bool
	gap   Gap   // since the last letter
	last  class // of the last letter
	ascii *asciiTable
}

// Gap is a set of the signs that stand between two words of a text; the zero Gap
// is nothing at all, as between the letters of scripts written without spaces.
type Gap uint8

// The signs a Gap tells apart.
const (
	// Space is white space of any width.
	Space Gap = 1 << iota
	// Hyphen is a hyphen or dash of any style.
	Hyphen
	// Punctuation is everything else.
	Punctuation
)

// gapOf says what the folded rune r is between words.
func gapOf(r rune) Gap {
	switch {
	case unicode.IsSpace(r):
		return Space
	case unicode.Is(unicode.Pd, r), r == '\u2212': // the minus sign is no dash to Unicode
		return Hyphen
	}
	return Punctuation
}

// token is one word: a stretch of the original and one of the folded text.
type token struct {
	start, end int32
	from, to   int32
	// gap parts it from the word before.
	gap Gap
	// ascii says that its original is ASCII.
	ascii bool
}

// maxText keeps offsets within 32 bits: one rune folds to eleven times its bytes
// at most.
const maxText = 64 << 20

// NewText cuts s into words.
func NewText(s string) *Text {
	t := new(Text)
	t.Reset(s)
	return t
}

// Reset makes t the text s. Words returned before are no longer valid.
func (t *Text) Reset(s string) { t.reset(s, &ascii) }

// Len is the number of words.
func (t *Text) Len() int { return len(t.tokens) }

// Word returns the folded word i, to be read only and until the next Reset.
func (t *Text) Word(i int) []byte {
	k := &t.tokens[i]
	return t.folded[k.from:k.to:k.to]
}

// Raw returns word i as it stands in the original.
func (t *Text) Raw(i int) string {
	k := &t.tokens[i]
	return t.raw[k.start:k.end]
}

// Glued reports whether word i follows the word before with nothing between, as
// the letters of scripts without spaces do.
func (t *Text) Glued(i int) bool { return t.tokens[i].gap == 0 }

// Gap returns what stands between word i and the word before.
func (t *Text) Gap(i int) Gap { return t.tokens[i].gap }

// Span returns the bytes of the original from word first to word last, both
// inclusive; both ends are rune borders.
func (t *Text) Span(first, last int) (start, end int) {
	return int(t.tokens[first].start), int(t.tokens[last].end)
}

// String returns the folded text, with one space where words are parted.
func (t *Text) String() string {
	var b strings.Builder
	for i := range t.tokens {
		if i > 0 && !t.Glued(i) {
			b.WriteByte(' ')
		}
		b.Write(t.Word(i))
	}
	return b.String()
}

// Fold returns s folded, with one space where words are parted.
func Fold(s string) string { return NewText(s).String() }

// reset scans s with a table of what counts as an ASCII letter.
func (t *Text) reset(s string, ascii *asciiTable) {
	if len(s) > maxText {
		s = s[:maxText]
	}
	*t = Text{raw: s, folded: t.folded[:0], tokens: t.tokens[:0], ascii: ascii, gap: Punctuation}
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i = t.run(s, i)
		} else {
			i = t.rune(s, i)
		}
	}
	t.close()
}

// run takes the separator at s[at], or the run of ASCII letters, and returns
// where what follows begins.
func (t *Text) run(s string, at int) int {
	if t.ascii[s[at]] == 0 {
		t.part(asciiGaps[s[at]])
		return at + 1
	}
	if !t.open || t.last&solo != 0 {
		t.begin(at)
		t.tokens[len(t.tokens)-1].ascii = true
	}
	folded := t.folded
	for ; at < len(s) && s[at] < utf8.RuneSelf; at++ {
		c := t.ascii[s[at]]
		if c == 0 {
			break
		}
		folded = append(folded, c)
	}
	t.folded = folded
	t.tokens[len(t.tokens)-1].end = int32(at)
	t.last = word | bare
	return at
}

// rune takes the rune at s[at:], with those that combine with it, and returns
// where what follows begins.
func (t *Text) rune(s string, at int) int {
	r, n := utf8.DecodeRuneInString(s[at:])
	if r == utf8.RuneError {
		t.part(Punctuation)
		return at + n
	}
	if r == zwnj {
		if t.last&arabic != 0 {
			t.part(Space)
		}
		return at + n
	}
	e := lookup(r)
	// Letters that lose their marks need no composing: a mark that follows is
	// dropped when its turn comes.
	if e.class&bare == 0 {
		if m := combining(s[at+n:]); m > 0 {
			t.compose(s[at:at+n+m], at)
			return at + n + m
		}
	}
	t.emit(e, at, at+n)
	return at + n
}

// maxCombining bounds how many combining runes are normalised together.
const maxCombining = 30

// combining returns the length of the runes at the start of s that may combine
// with the rune before them.
func combining(s string) int {
	n := 0
	for range maxCombining {
		if n == len(s) || s[n] < utf8.RuneSelf {
			break
		}
		r, size := utf8.DecodeRuneInString(s[n:])
		if r == utf8.RuneError || lookup(r).class&joins == 0 {
			break
		}
		n += size
	}
	return n
}

func (t *Text) compose(s string, at int) {
	var buf [64]byte
	for b := norm.NFKC.AppendString(buf[:0], s); len(b) > 0; {
		r, n := utf8.DecodeRune(b)
		t.emit(lookup(r), at, at+len(s))
		b = b[n:]
	}
}

// emit adds what the runes at raw[start:end] fold to.
func (t *Text) emit(e *entry, start, end int) {
	if e.more != "" {
		for _, r := range e.more {
			t.add(r, classify(r), start, end)
		}
		return
	}
	t.add(e.to, e.class, start, end)
}

func (t *Text) add(r rune, c class, start, end int) {
	switch {
	case c&skip != 0:
		return
	case c&mark != 0:
		// A mark without a letter is noise.
		if !t.open {
			return
		}
		if t.last&bare == 0 {
			t.folded = utf8.AppendRune(t.folded, r)
		}
	case c&word != 0:
		if !t.open || (c|t.last)&solo != 0 {
			t.begin(start)
		}
		t.folded = utf8.AppendRune(t.folded, r)
		t.last = c
	default:
		t.part(gapOf(r))
		return
	}
	k := &t.tokens[len(t.tokens)-1]
	k.end, k.ascii = int32(end), false
}

// begin starts a new word at the original's byte at.
func (t *Text) begin(at int) {
	t.close()
	from := int32(len(t.folded))
	t.tokens = append(t.tokens, token{start: int32(at), from: from, gap: t.gap})
	t.open, t.gap = true, 0
}

func (t *Text) close() {
	if t.open {
		t.tokens[len(t.tokens)-1].to = int32(len(t.folded))
		t.open = false
	}
}

// part ends the word at a separator.
func (t *Text) part(gap Gap) {
	t.close()
	t.gap |= gap
	t.last = 0
}

// asciiGaps holds what each ASCII character is between words.
var asciiGaps = func() (gaps [utf8.RuneSelf]Gap) {
	for c := range gaps {
		gaps[c] = gapOf(rune(c))
	}
	return gaps
}()
