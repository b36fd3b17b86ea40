package strategy

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// words reads the words that stand side by side: a phrase, or all of them wanted, as
// the dialect has it.
func (p *publishedParser) words() Node {
	p.pos--
	first := p.pos
	for p.pos < len(p.tokens) && p.tokens[p.pos].kind == wordItem {
		p.pos++
	}
	run := p.tokens[first:p.pos]
	from, to := run[0].at, run[len(run)-1].to
	if p.grammar.dialect == PubMed && (p.pos == len(p.tokens) || p.tokens[p.pos].kind != suffixItem) {
		p.note(Untagged, from, to, "searched as it stands, without the headings PubMed adds")
	}
	if p.grammar.adjacent == AsPhrase {
		words := make([]string, 0, len(run))
		for _, t := range run {
			words = append(words, p.convert(t)...)
		}
		return newTerm(words, from)
	}
	var all Node
	for _, t := range run {
		if n := newTerm(p.convert(t), t.at); n != nil {
			all = andOf(all, n)
		}
	}
	return all
}

// phrase reads what stands between quotation marks.
func (p *publishedParser) phrase(t item) Node { return newTerm(p.convert(t), t.at) }

// newTerm makes a term of words, nil of none. What our syntax would read otherwise is
// quoted.
func newTerm(words []string, at int) Node {
	if len(words) == 0 {
		return nil
	}
	return &Term{Words: words, Quoted: len(words) > 1 || !plain(words[0]), At: at}
}

// convert writes the words of a token with our marks of truncation. Hyphens part
// words, as they do in databases.
func (p *publishedParser) convert(t item) []string {
	var b strings.Builder
	g, text := p.grammar, t.text
	if g.dialect == EBSCO {
		text = questions.ReplaceAllString(text, "$1")
	}
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case strings.IndexByte(g.many, c) >= 0 && (c != ':' || i == len(text)-1):
			n, digits := upTo(text[i+1:])
			i += digits
			if g.dialect == Ovid && digits > 0 && n <= maxLetters {
				b.WriteString(strings.Repeat("?", n))
			} else {
				b.WriteByte('*')
			}
		case strings.IndexByte(g.one, c) >= 0:
			b.WriteByte('?')
		case strings.IndexByte(g.exactlyOne, c) >= 0:
			p.note(WiderTruncation, t.at, t.to, "read as one letter or none, where one is meant")
			b.WriteByte('?')
		default:
			b.WriteByte(c)
		}
		i++
	}
	var words []string
	for word := range strings.FieldsFuncSeq(strings.Join(strings.Fields(b.String()), " "), func(r rune) bool { return r == ' ' || isHyphen(r) }) {
		if loneStar(word) >= 0 {
			p.note(Repaired, t.at, t.to, "a truncation mark without letters is left out")
			continue
		}
		if searchable(word) {
			words = append(words, word)
		}
	}
	return words
}

// questions are the marks at the ends of words, which EBSCO takes for those of sentences.
var questions = regexp.MustCompile(`\?+(\s|$)`)

// maxLetters is the most letters that truncation to a number of letters is carried
// over for; beyond, it is truncation.
const maxLetters = 9

// upTo reads the number that s begins with, and how many digits it has.
func upTo(s string) (n, digits int) {
	for digits < len(s) && digits < 2 && '0' <= s[digits] && s[digits] <= '9' {
		n = n*10 + int(s[digits]-'0')
		digits++
	}
	return n, digits
}

// restrict gives the terms of n that have none yet the fields of t, a field before or
// behind it; text[from:to] is all of it.
func (p *publishedParser) restrict(n part, t item, from, to int) (part, error) {
	ours, lost, wider := merge(t.fields)
	if p.reader && lost == SubjectHeading && n.node != nil {
		p.note(SubjectHeading, from, to, headingEffect)
		ours, lost = []Field{AnyField}, ""
		if p.grammar.dialect == EBSCO {
			bareHeadings(n.node)
		}
	}
	if lost != "" {
		p.note(lost, from, to, lostEffect)
		return part{}, nil
	}
	if wider {
		p.note(WiderField, t.at, t.to, "keywords are looked at, too")
	}
	if n.node == nil {
		return part{}, nil
	}
	if t.distance > 0 {
		n.node = p.apart(n.node, t)
	}
	if len(ours) == 1 {
		if p.reader && ours[0] == Author {
			p.familyNames(n.node, t)
		}
		p.tag(n.node, ours[0])
		return n, nil
	}
	if p.size += len(ours) * size(n.node); p.size > maxNodes {
		return part{}, p.tooLarge(from)
	}
	var all Node
	for _, f := range ours {
		c := p.copyOf(n.node)
		p.tag(c, f)
		all = orOf(all, c)
	}
	n.node = all
	return n, nil
}

// ebscoExplosion is what EBSCO has behind the name of a heading: a plus sign for those
// below it, and codes of its aspects.
var ebscoExplosion = regexp.MustCompile(`\+?(?:/[A-Z]{2}\+?)*$`)

// bareHeadings takes off what stands behind the names of headings.
func bareHeadings(n Node) {
	for _, term := range Terms(n) {
		words := slices.Clone(term.Words)
		last := len(words) - 1
		if words[last] = ebscoExplosion.ReplaceAllString(words[last], ""); words[last] != "" {
			*term = *newTerm(words, term.At).(*Term)
		}
	}
}

// familyNames cuts the initials off the names of authors, which sources write in as many
// ways as there are.
func (p *publishedParser) familyNames(n Node, t item) {
	for _, term := range Terms(n) {
		words := term.Words
		for len(words) > 1 && utf8.RuneCountInString(strings.Trim(words[len(words)-1], ".*")) <= maxInitials {
			words = words[:len(words)-1]
		}
		if len(words) < len(term.Words) {
			words = append(slices.Clone(words[:len(words)-1]), strings.TrimRight(words[len(words)-1], ","))
			p.note(WiderField, t.at, t.to, "authors are looked for by their family names, without initials")
			*term = *newTerm(words, term.At).(*Term)
		}
	}
}

// maxInitials is how many letters initials have at most.
const maxInitials = 2

// tag restricts the terms of n that have no field yet.
func (p *publishedParser) tag(n Node, f Field) {
	for _, term := range Terms(n) {
		if !p.tagged[term] {
			p.tagged[term] = true
			term.Field = f
		}
	}
}

// apart makes a phrase of words that may stand apart: "exit trade"[tiab:~3].
func (p *publishedParser) apart(n Node, t item) Node {
	term, ok := n.(*Term)
	if !ok || len(term.Words) < 2 {
		return n
	}
	if len(term.Words) > 2 {
		p.note(WiderProximity, t.at, t.to, "the words of a phrase are read two by two, joined by AND")
	}
	var all Node
	for i := range term.Words[1:] {
		all = andOf(all, &Near{
			Left: newTerm(term.Words[i:i+1], term.At), Right: newTerm(term.Words[i+1:i+2], term.At),
			Distance: t.distance - 1, At: term.At,
		})
	}
	return all
}

// copyOf copies a tree with its terms, and what is known of their fields.
func (p *publishedParser) copyOf(n Node) Node {
	all := func(parts []Node) []Node {
		copied := make([]Node, len(parts))
		for i, part := range parts {
			copied[i] = p.copyOf(part)
		}
		return copied
	}
	switch n := n.(type) {
	case *And:
		return &And{Parts: all(n.Parts), At: n.At}
	case *Or:
		return &Or{Parts: all(n.Parts), At: n.At}
	case *Not:
		return &Not{Part: p.copyOf(n.Part), At: n.At}
	case *Near:
		return &Near{Left: p.copyOf(n.Left), Right: p.copyOf(n.Right), Distance: n.Distance, Ordered: n.Ordered, At: n.At}
	case *Term:
		c := *n
		p.tagged[&c] = p.tagged[n]
		return &c
	}
	return nil
}
