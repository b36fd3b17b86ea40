package trainer

import (
	"context"
	"fmt"
	"strings"
	"time"

	"polyglean/internal/stream"
)

// State tells which model is in force, what it was made of, and how far the records are
// scored. It is kept in the run ledger.
type State struct {
	// Model is the version of the model in force, "" when there is none; Why says why
	// there is none, or why it flags nothing.
	Model string `json:"model"`
	Why   string `json:"why,omitempty"`
	// Training counts the trainings whose scores came into force.
	Training int64     `json:"training"`
	Trained  time.Time `json:"trained,omitzero"`
	// Threshold is the line of the protocol, Method the version of the rules here.
	Threshold string `json:"threshold"`
	Method    string `json:"method"`
	// Includes and Excludes are how many labelled records there were, Unlearnt in
	// sentences what of them could not be learnt from.
	Includes int      `json:"includes"`
	Excludes int      `json:"excludes"`
	Unlearnt []string `json:"unlearnt,omitempty"`
	// Records have scores, Flagged of them are above the line. Both count a record that
	// changed since the training once more.
	Records int `json:"records"`
	Flagged int `json:"flagged"`
	// Recall tells how many records to read, from the one with the highest score on.
	Recall []Recall `json:"recall,omitempty"`

	// Through and Decided are the positions in the logs of classified records and of
	// decisions up to which the model was made; Bytes was then the size of the first.
	Through uint64 `json:"through"`
	Decided uint64 `json:"decided"`
	Bytes   uint64 `json:"bytes"`
	// Scored is the position in the classified log up to which the scores of the model are
	// on disk, First where they begin in the log of scores.
	Scored uint64 `json:"scored"`
	First  uint64 `json:"first"`

	revision uint64
}

// Recall is how many records, in the order of their scores, are expected to hold a part
// of the relevant ones that nobody has decided on (relevance.Model.LineForRecall).
type Recall struct {
	Part    float64 `json:"part"`
	Records int     `json:"records"`
}

// stateKey is where the run ledger keeps the State.
const stateKey = "relevance"

// Load reads the state; the zero State when nothing has been trained yet.
func Load(ctx context.Context, bus *stream.Bus) (State, error) {
	var s State
	var err error
	s.revision, err = bus.LoadRevision(ctx, stateKey, &s)
	return s, err
}

// save writes the state, unless another process has done so since it was loaded.
func (s *State) save(ctx context.Context, bus *stream.Bus) (err error) {
	s.revision, err = bus.UpdateState(ctx, stateKey, s, s.revision)
	return err
}

// stale says that the model is not the one that the logs now make. Without a model any
// new record may be the seed that it waits for.
func (s *State) stale(now logs, threshold string) bool {
	if now.classified.Seq == 0 {
		return false
	}
	return s.Decided != now.decisions || s.Threshold != threshold || s.Method != method ||
		s.Model == "" && s.Through != now.classified.Seq || grown(s.Bytes, now.classified.Bytes)
}

// Promise says in sentences what the order of the scores promises.
func (s *State) Promise() string {
	switch {
	case s.Model == "" && s.Why == "":
		return "There are no scores yet: they come with the first harvest that finds a seed study, or with the first study included."
	case s.Model == "":
		return "There are no scores: " + s.Why + "."
	case len(s.Recall) == 0:
		return fmt.Sprintf("The model learnt from %s. It cannot say how far to read: %s.", s.learnt(), s.Why)
	}
	var parts []string
	for _, r := range s.Recall {
		parts = append(parts, fmt.Sprintf("%.0f %% among the first %d", 100*r.Part, r.Records))
	}
	return fmt.Sprintf("The model learnt from %s. Of what is relevant and undecided it expects %s of %d records; %d lie above the %s line.",
		s.learnt(), strings.Join(parts, ", "), s.Records, s.Flagged, s.Threshold)
}

func (s *State) learnt() string {
	return fmt.Sprintf("%d included and %d excluded records", s.Includes, s.Excludes)
}
