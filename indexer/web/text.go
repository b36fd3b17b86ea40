package web

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// passage is a stretch of text in one language, cut where marks begin and end.
type passage struct {
	Lang, Dir string
	Pieces    []piece
}

// piece is a part of a passage, marked or not.
type piece struct {
	Text string
	Mark bool
	// ID lets a link lead to the mark; Tip says what it stands for.
	ID, Tip string
}

// mark is a stretch of a text to be marked, in bytes, End exclusive.
type mark struct {
	start, end int
	id         string
	tips       []string
}

func newPassage(text, lang string, marks []mark) passage {
	t := tongueOf(lang)
	return passage{Lang: t.Tag, Dir: t.Dir, Pieces: pieces(text, 0, len(text), marks)}
}

// String is the passage without its marks.
func (p passage) String() string {
	var b strings.Builder
	for _, piece := range p.Pieces {
		b.WriteString(piece.Text)
	}
	return b.String()
}

// pieces cuts text[start:end] at the marks, which are sound and in order.
func pieces(text string, start, end int, marks []mark) []piece {
	var out []piece
	plainTo := func(to int) {
		if to > start {
			out = append(out, piece{Text: text[start:to]})
		}
	}
	for _, m := range marks {
		from, to := max(m.start, start), min(m.end, end)
		if from >= to {
			continue
		}
		plainTo(from)
		p := piece{Text: text[from:to], Mark: true, Tip: strings.Join(m.tips, ", ")}
		if from == m.start { // a mark cut in two keeps one ID
			p.ID = m.id
		}
		out = append(out, p)
		start = to
	}
	plainTo(end)
	return out
}

// sound drops marks that do not lie in the text between whole characters, puts the
// rest in order and joins those that overlap, so that marks never nest.
func sound(text string, marks []mark) []mark {
	marks = slices.DeleteFunc(slices.Clone(marks), func(m mark) bool { return !within(text, m.start, m.end) })
	slices.SortStableFunc(marks, func(a, b mark) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return b.end - a.end
	})
	var out []mark
	for _, m := range marks {
		if n := len(out); n > 0 && m.start < out[n-1].end {
			last := &out[n-1]
			last.end = max(last.end, m.end)
			for _, tip := range m.tips {
				if !slices.Contains(last.tips, tip) {
					last.tips = append(last.tips, tip)
				}
			}
			continue
		}
		m.tips = slices.Clone(m.tips)
		out = append(out, m)
	}
	return out
}

// within reports whether text[start:end] is a stretch of whole characters.
func within(text string, start, end int) bool {
	return 0 <= start && start < end && end <= len(text) &&
		utf8.RuneStart(text[start]) && (end == len(text) || utf8.RuneStart(text[end]))
}

// cutString returns at most n bytes of s, whole characters only.
func cutString(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// letters are the letters and digits of a text in lower case.
func letters(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s))
}

// openingBytes is how much of two texts must agree for them to be copies.
const openingBytes = 60

// sameOpening reports whether two texts, as letters, begin the same; a short one
// must be the whole of the other.
func sameOpening(a, b string) bool {
	if len(a) < openingBytes || len(b) < openingBytes {
		return a == b
	}
	return a[:openingBytes] == b[:openingBytes]
}

// opening is the beginning of a long text: at most n characters, ended at a space
// where there is one near, and whether something was left out.
func opening(s string, n int) (string, bool) {
	seen := 0
	for i := range s {
		if seen == n {
			head := s[:i]
			if sp := strings.LastIndexByte(head, ' '); sp > len(head)*3/4 {
				head = head[:sp]
			}
			return head, true
		}
		seen++
	}
	return s, false
}
