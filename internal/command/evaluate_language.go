package command

import (
	"github.com/spf13/cobra"

	"polyglean/classifier/evaluate"
	"polyglean/internal/bench"
	"polyglean/internal/table"
)

func evaluateLanguageCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "language FILE",
		Short: "Whether the languages of texts are told rightly",
		Long: `Whether the languages of texts are told rightly. The columns of FILE are lang (ISO
639-1; sh for Serbo-Croatian, mul for a text in several languages) and text, a title or
an abstract. A text in a language that has no model is right when its language is left
open. With a column segments, the byte spans of each language as es:0-412;en:413-900,
it is also counted how many characters are given to their language.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := table.Read(args[0], evaluate.LanguageColumns...)
			if err != nil {
				return unreadable(err)
			}
			s, err := evaluate.Languages(rows)
			if err != nil {
				return usagef("%s: %w", args[0], err)
			}
			if peak, err := bench.PeakMemory(); err == nil { // not every system tells
				s.RSSMB = float64(peak) / (1 << 20)
			}
			return printScores(cmd.OutOrStdout(), s, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
