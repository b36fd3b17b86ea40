package strategy

import (
	"strconv"
	"strings"
)

// String implements Node.
func (n *And) String() string { return join(n.Parts, " AND ") }

// String implements Node.
func (n *Or) String() string { return join(n.Parts, " OR ") }

// String implements Node.
func (n *Not) String() string { return "NOT " + operand(n.Part) }

// String implements Node.
func (n *Near) String() string {
	op := " NEAR/"
	if n.Ordered {
		op = " ADJ/"
	}
	return operand(n.Left) + op + strconv.Itoa(n.Distance) + " " + operand(n.Right)
}

// String implements Node.
func (n *Term) String() string {
	s := strings.Join(n.Words, " ")
	if n.Quoted {
		s = `"` + s + `"`
	}
	if n.Field != AnyField {
		s = string(n.Field) + ":" + s
	}
	return s
}

func join(parts []Node, op string) string {
	printed := make([]string, len(parts))
	for i, part := range parts {
		printed[i] = operand(part)
	}
	return strings.Join(printed, op)
}

// operand prints a part of another, in parentheses unless it is a term or a NOT,
// which bind tighter than all else.
func operand(n Node) string {
	switch n.(type) {
	case *Term, *Not:
		return n.String()
	}
	return "(" + n.String() + ")"
}
