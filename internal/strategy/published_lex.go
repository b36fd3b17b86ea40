package strategy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what an item of a published strategy is.
type kind int

const (
	noItem kind = iota
	wordItem
	phraseItem // text is what stands between the quotation marks
	openItem
	closeItem
	andItem
	orItem
	notItem
	nearItem
	prefixItem // fields of what follows
	suffixItem // fields of what stands before
	linesItem
	lostItem // what cannot be carried over and has been noted
)

// starts reports whether an item of the kind can begin a part.
func (k kind) starts() bool {
	switch k {
	case wordItem, phraseItem, openItem, prefixItem, linesItem, lostItem:
		return true
	}
	return false
}

// item is a token of a published strategy, text[at:to].
type item struct {
	kind   kind
	at, to int
	text   string
	// distance and ordered belong to nearItem. A suffixItem has a distance, from 1
	// up and one more than meant, where the words of its phrase may stand apart.
	distance int
	ordered  bool
	fields   []field
	// lines are the numbers that a linesItem names, joined by AND if and is set.
	// limited says that the line limits the one it names.
	lines        []int
	and, limited bool
}

var (
	pubmedTag     = regexp.MustCompile(`^\[([^\[\]]*)\]`)
	pubmedWithin  = regexp.MustCompile(`:~(\d{1,3})$`)
	ovidSuffix    = regexp.MustCompile(`^\.\s?([a-z][a-z_]{1,7}(?:\s?,\s?[a-z][a-z_]{1,7})*)(?:\.|\s*\)|\s*$)`)
	ovidLines     = regexp.MustCompile(`(?i)^(or|and)/((?:\d+(?:\s?-\s?\d+)?)(?:\s?,\s?\d+(?:\s?-\s?\d+)?)*)`)
	ovidLimit     = regexp.MustCompile(`(?i)^(?:(?:limit|remove duplicates from|from)\s+(\d+)\b|(\d+)\s+use\s+\w+$)`)
	ovidFrequency = regexp.MustCompile(`(?i)^/\s?freq\s?=\s?\d+`)
	ovidQuoted    = regexp.MustCompile(`^(?i:exp\s+)?\*?[` + quotes + `][^` + quotes + `/]*[` + quotes + `]/`)
	ovidQualifier = regexp.MustCompile(`^/(?:[a-z]{2}(?:\s?,\s?[a-z]{2})*\b)?(?:\s?\[[^\]]*\])?`)
	ovidExplode   = regexp.MustCompile(`^(?i:exp)\s+`)
	ovidAnd       = regexp.MustCompile(`(\S+)\s+(?i:and)\s+(\S)`)
	ovidAdj       = regexp.MustCompile(`(?i)^adj(\d*)$`)
	slashDistance = regexp.MustCompile(`(?i)^(near|w|pre|onear|next)/(\d+)$`)
	ebscoDistance = regexp.MustCompile(`(?i)^([nw])(\d+)$`)
	wosPrefix     = regexp.MustCompile(`^([A-Za-z]{2,3})\s*=\s*`)
	scopusPrefix  = regexp.MustCompile(`^([A-Za-z]+(?:-[A-Za-z]+)*)\s*\(`)
	scopusYear    = regexp.MustCompile(`(?i)^PUBYEAR\s*(?:[<>=]+|AFT|BEF|IS)\s*\d{4}`)
	ebscoPrefix   = regexp.MustCompile(`^([A-Z]{2})(?:\s+|\(|["“])`)
)

// lex cuts a line into p.tokens.
func (p *publishedParser) lex(l *line) error {
	p.tokens = p.tokens[:0]
	s, at := p.text[:l.to], l.from
	if p.grammar.dialect == Ovid {
		if m := ovidLimit.FindStringSubmatch(s[at:]); m != nil {
			number, _ := strconv.Atoi(m[1] + m[2])
			p.note(Limit, l.from, l.to, "left out: the search goes on without it")
			p.tokens = append(p.tokens, item{kind: linesItem, at: at, to: l.to, lines: []int{number}, limited: true})
			return nil
		}
	}
	combines := combination.MatchString(s[at:])
	for at < len(s) {
		r, n := utf8.DecodeRuneInString(s[at:])
		t := item{at: at, to: at + n}
		switch {
		case unicode.IsSpace(r):
		case isOpen(r):
			t.kind = openItem
		case isClose(r):
			t.kind = closeItem
		case isQuote(r):
			p.quoted(s, &t, n)
		case r == '{' && p.grammar.dialect == Scopus:
			if end := strings.IndexByte(s[at:], '}'); end > 0 {
				t.kind, t.text, t.to = phraseItem, s[at+1:at+end], at+end+1
			}
		case r == '[':
			p.bracket(s, &t)
		default:
			if err := p.lexWord(s, &t, combines); err != nil {
				return err
			}
		}
		if t.kind != noItem {
			p.tokens = append(p.tokens, t)
		}
		at = t.to
	}
	return nil
}

// wants reports whether a part can begin here, as nothing or an operator stands
// before.
func (p *publishedParser) wants() bool {
	if len(p.tokens) == 0 {
		return true
	}
	switch p.tokens[len(p.tokens)-1].kind {
	case openItem, andItem, orItem, notItem, nearItem, prefixItem:
		return true
	}
	return false
}

// quoted takes a phrase. A quotation mark that is never closed, or closed only after
// a tag, is a slip of the pen and passed over.
func (p *publishedParser) quoted(s string, t *item, n int) {
	rest := s[t.at+n:]
	end := strings.IndexAny(rest, quotes)
	if end < 0 || p.grammar.dialect == PubMed && strings.ContainsAny(rest[:end], "[]") {
		p.note(Repaired, t.at, t.to, "a quotation mark without its pair is left out")
		return
	}
	_, size := utf8.DecodeRuneInString(rest[end:])
	t.kind, t.text, t.to = phraseItem, rest[:end], t.at+n+end+size
}

// bracket takes PubMed's tag behind a term; in other dialects brackets hold remarks
// of the database, such as [mp=title, abstract].
func (p *publishedParser) bracket(s string, t *item) {
	m := pubmedTag.FindStringSubmatch(s[t.at:])
	if m == nil {
		return
	}
	t.to = t.at + len(m[0])
	if p.grammar.dialect != PubMed || p.wants() {
		return
	}
	t.kind = suffixItem
	name := strings.ToLower(strings.Join(strings.Fields(m[1]), " "))
	if within := pubmedWithin.FindStringSubmatch(name); within != nil {
		n, _ := strconv.Atoi(within[1])
		t.distance = min(n, maxDistance) + 1
		name = strings.TrimSuffix(name, within[0])
	}
	name, _, _ = strings.Cut(name, ":") // mh:noexp
	t.fields = []field{p.field(name, t)}
}

// field looks a field up by its name in small letters.
func (p *publishedParser) field(name string, t *item) field {
	f, ok := p.grammar.fields[strings.TrimSpace(name)]
	if !ok {
		p.note(UnknownField, t.at, t.to, "not a field that is known: read as any text")
		return anyText
	}
	return f
}

// lexWord takes what begins with a letter or sign: a heading, a field, an operator, a
// reference, or else a word.
func (p *publishedParser) lexWord(s string, t *item, combines bool) error {
	wants := p.wants()
	if p.grammar.dialect == Ovid && p.ovid(s, t, wants) || wants && p.prefix(s, t) {
		return nil
	}
	t.to = t.at + p.wordLength(s[t.at:])
	t.kind, t.text = wordItem, s[t.at:t.to]
	switch strings.ToLower(t.text) {
	case "and":
		t.kind = andItem
	case "or":
		t.kind = orItem
	case "not":
		t.kind = notItem
	}
	switch {
	case t.kind != wordItem:
	case p.isReference(s, t, wants, combines):
	case !wants:
		return p.distance(t)
	}
	return nil
}

// wordLength is where the word that s begins with ends.
func (p *publishedParser) wordLength(s string) int {
	for i, r := range s {
		switch {
		case i == 0:
		case unicode.IsSpace(r), isOpen(r), isClose(r), isQuote(r), r == '[', r == '{':
			return i
		case r == '.' && p.grammar.dialect == Ovid && p.knownSuffix(s[i:]) != nil:
			return i
		}
	}
	return len(s)
}

// knownSuffix returns the codes of the fields that s begins with, nil unless all are
// known: "u.s." is no field.
func (p *publishedParser) knownSuffix(s string) []string {
	m := ovidSuffix.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	codes := strings.Split(m[1], ",")
	for i := range codes {
		codes[i] = strings.TrimSpace(codes[i])
		if _, ok := p.grammar.fields[codes[i]]; !ok {
			return nil
		}
	}
	return codes
}

// ovid takes what only Ovid has: fields behind a part, lists of lines, headings.
func (p *publishedParser) ovid(s string, t *item, wants bool) bool {
	rest := s[t.at:]
	if codes := p.knownSuffix(rest); codes != nil && !wants {
		t.kind = suffixItem
		t.to = t.at + len(strings.TrimRight(strings.TrimSuffix(ovidSuffix.FindString(rest), ")"), " \t"))
		for _, code := range codes {
			t.fields = append(t.fields, p.grammar.fields[code])
		}
		return true
	}
	if m := ovidLines.FindStringSubmatch(rest); m != nil && wants {
		t.kind, t.to, t.and = linesItem, t.at+len(m[0]), strings.EqualFold(m[1], "and")
		t.lines = lineList(m[2])
		return true
	}
	if frequency := ovidFrequency.FindString(rest); frequency != "" {
		t.to = t.at + len(frequency)
		p.note(Limit, t.at, t.to, "left out: once is enough")
		return true
	}
	n := ovidHeading(rest)
	if n == 0 || !wants {
		return false
	}
	t.to = t.at + n
	if p.reader {
		t.kind, t.text = phraseItem, headingName(s[t.at:t.to])
		p.note(SubjectHeading, t.at, t.to, headingEffect)
		return true
	}
	t.kind = lostItem
	p.note(SubjectHeading, t.at, t.to, lostEffect)
	return true
}

// lostEffect is what becomes of headings, subheadings and filters.
const lostEffect = "left out: records from other sources do not carry it"

// headingEffect is what becomes of headings in a reader's query.
const headingEffect = "looked for as words, for records from other sources have no headings"

// headingName is what a heading of Ovid is called: exp *Sex Work/px is Sex Work.
func headingName(heading string) string {
	name := heading[:strings.LastIndexByte(heading, '/')]
	if exploded := ovidExplode.FindString(name); exploded != "" {
		name = name[len(exploded):]
	}
	return strings.Trim(name, "* "+quotes)
}

// lineList reads "1-3,7". What is too long to be lines of a strategy is cut, so that
// its last line is looked up and found missing.
func lineList(s string) []int {
	var lines []int
	for part := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, _ := strconv.Atoi(strings.TrimSpace(first))
		to := from
		if isRange {
			to, _ = strconv.Atoi(strings.TrimSpace(last))
		}
		for n := from; n <= to && len(lines) <= 2*maxLines; n++ {
			lines = append(lines, n)
		}
	}
	return lines
}

// ovidHeading returns the length of the subject heading that s begins with, 0 if it
// begins with none: exp Neoplasms/, *Lung/su [Surgery], Wounds and Injuries/.
func ovidHeading(s string) int {
	slash := strings.IndexAny(s, `/()[].`+quotes)
	if quoted := ovidQuoted.FindString(s); quoted != "" {
		return headingEnd(s, len(quoted)-1)
	}
	if slash <= 0 || s[slash] != '/' {
		return 0
	}
	name := s[:slash]
	lower := strings.ToLower(name)
	if strings.Contains(lower, " or ") || strings.Contains(lower, " not ") || strings.Contains(lower, " adj") || strings.ContainsAny(name, "\r\n") {
		return 0
	}
	for _, m := range ovidAnd.FindAllStringSubmatch(name, -1) {
		if before, after := first(m[1]), first(m[2]); !unicode.IsUpper(before) || !unicode.IsUpper(after) {
			return 0
		}
	}
	return headingEnd(s, slash)
}

// headingEnd returns where the heading with its slash at slash ends, behind its
// subheadings; 0 if what follows shows that it is none.
func headingEnd(s string, slash int) int {
	end := slash + len(ovidQualifier.FindString(s[slash:]))
	if r, _ := utf8.DecodeRuneInString(s[end:]); end < len(s) && !unicode.IsSpace(r) && !isClose(r) {
		return 0
	}
	return end
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// prefix takes a field in front of a part. Of a filter it takes the part, too.
func (p *publishedParser) prefix(s string, t *item) bool {
	rest := s[t.at:]
	var pattern *regexp.Regexp
	switch p.grammar.dialect {
	case Scopus:
		if year := scopusYear.FindString(rest); year != "" {
			t.kind, t.to = lostItem, t.at+len(year)
			p.note(Filter, t.at, t.to, lostEffect)
			return true
		}
		pattern = scopusPrefix
	case WebOfScience:
		pattern = wosPrefix
	case EBSCO:
		pattern = ebscoPrefix
	default:
		return false
	}
	m := pattern.FindStringSubmatchIndex(rest)
	if m == nil {
		return false
	}
	f, ok := p.grammar.fields[strings.ToLower(rest[:m[3]])]
	if !ok {
		return false
	}
	t.kind, t.to, t.fields = prefixItem, t.at+m[3], []field{f}
	if p.grammar.dialect == WebOfScience {
		t.to = t.at + m[1]
	}
	if f.lost != "" && !(p.reader && f.lost == SubjectHeading) {
		if n := groupLength(s[t.to:]); n > 0 {
			t.kind, t.to = lostItem, t.to+n
			p.note(f.lost, t.at, t.to, lostEffect)
		}
	}
	return true
}

// groupLength is the length of the group in parentheses that s begins with, 0 if it
// begins with none or it is never closed.
func groupLength(s string) int {
	depth := 0
	for i, r := range s {
		switch {
		case isOpen(r):
			depth++
		case isClose(r):
			if depth--; depth == 0 {
				return i + utf8.RuneLen(r)
			}
		case depth == 0 && !unicode.IsSpace(r):
			return 0
		}
	}
	return 0
}

// isReference makes t the number of a line, if it is one.
func (p *publishedParser) isReference(s string, t *item, wants, combines bool) bool {
	if !wants || len(p.lines) < 2 && !p.reader {
		return false
	}
	mark, digits := p.grammar.reference, strings.ToLower(t.text)
	digits = strings.TrimRight(digits, ".")
	cut, marked := strings.CutPrefix(digits, mark)
	switch {
	case marked && mark != "":
		digits = cut
	case combines:
		digits = strings.TrimLeft(digits, "#s")
	case mark != "" || !p.alone(s[t.to:]):
		return false
	}
	number, err := strconv.Atoi(digits)
	if err != nil || number < 1 || strings.ContainsAny(digits, "+-") {
		return false
	}
	if len(p.lines) < 2 {
		if !marked || mark == "" || !p.alone(s[t.to:]) {
			return false
		}
		t.kind = lostItem
		p.note(OtherLine, t.at, t.to, "left out: there are no other lines")
		return true
	}
	if !marked {
		p.note(Repaired, t.at, t.to, "read as the line of this number")
	}
	t.kind, t.lines = linesItem, []int{number}
	return true
}

// alone reports whether an operator, a parenthesis or the end follows.
func (p *publishedParser) alone(s string) bool {
	s = strings.TrimLeftFunc(s, unicode.IsSpace)
	r, _ := utf8.DecodeRuneInString(s)
	return s == "" || isClose(r) || startsWithOperator.MatchString(s)
}

// distance makes t an operator of proximity, if it is one. All of them count the
// words between, as ours do, save Ovid's, whose adj1 is next to each other.
func (p *publishedParser) distance(t *item) error {
	number, ordered, less := "", false, 0
	switch m := slashDistance.FindStringSubmatch(t.text); {
	case m != nil:
		name := strings.ToLower(m[1])
		number, ordered = m[2], name != "near" && name != "w"
	case p.grammar.dialect == Ovid && ovidAdj.MatchString(t.text):
		number, less = ovidAdj.FindStringSubmatch(t.text)[1], 1
		if number == "" {
			number, ordered = "1", true
		}
	case p.grammar.dialect == EBSCO && ebscoDistance.MatchString(t.text):
		m := ebscoDistance.FindStringSubmatch(t.text)
		number, ordered = m[2], strings.EqualFold(m[1], "w")
	case p.grammar.dialect == WebOfScience && t.text == "NEAR":
		number = "15" // the handbook's default
	case p.grammar.dialect == WebOfScience && t.text == "SAME":
		t.kind = andItem // within one field, which is what AND says of topics
		return nil
	default:
		return nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n-less < 0 || n-less > maxDistance {
		return p.fail(t.at, "a distance of "+number+" words", "write one of up to "+strconv.Itoa(maxDistance))
	}
	t.kind, t.distance, t.ordered = nearItem, n-less, ordered
	return nil
}

// isHyphen reports hyphens and dashes, which databases read as spaces.
func isHyphen(r rune) bool { return unicode.Is(unicode.Pd, r) }

// plain reports whether a word needs no quotation marks in our syntax.
func plain(word string) bool {
	l := lexer{text: word}
	t, err := l.next()
	return err == nil && t.kind == wordToken && t.text == word && !slices.Contains([]string{"AND", "OR", "NOT"}, word)
}
