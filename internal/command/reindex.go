package command

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"polyglean/classifier"
	"polyglean/indexer"
	"polyglean/internal/stream"
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

// reindex removes the index and reads the logs again from their start; it returns
// the number of studies.
func (p *pipeline) reindex(ctx context.Context) (int, error) {
	if p.bus.Attached() {
		return 0, fmt.Errorf("another polyglean is serving from %s: stop it first", p.config.DataDir)
	}
	if err := p.dropIndex(ctx); err != nil {
		return 0, err
	}
	for _, log := range []string{stream.Classified, stream.Decisions, stream.Scores} {
		if err := p.bus.Rewind(ctx, log, indexer.Stage); err != nil {
			return 0, err
		}
	}
	if err := p.openIndex(ctx); err != nil {
		return 0, err
	}
	s, err := p.newStages(classifier.Stage, indexer.Stage)
	if err != nil {
		return 0, err
	}
	if err := s.with(ctx, p.drain); err != nil {
		return 0, err
	}
	return p.index.Count(ctx)
}
