package indexer

import (
	"context"
	"encoding/json"
	"fmt"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

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
