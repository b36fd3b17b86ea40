package indexer

import (
	"context"
	"encoding/json"
	"fmt"

	"polyglean/internal/record"
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
	// two studies; Strangers are in the index and not in the log. All three are 0
	// when nothing is wrong. MissingIDs names up to 20.
	Missing    int      `json:"missing"`
	MissingIDs []string `json:"missing_ids,omitempty"`
	Doubled    int      `json:"doubled"`
	Strangers  int      `json:"strangers"`
	// Behind counts envelopes that the stages have yet to handle; what is missing
	// may be in them.
	Behind int `json:"behind"`
}

// OK says that every record is accounted for exactly once.
func (v Verification) OK() bool {
	return v.Missing == 0 && v.Doubled == 0 && v.Strangers == 0 && v.Records == v.Indexed+v.ParkedRecords
}

// Verify counts every record of the candidate log to where it ended.
func Verify(ctx context.Context, bus *stream.Bus, index Index) (Verification, error) {
	var v Verification
	for _, reader := range [][2]string{{stream.Candidates, "classifier"}, {stream.Classified, Stage}} {
		lag, err := bus.Lag(ctx, reader[0], reader[1])
		if err != nil {
			return v, err
		}
		v.Behind += lag
	}

	// What is known of each record, by the hash of its ID.
	const (
		inLog = 1 << iota
		inIndex
		inParked
	)
	where := map[uint64]uint8{}
	err := bus.EachMark(ctx, func(m stream.Mark, _ stream.Origin, _ uint64) { where[m.ID] |= inLog })
	if err != nil {
		return v, err
	}
	err = index.Scan(ctx, func(d Stored) error {
		var s Study
		if err := json.Unmarshal(d.Source, &s); err != nil {
			return fmt.Errorf("document %s in the index cannot be read (%w): rebuild it with polyglean reindex", d.ID, err)
		}
		v.Studies++
		selected := len(s.Decisions) > 0 || s.selectedByScore()
		for _, m := range s.Members {
			id := record.Hash64(m.Record.Candidate.ID)
			if where[id]&inIndex != 0 {
				v.Doubled++
			}
			where[id] |= inIndex
			if m.Record.Selection == record.SetAside && !selected {
				v.SetAside++
			}
			if m.Record.Candidate.Deleted {
				v.Deleted++
			}
		}
		return nil
	})
	if err != nil {
		return v, err
	}
	err = bus.EachParked(ctx, func(p record.Parked) error {
		v.Parked++
		if p.RecordID != "" {
			if id := record.Hash64(p.RecordID); where[id]&inLog != 0 {
				where[id] |= inParked
			}
		}
		return nil
	})
	if err != nil {
		return v, err
	}
	missing := map[uint64]bool{}
	for id, w := range where {
		switch {
		case w&inLog == 0:
			v.Strangers++
		case w&inIndex != 0:
			v.Records++
			v.Indexed++
		case w&inParked != 0:
			v.Records++
			v.ParkedRecords++
		default:
			v.Records++
			v.Missing++
			missing[id] = true
		}
	}
	v.Merged = v.Indexed - v.Studies
	if v.Missing > 0 {
		v.MissingIDs, err = bus.NameCandidates(ctx, missing, 20)
	}
	return v, err
}
