package command

import (
	"github.com/spf13/cobra"

	"polyglean/classifier"
	"polyglean/classifier/evaluate"
	"polyglean/internal/table"
)

func evaluateCrossLanguageCommand(g *globals) *cobra.Command {
	var (
		protocolFile string
		asJSON       bool
	)
	cmd := &cobra.Command{
		Use:   "cross-language FILE",
		Short: "Whether records are found in their own language as well as in English",
		Long: `Whether records are found in their own language as well as in English. Each row of
FILE has both: title and abstract, title_en and abstract_en, with id, lang and
relevant (yes or no). They are ranked twice by the protocol's seeds.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := table.Read(args[0], evaluate.CrossLanguageColumns...)
			if err != nil {
				return unreadable(err)
			}
			p, err := protocolFor(g, protocolFile)
			if err != nil {
				return err
			}
			c, err := classifier.New(p, classifier.Options{})
			if err != nil {
				return err
			}
			s, err := evaluate.CrossLanguage(c, p, rows)
			if err != nil {
				return usagef("%s: %w", args[0], err)
			}
			return printScores(cmd.OutOrStdout(), s, asJSON)
		},
	}
	cmd.Flags().StringVar(&protocolFile, "protocol", "", "protocol file (default that of the configuration, or the built-in one)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
