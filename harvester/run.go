package harvester

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"polyglean/internal/protocol"
	"polyglean/internal/stream"
)

// Options of a run.
type Options struct {
	// Since bounds the run to what the sources added or changed from then on. Zero
	// takes, for each query, the last time it was asked to its end.
	Since time.Time
	// Full asks every query from the beginning, whatever was asked before.
	Full bool
	// Fresh begins a new run even when an unfinished one could be resumed.
	Fresh bool
	// Input identifies what the sources read beside the protocol, such as the content
	// of files. A run goes on only with the input it began with.
	Input string
	// Round is that of the snowballing the run belongs to, from 1; 0 for other runs.
	Round int
	// Seen is what runs that go on side by side in one process share; nil means that
	// there is but this one.
	Seen *Seen
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
	if opts.Seen == nil {
		opts.Seen = NewSeen(bus)
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
		Since: h.opts.Since, Input: h.opts.Input, Round: h.opts.Round,
	}
	for _, s := range h.sources {
		want.Sources = append(want.Sources, s.Name())
	}
	run, err := h.ledger.open(ctx, want, h.opts.Fresh)
	if err != nil {
		return run, err
	}
	if h.seen, err = h.opts.Seen.of(ctx, h.ledger, run); err != nil {
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
