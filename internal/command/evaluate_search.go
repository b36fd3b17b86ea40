package command

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"polyglean/indexer"
	"polyglean/indexer/evaluate"
	"polyglean/internal/table"
)

func evaluateSearchCommand(g *globals) *cobra.Command {
	var (
		expand expandFlags
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "search FILE",
		Short: "Whether known queries find the studies they are to find",
		Long: `Whether known queries find the studies they are to find. FILE has the columns query and
expected, which holds the IDs of studies or records, parted by spaces; lang says in which
language a query is. The queries are asked of the studies that were harvested.`,
		Example: `  polyglean evaluate search queries.tsv
  polyglean evaluate search queries.tsv --expand off`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := table.Read(args[0], evaluate.SearchColumns...)
			if err != nil {
				return unreadable(err)
			}
			q := indexer.Query{SetAside: true}
			if q.Expand, err = expand.expand(); err != nil {
				return err
			}
			return g.run((*pipeline).openSearch, func(ctx context.Context, p *pipeline, args []string, out io.Writer) error {
				s, err := evaluate.Search(ctx, p.searcher, q, rows)
				if err != nil {
					return usagef("%s: %w", args[0], err)
				}
				return printScores(out, s, asJSON)
			})(cmd, args)
		},
	}
	expand.register(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
