package relevance

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNoIncludes means that there is nothing to learn from.
var ErrNoIncludes = errors.New("no included record to learn from: name seed studies, import labelled references, or include a record that has a title")

// Conflict is records whose labels contradict each other: one that was labelled
// twice, or copies of one text. The model learns from none of them.
type Conflict struct {
	// IDs of the records, in rising order; one where a record is labelled twice.
	IDs []string
}

// String says what is wrong and the way out.
func (c Conflict) String() string {
	if len(c.IDs) == 1 {
		return c.IDs[0] + " is labelled include and exclude: it is not learnt from until one of the labels is taken back"
	}
	return strings.Join(c.IDs, ", ") + " have the same text and are labelled include and exclude: they are not learnt from until the labels agree"
}

// sign is what a record is in training: 1 included, -1 anything else, 0 left out.
type sign int8

// training is what labels say of the records of a space.
type training struct {
	signs []sign
	// excluded tells the negatives that reviewers decided on from the others.
	excluded []bool
	// includes are the positions of the records with sign 1.
	includes  []int
	conflicts []Conflict
	// unknown are labelled records that the space does not have, wordless included
	// ones that share no word with any other.
	unknown, wordless []string
}

// training lays labels over the records.
func (s *Space) training(labels []Labelled) (*training, error) {
	said := make([]verdict, s.Len())
	t := &training{signs: make([]sign, s.Len()), excluded: make([]bool, s.Len())}
	for _, l := range labels {
		i := s.Index(l.ID)
		switch {
		case l.Label != Include && l.Label != Exclude:
			return nil, fmt.Errorf("relevance: record %q has the label %q: want %s or %s", l.ID, l.Label, Include, Exclude)
		case i < 0:
			t.unknown = append(t.unknown, l.ID)
		case l.Label == Include:
			said[i] |= included
		default:
			said[i] |= excluded
		}
	}
	slices.Sort(t.unknown)
	t.unknown = slices.Compact(t.unknown)

	ofText := make(map[uint64]verdict)
	for i, v := range said {
		ofText[s.text(i)] |= v
	}
	conflicts := make(map[uint64][]string)
	for i, v := range said {
		text := s.text(i)
		switch {
		case v != 0 && ofText[text] == included|excluded:
			conflicts[text] = append(conflicts[text], s.ID(i))
		case v == included && len(s.Row(i).features) == 0:
			t.wordless = append(t.wordless, s.ID(i))
		case v == included:
			t.signs[i] = 1
			t.includes = append(t.includes, i)
		default:
			t.signs[i] = -1
			t.excluded[i] = v == excluded
		}
	}
	for _, ids := range conflicts {
		t.conflicts = append(t.conflicts, Conflict{ids})
	}
	slices.SortFunc(t.conflicts, func(a, b Conflict) int { return slices.Compare(a.IDs, b.IDs) })
	return t, nil
}

// verdict is what labels say of a record or a text.
type verdict uint8

const (
	included verdict = 1 << iota
	excluded
)

// text tells records of the same text from others. A record without words is the
// copy of none.
func (s *Space) text(i int) uint64 {
	if len(s.Row(i).features) == 0 {
		return uint64(i)
	}
	return s.copies[i]
}
