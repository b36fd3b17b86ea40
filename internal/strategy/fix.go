package strategy

import (
	"errors"
	"strings"
)

// edit is a change of a query that takes a fault away: the bytes from from to to are
// replaced.
type edit struct {
	from, to int
	with     string
}

// mend notes the change that takes the fault away.
func (e *SyntaxError) mend(from, to int, with string) *SyntaxError {
	e.edit = &edit{from, to, with}
	return e
}

// maxFixes is how many faults of a query are mended one after the other.
const maxFixes = 20

// fix completes a fault with the query as it would be without this one and all that
// come to light behind it. It leaves Fix empty where nobody but the author can tell
// what was meant.
func (e *SyntaxError) fix(adj Adjacency) {
	fault := e
	for range maxFixes {
		if fault.edit == nil {
			return
		}
		text := strings.TrimSpace(fault.Query[:fault.edit.from] + fault.edit.with + fault.Query[fault.edit.to:])
		if text == "" {
			return
		}
		_, err := read(text, adj)
		if err == nil {
			e.Fix = text
			return
		}
		if !errors.As(err, &fault) {
			return
		}
	}
}
