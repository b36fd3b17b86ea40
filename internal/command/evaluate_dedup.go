package command

import (
	"github.com/spf13/cobra"

	"polyglean/indexer/evaluate"
	"polyglean/internal/table"
)

func evaluateDedupCommand() *cobra.Command {
	var list, asJSON bool
	cmd := &cobra.Command{
		Use:   "dedup FILE",
		Short: "Whether copies of one study are joined, and nothing else",
		Long: `Whether copies of one study are joined, and nothing else. FILE has the columns title and
cluster: rows of the same cluster are one work. Of the bibliographic columns it uses what
is there: title_2, authors, year, journal (or container, booktitle), volume, issue (or
number), pages, doi, pmid, issn, type (or entrytype), language.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := table.Read(args[0], evaluate.DedupColumns...)
			if err != nil {
				return unreadable(err)
			}
			s, err := evaluate.Dedup(rows, list)
			if err != nil {
				return usagef("%s: %w", args[0], err)
			}
			return printScores(cmd.OutOrStdout(), s, asJSON)
		},
	}
	cmd.Flags().BoolVar(&list, "list-errors", false, "name the pairs that are judged otherwise than labelled")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
