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

// audit is a verification at work. Memory grows by some 50 bytes a record.
type audit struct {
	Verification
	bus   *stream.Bus
	index Index
	// whole says that contents are compared too.
	whole bool
	named map[ProblemKind]int
	// end is where the classified log and that of decisions ended, now where they have
	// come to since, and settled up to where the index has them.
	end, now, settled map[string]uint64
	// records is what is known of each record, by the hash of its ID.
	records map[uint64]traces
	// latest is the classified record that the index is to have, by the same.
	latest    map[uint64]logged
	decisions decisionAudit
	at        stream.Envelope
	atSeq     uint64
}

// traces are where a record was found.
type traces uint8

const (
	inLog traces = 1 << iota
	inIndex
	isParked
)

// logged is a classified record in the log.
type logged struct {
	seq     uint64
	version int64
	content uint64 // hash of its JSON
}

func newAudit(bus *stream.Bus, index Index, whole bool) *audit {
	return &audit{
		bus: bus, index: index, whole: whole, named: map[ProblemKind]int{},
		end: map[string]uint64{}, now: map[string]uint64{}, settled: map[string]uint64{},
		records: map[uint64]traces{}, latest: map[uint64]logged{},
		decisions: decisionAudit{held: map[voice]uint64{}, seen: map[uint64]bool{}, parked: map[string]bool{}},
	}
}

func (a *audit) run(ctx context.Context) (Verification, error) {
	for _, step := range []func(context.Context) error{
		a.standing, a.readCandidates, a.readClassified, a.readDecisions, a.readParked, a.readIndex,
	} {
		if err := step(ctx); err != nil {
			return a.Verification, err
		}
	}
	if a.Damaged > 0 {
		return a.Verification, nil // the rest of the index was not read
	}
	a.findDecisions()
	return a.Verification, a.findMissing(ctx)
}

// found counts and names a problem.
func (a *audit) found(count *int, kind ProblemKind, name, what string) {
	*count++
	if a.named[kind]++; a.named[kind] <= MaxProblems {
		a.Problems = append(a.Problems, Problem{kind, name, what})
	}
}

// standing notes how far the logs and the stages are.
func (a *audit) standing(ctx context.Context) error {
	for _, r := range [][2]string{{stream.Candidates, "classifier"}, {stream.Classified, Stage}, {stream.Decisions, Stage}} {
		log, stage := r[0], r[1]
		e, err := a.bus.Extent(ctx, log)
		if err != nil {
			return err
		}
		lag, err := a.bus.Lag(ctx, log, stage)
		if err != nil {
			return err
		}
		if log != stream.Decisions {
			a.Behind += lag
		}
		a.end[log], a.now[log], a.settled[log] = e.Last, e.Last, e.Last-min(uint64(lag), e.Last)
	}
	return nil
}

// came says that a message was logged while the audit was at work.
func (a *audit) came(ctx context.Context, log string, seq uint64) (bool, error) {
	if seq <= a.end[log] {
		return false, nil
	}
	if seq > a.now[log] {
		e, err := a.bus.Extent(ctx, log)
		if err != nil {
			return false, err
		}
		a.now[log] = e.Last
	}
	return seq <= a.now[log], nil
}

// positions finds the messages that a log has lost: no message is ever removed from
// one, so that every position has one.
type positions struct {
	audit *audit
	log   string
	last  uint64
}

func (p *positions) at(seq uint64) {
	p.lost(seq)
	p.last = max(p.last, seq)
}

// lost counts the positions between the last and one that is there.
func (p *positions) lost(next uint64) {
	for seq := p.last + 1; seq < next; seq++ {
		p.audit.found(&p.audit.Lost, Lost, fmt.Sprintf("message %d of %s", seq, p.log), "it cannot be read any more")
	}
}

// end counts the positions behind the last message that can be read. A server that
// found the end of a log damaged when it started has cut it off and knows of it no
// more; the stages that have been there do.
func (p *positions) end(ctx context.Context) error {
	last := p.audit.end[p.log]
	readers, err := p.audit.bus.Readers(ctx, p.log)
	if err != nil {
		return err
	}
	for _, r := range readers {
		last = max(last, r.Done)
	}
	p.lost(last + 1)
	return nil
}

func (a *audit) readCandidates(ctx context.Context) error {
	p := positions{audit: a, log: stream.Candidates}
	err := a.bus.EachMark(ctx, func(m stream.Mark, _ stream.Origin, seq uint64) {
		a.records[m.ID] |= inLog
		if seq != p.last && a.whole {
			p.at(seq)
		}
	})
	if err != nil || !a.whole {
		return err
	}
	return p.end(ctx)
}

func (a *audit) readClassified(ctx context.Context) error {
	if !a.whole {
		return nil
	}
	p := positions{audit: a, log: stream.Classified}
	err := a.bus.EachEnvelope(ctx, stream.Classified, func(seq uint64, e stream.Envelope, err error) error {
		p.at(seq)
		if err != nil {
			return nil // the indexer parks it
		}
		for _, raw := range e.Records {
			var c struct {
				Candidate struct {
					ID      string
					Version int64
				}
			}
			if json.Unmarshal(raw, &c) != nil {
				continue // parked too
			}
			id := record.Hash64(c.Candidate.ID)
			l := logged{seq: seq, version: c.Candidate.Version, content: record.Hash64(string(raw))}
			// As newer has it.
			if was, there := a.latest[id]; !there || l.version >= was.version {
				a.latest[id] = l
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.end(ctx)
}

func (a *audit) readParked(ctx context.Context) error {
	return a.bus.EachParked(ctx, func(p record.Parked) error {
		a.Parked++
		a.decisions.parked[p.Key] = true
		if p.RecordID != "" {
			if id := record.Hash64(p.RecordID); a.records[id]&inLog != 0 {
				a.records[id] |= isParked
			}
		}
		return nil
	})
}

// readIndex compares every document. One that cannot be read ends it.
func (a *audit) readIndex(ctx context.Context) (err error) {
	if c, ok := a.index.(Checker); ok && a.whole {
		damaged, err := c.Check(ctx)
		if err != nil {
			return err
		}
		for _, d := range damaged {
			a.found(&a.Damaged, Damaged, d.Error(), "")
		}
		if len(damaged) > 0 {
			return nil
		}
	}
	last := ""
	err = a.index.Scan(ctx, func(d Stored) error {
		s, err := readStudy(d)
		if err != nil {
			a.found(&a.Damaged, Damaged, "study "+d.ID, err.Error())
			return nil
		}
		last = d.ID
		return a.study(ctx, d, &s)
	})
	if err != nil && a.whole && ctx.Err() == nil {
		a.found(&a.Damaged, Damaged, "the document that follows study "+last, err.Error())
		return nil
	}
	return err
}

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

// findMissing counts the records to where they were found.
func (a *audit) findMissing(ctx context.Context) error {
	missing := map[uint64]bool{}
	for id, t := range a.records {
		switch {
		case t&inLog == 0: // a stranger
		case t&inIndex != 0:
			a.Records++
			a.Indexed++
		case t&isParked != 0:
			a.Records++
			a.ParkedRecords++
		default:
			a.Records++
			missing[id] = true
		}
	}
	a.Merged = a.Indexed - a.Studies
	if len(missing) == 0 {
		return nil
	}
	names, err := a.bus.NameCandidates(ctx, missing, MaxProblems)
	if err != nil {
		return err
	}
	for _, name := range names {
		a.found(&a.Missing, Missing, name, "")
	}
	a.Missing = len(missing)
	return nil
}
