package protocol

import (
	"errors"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"polyglean/internal/strategy"
)

// boolean reads a Boolean expression. A fault in it is told by the line of the
// file it stands in, the character inside the expression, and the words there,
// because YAML folds long expressions over several lines.
func (r *reader) boolean(n *yaml.Node, what string) (string, strategy.Node) {
	text := r.text(n, what)
	if text == "" {
		return "", nil
	}
	node, err := strategy.Parse(text, strategy.AsPhrase)
	if err == nil {
		return text, node
	}
	var syntax *strategy.SyntaxError
	if !errors.As(err, &syntax) {
		r.fail(n, "see the head of the built-in protocol for how to write it", "%s: %v", what, err)
		return text, nil
	}
	offset := min(max(syntax.Offset, 0), len(text))
	at := *resolve(n)
	at.Line = lineOf(&at, offset)
	r.fail(&at, syntax.Hint, "%s, at character %d (%s): %s",
		what, utf8.RuneCountInString(text[:offset])+1, around(text, offset), syntax.Problem)
	return text, nil
}

// lineOf is the line of the file that the byte at offset of a scalar stands in,
// as well as it can be told: exactly for literal blocks and single lines, the
// first line for folded ones, whose line breaks are gone.
func lineOf(n *yaml.Node, offset int) int {
	if n.Style&yaml.LiteralStyle == 0 {
		return n.Line
	}
	lead := len(n.Value) - len(strings.TrimLeft(n.Value, " \n\t"))
	return n.Line + 1 + strings.Count(n.Value[:min(lead+offset, len(n.Value))], "\n")
}

// around quotes the words about a place of an expression, with the place marked.
func around(text string, offset int) string {
	const reach = 20
	from, to := max(offset-reach, 0), min(offset+reach, len(text))
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	var b strings.Builder
	if from > 0 {
		b.WriteString("…")
	}
	b.WriteString(text[from:offset])
	b.WriteString("⟦here⟧")
	b.WriteString(text[offset:to])
	if to < len(text) {
		b.WriteString("…")
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}
