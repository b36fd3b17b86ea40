package command

import (
	"github.com/spf13/cobra"

	"polyglean/classifier"
	"polyglean/classifier/evaluate"
	"polyglean/internal/protocol"
	"polyglean/internal/table"
)

func evaluateCrossLanguageCommand(g *globals) *cobra.Command {
	return labelledCommand(g, &cobra.Command{
		Use:   "cross-language FILE",
		Short: "Whether records are found in their own language as well as in English",
		Long: `Whether records are found in their own language as well as in English. Each row of
FILE has both: title and abstract, title_en and abstract_en, with id, lang and
relevant (yes or no). They are ranked twice by the protocol's seeds.`,
	}, evaluate.CrossLanguageColumns, func(c *classifier.Classifier, p *protocol.Protocol, rows []table.Row) (scores, error) {
		return evaluate.CrossLanguage(c, p, rows)
	})
}
