package source

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// A dialect writes a strategy in the syntax of one source. What it writes may ask
// for more than the strategy, never for less, since every record is matched
// against the strategy again by the classifier, and what was not fetched is lost:
// a part that the source cannot express is left out of an AND and takes the OR
// around it with it, and a NOT is sent only when its part is expressed exactly.
type dialect struct {
	// terms writes an OR of terms that share a field, or a single term; the empty
	// string means that the source cannot express one of them.
	terms func(field strategy.Field, terms []phrase) (text string, exact bool)
	// near, where the source has proximity, writes one; the empty string means that
	// it cannot express this one.
	near func(n *strategy.Near) (text string, exact bool)
}

// phrase is a term as sources can take it: words in order, of which each may be
// cut short. exact says that nothing of the term was lost.
type phrase struct {
	words []stem
	exact bool
}

// stem is a word, or the beginning of words.
type stem struct {
	text string
	cut  bool
}

// minStem is the shortest beginning of a word a source searches by; shorter ones
// are refused (OpenAlex) or cost too much (Lucene).
const minStem = 3

// plain says that no word of the phrase is cut short.
func (p phrase) plain() bool {
	for _, w := range p.words {
		if w.cut {
			return false
		}
	}
	return true
}

// text is the words with blanks between them, without truncation marks.
func (p phrase) text() string {
	var b strings.Builder
	for i, w := range p.words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.text)
	}
	return b.String()
}

// phraseOf reads a term. A wildcard inside a word cuts the word there, which is
// wider: "wom?n" becomes "wom*". Everything but letters, digits, marks and inner
// apostrophes parts words, so that nothing in a term can be read as syntax.
func phraseOf(t *strategy.Term) phrase {
	p := phrase{exact: true}
	for _, word := range t.Words {
		word, mark, cut := cutWild(word)
		if cut && mark != "*" {
			p.exact = false
		}
		parts := strings.FieldsFunc(strings.ToLower(word), func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\'' && r != '’' && r != '\u200c' && r != '\u200d'
		})
		for i, part := range parts {
			part = strings.Trim(part, "'’")
			if part == "" {
				continue
			}
			last := cut && i == len(parts)-1
			if last && strings.ContainsAny(part, "'’") {
				// Sources part words there, and cannot cut such a word short.
				p.exact, last = false, false
				part, _, _ = strings.Cut(strings.ReplaceAll(part, "’", "'"), "'")
			}
			if last && utf8.RuneCountInString(part) < minStem {
				// The other words are the wider question.
				p.exact = false
				continue
			}
			p.words = append(p.words, stem{part, last})
		}
	}
	return p
}

// orOfPhrases writes terms in the syntax of Lucene, which Elasticsearch and Solr
// share.
func orOfPhrases(terms []phrase) (text string, exact bool) { return luceneOr(terms, stem.lucene) }

func (s stem) lucene() string {
	if s.cut {
		return s.text + "*"
	}
	return s.text
}

// luceneOr is orOfPhrases for a source with a way of its own to write a word cut
// short. Inside of quotation marks no word can be cut short, so that a phrase with
// such a word asks for its parts before and after wherever they stand.
func luceneOr(terms []phrase, write func(stem) string) (text string, exact bool) {
	parts := make([]string, len(terms))
	exact = true
	for i, t := range terms {
		switch {
		case t.plain() && (len(t.words) > 1 || strings.ContainsAny(t.words[0].text, "'’")):
			parts[i] = `"` + t.text() + `"`
		case len(t.words) == 1:
			parts[i] = write(t.words[0])
		default:
			var runs, run []string
			flush := func() {
				if len(run) > 1 || len(run) == 1 && strings.ContainsAny(run[0], "'’") {
					runs = append(runs, `"`+strings.Join(run, " ")+`"`)
				} else {
					runs = append(runs, run...)
				}
				run = nil
			}
			for _, w := range t.words {
				if !w.cut {
					run = append(run, w.text)
					continue
				}
				flush()
				runs = append(runs, write(w))
			}
			flush()
			parts[i], exact = strings.Join(runs, " AND "), false
			if len(terms) > 1 {
				parts[i] = "(" + parts[i] + ")"
			}
		}
	}
	return strings.Join(parts, " OR "), exact
}

// fielded gives the name of each field that a term can be looked for in. The source
// cannot be asked for a field that has none; a term without a field is looked for in
// title, abstract and keywords, as far as they have one, and one of them is enough.
func fielded(name map[strategy.Field]string, write func([]phrase) (string, bool)) func(strategy.Field, []phrase) (string, bool) {
	names := map[strategy.Field][]string{}
	for field, n := range name {
		names[field] = []string{n}
	}
	for _, field := range []strategy.Field{strategy.Title, strategy.Abstract, strategy.Keyword} {
		names[strategy.AnyField] = append(names[strategy.AnyField], names[field]...)
	}
	return func(field strategy.Field, terms []phrase) (string, bool) {
		text, exact := write(terms)
		if strings.Contains(text, " ") {
			text = "(" + text + ")"
		}
		parts := make([]string, len(names[field]))
		for i, name := range names[field] {
			parts[i] = name + ":" + text
		}
		return strings.Join(parts, " OR "), exact
	}
}

// widely is write for a source that may find more than was asked, by dropping
// accents or reducing words to their stems: no NOT is sent there.
func widely(write func([]phrase) (string, bool)) func([]phrase) (string, bool) {
	return func(terms []phrase) (string, bool) {
		text, _ := write(terms)
		return text, false
	}
}

// englishEndings are what spelled writes behind a word cut short.
var englishEndings = strings.Fields("s es ed er ers ing ion ions ive ent ence ment or ors e y ies al ly t ce")

// spelled writes terms for a source that cannot cut words short: such a word is
// asked for as it is and with the endings of English. Other continuations are not
// found there, which is the one way in which such a source is asked for less than
// the strategy says. A term with a wildcard inside of a word cannot be asked.
func spelled(terms []phrase) (text string, exact bool) {
	var parts []string
	exact = true
	for _, t := range terms {
		var cuts []int
		for i, w := range t.words {
			if w.cut {
				cuts = append(cuts, i)
			}
		}
		if len(cuts) > 0 && !t.exact {
			return "", false // cut inside of a word: wom?n has no ending to write
		}
		switch len(cuts) {
		case 0:
			text, _ := orOfPhrases([]phrase{t})
			parts = append(parts, text)
		case 1:
			// The phrase with each form of the word.
			exact = false
			words := slices.Clone(t.words)
			for _, form := range forms(words[cuts[0]].text) {
				words[cuts[0]] = stem{text: form}
				text, _ := orOfPhrases([]phrase{{words: words}})
				parts = append(parts, text)
			}
		default:
			exact = false
			all := make([]string, len(t.words))
			for i, w := range t.words {
				all[i] = w.text
				if w.cut {
					all[i] = "(" + strings.Join(forms(w.text), " OR ") + ")"
				}
			}
			parts = append(parts, "("+strings.Join(all, " AND ")+")")
		}
	}
	return strings.Join(parts, " OR "), exact
}

// forms are the words that begin with beginning, for all that is known of English.
func forms(beginning string) []string {
	out := []string{beginning}
	if last := beginning[len(beginning)-1]; last < 'a' || last > 'z' {
		return out
	}
	for _, ending := range englishEndings {
		out = append(out, beginning+ending)
	}
	return out
}

// cutWild cuts a word at its first wildcard; mark is what was cut off.
func cutWild(word string) (before, mark string, cut bool) {
	i := strings.IndexAny(word, "*?")
	if i < 0 {
		return word, "", false
	}
	return word[:i], word[i:], true
}

// written is a part of a compiled strategy.
type written struct {
	text  string // empty: cannot be expressed
	exact bool
	// group says that the text needs parentheses inside another operator.
	group bool
}

func (w written) inner() string {
	if w.group {
		return "(" + w.text + ")"
	}
	return w.text
}

// compile writes n, or returns "" when the source can express no part of it.
func (d dialect) compile(n strategy.Node) string { return d.write(n).text }

// ask writes the strategy of a query to be sent to the named source.
func (d dialect) ask(source string, q harvester.Query) (string, error) {
	text := d.compile(q.Strategy)
	if text == "" {
		return "", noTerm(source, q)
	}
	return text, nil
}

// noTerm says that a source can be asked nothing of a query.
func noTerm(source string, q harvester.Query) error {
	return fmt.Errorf("%s: query %q has no term that can be asked", source, q.Name)
}

func (d dialect) write(n strategy.Node) written {
	switch n := n.(type) {
	case *strategy.Term:
		return d.writeTerms(n.Field, []*strategy.Term{n})
	case *strategy.Or:
		return d.writeOr(n)
	case *strategy.And:
		return d.writeAnd(n.Parts)
	case *strategy.Near:
		if d.near != nil {
			if text, exact := d.near(n); text != "" {
				return written{text: text, exact: exact, group: strings.Contains(text, " OR ")}
			}
		}
		// Without proximity: both sides anywhere.
		w := d.writeAnd([]strategy.Node{n.Left, n.Right})
		w.exact = false
		return w
	}
	return written{} // a lone NOT is everything else there is
}

func (d dialect) writeTerms(field strategy.Field, terms []*strategy.Term) written {
	phrases := make([]phrase, len(terms))
	exact := true
	for i, t := range terms {
		phrases[i] = phraseOf(t)
		if len(phrases[i].words) == 0 {
			return written{}
		}
		exact = exact && phrases[i].exact
	}
	text, same := d.terms(field, phrases)
	return written{text: text, exact: exact && same, group: strings.Contains(text, " AND ") || strings.Contains(text, " OR ")}
}

// writeOr writes terms of one field together, which many sources write shorter.
func (d dialect) writeOr(n *strategy.Or) written {
	var parts []string
	exact := true
	byField := map[strategy.Field][]*strategy.Term{}
	var fields []strategy.Field
	for _, part := range n.Parts {
		if t, ok := part.(*strategy.Term); ok {
			if byField[t.Field] == nil {
				fields = append(fields, t.Field)
			}
			byField[t.Field] = append(byField[t.Field], t)
			continue
		}
		w := d.write(part)
		if w.text == "" {
			return written{}
		}
		parts, exact = append(parts, w.inner()), exact && w.exact
	}
	for i, field := range fields {
		w := d.writeTerms(field, byField[field])
		if w.text == "" {
			return written{}
		}
		if len(parts) == 0 && len(fields) == 1 {
			return w
		}
		parts = append(parts, "")
		copy(parts[i+1:], parts[i:])
		parts[i], exact = w.text, exact && w.exact
	}
	return written{text: strings.Join(parts, " OR "), exact: exact, group: len(parts) > 1}
}

func (d dialect) writeAnd(nodes []strategy.Node) written {
	var with, without []string
	exact := true
	var only written
	for _, part := range nodes {
		if not, ok := part.(*strategy.Not); ok {
			w := d.write(not.Part)
			if w.text == "" || !w.exact {
				exact = false
				continue
			}
			without = append(without, " NOT "+w.inner())
			continue
		}
		w := d.write(part)
		if w.text == "" {
			exact = false
			continue
		}
		only = w
		with, exact = append(with, w.inner()), exact && w.exact
	}
	switch {
	case len(with) == 0:
		return written{}
	case len(with) == 1 && len(without) == 0:
		only.exact = exact
		return only
	}
	return written{text: strings.Join(with, " AND ") + strings.Join(without, ""), exact: exact, group: true}
}

// searches are the protocol's searches as queries of a source that is asked in a
// dialect. A search whose text is longer than limit bytes in a URL, 0 for any, is
// asked in parts, of which each holds some of the terms of its longest OR:
// "wide", "wide:2", "wide:3".
func (d dialect) searches(source string, p *protocol.Protocol, since time.Time, limit int) ([]harvester.Query, error) {
	var queries []harvester.Query
	for _, s := range p.Searches {
		node := s.Node
		if p.Strategy.Mode == strategy.Inflected {
			node = inflect(node, s.Lang)
		}
		parts := []strategy.Node{node}
		if limit > 0 {
			parts = narrow(node, func(n strategy.Node) bool { return len(url.QueryEscape(d.compile(n))) <= limit })
		}
		for i, part := range parts {
			text := d.compile(part)
			switch {
			case text == "":
				return nil, fmt.Errorf("search %q: %s can express no part of it: give it a term of %d letters or more in title, abstract or keywords", s.Name, source, minStem)
			case limit > 0 && len(url.QueryEscape(text)) > limit:
				return nil, fmt.Errorf("search %q: %s takes addresses of %d bytes at most, and this search cannot be asked in parts that short: make two searches of it", s.Name, source, limit)
			}
			name := s.Name
			if i > 0 {
				name = fmt.Sprintf("%s:%d", name, i+1)
			}
			queries = append(queries, harvester.Query{
				Name: name, Route: record.RouteSearch, Strategy: part, Lang: s.Lang, From: since,
			})
		}
	}
	return queries, nil
}

// narrow takes n apart along its longest OR until each part fits, or no further.
func narrow(n strategy.Node, fits func(strategy.Node) bool) []strategy.Node {
	if fits(n) {
		return []strategy.Node{n}
	}
	left, right, ok := halve(n)
	if !ok {
		return []strategy.Node{n}
	}
	return append(narrow(left, fits), narrow(right, fits)...)
}

func halve(n strategy.Node) (left, right strategy.Node, ok bool) {
	switch n := n.(type) {
	case *strategy.Or:
		half := len(n.Parts) / 2
		if half == 0 {
			return nil, nil, false
		}
		return orOf(n.Parts[:half], n.At), orOf(n.Parts[half:], n.At), true
	case *strategy.And:
		longest := -1
		for i, part := range n.Parts {
			if or, ok := part.(*strategy.Or); ok && (longest < 0 || len(or.Parts) > len(n.Parts[longest].(*strategy.Or).Parts)) {
				longest = i
			}
		}
		if longest < 0 {
			return nil, nil, false
		}
		a, b, ok := halve(n.Parts[longest])
		if !ok {
			return nil, nil, false
		}
		with := func(part strategy.Node) strategy.Node {
			parts := append([]strategy.Node(nil), n.Parts...)
			parts[longest] = part
			return &strategy.And{Parts: parts, At: n.At}
		}
		return with(a), with(b), true
	}
	return nil, nil, false
}

func orOf(parts []strategy.Node, at int) strategy.Node {
	if len(parts) == 1 {
		return parts[0]
	}
	return &strategy.Or{Parts: parts, At: at}
}

// minInflected is the shortest word that inflect cuts: "sex" would become half a
// dictionary.
const minInflected = 4

// inflect makes single words cut short, for sources that do not stem: exit
// becomes exit*, and in English recovery becomes recover*. Words of phrases stay,
// since no source here cuts words inside of quotation marks; what stands under a
// NOT stays too.
func inflect(n strategy.Node, lang string) strategy.Node {
	switch n := n.(type) {
	case *strategy.And:
		return &strategy.And{Parts: inflectAll(n.Parts, lang), At: n.At}
	case *strategy.Or:
		return &strategy.Or{Parts: inflectAll(n.Parts, lang), At: n.At}
	case *strategy.Near:
		near := *n
		near.Left, near.Right = inflect(n.Left, lang), inflect(n.Right, lang)
		return &near
	case *strategy.Term:
		if len(n.Words) != 1 || strings.ContainsAny(n.Words[0], "*?") || n.Field == strategy.Author || n.Field == strategy.Container {
			return n
		}
		word := n.Words[0]
		if lang == "en" && utf8.RuneCountInString(word) > minInflected {
			if last := len(word) - 1; word[last] == 'y' || word[last] == 'e' {
				word = word[:last]
			}
		}
		if utf8.RuneCountInString(word) < minInflected || !spaced(word) {
			return n
		}
		term := *n
		term.Words = []string{word + "*"}
		return &term
	}
	return n
}

func inflectAll(parts []strategy.Node, lang string) []strategy.Node {
	out := make([]strategy.Node, len(parts))
	for i, part := range parts {
		out[i] = inflect(part, lang)
	}
	return out
}

// spaced says that the word is of a script that parts words by blanks and inflects
// them at their end.
func spaced(word string) bool {
	for _, r := range word {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
			return false
		}
	}
	return true
}

// rankedWords are the words of a strategy for a source that has no Boolean search
// and ranks by words: those of its AND parts in turn, so that each part is there
// when the text is cut at limit bytes. Truncation is dropped, and what stands
// under a NOT or in an author or journal field.
func rankedWords(n strategy.Node, limit int) string {
	var columns [][]string
	if and, ok := n.(*strategy.And); ok {
		for _, part := range and.Parts {
			columns = append(columns, wordsOf(part, nil))
		}
	} else {
		columns = [][]string{wordsOf(n, nil)}
	}
	var b strings.Builder
	seen := map[string]bool{}
	for row, more := 0, true; more; row++ {
		more = false
		for _, words := range columns {
			if row >= len(words) {
				continue
			}
			more = true
			word := words[row]
			if seen[word] || b.Len()+len(word) >= limit {
				continue
			}
			seen[word] = true
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(word)
		}
	}
	return b.String()
}

func wordsOf(n strategy.Node, words []string) []string {
	switch n := n.(type) {
	case *strategy.And:
		for _, part := range n.Parts {
			words = wordsOf(part, words)
		}
	case *strategy.Or:
		for _, part := range n.Parts {
			words = wordsOf(part, words)
		}
	case *strategy.Near:
		words = wordsOf(n.Right, wordsOf(n.Left, words))
	case *strategy.Term:
		if n.Field == strategy.Author || n.Field == strategy.Container {
			return words
		}
		for _, w := range phraseOf(n).words {
			words = append(words, w.text)
		}
	}
	return words
}
