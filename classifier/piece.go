package classifier

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"polyglean/classifier/language"
)

// span is a stretch of a text in bytes, end exclusive.
type span struct{ start, end int }

// border is what a piece of text begins with. The value is what it costs there to
// go over to another language, in natural logarithms of odds.
type border float64

const (
	labelBorder    border = 1  // a heading of a section
	lineBorder     border = 3  // a new line, or a sign that sources put between texts
	bracketBorder  border = 4  // a title in brackets behind a title
	sentenceBorder border = 6  // the end of a sentence, or a stroke between titles
	clauseBorder   border = 14 // a colon or semicolon, or the middle of a very long sentence
	titleBorder    border = 18 // a colon in a title
	scriptBorder   border = 20 // nothing but another script
)

// piece is a part of a text that is in one language: a sentence, as a rule.
type piece struct {
	span
	border border
	// label is the heading in front, which belongs to the piece.
	label label
	// silent pieces say nothing of a language: keywords, a line on copyright, a link.
	silent bool
}

const (
	// maxPieces is about how many pieces a text has at most: those of a very long one
	// are longer than a sentence.
	maxPieces = 4096
	// longPiece is how long a piece gets before it ends at the next space, in bytes:
	// texts without punctuation are cut too.
	longPiece = 600
	// keywordsPiece is the length, in bytes, from which a sentence behind keywords is
	// no more of them: some journals put full stops between keywords.
	keywordsPiece = 40
)

// limits say how much text of another script makes a piece of its own in the middle
// of a sentence, in letters. A title in two languages is short; an abstract quotes
// names and terms in another script.
type limits struct {
	letters, ideographs int
	title               bool
}

var (
	titleLimits    = limits{letters: 15, ideographs: 4, title: true}
	abstractLimits = limits{letters: 30, ideographs: 10}
)

func (l limits) reached(s language.Script, count int) bool {
	if s == language.Han || s == language.Hangul {
		return count >= l.ideographs
	}
	return count >= l.letters
}

// cut divides a text into pieces, appended to dst, that cover all of it.
func cut(dst []piece, text string, l limits) []piece {
	c := cutter{text: text, limits: l, pieces: dst, least: len(text) / maxPieces}
	clause := clauseBorder
	if l.title {
		clause = titleBorder
	}
	c.begin(0, lineBorder)
	for i := 0; i < len(text); {
		if c.passes(i) {
			i++
			continue
		}
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		next := i + size
		switch r {
		case '\n', '\r', '¤', '|', '¶', '\u2028', '\u2029':
			c.end(next, lineBorder)
		case '.', '!', '?', '…', '؟', '۔', '।':
			if b := behindStop(text[next:]); b > 0 {
				next += b
				c.end(next, sentenceBorder)
			} else if lacksSpace(text[:i], text[next:]) {
				c.end(next, sentenceBorder)
			}
		case '。', '！', '？':
			next += len(text[next:]) - len(strings.TrimLeft(text[next:], "」』”’）)】"))
			c.end(next, sentenceBorder)
		case ';', ':', '；', '：', '؛':
			// The colon of a heading or an address is none.
			if !c.atLabel(i) && (size > 1 || strings.HasPrefix(text[next:], " ")) {
				c.end(next, clause)
			}
		case '/', '=':
			if i > 0 && text[i-1] == ' ' && strings.HasPrefix(text[next:], " ") {
				c.end(next, sentenceBorder)
			}
		case '[', '(', '【', '［':
			if l.title && r != '(' {
				c.end(i, bracketBorder)
			} else if b, n := labelAt(text[next:], true); n > 0 {
				c.headed(i, next+n, b)
				next += n
			}
		case '“', '„', '«', '「', '『', '《', '"':
			// What is quoted is cut nowhere; it may be in another language.
			n := quoteLength(text[i:])
			if n == 0 {
				break
			}
			next = i + n
			if last, _ := utf8.DecodeLastRuneInString(text[:next-utf8.RuneLen(r)]); strings.ContainsRune(".!?…。！？", last) {
				if b := behindStop(text[next:]); b > 0 {
					next += b
					c.end(next, sentenceBorder)
				}
			}
		case '<':
			if n := tagLength(text[i:]); n > 0 {
				c.end(i, lineBorder)
				next = i + n
			}
		default:
			if i > 0 && (text[i-1] == ' ' || text[i-1] == '>') && isWordRune(r) {
				switch b, n := labelAt(text[i:], false); {
				case n > 0:
					c.headed(i, i+n, b)
					next = i + n
				case i-c.start > longPiece:
					c.end(i, clauseBorder)
				}
			}
		}
		i = next
	}
	return c.finish()
}

// quiet are the characters that neither end a piece nor begin a word.
var quiet = func() (quiet [1 << 8]bool) {
	for _, b := range []byte(" ,'-)0123456789") {
		quiet[b] = true
	}
	return quiet
}()

// passes says whether nothing ends or begins at a byte, for all but few bytes: at a
// small letter a piece may be too long, at a capital behind a space a heading may
// begin.
func (c *cutter) passes(i int) bool {
	switch b := c.text[i]; {
	case 'a' <= b && b <= 'z':
		return i-c.start <= longPiece
	case 'A' <= b && b <= 'Z':
		return i == 0 || c.text[i-1] != ' ' && c.text[i-1] != '>'
	default:
		return quiet[b]
	}
}

// cutter collects the pieces of a text.
type cutter struct {
	text   string
	limits limits
	pieces []piece
	// start and border are those of the piece that is being read.
	start  int
	border border
	label  label
	// labelEnd is the end of its heading, start without one; body is where it has
	// more than that and spaces.
	labelEnd, body int
	// least is how many bytes it must have.
	least int
	// keywords says that a heading of keywords was read and no sentence since.
	keywords bool
}

// begin starts a piece; a heading that it begins with goes with it.
func (c *cutter) begin(at int, b border) {
	c.start, c.border, c.label, c.labelEnd = at, b, label{}, at
	rest := trimLeft(c.text[at:], " \t\u00a0\u3000*#•·-–—【［[(")
	text := len(c.text) - len(rest)
	if found, n := labelAt(rest, true); n > 0 {
		c.label, c.labelEnd, c.border = found, text+n, min(b, found.border())
	}
	c.findBody()
}

// findBody finds the first character behind the heading.
func (c *cutter) findBody() {
	skip := " \t\n\r\u00a0\u3000"
	if c.labelEnd > c.start {
		skip = " \t\n\r\u00a0\u3000.:：-–—|]】)"
	}
	c.body = len(c.text) - len(trimLeft(c.text[c.labelEnd:], skip))
}

// trimLeft is strings.TrimLeft for a set without ASCII letters: texts as a rule begin
// with one.
func trimLeft(text, set string) string {
	if text != "" && 'a' <= text[0]|0x20 && text[0]|0x20 <= 'z' {
		return text
	}
	return strings.TrimLeft(text, set)
}

// end closes the piece that is being read, and begins another. A border behind
// nothing but spaces or a heading is none, but makes the one before cheaper.
func (c *cutter) end(at int, b border) {
	for at < len(c.text) && c.text[at] == ' ' {
		at++
	}
	if at <= c.body || at-c.start < c.least {
		c.border = min(c.border, b)
		return
	}
	c.add(at)
	c.begin(at, b)
}

// headed begins a piece at a heading in the midst of a line.
func (c *cutter) headed(at, end int, l label) {
	if at-c.start < c.least {
		return
	}
	if at > c.body {
		c.add(at)
	} else {
		at = c.start
	}
	c.start, c.border, c.label, c.labelEnd = at, l.border(), l, end
	c.findBody()
}

// atLabel says whether a sign stands right behind the heading of its piece.
func (c *cutter) atLabel(at int) bool {
	return c.labelEnd > c.start && at <= c.body
}

// add closes the piece at a byte, divided where its script changes.
func (c *cutter) add(end int) {
	text := c.text[c.start:end]
	switch {
	case c.label.kind == keywordsLabel:
		c.keywords = true
	case c.label.kind == abstractLabel, c.border <= lineBorder, c.border == sentenceBorder && len(text) >= keywordsPiece:
		c.keywords = false
	case c.keywords && len(text) >= keywordsPiece && c.behindColon():
		// "Background:" heads the next abstract.
		c.keywords = false
		c.pieces[len(c.pieces)-1].silent = false
	}
	p := piece{span{c.start, end}, c.border, c.label, c.keywords || isNotice(text)}
	if p.silent {
		c.pieces = append(c.pieces, p)
		return
	}
	from := c.start
	scriptRuns(text, c.limits, func(at int) {
		p.start, p.end = from, c.start+at
		c.pieces = append(c.pieces, p)
		from, p.border, p.label = p.end, scriptBorder, label{}
	})
	p.start, p.end = from, end
	c.pieces = append(c.pieces, p)
}

// behindColon says whether the piece is what stands behind a sentence's colon.
func (c *cutter) behindColon() bool {
	n := len(c.pieces)
	if n == 0 || c.pieces[n-1].border != sentenceBorder || c.pieces[n-1].label.kind == keywordsLabel {
		return false
	}
	before := strings.TrimRight(c.text[:c.start], " ")
	return strings.HasSuffix(before, ":") || strings.HasSuffix(before, "：")
}

func (c *cutter) finish() []piece {
	if c.start < len(c.text) {
		if n := len(c.pieces); n > 0 && strings.TrimSpace(c.text[c.start:]) == "" {
			c.pieces[n-1].end = len(c.text)
		} else {
			c.add(len(c.text))
		}
	}
	return c.pieces
}

// behindStop is how many bytes of what stands behind a full stop still belong to
// the sentence, quotation marks and spaces; 0 when the sentence goes on.
func behindStop(rest string) int {
	n := len(rest) - len(strings.TrimLeft(rest, `"'”’»)]`))
	spaces := len(rest) - n - len(strings.TrimLeft(rest[n:], " \t\u00a0"))
	if n+spaces == len(rest) {
		return n + spaces
	}
	r, _ := utf8.DecodeRuneInString(rest[n+spaces:])
	if spaces == 0 || unicode.IsLower(r) || r == ',' || r == ';' {
		return 0
	}
	return n + spaces
}

// lacksSpace says whether a sentence begins right behind a full stop, as happens
// where lines were joined: "of resources.The aim".
func lacksSpace(before, behind string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, size := utf8.DecodeRuneInString(behind)
	second, _ := utf8.DecodeRuneInString(behind[size:])
	return unicode.IsLetter(last) && !unicode.IsUpper(last) && unicode.IsUpper(first) && (unicode.IsLower(second) || second == ' ')
}

// maxTag is the longest tag that is taken for one, in bytes.
const maxTag = 200

// tagLength is the length of the tag a text begins with, 0 for none: "p < .05" and
// "a < b" are text.
func tagLength(text string) int {
	if len(text) < 3 || text[0] != '<' || text[1] != '/' && (text[1]|0x20 < 'a' || text[1]|0x20 > 'z') {
		return 0
	}
	end := strings.IndexByte(text[:min(len(text), maxTag)], '>')
	if end < 0 || strings.IndexByte(text[1:end], '<') >= 0 {
		return 0
	}
	return end + 1
}

// scriptRuns calls fn with the places where a text goes over to another script for
// good.
func scriptRuns(text string, l limits, fn func(at int)) {
	if language.OneScript(text) {
		return
	}
	current := language.NoScript
	currentCount := 0
	// The run of letters in another script that may become the next piece, and how
	// many of the current script have interrupted it.
	other, otherStart, otherCount, interruption := language.NoScript, 0, 0, 0
	quoted := 0
	for i, r := range text {
		s := language.ScriptOf(r)
		switch {
		case i < quoted:
			continue
		case s == language.NoScript:
			if r == '"' || r >= utf8.RuneSelf {
				quoted = i + quoteLength(text[i:])
			}
			continue
		case current == language.NoScript:
			current, currentCount = s, 1
			continue
		case s == current:
			currentCount++
			if interruption++; interruption > 3 {
				other, otherCount = language.NoScript, 0
			}
			continue
		case s != other:
			other, otherStart, otherCount = s, i, 0
		}
		otherCount++
		interruption = 0
		if l.reached(other, otherCount) {
			if l.reached(current, currentCount) {
				fn(otherStart)
			}
			current, currentCount = other, otherCount
			other, otherCount = language.NoScript, 0
		}
	}
}
