package protocol

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"polyglean/internal/strategy"
)

// Promote writes the next version of a protocol file: with a term added to a block of
// its strategy, or, where the term is of another language, to that block's part of the
// search of that language, and with where the term comes from. What name, text and open
// are is said at Parse. All other lines of the file stay as they are, comments too.
//
// t needs Term, Block, Lang, Date and By; Node and Version are worked out. The new
// file is read back before it is returned, with its protocol: a file whose form hides
// where a line belongs is refused, not spoilt.
func Promote(name string, text []byte, open func(file string) ([]byte, error), t Promoted) ([]byte, *Protocol, error) {
	old, err := Parse(name, text, open)
	if err != nil {
		return nil, nil, err
	}
	node, err := strategy.Parse(t.Term, strategy.AsPhrase)
	if err != nil {
		return nil, nil, err
	}
	block := slices.IndexFunc(old.Strategy.Blocks, func(b Block) bool { return b.Name == t.Block })
	if block < 0 {
		return nil, nil, &PromoteError{t.Term, fmt.Sprintf("the strategy has no block %q", t.Block), "name one of " + blockNames(old)}
	}
	t.Node, t.Version = node, nextVersion(old.Version)
	e, err := newEditor(text)
	if err != nil {
		return nil, nil, err
	}
	e.version(t.Version)
	if t.Lang == old.Strategy.Lang {
		err = e.strategyTerm(old, block, t)
	} else {
		err = e.searchTerm(old, block, t)
	}
	if err == nil {
		err = e.promoted(t)
	}
	if err != nil {
		return nil, nil, err
	}
	next := e.text()
	p, err := Parse(name, next, open)
	if err != nil || !follows(p, old, t) {
		return nil, nil, &PromoteError{
			t.Term, fmt.Sprintf("the form of %s does not let it be added by a program", name),
			"write mappings and lists one item a line, as the built-in protocol does, or add the term by hand",
		}
	}
	return next, p, nil
}

// PromoteError says why a term cannot be promoted, and the way out.
type PromoteError struct{ Term, Problem, Hint string }

func (e *PromoteError) Error() string {
	return fmt.Sprintf("term %q: %s: %s", e.Term, e.Problem, e.Hint)
}

func blockNames(p *Protocol) string {
	names := make([]string, len(p.Strategy.Blocks))
	for i, b := range p.Strategy.Blocks {
		names[i] = fmt.Sprintf("%q", b.Name)
	}
	return strings.Join(names, ", ")
}

// follows says that next is old with the term, and nothing else is changed.
func follows(next, old *Protocol, t Promoted) bool {
	n := len(next.Promoted)
	if n != len(old.Promoted)+1 || next.Version != t.Version || next.Promoted[n-1].Term != t.Term ||
		next.Baseline.Node.String() != old.Baseline.Node.String() {
		return false
	}
	had := func(p *Protocol) bool {
		return slices.ContainsFunc(p.Searches, func(s Search) bool { return s.Lang == t.Lang && holds(s.Node, t.Node) })
	}
	same := func(p *Protocol) []any {
		return []any{
			p.Name, p.Title, p.Question, p.Strategy.Lang, p.Strategy.Mode, p.Baseline.Databases, p.Baseline.Languages, p.Baseline.Until,
			p.Languages, p.Names, p.Attributes, p.Rule, p.Definition, p.Seeds, p.Sources,
		}
	}
	return had(next) && reflect.DeepEqual(same(next), same(old))
}

// holds says that a term is one of the parts of n.
func holds(n, term strategy.Node) bool {
	want, found := term.String(), false
	strategy.Walk(n, func(part strategy.Node) bool {
		found = found || part.String() == want
		return !found
	})
	return found
}

// nextVersion counts the last number of a version up, or begins to count.
func nextVersion(v string) string {
	end := len(strings.TrimRight(v, "0123456789"))
	if end == len(v) {
		return v + ".1"
	}
	digits := []byte(v[end:])
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i]++; digits[i] <= '9' {
			return v[:end] + string(digits)
		}
		digits[i] = '0'
	}
	return v[:end] + "1" + string(digits)
}

// version sets the version of the protocol.
func (e *editor) version(v string) {
	key, value := find(e.root, "version")
	line := fmt.Sprintf("%sversion: %q", pad(key.Column-1), v)
	if value.LineComment != "" {
		line += " " + value.LineComment
	}
	e.replace(key.Line-1, e.after(key.Line-1, key.Column-1), line)
}

// strategyTerm adds a term to a block and to the strategy's text, and keeps the text
// as it was published for the baseline.
func (e *editor) strategyTerm(p *Protocol, block int, t Promoted) error {
	if holds(p.Strategy.Blocks[block].Node, t.Node) {
		return &PromoteError{t.Term, fmt.Sprintf("the block %q has it already", t.Block), "nothing needs to be done"}
	}
	_, st := find(e.root, "strategy")
	_, blocks := find(st, "blocks")
	key, terms := find(resolve(blocks).Content[block], "terms")
	if terms.Style&yaml.FlowStyle != 0 || terms.Kind != yaml.SequenceNode {
		lines := []string{pad(key.Column-1) + "terms:"}
		for _, item := range resolve(terms).Content {
			lines = append(lines, pad(key.Column+1)+"- "+scalar(resolve(item).Value))
		}
		e.replace(key.Line-1, e.after(key.Line-1, key.Column-1), append(lines, pad(key.Column+1)+"- "+scalar(t.Term))...)
	} else {
		at := e.behind(terms)
		e.replace(at, at, pad(terms.Column-1)+"- "+scalar(t.Term))
	}
	parts := make([]strategy.Node, len(p.Strategy.Blocks))
	for i, b := range p.Strategy.Blocks {
		parts[i] = b.Node
	}
	parts[block] = either(parts[block], t.Node)
	key, _ = find(st, "text")
	e.folded(key, all(parts).String())
	return e.baseline(p, t)
}

// baseline writes the strategy as it was published, unless it is there.
func (e *editor) baseline(p *Protocol, t Promoted) error {
	key, value := find(e.root, "baseline")
	if key == nil {
		e.replace(len(e.lines), len(e.lines), append([]string{"", "baseline:"}, wrapped("  strategy:", p.Baseline.Text, 4)...)...)
		return nil
	}
	if has, _ := find(value, "strategy"); has != nil {
		return nil
	}
	value = resolve(value)
	if value.Style&yaml.FlowStyle != 0 || len(value.Content) == 0 {
		return &PromoteError{t.Term, "the baseline stands on one line", "write its keys one a line, indented"}
	}
	first := value.Content[0]
	e.replace(first.Line-1, first.Line-1, wrapped(pad(first.Column-1)+"strategy:", p.Baseline.Text, first.Column+1)...)
	return nil
}

// searchTerm adds a term to the search of its language, or begins one.
func (e *editor) searchTerm(p *Protocol, block int, t Promoted) error {
	at := slices.IndexFunc(p.Searches[1:], func(s Search) bool { return s.Lang == t.Lang })
	if at < 0 {
		return e.newSearch(p, t)
	}
	s := p.Searches[1+at]
	if holds(s.Node, t.Node) {
		return &PromoteError{t.Term, fmt.Sprintf("the search %q has it already", s.Name), "nothing needs to be done"}
	}
	parts := blockParts(s.Node, len(p.Strategy.Blocks))
	if parts == nil {
		if parts = promotedParts(p, s); parts == nil {
			return &PromoteError{
				t.Term, fmt.Sprintf("the search %q is not made of the strategy's %d blocks joined by AND", s.Name, len(p.Strategy.Blocks)),
				"add the term to its text by hand",
			}
		}
	}
	parts[block] = either(parts[block], t.Node)
	_, searches := find(e.root, "searches")
	key, _ := find(resolve(searches).Content[at], "text")
	e.folded(key, all(parts).String())
	return nil
}

// blockParts are the parts of a search that stand for each of n blocks, nil where it
// is not made so.
func blockParts(n strategy.Node, blocks int) []strategy.Node {
	if blocks == 1 {
		return []strategy.Node{n}
	}
	and, ok := n.(*strategy.And)
	if !ok || len(and.Parts) != blocks {
		return nil
	}
	return slices.Clone(and.Parts)
}

// promotedParts are the parts of a search that is made of promoted terms alone, nil
// for each block that has none yet; nil where it holds others.
func promotedParts(p *Protocol, s Search) []strategy.Node {
	parts := make([]strategy.Node, len(p.Strategy.Blocks))
	for _, t := range p.Promoted {
		if t.Lang == s.Lang {
			i := slices.IndexFunc(p.Strategy.Blocks, func(b Block) bool { return b.Name == t.Block })
			parts[i] = either(parts[i], t.Node)
		}
	}
	if joined := all(parts); joined == nil || joined.String() != s.Node.String() {
		return nil
	}
	return parts
}

// newSearch begins the search of a language. Until terms of the other blocks are
// promoted too, the term stands alone.
func (e *editor) newSearch(p *Protocol, t Promoted) error {
	name := t.Lang
	for slices.ContainsFunc(p.Searches, func(s Search) bool { return s.Name == name }) {
		name += "-promoted"
	}
	entry := func(dash int) []string {
		return append(
			[]string{pad(dash) + "- name: " + scalar(name), pad(dash+2) + "language: " + scalar(t.Lang)},
			wrapped(pad(dash+2)+"text:", t.Node.String(), dash+4)...,
		)
	}
	key, list := find(e.root, "searches")
	if key == nil {
		e.replace(len(e.lines), len(e.lines), append([]string{"", "searches:"}, entry(2)...)...)
		return nil
	}
	if list.Kind != yaml.SequenceNode || list.Style&yaml.FlowStyle != 0 {
		return &PromoteError{t.Term, "the searches stand on one line", "write them one a line, each after a dash"}
	}
	at := e.behind(list)
	e.replace(at, at, entry(list.Column-1)...)
	return nil
}

// promoted adds the origin of the term.
func (e *editor) promoted(t Promoted) error {
	entry := func(dash int) []string {
		lines := []string{
			pad(dash) + "- term: " + scalar(t.Term),
			pad(dash+2) + "block: " + scalar(t.Block),
			pad(dash+2) + "language: " + scalar(t.Lang),
			fmt.Sprintf("%sversion: %q", pad(dash+2), t.Version),
			fmt.Sprintf("%sdate: %q", pad(dash+2), t.Date),
			pad(dash+2) + "by: " + scalar(t.By),
		}
		if len(t.Records) > 0 {
			lines = append(lines, pad(dash+2)+"records:")
			for _, id := range t.Records {
				lines = append(lines, pad(dash+4)+"- "+scalar(id))
			}
		}
		return lines
	}
	key, list := find(e.root, "promoted")
	if key == nil {
		e.replace(len(e.lines), len(e.lines), append([]string{
			"", "# Terms added since the review was published: to which block, in which version, by",
			"# whom, and the records that were missed and hold them.", "promoted:",
		}, entry(2)...)...)
		return nil
	}
	if list.Kind != yaml.SequenceNode || list.Style&yaml.FlowStyle != 0 {
		return &PromoteError{t.Term, "the promoted terms stand on one line", "write them one a line, each after a dash"}
	}
	at := e.behind(list)
	e.replace(at, at, entry(list.Column-1)...)
	return nil
}

// either is one of two searches or the other, all what all of some demand; nil parts
// are left out.
func either(a, b strategy.Node) strategy.Node {
	switch n := a.(type) {
	case nil:
		return b
	case *strategy.Or:
		return &strategy.Or{Parts: append(slices.Clone(n.Parts), b)}
	}
	return &strategy.Or{Parts: []strategy.Node{a, b}}
}

func all(parts []strategy.Node) strategy.Node {
	parts = slices.DeleteFunc(slices.Clone(parts), func(n strategy.Node) bool { return n == nil })
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return parts[0]
	}
	return &strategy.And{Parts: parts}
}
