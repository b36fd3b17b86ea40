// Package ngram is a table of how well short runs of letters fit each of several
// languages: its form on disk, how it is written, and how a text is weighed by it.
package ngram

import "math/bits"

// A Gram is up to MaxOrder symbols, one a byte, the last in the lowest. Symbol 0 is
// none, Border is the edge of a word, the others are letters.
type Gram uint64

const (
	// Border is the symbol of the edge of a word. That of a script's i-th letter is
	// Border + 1 + i.
	Border = 1
	// MaxOrder is the most symbols of a gram.
	MaxOrder = 5
	// MaxLetters is the most letters that have symbols.
	MaxLetters = 254
)

// Then is the gram with one more symbol.
func (g Gram) Then(symbol byte) Gram { return g<<8 | Gram(symbol) }

// Order is the number of symbols.
func (g Gram) Order() int { return (bits.Len64(uint64(g)) + 7) / 8 }

// Context is the gram without its last symbol.
func (g Gram) Context() Gram { return g >> 8 }

// Shorter is the gram without its first symbol.
func (g Gram) Shorter() Gram { return g &^ (0xff << (8 * (g.Order() - 1))) }

// Initial is the gram with the edge of a word before it.
func (g Gram) Initial() Gram { return Border<<(8*g.Order()) | g }
