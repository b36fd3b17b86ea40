package merge

import (
	"strings"
	"sync"

	"polyglean/internal/fold"
)

// texts are used again: a record has a dozen short texts to fold.
var texts = sync.Pool{New: func() any { return new(fold.Text) }}

// foldWords returns the first words of s, folded, and the letters of them all without
// what parts them. The words are parts of that string.
func foldWords(s string, limit int) (words []string, letters string) {
	t := texts.Get().(*fold.Text)
	t.Reset(s)
	words = make([]string, min(t.Len(), limit))
	size := 0
	for i := range words {
		size += len(t.Word(i))
	}
	var b strings.Builder
	b.Grow(size)
	for i := range words {
		b.Write(t.Word(i))
	}
	letters = b.String()
	from := 0
	for i := range words {
		n := len(t.Word(i))
		words[i] = letters[from : from+n]
		from += n
	}
	release(t)
	return words, letters
}

// folded is fold.Fold.
func folded(s string) string {
	if s == "" {
		return ""
	}
	t := texts.Get().(*fold.Text)
	t.Reset(s)
	s = t.String()
	release(t)
	return s
}

// release gives a text back, without the string that it was made of.
func release(t *fold.Text) {
	t.Reset("")
	texts.Put(t)
}
