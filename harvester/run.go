package harvester

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// Options of a run.
type Options struct {
	// Since bounds the run to what the sources added or changed from then on.
	Since time.Time
	// Fresh begins a new run even when an unfinished one could be resumed.
	Fresh bool
	// Input identifies what the sources read beside the protocol, such as the content
	// of files. A run goes on only with the input it began with.
	Input string
	// Log receives what an operator wants to know; nil means none.
	Log *slog.Logger
}

// Progress counts what a run has done so far; its fields may be read at any time.
type Progress struct {
	Announced, Received, Published, Parked atomic.Int64
}

// Harvester takes a protocol to its sources and fills the candidate log.
type Harvester struct {
	bus      *stream.Bus
	ledger   *Ledger
	protocol *protocol.Protocol
	sources  []Source
	opts     Options
	seen     *seen
	// Progress of the run.
	Progress Progress
}

// New makes a harvester for the protocol and its sources.
func New(bus *stream.Bus, p *protocol.Protocol, sources []Source, opts Options) *Harvester {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &Harvester{bus: bus, ledger: NewLedger(bus), protocol: p, sources: sources, opts: opts}
}

// Run does one run, or goes on with the one that was cut short, and returns its
// ledger. Sources are asked side by side, the queries of one source in order. A
// query that fails ends partial or blocked with its reason and does not end the
// run; an error means that the run itself could not go on, because ctx ended or
// the stream takes no more.
func (h *Harvester) Run(ctx context.Context) (Run, error) {
	want := Run{
		Protocol: h.protocol.Name, Version: h.protocol.Version, Digest: h.protocol.Digest,
		Since: h.opts.Since, Input: h.opts.Input,
	}
	for _, s := range h.sources {
		want.Sources = append(want.Sources, s.Name())
	}
	run, err := h.ledger.open(ctx, want, h.opts.Fresh)
	if err != nil {
		return run, err
	}
	if h.seen, err = loadSeen(ctx, h.bus, run.ID); err != nil {
		return run, err
	}

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wait sync.WaitGroup
	for _, s := range h.sources {
		wait.Go(func() {
			if err := h.harvestSource(ctx, run, s); err != nil {
				cancel(err)
			}
		})
	}
	wait.Wait()
	if err := context.Cause(ctx); err != nil {
		filled, _, _ := h.ledger.Run(context.WithoutCancel(ctx), run.ID)
		return filled, err
	}
	filled, _, err := h.ledger.Run(ctx, run.ID)
	if err != nil {
		return filled, err
	}
	filled.Ended = time.Now().UTC()
	return filled, h.ledger.saveRun(ctx, filled)
}

func (h *Harvester) harvestSource(ctx context.Context, run Run, s Source) error {
	queries, err := s.Queries(h.protocol, h.opts.Since)
	if err != nil {
		h.opts.Log.Warn("source cannot be asked", "source", s.Name(), "reason", err)
		return h.ledger.saveQuery(ctx, QueryState{
			Run: run.ID, Source: s.Name(), Query: "all", Announced: -1, State: StateBlocked,
			Reason: "the protocol's searches cannot be put to this source: " + err.Error(), Started: time.Now().UTC(),
		})
	}
	for _, q := range queries {
		if err := h.harvestQuery(ctx, run, s, q); err != nil {
			return err
		}
	}
	return nil
}

// harvestQuery asks one query to its end. Only errors of our own side are
// returned; those of the source are written into the ledger.
func (h *Harvester) harvestQuery(ctx context.Context, run Run, s Source, q Query) error {
	st, err := h.startState(ctx, run, s, q)
	if err != nil {
		return err
	}
	h.Progress.Announced.Add(int64(max(st.Announced, 0)))
	h.Progress.Received.Add(int64(st.Received))
	h.Progress.Parked.Add(int64(st.Parked))
	if st.Ended() {
		return nil
	}
	st.State, st.Reason = StateRunning, ""
	log := h.opts.Log.With("source", s.Name(), "query", q.Name)
	if q.Volatile {
		st.Cursor, st.Carried = "", 0
	}
	takenOver := st.Cursor != ""
	for {
		page, err := s.Page(ctx, q, st.Cursor)
		if err != nil && takenOver && ctx.Err() == nil {
			// Cursors are an economy that sources forget after minutes or days.
			log.Info("cursor no longer good, asking from the start", "reason", err)
			if again, err2 := s.Page(ctx, q, ""); err2 == nil {
				page, err, st.Cursor, st.Carried = again, nil, "", 0
			}
		}
		takenOver = false
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			st.State = StatePartial
			if st.Pages == 0 {
				st.State = StateBlocked
			}
			st.Reason = err.Error()
			log.Warn("query ended early", "state", st.State, "reason", st.Reason)
			return h.ledger.saveQuery(ctx, st)
		}
		last := page.Next == ""
		repeated := !last && page.Next == st.Cursor
		if err := h.handPage(ctx, &st, page); err != nil {
			return err
		}
		switch {
		case repeated:
			st.State = StatePartial
			st.Reason = "the source gave the same cursor again; going on would never end"
		case last && st.Carried+st.Received < st.Announced:
			st.State = StatePartial
			st.Reason = fmt.Sprintf("the source announced %d records and delivered %d", st.Announced, st.Carried+st.Received)
			// The next run must ask again from the start: there is no page to go on from.
			st.Cursor = ""
		case last:
			st.State = StateComplete
		}
		if err := h.ledger.saveQuery(ctx, st); err != nil {
			return err
		}
		log.Debug("page", "records", len(page.Records), "received", st.Received, "announced", st.Announced)
		if st.State != StateRunning {
			return nil
		}
	}
}

// startState is where a query stands: in this run, or where the run before left
// it, or at its start.
func (h *Harvester) startState(ctx context.Context, run Run, s Source, q Query) (QueryState, error) {
	st, found, err := h.ledger.query(ctx, run.ID, s.Name(), q.Name)
	if err != nil || found {
		return st, err
	}
	st = QueryState{
		Run: run.ID, Source: s.Name(), Query: q.Name, Route: q.Route, Lang: q.Lang,
		Announced: -1, Started: time.Now().UTC(),
	}
	before, found, err := h.ledger.previous(ctx, run, s.Name(), q.Name)
	if found {
		st.Cursor, st.Announced, st.Carried = before.Cursor, before.Announced, before.Carried+before.Received
	}
	return st, err
}

// handPage makes a page durable and then, in st alone, counts it and moves the
// cursor; the caller saves st.
func (h *Harvester) handPage(ctx context.Context, st *QueryState, page Page) error {
	// A query that starts over counts anew.
	if st.Cursor == "" {
		h.restart(st)
	}
	next := *st
	origin := stream.Origin{Run: st.Run, Source: st.Source, Query: st.Query}
	now := time.Now().UTC()

	bad := page.Bad
	var news []record.Candidate
	var marks []stream.Mark
	changes := map[string]bool{}
	for _, c := range page.Records {
		c.Schema, c.Source, c.Route, c.Query, c.Harvested = record.Schema, st.Source, st.Route, st.Query, now
		c.ID = record.MakeID(c.Source, c.SourceID)
		if c.SourceID == "" {
			bad = append(bad, Bad{Reason: "the record has no identifier", Raw: []byte(c.Title())})
			continue
		}
		if c.Version == 0 {
			c.Version = now.UnixMilli()
		}
		if c.Deleted {
			next.Deleted++
		}
		mark := stream.MarkOf(&c)
		switch h.seen.look(mark, st.Query, st.LastSeq) {
		case known:
			next.Unchanged++
			continue
		case countedAnew:
			// Published by this query just before a kill, but not counted yet.
			next.New++
			continue
		case changed:
			next.Changed++
			changes[c.ID] = true
		case unknown:
			next.New++
		}
		h.seen.expect(mark)
		news, marks = append(news, c), append(marks, mark)
	}
	if err := h.publish(ctx, origin, news, marks, changes, &next, &bad); err != nil {
		return err
	}
	for _, b := range bad {
		if err := h.park(ctx, origin, b); err != nil {
			return err
		}
	}
	next.Parked += len(bad)
	next.Pages++
	next.Received += len(page.Records) + len(page.Bad)
	if page.Announced >= 0 {
		h.Progress.Announced.Add(int64(page.Announced - max(next.Announced, 0)))
		next.Announced = page.Announced
	}
	if next.Sent == "" {
		next.Sent = page.Sent
	}
	next.Cursor = page.Next
	*st = next
	h.Progress.Received.Add(int64(len(page.Records) + len(page.Bad)))
	h.Progress.Parked.Add(int64(len(bad)))
	return nil
}

func (h *Harvester) restart(st *QueryState) {
	h.Progress.Received.Add(-int64(st.Received))
	h.Progress.Parked.Add(-int64(st.Parked))
	st.Pages, st.Received, st.New, st.Changed, st.Unchanged, st.Parked, st.Deleted = 0, 0, 0, 0, 0, 0, 0
	st.LastSeq = 0
}

// publish writes the new records to the log. A record too large for a message is
// taken out and parked, and the others go on.
func (h *Harvester) publish(ctx context.Context, o stream.Origin, news []record.Candidate, marks []stream.Mark, changes map[string]bool, st *QueryState, bad *[]Bad) error {
	for len(news) > 0 {
		err := h.bus.PublishCandidates(ctx, o, news, marks, func(n int, seq uint64) {
			for _, m := range marks[:n] {
				h.seen.add(m)
			}
			st.LastSeq = seq
			h.Progress.Published.Add(int64(n))
			news, marks = news[n:], marks[n:]
		})
		var large *stream.TooLargeError
		if !errors.As(err, &large) {
			return err
		}
		for i := range news {
			if news[i].ID == large.ID {
				*bad = append(*bad, Bad{SourceID: news[i].SourceID, Reason: large.Error(), Raw: []byte(news[i].Title())})
				// It was counted when it was looked at.
				if changes[large.ID] {
					st.Changed--
				} else {
					st.New--
				}
				news = append(news[:i:i], news[i+1:]...)
				marks = append(marks[:i:i], marks[i+1:]...)
				break
			}
		}
	}
	return nil
}

func (h *Harvester) park(ctx context.Context, o stream.Origin, b Bad) error {
	p := record.Parked{
		Stage: "harvester", Source: o.Source, Reason: b.Reason, Raw: b.Raw, Run: o.Run,
		Key: o.Source + ":" + b.SourceID,
	}
	if b.SourceID == "" {
		p.Key = fmt.Sprintf("%s#%016x", o.Source, record.Hash64(string(b.Raw)))
	} else {
		p.RecordID = record.MakeID(o.Source, b.SourceID)
	}
	return h.bus.Park(ctx, p)
}
