package demo

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// written are the places in a frame that are made up and not taken from a list.
var written = map[string]bool{"t": true, "n": true, "d": true, "pc": true, "y": true, "x": true, "name": true}

// writer writes the texts of records in one language, one record after another.
type writer struct {
	book *phrasebook
	rng  *rand.Rand

	titles, sentences, topicTitles, topic, off deck
	journals                                   []string

	// Of the record at hand: what it is about, and the terms it comes back to.
	theme Theme
	focus []string
	// buf is what is being written, second says that its last year was the first of two.
	buf    []byte
	second bool
}

// journals is how many journals there are in a language.
const journals = 40

func newWriter(b *phrasebook, rng *rand.Rand) *writer {
	w := &writer{
		book: b, rng: rng,
		titles: deck{cards: b.titles}, sentences: deck{cards: b.sentences},
		topicTitles: deck{cards: b.topicTitles}, topic: deck{cards: b.topic}, off: deck{cards: b.off},
	}
	for range journals {
		w.buf = w.buf[:0]
		w.fill(b.journals[rng.IntN(len(b.journals))])
		w.journals = append(w.journals, string(w.buf))
	}
	return w
}

func (w *writer) journal() string { return w.journals[w.rank(len(w.journals))] }

// focusTerms is how many terms a record comes back to.
const focusTerms = 6

// begin starts another record.
func (w *writer) begin(theme Theme) {
	w.theme = theme
	w.focus = w.focus[:0]
	for range focusTerms {
		w.focus = append(w.focus, w.newTerm())
	}
}

// keywords are the first of the terms that the record comes back to.
func (w *writer) keywords() []string {
	return slices.Clone(w.focus[:2+w.rng.IntN(focusTerms-1)])
}

// title is that of a work on topic of the demonstration corpus, and a term, or
// anything.
func (w *writer) title() string {
	w.buf, w.second = w.buf[:0], false
	if w.theme == Topic {
		w.fill(w.topicTitles.deal(w.rng))
		w.buf = append(w.buf, " – "...)
		w.buf = append(w.buf, w.focus[0]...)
	} else {
		w.fill(w.titles.deal(w.rng))
	}
	w.capitalise(0)
	return string(w.buf)
}

// spread is the standard deviation of the logarithm of an abstract's length. With it
// the 5th and the 95th percentile are 0.48 and 2.1 times the median.
const spread = 0.45

// abstract writes sentences until the text is as long as was drawn.
func (w *writer) abstract() string {
	want := int(float64(w.book.median) * math.Exp(spread*w.rng.NormFloat64()))
	want = max(want, w.book.median/5)
	w.buf = w.buf[:0]
	for length := 0; length < want; {
		if length > 0 {
			w.buf = append(w.buf, w.book.joint...)
		}
		start := len(w.buf)
		w.sentence()
		n := utf8.RuneCount(w.buf[start:])
		// The last sentence stays when that comes nearer to what is wanted.
		if length > 0 && length+n/2 > want {
			w.buf = w.buf[:start-len(w.book.joint)]
			break
		}
		length += n
	}
	return string(w.buf)
}

// sentence writes one of the demonstration corpus, on topic in more than half of the
// sentences of a record that is, or one from a frame.
func (w *writer) sentence() {
	start := len(w.buf)
	w.second = false
	switch {
	case w.theme == Topic && w.rng.IntN(5) < 3:
		w.fill(w.topic.deal(w.rng))
	case w.theme != Topic && w.off.cards != nil && w.rng.IntN(25) == 0:
		w.fill(w.off.deal(w.rng))
	default:
		w.fill(w.sentences.deal(w.rng))
		if len(w.book.tails) > 0 && w.rng.IntN(3) == 0 {
			stop, size := utf8.DecodeLastRune(w.buf)
			w.buf = w.buf[:len(w.buf)-size]
			w.fill(w.book.tails[w.rng.IntN(len(w.book.tails))])
			w.buf = utf8.AppendRune(w.buf, stop)
		}
	}
	w.capitalise(start)
}

// capitalise makes the letter at start a capital.
func (w *writer) capitalise(start int) {
	r, size := utf8.DecodeRune(w.buf[start:])
	if u := unicode.ToUpper(r); u != r {
		rest := slices.Clone(w.buf[start+size:])
		w.buf = append(utf8.AppendRune(w.buf[:start], u), rest...)
	}
}

// fill writes a frame with its places filled.
func (w *writer) fill(f frame) {
	for _, p := range f {
		switch p.slot {
		case "":
			w.buf = append(w.buf, p.text...)
		case "t":
			w.buf = append(w.buf, w.anyTerm()...)
		case "m":
			w.modifier()
		case "n":
			w.number(8, 600)
		case "d":
			w.number(1, 10)
		case "pc":
			w.number(3, 90)
		case "y":
			w.year()
		case "x":
			w.code()
		case "name":
			w.name()
		default:
			list := w.book.lists[p.slot]
			w.fill(list[w.rank(len(list))])
		}
	}
}

func (w *writer) number(from, until int) {
	w.buf = strconv.AppendInt(w.buf, int64(from+w.rng.IntN(until-from)), 10)
}

// year writes a year, of two in a text the later one second.
func (w *writer) year() {
	if w.second {
		w.number(2008, 2025)
	} else {
		w.number(1990, 2008)
	}
	w.second = !w.second
}

// anyTerm is, two times in five, one that the record comes back to.
func (w *writer) anyTerm() string {
	if len(w.focus) > 0 && w.rng.IntN(5) < 2 {
		return w.focus[w.rng.IntN(len(w.focus))]
	}
	return w.newTerm()
}

// newTerm joins a modifier and a head.
func (w *writer) newTerm() string {
	start := len(w.buf)
	w.fill(w.book.term)
	term := string(w.buf[start:])
	w.buf = w.buf[:start]
	return term
}

// modifier writes an entry of the list or, as often, a learned word.
func (w *writer) modifier() {
	b := w.book
	if b.first != nil && w.rng.IntN(2) == 0 {
		w.learned()
		return
	}
	list := b.lists["m"]
	w.fill(list[w.rank(len(list))])
}

// learned writes a word of one or, each of them more rarely, two beginnings and an end.
func (w *writer) learned() {
	b := w.book
	f, l := len(b.first), len(b.last)
	rank := w.rank(f * l * (1 + len(b.second)))
	at := rank % (f * l) * stride % (f * l)
	w.buf = append(w.buf, b.first[at%f]...)
	if more := rank / (f * l); more > 0 {
		w.buf = append(w.buf, b.second[more-1]...)
	}
	w.buf = append(w.buf, b.last[at/f]...)
}

// stride is a prime that spreads ranks over a table, so that entries beside each other
// are not as frequent as each other.
const stride = 1_000_003

// rank draws a number below n, k with a probability that falls as 1/(k+shift): the law
// of Zipf in the form of Mandelbrot (1953), by which words are frequent in texts.
func (w *writer) rank(n int) int {
	const shift = 30
	k := shift * (math.Pow(1+float64(n)/shift, w.rng.Float64()) - 1)
	return min(int(k), n-1)
}

// code writes an abbreviation as methods and substances have, "TR" or "KTR-4".
func (w *writer) code() {
	const letters = 26
	at := w.rank(letters*letters*letters) * stride % (letters * letters * letters)
	if at%2 == 0 {
		w.buf = append(w.buf, byte('A'+at/letters/letters))
	}
	w.buf = append(w.buf, byte('A'+at/letters%letters), byte('A'+at%letters))
	if at%3 == 0 {
		w.buf = append(w.buf, '-', byte('1'+at%9))
	}
}

// Names of places that do not exist are any of nameStarts before any of nameEnds.
var (
	nameStarts = strings.Fields("Alvo Bram Cald Dorn Elm Fenn Garl Holm Isel Jarn Kell Lund Marn Nor Ostr Pell Quarn Rosk Sand Torv Ulm Vald Wend Yarn Zell Brest Crom Drav Eskil Fron")
	nameEnds   = strings.Fields("ada aven berg by combe dal dorf ea ero feld ford gard ham hav holt ia ica ien ing ira isk land lev mar mont nes ona ora ost rup sele stad stow ta tal una vik ville wick worth")
)

func (w *writer) name() {
	at := w.rank(len(nameStarts)*len(nameEnds)) * stride % (len(nameStarts) * len(nameEnds))
	w.buf = append(w.buf, nameStarts[at%len(nameStarts)]...)
	w.buf = append(w.buf, nameEnds[at/len(nameStarts)]...)
}

// deck deals frames in random order, each once before any comes again.
type deck struct {
	cards []frame
	order []int
	next  int
}

func (d *deck) deal(rng *rand.Rand) frame {
	if d.next == len(d.order) {
		d.order, d.next = rng.Perm(len(d.cards)), 0
	}
	d.next++
	return d.cards[d.order[d.next-1]]
}
