package ngram

import "encoding/binary"

// maxRun is the most symbols that are weighed at once: nearly all words are shorter.
const maxRun = 16

// run is up to maxRun symbols, one a byte, the last in the lowest of low.
type run struct {
	high, low uint64
	length    int
}

func (r *run) add(symbol byte) {
	r.high, r.low = r.high<<8|r.low>>56, r.low<<8|uint64(symbol)
	r.length++
}

// symbol is the i-th symbol from the end, from 0.
func (r *run) symbol(i int) byte {
	if i < 8 {
		return byte(r.low >> (8 * i))
	}
	return byte(r.high >> (8 * (i - 8)))
}

// longest are the symbols of a gram of MaxOrder.
const longest = 1<<(8*MaxOrder) - 1

// evenBytes are every second byte, each at the lower end of a lane.
const evenBytes = 0x00ff00ff00ff00ff

// weigh sets what the symbols of a run cost after a context, and returns the context of
// the next.
//
// The table is larger than the caches of a processor, and most of the time would be
// spent on waiting for it. So all that can be is asked for at once: first the slots
// of all grams, then all rows.
func (p *Part) weigh(context Gram, r run, costs *lanes) Gram {
	var grams [maxRun]Gram
	var entries [maxRun]uint64
	g := context
	for i := range r.length {
		g = g.Then(r.symbol(r.length-1-i)) & longest
		grams[i], entries[i] = g, p.slot(g.slot(p.shift))
	}
	var rows [maxRun]int
	n := 0
	for i, g := range grams[:r.length] {
		row, ok := p.row(g, entries[i])
		for !ok && g.Order() > 1 {
			g = g.Shorter()
			row, ok = p.row(g, p.slot(g.slot(p.shift)))
		}
		if ok {
			rows[n] = row
			n++
		}
	}
	for i := range p.words {
		var even, odd uint64
		for _, at := range rows[:n] {
			w := binary.LittleEndian.Uint64(p.rows[at+8*i:])
			even += w & evenBytes
			odd += w >> 8 & evenBytes
		}
		costs[2*i], costs[2*i+1] = even, odd
	}
	return g
}
