package indexer

import (
	"polyglean/indexer/merge"
	"polyglean/internal/record"
)

// Study is the records that are one study. It is a pure function of its members
// and decisions, whatever order they arrived in.
type Study struct {
	Schema int `json:"v"`
	// ID is the least of the StudyIDs of the members.
	ID string `json:"id"`
	// Aliases are the StudyIDs of all members: IDs this study answers to.
	Aliases []string `json:"aliases"`
	// Keys are what copies of the study would share with it (merge.Record.Keys), and
	// the records that rulings on it name. They lead to the study and join nothing by
	// themselves.
	Keys []string `json:"keys"`
	// Version is the sum of the last positions in the classified and the decision log
	// that are in the study. A new score does not change it: it is no news of the study.
	Version int64 `json:"version"`
	// Members are in order of record ID.
	Members []Member `json:"members"`
	// Decisions hold the latest decision of each account at each stage on each of the
	// Aliases, in the order in which they were made.
	Decisions []LoggedDecision `json:"decisions,omitempty"`
	// Rulings are the decisions that its records belong together or do not, in the
	// order in which they were made.
	Rulings []LoggedDecision `json:"rulings,omitempty"`
	// Links are the studies that belong to this one and are not copies of it.
	Links []Link `json:"links,omitempty"`
}

// Member is a record of a study and where it stands in the classified log.
type Member struct {
	Seq    uint64            `json:"seq"`
	Record record.Classified `json:"record"`
	// Why says what joined the record to the study, in words and with the ID of the
	// record it was joined to; "" where the study has one record.
	Why string `json:"why,omitempty"`
	// Score is that of the latest training, nil while there is none.
	Score *LoggedScore `json:"score,omitempty"`
}

// Link connects a study with another: a preprint with its article, a correction with
// what it corrects.
type Link struct {
	Kind merge.Link `json:"kind"`
	// Record is the member that has the link.
	Record string `json:"record"`
	// Study is an ID the other study answers to.
	Study string `json:"study"`
	// Why are the grounds in words.
	Why string `json:"why"`
}

// LoggedDecision is a decision and where it stands in the decision log.
type LoggedDecision struct {
	Seq      uint64          `json:"seq"`
	Decision record.Decision `json:"decision"`
}
