package command

import (
	"io"

	"github.com/spf13/cobra"
)

// evaluateCommand holds the measurements against labelled data. Each stage knows how
// it is measured; here its figures are asked for and printed.
func evaluateCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "evaluate",
		Short: "Measure against labelled data",
		Long: `Measure against data that people labelled: one's own, or a published set. Tables are
.tsv (without quoting), .csv or .jsonl, also gzipped, with the columns that each
command names.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, c := range evaluations(g) {
		c.Args = usageArgs(c.Args)
		cmd.AddCommand(c)
	}
	return cmd
}

// evaluations are the measurements in the order of the pipeline.
func evaluations(g *globals) []*cobra.Command {
	return []*cobra.Command{
		evaluateLanguageCommand(),
		evaluateFlagsCommand(g),
		evaluateCrossLanguageCommand(g),
		evaluateKeywordMissCommand(),
		evaluateDedupCommand(),
		evaluateSearchCommand(g),
	}
}

// scores is what an evaluation finds: its JSON form is for programs, its table for
// people.
type scores interface {
	Print(w io.Writer)
}

// printScores prints scores as the flag of the command says.
func printScores(w io.Writer, s scores, asJSON bool) error {
	if asJSON {
		return writeJSON(w, s)
	}
	s.Print(w)
	return nil
}

// unreadable makes the error of reading a labelled file a usage error: it names the
// file and the way out.
func unreadable(err error) error { return usageError{err} }
