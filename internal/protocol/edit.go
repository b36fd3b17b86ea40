package protocol

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// editor changes lines of a YAML file.
type editor struct {
	root  *yaml.Node
	lines []string // with their ends
	eol   string
	edits []edit
}

// edit puts lines in the place of those from the index from to before to.
type edit struct {
	from, to int
	lines    []string
}

func newEditor(text []byte) (*editor, error) {
	e := &editor{eol: "\n"}
	if bytes.Contains(text, []byte("\r\n")) {
		e.eol = "\r\n"
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err // Parse has read it already
	}
	e.root = document.Content[0]
	e.lines = slices.Collect(strings.Lines(string(text)))
	if n := len(e.lines); n > 0 && !strings.HasSuffix(e.lines[n-1], "\n") {
		e.lines[n-1] += e.eol
	}
	return e, nil
}

// text applies the edits, from the end so that line numbers hold.
func (e *editor) text() []byte {
	// What is put in front of a line that is replaced comes after, or it would be
	// replaced itself.
	slices.SortStableFunc(e.edits, func(a, b edit) int { return cmp.Or(b.from-a.from, b.to-a.to) })
	lines := e.lines
	for _, d := range e.edits {
		put := make([]string, len(d.lines))
		for i, l := range d.lines {
			put[i] = l + e.eol
		}
		lines = slices.Concat(lines[:d.from], put, lines[d.to:])
	}
	return []byte(strings.Join(lines, ""))
}

func (e *editor) replace(from, to int, lines ...string) {
	e.edits = append(e.edits, edit{from, to, lines})
}

// find returns the key and value nodes of a name in a mapping, nil where there is none.
func find(mapping *yaml.Node, name string) (key, value *yaml.Node) {
	mapping = resolve(mapping)
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return mapping.Content[i], mapping.Content[i+1]
		}
	}
	return nil, nil
}

// after is the index of the first line that no longer belongs to what begins on a
// line (from 0) at a column of indent; blank lines and comments before the next part
// belong to that.
func (e *editor) after(line, indent int) int {
	end := line + 1
	for i := line + 1; i < len(e.lines); i++ {
		body := strings.TrimLeft(e.lines[i], " ")
		if strings.TrimSpace(body) == "" {
			continue
		}
		if len(e.lines[i])-len(body) <= indent {
			break
		}
		end = i + 1
	}
	return end
}

// behind is the index of the line behind the last item of a list.
func (e *editor) behind(list *yaml.Node) int {
	last := list.Content[len(list.Content)-1]
	return e.after(last.Line-1, list.Column-1)
}

func pad(n int) string { return strings.Repeat(" ", n) }

// folded gives a key a long text.
func (e *editor) folded(key *yaml.Node, text string) {
	e.replace(key.Line-1, e.after(key.Line-1, key.Column-1), wrapped(pad(key.Column-1)+key.Value+":", text, key.Column+1)...)
}

// lineWidth is where long texts are broken, in characters.
const lineWidth = 100

// wrapped is a key with a folded text, broken behind its operators.
func wrapped(key, text string, indent int) []string {
	lines := []string{key + " >-"}
	line := ""
	text = strings.Join(strings.Fields(text), " ")
	for _, part := range strings.SplitAfter(text, " OR ") {
		if line != "" && len([]rune(line))+len([]rune(part)) > lineWidth {
			lines = append(lines, pad(indent)+strings.TrimRight(line, " "))
			line = ""
		}
		line += part
	}
	return append(lines, pad(indent)+line)
}

// scalar writes a text as a YAML value, in quotes where it would else be read as
// something different.
func scalar(s string) string {
	var plain struct{ Value any }
	if !strings.ContainsAny(s, "\n\r") && yaml.Unmarshal([]byte("value: "+s), &plain) == nil && plain.Value == s {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
