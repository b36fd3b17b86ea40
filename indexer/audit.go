package indexer

import (
	"context"

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
