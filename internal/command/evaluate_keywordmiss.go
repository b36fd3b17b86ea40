package command

import (
	"github.com/spf13/cobra"

	"polyglean/classifier/evaluate"
	"polyglean/internal/strategy"
	"polyglean/internal/table"
)

func evaluateKeywordMissCommand() *cobra.Command {
	var (
		strategyText, from, match string
		recall                    float64
		asJSON                    bool
	)
	cmd := &cobra.Command{
		Use:   "keyword-miss RECORDS --strategy TEXT-OR-FILE",
		Short: "How well the records a strategy misses are found again",
		Long: `How well the records a strategy misses are found again. RECORDS is a screened review
with the columns id, title, included (1 or 0) and abstract; lang where it is not English.
The relevance model learns from what the strategy matches, ranks everything else, and
is judged by how early the included records come that the strategy does not match.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			mode := strategy.Mode(match)
			switch {
			case strategyText == "":
				return usagef("--strategy is missing: give a Boolean strategy, or a file that holds one")
			case mode != strategy.Exact && mode != strategy.Inflected:
				return usagef("--match %q: want %s or %s", match, strategy.Exact, strategy.Inflected)
			case recall < 0 || recall > 1:
				return usagef("--recall %v: want a part of 1, such as 0.9", recall)
			}
			text, dialect, err := strategyArgument(cmd.InOrStdin(), strategyText, from)
			if err != nil {
				return err
			}
			query, err := strategy.Read(text, dialect)
			if err != nil {
				return err
			}
			rows, err := table.Read(args[0], evaluate.KeywordMissColumns...)
			if err != nil {
				return unreadable(err)
			}
			s, err := evaluate.KeywordMiss(rows, query.Node, evaluate.KeywordMissOptions{Mode: mode, Recall: recall})
			if err != nil {
				return usagef("%s: %w", args[0], err)
			}
			for _, note := range query.Notes {
				s.Notes = append(s.Notes, "strategy, "+note.String())
			}
			return printScores(cmd.OutOrStdout(), s, asJSON)
		},
	}
	cmd.Flags().StringVar(&strategyText, "strategy", "", "Boolean strategy, or a file that holds one")
	dialectFlag(cmd, &from)
	cmd.Flags().StringVar(&match, "match", string(strategy.Exact), "how its words match: exact or inflected")
	cmd.Flags().Float64Var(&recall, "recall", 0, "flag so many that this part of the misses is expected among them, such as 0.9 (default a balanced cut)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
