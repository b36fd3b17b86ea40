package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"polyglean/classifier"
	"polyglean/indexer"
)

func reindexCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "reindex",
		Short: "Build the index anew from the log",
		RunE: g.run((*pipeline).openBus, func(ctx context.Context, p *pipeline, _ []string, out io.Writer) error {
			n, err := p.reindex(ctx)
			if err == nil {
				fmt.Fprintf(out, "Built the index anew: %s.\n", plural(n, "study", "studies"))
			}
			return err
		}),
	}
}

// reindex makes an index of the logs, which it reads again from their start, and
// returns the number of studies. In Elasticsearch the index in use is searched on until
// the new one takes its place; the embedded one is removed first.
func (p *pipeline) reindex(ctx context.Context) (int, error) {
	if p.bus.Attached() {
		return 0, fmt.Errorf("another polyglean is serving from %s: stop it first", p.config.DataDir)
	}
	if p.answered(ctx) {
		return 0, errors.New("another polyglean has the index: stop it first")
	}
	if err := indexer.BeginRebuild(ctx, p.bus); err != nil {
		return 0, err
	}
	replace, err := p.newIndex(ctx)
	if err != nil {
		return 0, err
	}
	if err := p.fill(ctx, replace); err != nil {
		return 0, err
	}
	return p.index.Count(ctx)
}

// fill reads the logs into the new index, which then takes the place of the one in use.
// Only when it has does the turn to write go to another process: what that would write in
// between would be in the old index alone, and be acknowledged.
func (p *pipeline) fill(ctx context.Context, replace func(context.Context) error) error {
	s, err := p.newStages(classifier.Stage, indexer.Stage)
	if err != nil {
		return err
	}
	begun := s.index.FromStart()
	return s.with(ctx, func(ctx context.Context) error {
		if err := p.awaitTurn(ctx, begun); err != nil {
			return err
		}
		if err := p.drain(ctx); err != nil {
			return err
		}
		if err := replace(ctx); err != nil {
			return err
		}
		return indexer.EndRebuild(ctx, p.bus)
	})
}

// awaitTurn waits until no other process writes to the index, and says so when one does.
func (p *pipeline) awaitTurn(ctx context.Context, begun <-chan struct{}) error {
	patience := time.NewTimer(15 * time.Second) // longer than what was killed holds its turn
	defer patience.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-begun:
			return nil
		case <-patience.C:
			p.log.Warn("another polyglean is indexing: stop it, and this goes on")
		}
	}
}
