package ngram

import "encoding/binary"

// Sum adds up what a text costs in each language of a part. The symbols are given
// one by one; each counts as the longest gram that ends in it and has a row. It
// allocates nothing. The zero value is not usable: see Start.
type Sum struct {
	part *Part
	// gram is the last symbols, from the edge of the word on, and order how many.
	gram  Gram
	order int
	// costs are in steps. Eight languages at once are added up in the lanes of 16
	// bits of even and odd, which are emptied before they could run over.
	costs     [MaxLanguages]uint32
	even, odd [maxWords]uint64
	pending   int
	symbols   int
}

// Start begins a text, as after the edge of a word.
func (s *Sum) Start(p *Part) { *s = Sum{part: p, gram: Border, order: 1} }

// lanes are the lower halves of the 16-bit lanes.
const lanes = 0x00ff00ff00ff00ff

// full is how often a byte can be added to a lane.
const full = 0xffff / 0xff

// Add goes on by one symbol. Symbol 0, for a letter that no language has, costs
// nothing and leaves the next without a context.
func (s *Sum) Add(symbol byte) {
	switch {
	case symbol == 0:
		s.gram, s.order = 0, 0
		return
	case symbol == Border && s.gram == Border:
		return
	}
	if s.order == MaxOrder {
		s.gram &= 1<<(8*(MaxOrder-1)) - 1
		s.order--
	}
	s.gram = s.gram.Then(symbol)
	s.order++
	for g, order := s.gram, s.order; order > 0; order-- {
		if row := s.part.row(g); row != nil {
			s.addRow(row)
			break
		}
		g &= 1<<(8*(order-1)) - 1
	}
	if symbol == Border {
		s.gram, s.order = Border, 1
	}
}

func (s *Sum) addRow(row []byte) {
	if s.pending == full {
		s.flush()
	}
	s.pending++
	s.symbols++
	for i := 0; len(row) >= 8 && i < maxWords; i++ {
		w := binary.LittleEndian.Uint64(row)
		s.even[i] += w & lanes
		s.odd[i] += w >> 8 & lanes
		row = row[8:]
	}
}

func (s *Sum) flush() {
	for i := range s.part.words {
		for lane := range 4 {
			s.costs[8*i+2*lane] += uint32(s.even[i] >> (16 * lane) & 0xffff)
			s.costs[8*i+2*lane+1] += uint32(s.odd[i] >> (16 * lane) & 0xffff)
		}
		s.even[i], s.odd[i] = 0, 0
	}
	s.pending = 0
}

// Costs are what the text so far costs in each of the part's languages, in steps.
// They are valid until the next call of Add.
func (s *Sum) Costs() []uint32 {
	s.flush()
	return s.costs[:len(s.part.Languages)]
}

// Symbols is how many symbols the costs are of.
func (s *Sum) Symbols() int { return s.symbols }
