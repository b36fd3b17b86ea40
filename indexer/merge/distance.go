package merge

import "unicode/utf8"

// likeness is how alike two strings are, from 0 to 1: one less the edits (insert,
// delete, replace, swap neighbours) that turn one into the other, by the length of
// the longer. Below least it gives up and returns 0.
func likeness(a, b string, least float64) float64 {
	if a == b {
		return 1
	}
	shorter, longer := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	if shorter > longer {
		a, b, shorter, longer = b, a, longer, shorter
	}
	budget := int(float64(longer) * (1 - least))
	if longer == 0 || longer-shorter > budget {
		return 0
	}
	a, b = trimCommon(a, b)
	var spaceA, spaceB [128]rune // titles mostly fit
	ra, rb := appendRunes(spaceA[:0], a), appendRunes(spaceB[:0], b)
	d := edits(ra, rb, budget)
	if d > budget {
		return 0
	}
	return 1 - float64(d)/float64(longer)
}

// trimCommon takes off what two texts begin and end with alike, in whole runes.
func trimCommon(a, b string) (restA, restB string) {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) {
		n--
	}
	a, b = a[n:], b[n:]
	n = 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	for n > 0 && !utf8.RuneStart(a[len(a)-n]) {
		n--
	}
	return a[:len(a)-n], b[:len(b)-n]
}

func appendRunes(out []rune, s string) []rune {
	for _, r := range s {
		out = append(out, r)
	}
	return out
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
	var space [3 * 129]int
	rows := space[:]
	if 3*(len(b)+1) > len(rows) {
		rows = make([]int, 3*(len(b)+1))
	}
	before, last, row := rows[:len(b)+1], rows[len(b)+1:2*(len(b)+1)], rows[2*(len(b)+1):3*(len(b)+1)]
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
