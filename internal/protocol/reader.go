package protocol

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// reader walks the tree of a YAML file and collects its faults, so that a person
// mends them in one go. Its methods return zero values where they note a fault.
//
// The tree is walked by hand, not decoded into structs, because only the tree
// knows the line of each value.
type reader struct {
	file   string
	open   func(file string) ([]byte, error)
	faults []*Error

	lexiconBytes []byte
}

func (r *reader) fail(at *yaml.Node, hint, problem string, args ...any) {
	r.faults = append(r.faults, &Error{File: r.file, Line: at.Line, Problem: fmt.Sprintf(problem, args...), Hint: hint})
}

func (r *reader) err() error {
	slices.SortStableFunc(r.faults, func(a, b *Error) int { return a.Line - b.Line })
	errs := make([]error, len(r.faults))
	for i, f := range r.faults {
		errs[i] = f
	}
	return errors.Join(errs...)
}

// key is one key a mapping may have and what reads its value.
type key struct {
	name     string
	required bool
	read     func(*yaml.Node)
}

// mapping reads n as a mapping with no other keys than these. Values are read in
// the order of keys, whatever their order in the file, so that one may rest on
// another.
func (r *reader) mapping(n *yaml.Node, what string, keys ...key) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.fail(n, "write its keys one a line, indented: "+names(keys), "%s is not a mapping", what)
		return
	}
	values := make(map[string]*yaml.Node, len(keys))
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		switch {
		case !slices.ContainsFunc(keys, func(k key) bool { return k.name == name.Value }):
			r.fail(name, "known are "+names(keys), "unknown key %q in %s", name.Value, what)
		case values[name.Value] != nil:
			r.fail(name, "keep one of them", "%q is given twice in %s", name.Value, what)
		default:
			values[name.Value] = n.Content[i+1]
		}
	}
	for _, k := range keys {
		switch value := values[k.name]; {
		case value != nil:
			k.read(value)
		case k.required:
			r.fail(n, fmt.Sprintf("add a line %q", k.name+": …"), "%s has no %q", what, k.name)
		}
	}
}

func names(keys []key) string {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = k.name
	}
	return strings.Join(list, ", ")
}

// list calls read with each item of n, of which there must be one at least.
func (r *reader) list(n *yaml.Node, what string, read func(*yaml.Node)) {
	n = resolve(n)
	switch {
	case n.Kind != yaml.SequenceNode:
		r.fail(n, "write one item a line, each after a dash, or [a, b]", "%s is not a list", what)
	case len(n.Content) == 0:
		r.fail(n, "fill it in, or remove its key", "%s is an empty list", what)
	}
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			read(item)
		}
	}
}

// text reads a piece of text that is not empty.
func (r *reader) text(n *yaml.Node, what string) string {
	n = resolve(n)
	switch {
	case n.Kind != yaml.ScalarNode:
		r.fail(n, "write it on the line of its key, in double quotes if it holds a colon", "%s is not text", what)
		return ""
	case n.Tag == "!!bool" || n.Tag == "!!null" && n.Value != "":
		r.fail(n, fmt.Sprintf("put it in quotes: %q", n.Value), "%s is not text but the YAML value %s", what, n.Value)
		return ""
	}
	if strings.TrimSpace(n.Value) == "" {
		r.fail(n, "fill it in, or remove its key", "%s is empty", what)
	}
	return strings.TrimSpace(n.Value)
}

func (r *reader) texts(n *yaml.Node, what string, read func(*yaml.Node, string) string) []string {
	var out []string
	r.list(n, what, func(item *yaml.Node) {
		if s := read(item, "an item of "+what); s != "" {
			out = append(out, s)
		}
	})
	return out
}

func (r *reader) number(n *yaml.Node, what string, low, high int) int {
	n = resolve(n)
	v, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || v < low || v > high {
		r.fail(n, fmt.Sprintf("give a whole number from %d to %d", low, high), "%s is %q", what, n.Value)
		return 0
	}
	return v
}

var slugForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// slug reads a name that is safe in files, streams and addresses.
func (r *reader) slug(n *yaml.Node, what string) string {
	s := r.text(n, what)
	if s != "" && !slugForm.MatchString(s) {
		r.fail(n, "use up to 64 lower-case letters a–z, digits and hyphens", "%s is %q", what, s)
	}
	return s
}

var languageForm = regexp.MustCompile(`^[a-z]{2}$`)

// language reads an ISO 639-1 code.
func (r *reader) language(n *yaml.Node, what string) string {
	s := r.text(n, what)
	if s != "" && !languageForm.MatchString(s) {
		r.fail(n, "give its two-letter code, such as en, es or zh", "%s is %q", what, s)
	}
	return s
}

// unique notes a fault when a name was there before.
func unique[T comparable](r *reader, seen map[T]bool, n *yaml.Node, what string, name T) {
	if seen[name] {
		r.fail(n, "give each its own", "%s %v is there twice", what, name)
	}
	seen[name] = true
}

// resolve follows an alias to what it stands for. An anchor cannot hold an alias
// to itself: the YAML parser refuses that.
func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}
