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

// reindex makes an index of the logs, which it reads again from their start, and
// returns the number of studies. In Elasticsearch the index in use is searched on until
// the new one takes its place; the embedded one is removed first.
func (p *pipeline) reindex(ctx context.Context) (int, error) {
	if p.bus.Attached() {
		return 0, fmt.Errorf("another polyglean is serving from %s: stop it first", p.config.DataDir)
	}
	replace, err := p.newIndex(ctx)
	if err != nil {
		return 0, err
	}
	for _, log := range []string{stream.Classified, stream.Decisions, stream.Scores} {
		if err := p.bus.Rewind(ctx, log, indexer.Stage); err != nil {
			return 0, err
		}
	}
	s, err := p.newStages(classifier.Stage, indexer.Stage)
	if err != nil {
		return 0, err
	}
	if err := s.with(ctx, p.drain); err != nil {
		return 0, err
	}
	if err := replace(ctx); err != nil {
		return 0, err
	}
	return p.index.Count(ctx)
}
