package indexer

import (
	"context"

	"polyglean/internal/stream"
)

// Verification is the account of every record in the candidate log.
type Verification struct {
	// Records in the log, each counted once however often it changed.
	Records int `json:"records"`
	// Indexed records are members of a study; Studies is how many those make, and
	// Merged how many records share a study with an earlier one.
	Indexed int `json:"indexed"`
	Studies int `json:"studies"`
	Merged  int `json:"merged"`
	// SetAside and Deleted are among the indexed.
	SetAside int `json:"set_aside"`
	Deleted  int `json:"deleted"`
	// Parked is all that is parked; ParkedRecords those that are in the log and not
	// in the index. The rest never became a candidate, or was mended since.
	Parked        int `json:"parked"`
	ParkedRecords int `json:"parked_records"`
	// Missing records are in the log and neither indexed nor parked; Doubled are in
	// two studies; Strangers are in the index and not in the log; Altered are not in the
	// index as they are in the log. Building the index anew mends them.
	Missing   int `json:"missing"`
	Doubled   int `json:"doubled"`
	Strangers int `json:"strangers"`
	Altered   int `json:"altered"`
	// MissingDecisions and AlteredDecisions are those of reviewers.
	MissingDecisions int `json:"missing_decisions"`
	AlteredDecisions int `json:"altered_decisions"`
	// Damaged counts the files of the index that are not as they were written, and
	// documents that cannot be read. What is in them is not compared.
	Damaged int `json:"damaged"`
	// Lost counts the messages that the logs have no more. No index brings them back; a
	// backup may have them.
	Lost int `json:"lost"`
	// Problems names what was found, up to MaxProblems of each kind.
	Problems []Problem `json:"problems,omitempty"`
	// Behind counts envelopes that the stages have yet to handle; what is missing
	// may be in them.
	Behind int `json:"behind"`
}

// MaxProblems is how many problems of a kind are named.
const MaxProblems = 20

// ProblemKind says what is wrong; see the fields of Verification.
type ProblemKind string

// The kinds of problems.
const (
	Missing  ProblemKind = "missing"
	Doubled  ProblemKind = "doubled"
	Stranger ProblemKind = "stranger"
	Altered  ProblemKind = "altered"
	Damaged  ProblemKind = "damaged"
	Lost     ProblemKind = "lost"
)

// Problem is one thing that is wrong.
type Problem struct {
	Kind ProblemKind `json:"kind"`
	// Name is what it is wrong with: the ID of a record, a decision or message by its
	// place in the log, a study, a file.
	Name string `json:"name"`
	// What is wrong, in words; "" where the kind says it all.
	What string `json:"what,omitempty"`
}

// OK says that every record is accounted for exactly once, as it is in the log.
func (v Verification) OK() bool {
	return !v.Wrong() && v.Lost == 0 && v.Records == v.Indexed+v.ParkedRecords
}

// Wrong says that the index is not what the log makes: building it anew mends it.
func (v Verification) Wrong() bool {
	return v.Missing+v.Doubled+v.Strangers+v.Altered+v.MissingDecisions+v.AlteredDecisions+v.Damaged > 0
}

// Checker is an Index that can compare what it has on disk with its own checksums. It
// returns an error for each file that is not as it was written.
type Checker interface {
	Check(ctx context.Context) ([]error, error)
}

// Count counts every record of the candidate log to where it ended. It compares which
// records there are, and not what is in them.
func Count(ctx context.Context, bus *stream.Bus, index Index) (Verification, error) {
	return newAudit(bus, index, false).run(ctx)
}

// Verify is Count and compares all that is in the index with the logs: each record with
// the classified record it was made from, each decision with the one that was logged.
// It reads the logs and the index from end to end. What others write meanwhile is not
// counted.
func Verify(ctx context.Context, bus *stream.Bus, index Index) (Verification, error) {
	return newAudit(bus, index, true).run(ctx)
}
