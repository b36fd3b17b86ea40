package indexer

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"polyglean/indexer/analysis"
	"polyglean/internal/record"
)

// Sizes of snippets, in characters as a reader counts them (grapheme clusters).
const (
	// snippetSize is the length of a passage of an abstract, snippetLead how much
	// of it stands before its first mark.
	snippetSize = 240
	snippetLead = 60
	// wholeSize is how long a title or keyword may be to be shown whole.
	wholeSize = 600
	// maxSnippets is how many passages a hit has at most.
	maxSnippets = 6
)

// marker finds the words of a term in texts as the index finds them.
type marker struct {
	fields []record.Field
	// words are what is looked for as it stands; prefix says that the last may go on.
	words  []string
	prefix bool
	// bare says that it is one word, neither cut off nor in quotation marks.
	bare bool
	// readings are the stems of the last word by which its other forms are found.
	readings []analysis.Reading
}

// at returns how many tokens from the first on match, 0 when they do not.
func (m *marker) at(tokens []analysis.Token) int {
	n := len(m.words)
	if n > len(tokens) {
		return 0
	}
	for i, word := range m.words[:n-1] {
		if tokens[i].Surface != word {
			return 0
		}
	}
	word, last := m.words[n-1], &tokens[n-1]
	if last.Surface == word || m.prefix && strings.HasPrefix(last.Surface, word) {
		return n
	}
	for _, r := range m.readings {
		found := false
		switch {
		case last.Lang != r.Lang:
		case n > 1:
			found = strings.HasPrefix(last.Surface, r.Word)
		case last.Stem == "":
			found = last.Surface == r.Word
		default:
			found = last.Stem == r.Stem()
		}
		if found {
			return n
		}
	}
	return 0
}

// snippets are the passages of a study that a query matches: titles first, then
// abstracts and keywords.
func (c *Compiled) snippets(s *Study) []Snippet {
	if len(c.markers) == 0 {
		return nil
	}
	texts := s.texts()
	rank := map[record.Field]int{record.FieldTitle: 0, record.FieldAbstract: 1, record.FieldKeyword: 2}
	slices.SortStableFunc(texts, func(a, b text) int { return cmp.Compare(rank[a.field], rank[b.field]) })
	var snippets []Snippet
	for _, t := range texts {
		marks := c.marks(&t)
		if len(marks) == 0 {
			continue
		}
		size := wholeSize
		if t.field == record.FieldAbstract {
			size = snippetSize
		}
		snippet := cut(t.Text.Text, marks, size)
		snippet.Record, snippet.Field, snippet.Index = t.record.Candidate.ID, string(t.field), t.index
		if snippets = append(snippets, snippet); len(snippets) == maxSnippets {
			break
		}
	}
	return snippets
}

// marks are the stretches of a text that match, in order, not overlapping.
func (c *Compiled) marks(t *text) []Mark {
	marks := c.conceptMarks(t)
	tokens, segments := t.tokens(), t.segments()
	silent := make([][]bool, len(segments)) // by segment and marker
	for i, s := range segments {
		silent[i] = c.silent(s.lang)
	}
	for j := range c.markers {
		m := &c.markers[j]
		if !slices.Contains(m.fields, t.field) {
			continue
		}
		in := 0
		for i := range tokens {
			for in+1 < len(segments) && segments[in+1].start <= tokens[i].Start {
				in++
			}
			if silent[in][j] {
				continue
			}
			if n := m.at(tokens[i:]); n > 0 {
				marks = append(marks, Mark{tokens[i].Start, tokens[i+n-1].End})
			}
		}
	}
	slices.SortFunc(marks, func(a, b Mark) int { return cmp.Compare(a.Start, b.Start) })
	joined := marks[:0]
	for _, m := range marks {
		if last := len(joined) - 1; last >= 0 && m.Start < joined[last].End {
			joined[last].End = max(joined[last].End, m.End)
			continue
		}
		joined = append(joined, m)
	}
	return joined
}

// silent says which markers are not shown in texts of a language: those of articles,
// prepositions and the like, with which a passage would be full, unless the reader put
// them in quotation marks or asked for nothing else. They count for matching all the same.
func (c *Compiled) silent(lang string) []bool {
	silent := make([]bool, len(c.markers))
	for i := range c.markers {
		silent[i] = c.markers[i].bare && analysis.StopWord(c.markers[i].words[0], lang)
	}
	if !slices.Contains(silent, false) {
		clear(silent)
	}
	return silent
}

// cut takes the passage of about size characters with the most marks. It begins
// and ends between characters, and between words where words are parted.
func cut(s string, marks []Mark, size int) Snippet {
	borders := characters(s)
	snap(marks, borders)
	from, to := 0, len(borders)-1
	if to > size {
		from, to = window(marks, borders, size)
	}
	start, end := borders[from], borders[to]
	first := slices.IndexFunc(marks, func(m Mark) bool { return m.Start >= start && m.End <= end })
	if first < 0 { // a mark longer than the passage
		marks, first = []Mark{{start, end}}, 0
	}
	inside := slices.DeleteFunc(slices.Clone(marks[first:]), func(m Mark) bool { return m.End > end })
	if start > 0 {
		start = wordStart(s, start, inside[0].Start)
	}
	if end < len(s) {
		end = wordEnd(s, end, inside[len(inside)-1].End)
	}
	for i := range inside {
		inside[i].Start -= start
		inside[i].End -= start
	}
	return Snippet{Text: s[start:end], Marks: inside, CutStart: start > 0, CutEnd: end < len(s)}
}

// characters are the offsets of the borders between characters, from 0 to the
// end of s.
func characters(s string) []int {
	borders := []int{0}
	state, at := -1, 0
	for rest := s; rest != ""; {
		var c string
		c, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		at += len(c)
		borders = append(borders, at)
	}
	return borders
}

// snap moves marks outward to whole characters.
func snap(marks []Mark, borders []int) {
	for i := range marks {
		at, ok := slices.BinarySearch(borders, marks[i].Start)
		if !ok {
			at--
		}
		marks[i].Start = borders[at]
		at, _ = slices.BinarySearch(borders, marks[i].End)
		marks[i].End = borders[at]
	}
}

// window chooses where a passage of size characters begins and ends: a little
// before the mark that has most others close behind it.
func window(marks []Mark, borders []int, size int) (from, to int) {
	most, behind := 0, 0
	for i := range marks {
		at, _ := slices.BinarySearch(borders, marks[i].Start)
		begin := max(0, min(at-snippetLead, len(borders)-1-size))
		for behind < len(marks) && marks[behind].End <= borders[begin+size] {
			behind++
		}
		if n := behind - i; n > most || i == 0 {
			most, from, to = n, begin, begin+size
		}
	}
	return from, to
}

// wordStart moves a cut forward to the next word, but not past limit.
func wordStart(s string, at, limit int) int {
	if r, _ := utf8.DecodeLastRuneInString(s[:at]); unicode.IsSpace(r) {
		return at
	}
	if space := strings.IndexFunc(s[at:limit], unicode.IsSpace); space >= 0 {
		_, n := utf8.DecodeRuneInString(s[at+space:])
		return at + space + n
	}
	return at
}

// wordEnd moves a cut back to the end of the word before, but not past limit.
func wordEnd(s string, at, limit int) int {
	if r, _ := utf8.DecodeRuneInString(s[at:]); unicode.IsSpace(r) {
		return at
	}
	if space := strings.LastIndexFunc(s[limit:at], unicode.IsSpace); space >= 0 {
		return limit + space
	}
	return at
}
