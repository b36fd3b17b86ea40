package indexer

import (
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
	// Keys are the identifiers that join records: "doi:…", "pmid:…", "rec:…".
	Keys []string `json:"keys"`
	// Version grows with every change: the sum of the last positions in the
	// classified and the decision log that went into the study.
	Version int64 `json:"version"`
	// Members are in order of record ID.
	Members []Member `json:"members"`
	// Decisions hold the latest decision of each stage and account, by time.
	Decisions []LoggedDecision `json:"decisions,omitempty"`
}

// Member is a record of a study and where it stands in the classified log.
type Member struct {
	Seq    uint64            `json:"seq"`
	Record record.Classified `json:"record"`
}

// LoggedDecision is a decision and where it stands in the decision log.
type LoggedDecision struct {
	Seq      uint64          `json:"seq"`
	Decision record.Decision `json:"decision"`
}
