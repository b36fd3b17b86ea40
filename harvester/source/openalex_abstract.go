package source

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// maxAbstract is the most words an abstract may have. OpenAlex has indexed whole
// books as abstracts; anything above this is a mistake or an attack, since a
// single position of 10^9 would ask for that much memory.
const maxAbstract = 20_000

// openAlexAbstract is an abstract as plain text, put together from its inverted index:
// the positions of each word.
type openAlexAbstract string

var errInvertedIndex = errors.New("field abstract_inverted_index is not an object of lists of positions")

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (a *openAlexAbstract) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	*a = ""
	if null, err := begin(dec, jsontext.KindBeginObject); err != nil || null {
		return err
	}
	words := abstractWords.Get().(*placedWords)
	defer words.release()
	for dec.PeekKind() != jsontext.KindEndObject {
		word, err := dec.ReadToken()
		if err != nil {
			return err
		}
		from := len(words.letters)
		words.letters = append(words.letters, word.String()...)
		if err := words.read(dec, span{from, len(words.letters)}); err != nil {
			return err
		}
	}
	*a = openAlexAbstract(plainText(words.String()))
	_, err := dec.ReadToken()
	return err
}

// begin goes into an object or array of an inverted index, or past the null in its place.
func begin(dec *jsontext.Decoder, want jsontext.Kind) (null bool, err error) {
	token, err := dec.ReadToken()
	if err != nil {
		return false, err
	}
	if kind := token.Kind(); kind != want && kind != jsontext.KindNull {
		return false, errInvertedIndex
	}
	return token.Kind() == jsontext.KindNull, nil
}

// abstractWords are used again and again: the words of an abstract take more room than
// all else in a work.
var abstractWords = sync.Pool{New: func() any { return new(placedWords) }}

// release gives back the room of the words, unless it was for a whole book.
func (w *placedWords) release() {
	const most = 64 << 10
	if cap(w.letters) <= most {
		*w = placedWords{letters: w.letters[:0], at: w.at[:0]}
		abstractWords.Put(w)
	}
}

// placedWords are words at their positions in a text.
type placedWords struct {
	letters []byte // of all words, each once
	at      []span // where the letters of the word at a position are; none at a gap
	// further are words at positions that are taken.
	further []furtherWord
	count   int // of words
	size    int // of the text
}

type span struct{ from, to int }

type furtherWord struct {
	at   int
	word span
}

// read reads the positions of a word.
func (w *placedWords) read(dec *jsontext.Decoder, word span) error {
	if null, err := begin(dec, jsontext.KindBeginArray); err != nil || null {
		return err
	}
	for dec.PeekKind() != jsontext.KindEndArray {
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if kind := token.Kind(); kind != jsontext.KindNumber && kind != jsontext.KindString {
			return errInvertedIndex
		}
		at, err := strconv.Atoi(token.String())
		if err != nil || at < 0 || at >= maxAbstract {
			return fmt.Errorf("field abstract_inverted_index has the position %s, outside of 0 to %d", token, maxAbstract-1)
		}
		if w.count == maxAbstract {
			return fmt.Errorf("field abstract_inverted_index has more than %d words", maxAbstract)
		}
		w.place(at, word)
	}
	_, err := dec.ReadToken()
	return err
}

func (w *placedWords) place(at int, word span) {
	w.count++
	w.size += word.to - word.from + 1
	if gap := at + 1 - len(w.at); gap > 0 {
		w.at = append(w.at, make([]span, gap)...)
	}
	if w.at[at] == (span{}) {
		w.at[at] = word
		return
	}
	w.further = append(w.further, furtherWord{at, word})
}

func (w *placedWords) text(s span) string { return string(w.letters[s.from:s.to]) }

// String is the text. Words at one position stand in the order of their letters, so that
// the same record reads the same each time.
func (w *placedWords) String() string {
	var b strings.Builder
	b.Grow(w.size)
	write := func(s span) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.Write(w.letters[s.from:s.to])
	}
	if w.further == nil {
		for _, s := range w.at {
			if s != (span{}) {
				write(s)
			}
		}
		return b.String()
	}
	all := w.further
	for at, s := range w.at {
		if s != (span{}) {
			all = append(all, furtherWord{at, s})
		}
	}
	slices.SortFunc(all, func(a, b furtherWord) int {
		return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(w.text(a.word), w.text(b.word)))
	})
	for _, f := range all {
		write(f.word)
	}
	return b.String()
}
