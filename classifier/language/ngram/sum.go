package ngram

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
	// run is what has been read and not yet added, and context what is before it.
	run     run
	context Gram
	// costs are in steps. Those of eight languages are added up in lanes of 16 bits,
	// which are emptied before they could run over.
	costs   [MaxLanguages]uint32
	lanes   lanes
	pending int
	symbols int
}

// lanes hold eight sums in each pair: those of the even places in the first, of the
// odd ones in the second.
type lanes [2 * maxWords]uint64

// NewSum makes a Sum for the texts in a part's script.
func NewSum(p *Part) *Sum {
	s := &Sum{part: p, memo: newMemo(p.words)}
	s.Start()
	return s
}

// Start begins a text, as after the edge of a word.
func (s *Sum) Start() {
	s.run, s.context = run{}, Border
	s.costs, s.lanes = [MaxLanguages]uint32{}, lanes{}
	s.pending, s.symbols = 0, 0
}

// Add goes on by one symbol. Symbol 0, for a letter that no language has, costs
// nothing and leaves the next without a context.
func (s *Sum) Add(symbol byte) {
	switch {
	case symbol > Border && s.run.length < maxRun-1: // a border has room behind it
		s.run.add(symbol)
	case symbol > Border:
		s.addRun()
		s.run.add(symbol)
	case symbol == Border:
		s.endWord()
	default:
		s.addRun()
		s.context = 0
	}
}

// addRun adds what has been read of a word that goes on.
func (s *Sum) addRun() {
	var costs lanes
	s.context = s.part.weigh(s.context, s.run, &costs)
	s.add(costs[:2*s.part.words])
}

// endWord adds the word that has been read, or the rest of it. A second border in a
// row is none.
func (s *Sum) endWord() {
	if s.context == Border && s.run.length == 0 {
		return
	}
	s.run.add(Border)
	if s.context != Border {
		s.addRun()
		s.context = Border
		return
	}
	costs, known := s.memo.find(s.run)
	if !known {
		var sum lanes
		s.part.weigh(Border, s.run, &sum)
		copy(costs, sum[:])
	}
	s.add(costs)
}

// full is how often a byte can be added to a lane.
const full = 0xffff / 0xff

// add adds what the run costs, and ends it.
func (s *Sum) add(costs []uint64) {
	if s.pending+s.run.length > full {
		s.flush()
	}
	s.pending += s.run.length
	s.symbols += s.run.length
	s.run = run{}
	to := s.lanes[:len(costs)]
	for i, c := range costs {
		to[i] += c
	}
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
	s.addRun()
	s.flush()
	return s.costs[:len(s.part.Languages)], s.symbols
}
