package bleveindex

import (
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// Scorch keeps a number with each term of a document, which it takes for how often the
// term is there, and a location of five numbers for each place. Most words are in a text
// once, and all but a few no more than three times. So the number holds both: in its low
// bits how often the term is there, if that is seldom, and above them where. What is there
// more often, or does not fit, has zero in the low bits and how often above them, and one
// location with the first place, and the distances from it of the others.
//
// A stem has no places. They are zeros, and a stem that is there once is 1, which scorch
// keeps in the dictionary itself where one document has it.
const (
	timesBits = 2
	seldom    = 1<<timesBits - 1
	// distanceBits are those of the distance of a place from the one before.
	distanceBits = 8
	// maxFrequency is the largest number that is an int on every machine.
	maxFrequency = 1<<31 - 1
)

// timesOf is how often a term is in a document.
func timesOf(frequency uint64) int {
	if times := frequency & seldom; times > 0 {
		return int(times)
	}
	return int(frequency >> timesBits)
}

// addCount counts a term.
func addCount(freq *index.TokenFreq, _ int) {
	times := timesOf(uint64(freq.Frequency())) + 1
	if times > seldom {
		times <<= timesBits
	}
	freq.SetFrequency(times)
}

// addPlace counts a term, and places it behind its other places.
func addPlace(freq *index.TokenFreq, position int) {
	was := freq.Frequency()
	times := was & seldom
	switch {
	case was == 0:
		if position <= maxFrequency>>timesBits {
			freq.SetFrequency(position<<timesBits | 1)
			return
		}
	case times > 0:
		var space [seldom]uint64
		places := appendPlaces(space[:0], uint64(was))
		distance := position - int(places[len(places)-1])
		above := was >> timesBits
		if times < seldom && distance < 1<<distanceBits && above <= maxFrequency>>(timesBits+distanceBits) {
			freq.SetFrequency((above<<distanceBits|distance)<<timesBits | times + 1)
			return
		}
		first := places[0]
		freq.Locations = []*index.TokenLocation{{Position: int(first), ArrayPositions: make([]uint64, 0, 2*len(places))}}
		for _, p := range places[1:] {
			freq.Locations[0].ArrayPositions = append(freq.Locations[0].ArrayPositions, p-first)
		}
		was = times << timesBits
	}
	freq.SetFrequency(was + 1<<timesBits)
	if len(freq.Locations) == 0 {
		freq.Locations = []*index.TokenLocation{{Position: position}}
		return
	}
	at := freq.Locations[0]
	at.ArrayPositions = append(at.ArrayPositions, uint64(position-at.Position))
}

// appendPlaces adds the places that a frequency holds to at, in order.
func appendPlaces(at []uint64, frequency uint64) []uint64 {
	times := int(frequency & seldom)
	place := frequency >> timesBits >> (distanceBits * max(0, times-1))
	for i := range times {
		if i > 0 {
			place += frequency >> timesBits >> (distanceBits * (times - 1 - i)) & (1<<distanceBits - 1)
		}
		at = append(at, place)
	}
	return at
}

// positions adds the places of a term in a document to at, in order.
func positions(p segment.Posting, at []uint64) []uint64 {
	at = appendPlaces(at, p.Frequency())
	for _, l := range p.Locations() {
		first := l.Pos()
		at = append(at, first)
		for _, distance := range l.ArrayPositions() {
			at = append(at, first+distance)
		}
	}
	return at
}
