package merge

// Rulings are what reviewers said of pairs of records; the zero value holds none.
type Rulings struct {
	pairsOf map[[2]string]bool
}

// Rule notes that records of a and b are one study, or are not. What is said last of
// a pair stands.
func (r *Rulings) Rule(a, b []string, one bool) {
	if r.pairsOf == nil {
		r.pairsOf = make(map[[2]string]bool)
	}
	for _, x := range a {
		for _, y := range b {
			if x != y {
				r.pairsOf[pairOf(x, y)] = one
			}
		}
	}
}

func pairOf(a, b string) [2]string {
	if a > b {
		a, b = b, a
	}
	return [2]string{a, b}
}

// ruledStrength puts what a reviewer joined before all else.
const ruledStrength = 1000

func (r Rulings) judge(a, b string) (Judgement, bool) {
	one, ok := r.pairsOf[pairOf(a, b)]
	switch {
	case !ok:
		return Judgement{}, false
	case one:
		return Judgement{Verdict: Same, Strength: ruledStrength, grounds: ruledSame}, true
	}
	return Judgement{Verdict: Apart, grounds: ruledApart}, true
}

// pairs are the positions of the records that were joined; keys need not lead there.
func (r Rulings) pairs(records []*Record) []pair {
	if len(r.pairsOf) == 0 {
		return nil
	}
	at := make(map[string]int, len(records))
	for i, rec := range records {
		at[rec.ID] = i
	}
	var out []pair
	for ids, one := range r.pairsOf {
		a, okA := at[ids[0]]
		b, okB := at[ids[1]]
		if one && okA && okB {
			out = append(out, pair{int32(min(a, b)), int32(max(a, b))})
		}
	}
	return out
}
