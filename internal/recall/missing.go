package recall

import (
	"math"
	"math/bits"
)

// Missing estimates how many items of a population no list has seen.
type Missing struct {
	// Method names the estimator.
	Method Method `json:"method"`
	// Seen is how many items are on one list or more, Total the estimate of how many
	// there are; Low and High bound it with 95 % confidence.
	Seen  int     `json:"seen"`
	Total float64 `json:"total"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	// Dependent are the pairs of lists that share more or fewer items than
	// independent lists would, as far as the estimator can tell; nil where it cannot.
	Dependent []Dependence `json:"dependent,omitempty"`
}

// Method is an estimator.
type Method string

// The estimators.
const (
	// MethodChapman is for two lists.
	MethodChapman Method = "chapman"
	// MethodChao is a lower bound for any number of lists.
	MethodChao Method = "chao-lower-bound"
	// MethodLogLinear is a model of three lists to six.
	MethodLogLinear Method = "log-linear"
)

// Dependence is a pair of lists, by position, that are not independent.
type Dependence struct {
	A int `json:"a"`
	B int `json:"b"`
	// LogOdds is positive where the lists see the same items more often than by
	// chance, which makes an estimate that takes them for independent too low.
	LogOdds float64 `json:"log_odds"`
}

// Rate is the part of the whole that was seen, by the estimate.
func (m Missing) Rate() float64 {
	if m.Total <= 0 {
		return 0
	}
	return float64(m.Seen) / m.Total
}

// Chapman estimates a population from two lists of a and b items, both of which hold
// shared: Chapman (1951, Univ Calif Publ Stat 1:131–160), which is nearly unbiased
// where Lincoln and Petersen's ratio is not. The interval is the transformed logit
// interval of Sadinle (2009, Commun Stat Simul Comput 38:1909–1924). Lists that find
// the same items more often than by chance make it too low, and two lists cannot tell.
func Chapman(a, b, shared int) Missing {
	n, k, m := float64(a), float64(b), float64(shared)
	seen := a + b - shared
	out := Missing{Method: MethodChapman, Seen: seen, Total: (n+1)*(k+1)/(m+1) - 1}
	onlyA, onlyB, both := n-m+0.5, k-m+0.5, m+0.5
	spread := z * math.Sqrt(1/both+1/onlyA+1/onlyB+both/(onlyA*onlyB))
	base, unseen := float64(seen)-0.5, onlyA*onlyB/both
	out.Low = max(float64(seen), base+unseen*math.Exp(-spread))
	out.High = max(out.Total, base+unseen*math.Exp(spread))
	return out
}

// Chao is a lower bound of a population from how many items are on exactly one of
// the lists and on exactly two: Chao (1987, Biometrics 43:783–791), in the form for a
// given number of lists of Chao and Colwell (2017, SORT 41:3–54), and bias-corrected
// where no item is on two. It holds although items differ in how easily they are
// found, and is too low when they differ much or the lists find the same ones. The
// interval supposes that the logarithm of the unseen number is normal, as the paper
// does.
func Chao(seen, once, twice, lists int) Missing {
	out := Missing{Method: MethodChao, Seen: seen, Total: float64(seen), Low: float64(seen), High: float64(seen)}
	if lists < 2 || once == 0 {
		return out
	}
	f1, f2 := float64(once), float64(twice)
	c := float64(lists-1) / float64(lists)
	var unseen, variance float64
	if twice > 0 {
		r := f1 / f2
		unseen = c * f1 * r / 2
		variance = f2 * (c*r*r/2 + c*c*r*r*r + c*c*r*r*r*r/4)
	} else {
		unseen = c * f1 * (f1 - 1) / 2
		variance = c*f1*(f1-1)/2 + c*c*f1*(2*f1-1)*(2*f1-1)/4 - c*c*f1*f1*f1*f1/(4*(float64(seen)+unseen))
	}
	return out.with(unseen, variance)
}

// with completes an estimate by its unseen part and its variance: the log-normal
// interval of Chao (1987), which never goes below what was seen.
func (m Missing) with(unseen, variance float64) Missing {
	seen := float64(m.Seen)
	m.Total, m.Low, m.High = seen+unseen, seen, seen
	if unseen > 0 {
		factor := math.Exp(z * math.Sqrt(math.Log1p(max(variance, 0)/(unseen*unseen))))
		m.Low, m.High = seen+unseen/factor, seen+unseen*factor
	}
	return m
}

// Histories counts items by the lists they are on: bit i of the key stands for list i.
// Items on no list are not counted.
type Histories map[uint]int

// Seen is how many items are on one list or more.
func (h Histories) Seen() int {
	n := 0
	for history, count := range h {
		if history != 0 {
			n += count
		}
	}
	return n
}

// On is how many items are on all of the lists of a history, and maybe on others.
func (h Histories) On(lists uint) int {
	n := 0
	for history, count := range h {
		if history&lists == lists {
			n += count
		}
	}
	return n
}

// Times is how many items are on exactly so many lists.
func (h Histories) Times(lists int) int {
	n := 0
	for history, count := range h {
		if bits.OnesCount(history) == lists {
			n += count
		}
	}
	return n
}
