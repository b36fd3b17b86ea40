package merge

// likeness is how alike two strings are, from 0 to 1: one less the edits (insert,
// delete, replace, swap neighbours) that turn one into the other, by the length of
// the longer. Below least it gives up and returns 0.
func likeness(a, b string, least float64) float64 {
	if a == b {
		return 1
	}
	ra, rb := []rune(a), []rune(b)
	if len(ra) > len(rb) {
		ra, rb = rb, ra
	}
	longer := len(rb)
	budget := int(float64(longer) * (1 - least))
	if longer == 0 || longer-len(ra) > budget {
		return 0
	}
	for len(ra) > 0 && ra[0] == rb[0] {
		ra, rb = ra[1:], rb[1:]
	}
	for len(ra) > 0 && ra[len(ra)-1] == rb[len(rb)-1] {
		ra, rb = ra[:len(ra)-1], rb[:len(rb)-1]
	}
	d := edits(ra, rb, budget)
	if d > budget {
		return 0
	}
	return 1 - float64(d)/float64(longer)
}

// Edits counts the edits between two strings (insert, delete, replace, swap
// neighbours); what is over most is some number over it.
func Edits(a, b string, most int) int {
	ra, rb := []rune(a), []rune(b)
	if len(ra) > len(rb) {
		ra, rb = rb, ra
	}
	if len(rb)-len(ra) > most {
		return most + 1
	}
	return edits(ra, rb, most)
}

// edits counts the edits between a and the longer b; what is over the budget is
// some number over it. Only the band of the table that the budget allows is filled.
func edits(a, b []rune, budget int) int {
	if len(a) == 0 {
		return len(b)
	}
	over := budget + 1
	rows := make([]int, 3*(len(b)+1))
	before, last, row := rows[:len(b)+1], rows[len(b)+1:2*(len(b)+1)], rows[2*(len(b)+1):]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		from, to := max(1, i-budget), min(len(b), i+budget)
		row[from-1] = over
		if from == 1 {
			row[0] = i
		}
		best := over
		for j := from; j <= to; j++ {
			d := last[j-1]
			if a[i-1] != b[j-1] {
				d++
			}
			if j < i+budget {
				d = min(d, last[j]+1)
			}
			d = min(d, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
			best = min(best, d)
		}
		if best > budget {
			return over
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
