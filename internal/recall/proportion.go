// Package recall holds the statistics of what a search finds and misses: shares of a
// known set with their intervals, estimates of how much is still missing from the
// overlap of sources, and the weight of a term for finding more. It knows numbers
// alone, nothing of records or reviews.
package recall

import "math"

// z is the normal quantile of a two-sided 95 % interval.
const z = 1.959963984540054

// Share is a part of a whole, with a 95 % interval of the rate behind it.
type Share struct {
	Hits int `json:"hits"`
	Of   int `json:"of"`
	// Rate is Hits divided by Of, 0 where Of is 0; Low and High lie between 0 and 1.
	Rate float64 `json:"rate"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// ShareOf makes a Share with the score interval of Wilson (1927, J Am Stat Assoc
// 22:209–212), which holds for small numbers and for none or all too. Of nothing,
// nothing is known: the interval is 0 to 1.
func ShareOf(hits, of int) Share {
	if of == 0 {
		return Share{High: 1}
	}
	n, p := float64(of), float64(hits)/float64(of)
	middle := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	scale := 1 + z*z/n
	return Share{Hits: hits, Of: of, Rate: p, Low: max(0, (middle-half)/scale), High: min(1, (middle+half)/scale)}
}
