package classifier

import (
	"math"
	"strings"

	"polyglean/classifier/language"
)

// Where the sentence before the border has no full stop, or an author's list of
// terms has no end, a piece holds the end of one language and the beginning of the
// next. The border is then moved to the words where the language changes.

const (
	// chunkBytes is the least length of the stretches of words that are weighed, in
	// bytes.
	chunkBytes = 24
	// refineGain is by how much a place within a sentence must be better than its
	// end, in natural logarithms of odds.
	refineGain = 10
	// refineBytes is how far from a border a better one is looked for, in bytes.
	refineBytes = 1000
	// refinedParts is the most parts whose borders are moved: what has more is no
	// abstract, and not worth the time.
	refinedParts = 32
)

// refine moves the borders between parts to where the language changes.
func refine(text string, pieces []piece, all []part) {
	if len(all) > refinedParts {
		return
	}
	next := 0 // the piece that the border stands before
	for i := 1; i < len(all); i++ {
		a, b := &all[i-1], &all[i]
		for pieces[next].start < b.start {
			next++
		}
		from, to := b.start, b.start
		if before := pieces[next-1]; !before.silent {
			from = max(a.start, before.start)
		}
		if behind := pieces[next]; !behind.silent {
			to = min(b.end, behind.end)
		}
		from, to = max(from, b.start-refineBytes), min(to, b.start+refineBytes)
		if at := change(text, from, to, b.start, a.lang, b.lang); at != b.start {
			a.end, b.start = at, at
		}
	}
}

// change is the place between two bytes of a text where it goes over from one
// language to the other: at, unless another is better by far.
func change(text string, from, to, at int, before, behind string) int {
	// The sum says how much more the text up to a place is in the first language
	// than in the second: the border is where it is greatest.
	sum, atBest, best, atSum := 0.0, from, 0.0, 0.0
	for start := from; start < to; {
		end := chunkEnd(text, start, to)
		if start < at && at < end {
			end = at
		}
		sum += rather(text[start:end], before, behind)
		if sum > best {
			best, atBest = sum, end
		}
		if end == at {
			atSum = sum
		}
		start = end
	}
	if best-atSum < refineGain || atBest == to && to != len(text) {
		return at
	}
	return changeOfWord(text, max(from, atBest-2*chunkBytes), min(to, atBest+2*chunkBytes), atBest, before, behind)
}

// changeOfWord does the same for every word between two bytes.
func changeOfWord(text string, from, to, at int, before, behind string) int {
	from += strings.IndexByte(text[from:at], ' ') + 1
	best := math.Inf(-1)
	for next := from; ; {
		gain := rather(text[from:next], before, behind) - rather(text[next:to], before, behind)
		if gain > best {
			best, at = gain, next
		}
		n := strings.IndexByte(text[next:to], ' ')
		if n < 0 {
			return at
		}
		next += n + 1
	}
}

// chunkEnd is the end of the stretch of words that begins at a byte.
func chunkEnd(text string, start, to int) int {
	if to-start <= chunkBytes {
		return to
	}
	n := strings.IndexByte(text[start+chunkBytes:to], ' ')
	if n < 0 {
		return to
	}
	return start + chunkBytes + n + 1
}

// rather says how much rather a text is in one language than in another, in natural
// logarithms of odds, within the bounds of evidence.
func rather(text, one, other string) float64 {
	main, letters := language.MainScript(text)
	if main == language.NoScript {
		return 0
	}
	bound := letterEvidence * float64(letters)
	var scores language.Scores
	language.New().Score(text, &scores)
	of := func(lang string) float64 {
		if score, known := scores.Of(lang); known {
			return score
		}
		return -pieceEvidence - bound
	}
	return max(-bound, min(bound, of(one)-of(other)))
}
