package ngram

import "encoding/binary"

// Sum adds up what a text costs in each language of a part. The symbols are given
// one by one; each counts as the longest gram that ends in it and has a row.
//
// No gram reaches over the edge of a word. So a word costs the same wherever it
// stands, and is weighed gram by gram only where the Sum does not remember it from
// before: a few thousand words make up most of all texts. A Sum is made for reuse,
// and allocates nothing but when it is made.
type Sum struct {
	part *Part
	memo memo
	// word is what has been read of a word, of length symbols. Once it is spelt, its
	// symbols are added one by one, and length says nothing.
	word    word
	length  int
	spelt   bool
	context context
	// costs are in steps. Eight languages at once are added up in lanes of 16 bits,
	// which are emptied before they could run over.
	costs   [MaxLanguages]uint32
	lanes   lanes
	pending int
	symbols int
}

// NewSum makes a Sum for the texts in a part's script.
func NewSum(p *Part) *Sum {
	s := &Sum{part: p, memo: newMemo(p.words)}
	s.Start()
	return s
}

// Start begins a text, as after the edge of a word.
func (s *Sum) Start() {
	s.endWord()
	s.costs, s.lanes = [MaxLanguages]uint32{}, lanes{}
	s.pending, s.symbols = 0, 0
}

// Add goes on by one symbol. Symbol 0, for a letter that no language has, costs
// nothing and leaves the next without a context.
func (s *Sum) Add(symbol byte) {
	if symbol > Border && s.length < maxLength {
		s.word = s.word.then(symbol)
		s.length++
		return
	}
	s.addOther(symbol)
}

// addOther goes on by a symbol that is not simply the next of a word.
func (s *Sum) addOther(symbol byte) {
	switch {
	case symbol != Border:
		s.spell()
		s.addSymbol(symbol)
	case s.spelt:
		s.addSymbol(Border)
		s.endWord()
	case s.length > 0:
		s.addWord()
		s.endWord()
	}
}

func (s *Sum) endWord() {
	s.word, s.length, s.spelt = word{}, 0, false
}

// spell adds the symbols of the word read so far, and has those that follow added
// one by one.
func (s *Sum) spell() {
	if s.spelt {
		return
	}
	s.context = wordEdge
	for i := s.length - 1; i >= 0; i-- {
		s.addSymbol(s.word.symbol(i))
	}
	s.spelt, s.length = true, maxLength
}

// addSymbol adds what a symbol costs after those before it.
func (s *Sum) addSymbol(symbol byte) {
	row := s.context.next(s.part, symbol)
	if row == nil {
		return
	}
	s.makeRoom(1)
	s.lanes.addRow(row)
}

// addWord adds what the word and its end cost.
func (s *Sum) addWord() {
	costs, known := s.memo.find(s.word)
	if !known {
		s.part.weigh(s.word, s.length, costs)
	}
	s.makeRoom(s.length + 1)
	to := s.lanes[:len(costs)]
	for i, c := range costs {
		to[i] += c
	}
}

// full is how often a byte can be added to a lane.
const full = 0xffff / 0xff

// makeRoom has the lanes take up so many more symbols.
func (s *Sum) makeRoom(symbols int) {
	if s.pending+symbols > full {
		s.flush()
	}
	s.pending += symbols
	s.symbols += symbols
}

func (s *Sum) flush() {
	for i := range s.part.words {
		for lane := range 4 {
			s.costs[8*i+2*lane] += uint32(s.lanes[2*i] >> (16 * lane) & 0xffff)
			s.costs[8*i+2*lane+1] += uint32(s.lanes[2*i+1] >> (16 * lane) & 0xffff)
		}
		s.lanes[2*i], s.lanes[2*i+1] = 0, 0
	}
	s.pending = 0
}

// Costs are what the text so far costs in each of the part's languages, in steps,
// and of how many symbols. They are valid until the next call of a method.
func (s *Sum) Costs() (costs []uint32, symbols int) {
	if s.length > 0 {
		s.spell()
	}
	s.flush()
	return s.costs[:len(s.part.Languages)], s.symbols
}

// lanes hold eight sums in each pair: those of the even places in the first, of the
// odd ones in the second.
type lanes [2 * maxWords]uint64

// evenBytes are every second byte, each at the lower end of a lane.
const evenBytes = 0x00ff00ff00ff00ff

// addRow adds a byte to each lane.
func (l *lanes) addRow(row []byte) {
	for i := 0; len(row) >= 8 && i < maxWords; i++ {
		w := binary.LittleEndian.Uint64(row)
		l[2*i] += w & evenBytes
		l[2*i+1] += w >> 8 & evenBytes
		row = row[8:]
	}
}

// context is the last symbols of a text, from the edge of a word on, and how many.
type context struct {
	gram  Gram
	order int
}

// wordEdge is the context of the first letter of a word.
var wordEdge = context{Border, 1}

// next goes on by a symbol and returns the row of the longest gram that ends in it,
// nil for symbol 0.
func (c *context) next(p *Part, symbol byte) []byte {
	if symbol == 0 {
		*c = context{}
		return nil
	}
	if c.order == MaxOrder {
		c.gram &= 1<<(8*(MaxOrder-1)) - 1
		c.order--
	}
	c.gram = c.gram.Then(symbol)
	c.order++
	g := c.gram
	for order := c.order; order > 0; order-- {
		if row := p.row(g); row != nil {
			return row
		}
		g &= 1<<(8*(order-1)) - 1
	}
	return nil
}
