package source

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"
)

// maxRounds is how often plainText looks again at what it made, since markup
// arrives escaped, and escaped twice. Text that is still not plain after that
// many rounds was built to be so.
const maxRounds = 12

// plainText turns a title or abstract as a source sends it into plain text:
// JATS, HTML and MathML go, also when escaped once or more, and entities become
// characters. Block elements become an empty line, inline ones vanish without a
// trace, and a section's title becomes "Methods: " before its text. What merely
// looks like markup, as in "p < 0.05" or "a <b and c> d", stays.
//
// White space is collapsed; in text without markup an empty line, or the end of
// a line that also ends a sentence, stays a paragraph border. Control
// characters, zero-width characters (but not the joiners that Persian and Hindi
// spelling needs) and bidirectional controls are removed, invalid UTF-8 becomes
// U+FFFD, and the result is in NFC. Applied to its own result it changes nothing.
func plainText(s string) string {
	if alreadyPlain(s) {
		return s
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	for round := range maxRounds {
		next := plainRound(s, round == 0)
		if next == s || alreadyPlain(next) {
			return next
		}
		s = next
	}
	// A blank keeps the rest of it from ever reading as markup again.
	return plainRound(strings.NewReplacer("<", "< ", "&", "& ").Replace(s), false)
}

// alreadyPlain finds, in one pass, most of the texts that plainText would not
// change; about nine in ten are such.
func alreadyPlain(s string) bool {
	blank, normal := true, true // a blank at the start would go
	inert := inertRunes()
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c == '\n' && !blank && strings.HasPrefix(s[i:], "\n\n"): // between paragraphs
				blank = true
				i += 2
				continue
			case c == '<' && !belowNumber(s[i+1:]), c == '&', c < ' ', c == 0x7f, c == ' ' && blank:
				return false
			}
			blank = c == ' '
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !inert.has(r) {
			if r == utf8.RuneError || unicode.IsSpace(r) || visible(r) != r {
				return false
			}
			normal = false
		}
		blank = false
		i += size
	}
	return !blank && (normal || norm.NFC.IsNormalString(s))
}

// belowNumber says whether what follows a bracket makes it that of "p < 0.05" or "n<=5",
// which nothing takes for markup.
func belowNumber(after string) bool {
	after = strings.TrimLeft(after, " =")
	return after != "" && (after[0] >= '0' && after[0] <= '9' || after[0] == '.')
}

// runeSet is a set of runes of the Basic Multilingual Plane.
type runeSet [1 << 16 / 64]uint64

func (set *runeSet) has(r rune) bool { return r < 1<<16 && set[r/64]&(1<<(r%64)) != 0 }

// inertRunes are those runes beyond ASCII that stay what they are whatever stands beside
// them: visible, no white space, and without part in normalisation. Nearly all that is
// written is of them.
var inertRunes = sync.OnceValue(func() *runeSet {
	var set runeSet
	buf := make([]byte, 0, utf8.UTFMax)
	for r := rune(utf8.RuneSelf); r < 1<<16; r++ {
		if r == utf8.RuneError || !unicode.IsPrint(r) || visible(r) != r {
			continue
		}
		buf = utf8.AppendRune(buf[:0], r)
		if norm.NFC.Properties(buf).BoundaryBefore() && norm.NFC.IsNormal(buf) {
			set[r/64] |= 1 << (r % 64)
		}
	}
	return &set
})

// ordinary says that normalisation and visible change nothing in s, whatever becomes of
// its white space.
func ordinary(s string) bool {
	inert := inertRunes()
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' && (c < '\t' || c > '\r') || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !inert.has(r) {
			return false
		}
		i += size
	}
	return true
}

// normal is s in NFC.
func normal(s string) string {
	if ordinary(s) {
		return s
	}
	return norm.NFC.String(s)
}

// plainLine is plainText for what stands on one line, such as a title or a name.
func plainLine(s string) string { return oneLine(plainText(s)) }

// oneLine puts plain text on one line.
func oneLine(text string) string { return strings.ReplaceAll(text, "\n\n", " ") }

// plainRound takes away one layer of markup and of escaping. In the first round
// the line breaks of marked-up text are only its editor's; later ones stem from
// block elements.
func plainRound(s string, first bool) string {
	if !ordinary(s) {
		s = norm.NFC.String(strings.Map(visible, s))
	}
	var w textWriter
	w.b.Grow(len(s))
	w.flat = first && hasMarkup(s)
	if mayHoldTags(s) {
		stripTags(s, &w)
	} else {
		w.write(s)
	}
	return normal(unescape(w.b.String()))
}

// mayHoldTags says whether a bracket opens what HTML takes for a tag, a comment or the
// like. That of "p < 0.05" does not.
func mayHoldTags(s string) bool {
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 || i+1 == len(s) {
			return false
		}
		s = s[i+1:]
		if c := s[0]; isLetter(c) || c == '/' || c == '!' || c == '?' {
			return true
		}
	}
}

// visible drops the runes that have no place in plain text.
func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r), r == '\u200c', r == '\u200d': // ZWNJ, ZWJ
		return r
	case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Noncharacter_Code_Point, r):
		return -1
	}
	return r
}

// textWriter collects text, collapsing white space.
type textWriter struct {
	b       strings.Builder
	pending gap
	// breaks counts the line ends of the white space being read.
	breaks int
	// flat makes line ends in the text mere blanks.
	flat bool
	// titled says that a section title has just ended: its text follows on the
	// same line.
	titled bool
}

type gap int

const (
	noGap gap = iota
	blank
	paragraph
)

func (w *textWriter) write(s string) {
	from := 0 // of what is no white space and not written yet
	for i, r := range s {
		if r > ' ' && r < 0x7f || r > 0xa0 && r < 0x1680 || r > 0x3000 || !unicode.IsSpace(r) {
			continue // most, by the ranges that have no white space
		}
		w.word(s[from:i])
		from = i + utf8.RuneLen(r)
		w.pending = max(w.pending, blank)
		switch {
		case w.flat:
		case r == '\u2029':
			w.pending = paragraph
		case r == '\n', r == '\u2028':
			w.breaks++
			if w.breaks > 1 || w.endsSentence() {
				w.pending = paragraph
			}
		}
	}
	w.word(s[from:])
}

// word writes text without white space.
func (w *textWriter) word(s string) {
	if s == "" {
		return
	}
	if w.b.Len() > 0 {
		switch {
		case w.pending == paragraph && !w.titled:
			w.b.WriteString("\n\n")
		case w.pending != noGap:
			w.b.WriteByte(' ')
		}
	}
	w.b.WriteString(s)
	w.pending, w.breaks, w.titled = noGap, 0, false
}

// last is the rune written last, 0 before the first.
func (w *textWriter) last() rune {
	if w.b.Len() == 0 {
		return 0
	}
	r, _ := utf8.DecodeLastRuneInString(w.b.String())
	return r
}

func (w *textWriter) endsSentence() bool { return endsSentence(w.last()) }

// endTitle closes a section title that began when the text was from bytes long.
func (w *textWriter) endTitle(from int) {
	if w.b.Len() == from {
		return
	}
	w.pending = noGap
	if last := w.last(); !endsSentence(last) && last != ';' && last != ',' {
		w.word(":")
	}
	w.pending, w.titled = blank, true
}

func endsSentence(r rune) bool {
	return r != 0 && strings.ContainsRune(".!?:…。！？：؟۔।։", r)
}

// stripTags writes s to w without its markup. Text inside stays as escaped as it
// was.
func stripTags(s string, w *textWriter) {
	z := html.NewTokenizer(strings.NewReader(s))
	z.AllowCDATA(true)
	var (
		read  int // bytes of s behind us
		title = -1
		alts  int    // depth of <alternatives>
		skip  string // the element whose content is left out
		from  int    // where that content began
	)
	for {
		tt := z.Next()
		if tt == html.ErrorToken {
			break
		}
		raw := string(z.Raw())
		read += len(raw)
		switch tt {
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			// Only we decide whose content is not text.
			z.NextIsNotRawText()
			name, ok := tagName(raw)
			if skip != "" {
				if tt == html.EndTagToken && name == skip {
					skip = ""
				}
				continue
			}
			if !ok {
				w.write(raw)
				continue
			}
			kind := elements[name]
			if kind != inline {
				w.pending = max(w.pending, kind.gap())
			}
			switch {
			case kind == heading && tt == html.StartTagToken:
				title = w.b.Len()
			case kind == heading && tt == html.EndTagToken && title >= 0:
				w.endTitle(title)
				title = -1
			case name == "alternatives" && tt == html.StartTagToken:
				alts++
			case name == "alternatives" && tt == html.EndTagToken:
				alts--
			case tt == html.StartTagToken && (kind == hidden || name == "tex-math" && alts > 0):
				skip, from = name, read
			}
		case html.CommentToken, html.DoctypeToken:
			if skip == "" && !isComment(raw) {
				w.write(raw)
			}
		default:
			if skip == "" {
				raw = strings.TrimSuffix(strings.TrimPrefix(raw, "<![CDATA["), "]]>")
				w.write(raw)
			}
		}
	}
	// An unclosed tag or element at the end is text after all.
	if skip != "" {
		read = from
	}
	w.write(s[min(read, len(s)):])
}

var commentForm = regexp.MustCompile(`(?is)^(?:<!--.*-->|<\?.*\?>|<!doctype\b.*>|<!--?>)$`)

func isComment(raw string) bool { return commentForm.MatchString(raw) }

// tagForm is a tag as programs write them: attributes have values. It keeps
// "a <b and c> d" from losing its words.
var tagForm = regexp.MustCompile(`^</?\s*(?:([A-Za-z][\w.-]*):)?([A-Za-z][\w.-]*)(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))*\s*/?>$`)

// tagName returns the local name of the tag, in lower case, and whether it is a
// tag of one of the languages known.
func tagName(raw string) (string, bool) {
	m := tagForm.FindStringSubmatch(raw)
	if m == nil {
		return "", false
	}
	name := strings.ToLower(m[2])
	if _, ok := elements[name]; ok {
		return name, true
	}
	switch strings.ToLower(m[1]) {
	case "jats", "mml":
		return name, true
	}
	return "", false
}

// hasMarkup says whether s has a tag at all.
func hasMarkup(s string) bool {
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return false
		}
		s = s[i:]
		end := strings.IndexByte(s, '>')
		if end < 0 {
			return false
		}
		// The tag begins at the last bracket before the closing one.
		i = strings.LastIndexByte(s[:end], '<')
		if _, ok := tagName(s[i : end+1]); ok {
			return true
		}
		s = s[end+1:]
	}
}

type elementKind int

const (
	inline elementKind = iota
	cell
	block
	heading
	hidden
)

func (k elementKind) gap() gap {
	switch k {
	case cell:
		return blank
	case block, heading:
		return paragraph
	}
	return noGap
}

// elements are those of HTML, JATS and MathML that occur in titles and
// abstracts, by local name.
var elements = func() map[string]elementKind {
	m := make(map[string]elementKind)
	for kind, names := range map[elementKind]string{
		inline: `a abbr abbrev acronym alternatives b bdi bdo big bold cite code del dfn email em
			ext-link fn font fixed-case i inline-formula inline-graphic ins italic kbd label mark monospace
			named-content nobr overline q roman ruby rb rt rp s samp sans-serif sc scp small span strike
			strikethrough strong styled-content sub sup target tex-math tt u underline uri var wbr xref
			math maction menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom
			mprescripts mroot mrow ms msqrt mspace mstyle msub msubsup msup mtext munder munderover none semantics`,
		cell: `td th mtd img graphic`,
		block: `abstract address article aside blockquote body boxed-text br break caption center dd def def-item
			def-list disp-formula disp-quote div dl dt figure figcaption fig footer form header hr html li list
			list-item main mtable mtr nav ol p pre sec section table table-wrap tbody tfoot thead tr
			trans-abstract ul`,
		heading: `h1 h2 h3 h4 h5 h6 title`,
		hidden:  `annotation annotation-xml script style`,
	} {
		for name := range strings.FieldsSeq(names) {
			m[name] = kind
		}
	}
	return m
}()

// unescape replaces entities by what they stand for. An entity has its semicolon, so
// that the "&lang=es" of an address stays.
func unescape(s string) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for ; i >= 0; i = strings.IndexByte(s, '&') {
		size := entitySize(s[i:])
		if size == 0 {
			b.WriteString(s[:i+1])
			s = s[i+1:]
			continue
		}
		b.WriteString(s[:i])
		c := html.UnescapeString(s[i : i+size])
		if !utf8.ValidString(c) {
			c = "\uFFFD"
		}
		b.WriteString(c)
		s = s[i+size:]
	}
	b.WriteString(s)
	return b.String()
}

// entitySize returns the length of the entity that s begins with, 0 when it begins with
// none: "&name;", "&#1234;" or "&#x12ab;".
func entitySize(s string) int {
	const longestName, longestNumber, longestHex = 32, 7, 6
	from, most := 1, longestName
	is := func(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' }
	switch {
	case len(s) > 2 && s[1] == '#' && (s[2] == 'x' || s[2] == 'X'):
		from, most = 3, longestHex
		is = func(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }
	case len(s) > 1 && s[1] == '#':
		from, most = 2, longestNumber
		is = func(c byte) bool { return c >= '0' && c <= '9' }
	case len(s) < 3 || !isLetter(s[1]) || !is(s[2]):
		return 0
	}
	end := from
	for end < len(s) && end-from < most && is(s[end]) {
		end++
	}
	if end == from || end == len(s) || s[end] != ';' {
		return 0
	}
	return end + 1
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
