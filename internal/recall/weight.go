package recall

import "math"

// OfferWeight says how much a term offers to a search: relevant is how many of the
// relevant items hold it, of so many; found how many of all items, of so many. It is
// the number of relevant items times the relevance weight of Robertson and Sparck
// Jones (1976, J Am Soc Inf Sci 27:129–146), in the form of Robertson (1990, J Doc
// 46:359–364). A term that is as common among all items as among the relevant ones
// weighs nothing or less.
func OfferWeight(relevant, ofRelevant, found, ofAll int) float64 {
	r, R, n, N := float64(relevant), float64(ofRelevant), float64(found), float64(ofAll)
	return r * math.Log((r+0.5)*(N-n-R+r+0.5)/((n-r+0.5)*(R-r+0.5)))
}

// Surprise says how sure it is that a term is likelier in the relevant items than in the
// others: the logarithm of the odds ratio in standard errors, with half an item added to
// each cell (Woolf 1955, Ann Hum Genet 19:251–253; Haldane 1956, Ann Hum Genet
// 20:309–311). The counts are those of OfferWeight. Above 1.645 it is chance in fewer
// than one of twenty terms.
func Surprise(relevant, ofRelevant, found, ofAll int) float64 {
	a, b := float64(relevant)+0.5, float64(found-relevant)+0.5
	c, d := float64(ofRelevant-relevant)+0.5, float64(ofAll-found-ofRelevant+relevant)+0.5
	return math.Log(a*d/(b*c)) / math.Sqrt(1/a+1/b+1/c+1/d)
}
