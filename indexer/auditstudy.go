package indexer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// study compares a document with the logs.
func (a *audit) study(ctx context.Context, d Stored, s *Study) error {
	a.Studies++
	selected := len(s.Decisions) > 0 || s.selectedByScore()
	for i := range s.Members {
		m := &s.Members[i]
		id := record.Hash64(m.Record.Candidate.ID)
		if a.records[id]&inLog == 0 {
			if came, err := a.came(ctx, stream.Classified, m.Seq); came || err != nil {
				return err // the study is for the next time
			}
		}
		switch {
		case a.records[id]&inIndex != 0:
			a.found(&a.Doubled, Doubled, m.Record.Candidate.ID, "again in study "+s.ID)
		case a.records[id]&inLog == 0:
			a.found(&a.Strangers, Stranger, m.Record.Candidate.ID, "in study "+s.ID)
		}
		a.records[id] |= inIndex
		if m.Record.Selection == record.SetAside && !selected {
			a.SetAside++
		}
		if m.Record.Candidate.Deleted {
			a.Deleted++
		}
	}
	if !a.whole {
		return nil
	}
	if what := s.oddName(d.ID); what != "" {
		a.found(&a.Altered, Altered, "study "+d.ID, what)
	}
	if err := a.members(ctx, d, s); err != nil {
		return err
	}
	return a.studyDecisions(ctx, s)
}

// oddName says what is wrong with the names of a study, which are those of its records.
func (s *Study) oddName(stored string) string {
	var aliases []string
	for i := range s.Members {
		aliases = append(aliases, record.StudyID(s.Members[i].Record.Candidate.ID))
	}
	slices.Sort(aliases)
	switch {
	case len(aliases) == 0:
		return "it has no record"
	case s.ID != stored || s.ID != aliases[0] || !slices.Equal(s.Aliases, aliases):
		return "its IDs are not those of its records"
	}
	return ""
}

// members compares the records of a study with the log.
func (a *audit) members(ctx context.Context, d Stored, s *Study) error {
	var raw struct {
		Members []struct{ Record json.RawMessage }
	}
	if err := json.Unmarshal(d.Source, &raw); err != nil {
		return fmt.Errorf("study %s: %w", s.ID, err)
	}
	for i := range s.Members {
		m := &s.Members[i]
		id := record.Hash64(m.Record.Candidate.ID)
		want, there := a.latest[id]
		if a.records[id]&(inLog|isParked) != inLog || there && want.seq > a.settled[stream.Classified] {
			continue // told already, or the index need not have what is in the log
		}
		if came, err := a.came(ctx, stream.Classified, m.Seq); err != nil {
			return err
		} else if came {
			continue
		}
		if there && m.Seq == want.seq && record.Hash64(string(raw.Members[i].Record)) == want.content {
			continue
		}
		what, err := a.difference(ctx, m, want, there)
		if err != nil {
			return err
		}
		if what != "" {
			a.found(&a.Altered, Altered, m.Record.Candidate.ID, what+", in study "+s.ID)
		}
	}
	return nil
}

// difference says in what a record of the index is not as it is to be; "" when it is
// the same in other words, as another version of the program may have written it.
func (a *audit) difference(ctx context.Context, m *Member, want logged, there bool) (string, error) {
	switch {
	case !there:
		return "the classified log does not have it any more", nil
	case m.Seq != want.seq:
		return fmt.Sprintf("it is from message %d of the classified log, and is to be from message %d", m.Seq, want.seq), nil
	}
	if a.atSeq != m.Seq {
		e, found, err := a.bus.ClassifiedAt(ctx, m.Seq)
		if err != nil || !found {
			return "", err
		}
		a.at, a.atSeq = e, m.Seq
	}
	has, err := json.Marshal(m.Record)
	if err != nil {
		return "", err
	}
	for _, raw := range a.at.Records {
		var c record.Classified
		if json.Unmarshal(raw, &c) != nil || c.Candidate.ID != m.Record.Candidate.ID {
			continue
		}
		if is, err := json.Marshal(c); err == nil && bytes.Equal(is, has) {
			return "", nil
		}
	}
	return fmt.Sprintf("it is not as message %d of the classified log has it", m.Seq), nil
}
