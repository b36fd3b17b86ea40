package trainer

import (
	"cmp"
	"container/heap"
	"context"
	"encoding/json"
	"slices"

	"polyglean/classifier/relevance"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// sampleSize is how many records that nobody decided on a model learns from, at most.
// They stand for all others, and bound what a training needs in memory.
const sampleSize = 20_000

// gathered is what a training learns from.
type gathered struct {
	// labelled are the records with labels, the others those without.
	labelled, others []*reading
	labels           []relevance.Labelled
	// includes are the labelled records that no label speaks against.
	includes []*reading
	excludes int
}

// gather reads the logs through the given positions. It is a function of what stands
// there: the same part of the logs gives the same model, in any process.
//
// The records that nobody decided on are a sample: those whose IDs have the least
// hashes, which is the same whatever order they came in. Copies of labelled records are
// left out of it: that they are undecided means nothing.
func gather(ctx context.Context, bus *stream.Bus, through, decided uint64) (*gathered, error) {
	decisions, err := readDecisions(func(fn func(record.Decision) error) error { return bus.EachDecision(ctx, decided, fn) })
	if err != nil {
		return nil, err
	}
	labelled := make(map[string]*reading)
	sampled := &sample{at: make(map[string]*sampledReading)}
	err = bus.EachClassified(ctx, 0, through, func(raws []json.RawMessage) error {
		for _, r := range readAll(raws) {
			id := r.Candidate.ID
			before := labelled[id]
			if s := sampled.at[id]; s != nil {
				before = s.reading
			}
			if before != nil && before.Candidate.Version > r.Candidate.Version {
				continue
			}
			if len(decisions.of(r)) > 0 {
				sampled.remove(id)
				labelled[id] = r
				continue
			}
			delete(labelled, id)
			if len(r.Candidate.Titles) > 0 {
				r.lighten()
				sampled.put(r)
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	g := &gathered{}
	known := make(map[string]bool) // what copies of labelled records share with them
	for _, r := range labelled {
		g.labelled = append(g.labelled, r)
		for _, key := range append(r.identifiers(), "title:"+r.foldedTitle()) {
			known[key] = true
		}
	}
	slices.SortFunc(g.labelled, func(a, b *reading) int { return cmp.Compare(a.Candidate.ID, b.Candidate.ID) })
	for _, r := range g.labelled {
		given := decisions.of(r)
		for _, label := range given {
			g.labels = append(g.labels, relevance.Labelled{ID: r.Candidate.ID, Label: label})
		}
		switch {
		case !slices.Contains(given, relevance.Exclude):
			g.includes = append(g.includes, r)
		case !slices.Contains(given, relevance.Include):
			g.excludes++
		}
	}
	for _, s := range sampled.heap {
		copied := slices.ContainsFunc(append(s.identifiers(), "title:"+s.foldedTitle()), func(key string) bool { return known[key] })
		if !copied {
			g.others = append(g.others, s.reading)
		}
	}
	return g, nil
}

// sample keeps the records with the least hashes.
type sample struct {
	heap sampleHeap // the one with the greatest hash first
	at   map[string]*sampledReading
}

type sampledReading struct {
	*reading
	hash     uint64
	position int
}

// put takes a record into the sample, or its newer copy.
func (s *sample) put(r *reading) {
	id := r.Candidate.ID
	if have := s.at[id]; have != nil {
		have.reading = r
		return
	}
	hash := record.Hash64(id)
	if len(s.heap) >= sampleSize {
		if hash > s.heap[0].hash {
			return
		}
		delete(s.at, s.heap[0].Candidate.ID)
		heap.Pop(&s.heap)
	}
	s.at[id] = &sampledReading{reading: r, hash: hash}
	heap.Push(&s.heap, s.at[id])
}

func (s *sample) remove(id string) {
	if have := s.at[id]; have != nil {
		heap.Remove(&s.heap, have.position)
		delete(s.at, id)
	}
}

type sampleHeap []*sampledReading

func (h sampleHeap) Len() int           { return len(h) }
func (h sampleHeap) Less(i, j int) bool { return h[i].hash > h[j].hash }
func (h sampleHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].position, h[j].position = i, j
}

func (h *sampleHeap) Push(x any) {
	r := x.(*sampledReading)
	r.position = len(*h)
	*h = append(*h, r)
}

func (h *sampleHeap) Pop() any {
	last := (*h)[len(*h)-1]
	(*h)[len(*h)-1] = nil
	*h = (*h)[:len(*h)-1]
	return last
}
