package relevance

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
)

// method names how a model is made; a change of what it answers changes it, and
// with it Model.Version.
const method = "1"

// Model ranks records by their resemblance to included ones. It is safe for
// concurrent use.
type Model struct {
	space   *Space
	version string
	train   *training
	// A score is the sum of a vector's features times these, and the offset.
	weights []float64
	offset  float64
	// heldOut are the scores of includes by models that did not know them, in rising
	// order, curve what makes a probability of a score. Both are found when first
	// asked for: they take several times as long as the model.
	heldOut func() []float64
	curve   func() curve
}

// Train learns from labels. Records without a label, and labels of records that
// the space does not have, are all right; what follows from them the model tells
// (Unlearnt). ErrNoIncludes if no include is left to learn from.
func (s *Space) Train(labels []Labelled) (*Model, error) {
	t, err := s.training(labels)
	if err != nil {
		return nil, err
	}
	if len(t.includes) == 0 {
		return nil, ErrNoIncludes
	}
	m := &Model{space: s, train: t, version: s.version(labels)}
	var first *machine
	m.weights, m.offset, first = s.fit(t, t.signs, nil)
	m.heldOut = sync.OnceValue(func() []float64 { return s.holdOut(t, first) })
	m.curve = sync.OnceValue(m.calibrate)
	return m, nil
}

// version names the records and labels, and how a model is made of them.
func (s *Space) version(labels []Labelled) string {
	labels = slices.Clone(labels)
	slices.SortFunc(labels, compareLabelled)
	digest := sha256.New()
	write := func(text string) {
		var length [8]byte
		binary.LittleEndian.PutUint64(length[:], uint64(len(text)))
		digest.Write(length[:])
		digest.Write([]byte(text))
	}
	write(method)
	write(s.digest)
	for _, l := range slices.Compact(labels) {
		write(l.ID)
		write(string(l.Label))
	}
	return hex.EncodeToString(digest.Sum(nil))[:16]
}

// fit finds the direction that tells the rows of sign 1 from the others, so that
// the scores of all rows have mean 0 and standard deviation 1. It returns the
// machine, too, and starts from one that was trained with nearly the same signs,
// if there is one.
func (s *Space) fit(t *training, signs []sign, start *machine) (weights []float64, offset float64, m *machine) {
	m = trainMachine(&s.rows, len(s.features), s.extend(signs, t.excluded), t.excluded, start)
	weights = slices.Clone(m.weights)
	return weights, s.standardise(weights), m
}

// standardise scales weights so that the scores of all rows have the standard
// deviation 1, and returns the offset that makes their mean 0.
func (s *Space) standardise(weights []float64) (offset float64) {
	var sum, squares float64
	for i := range s.Len() {
		x := s.Row(i).dot(weights)
		sum += x
		squares += x * x
	}
	n := float64(s.Len())
	mean := sum / n
	deviation := math.Sqrt(max(squares/n-mean*mean, 0))
	if deviation == 0 {
		return -mean
	}
	for f := range weights {
		weights[f] /= deviation
	}
	return -mean / deviation
}

// Version names the model: records, labels and method. Models of one version are
// the same.
func (m *Model) Version() string { return m.version }

// Includes is how many records the model learned from as included.
func (m *Model) Includes() int { return len(m.train.includes) }

// Score says how much a record resembles the included ones: 0 for the mean of the
// records the model was made of, 1 for a standard deviation above.
func (m *Model) Score(v Vector) float64 { return v.dot(m.weights) + m.offset }

// Unlearnt lists in sentences the labels that the model could not learn from.
func (m *Model) Unlearnt() []string {
	var out []string
	for _, c := range m.train.conflicts {
		out = append(out, c.String())
	}
	if n := len(m.train.wordless); n > 0 {
		out = append(out, counted(n, "included record has no word in common with any other", "included records have no word in common with any other")+": "+some(m.train.wordless))
	}
	if n := len(m.train.unknown); n > 0 {
		out = append(out, counted(n, "labelled record is not among those harvested", "labelled records are not among those harvested")+": "+some(m.train.unknown))
	}
	return out
}

// some lists the first few of names.
func some(names []string) string {
	const most = 5
	if n := len(names) - most; n > 0 {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(names, ", ")
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
