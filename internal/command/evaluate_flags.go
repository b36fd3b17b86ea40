package command

import (
	"os"

	"github.com/spf13/cobra"

	"polyglean/classifier"
	"polyglean/classifier/evaluate"
	"polyglean/internal/protocol"
	"polyglean/internal/table"
)

func evaluateFlagsCommand(g *globals) *cobra.Command {
	return labelledCommand(g, &cobra.Command{
		Use:   "flags FILE",
		Short: "Whether the protocol matches or flags what it should, and no more",
		Long: `Whether the protocol matches or flags what it should, and no more. The columns of
FILE are title, lang and relevant (yes or no); an abstract is used where there is one.`,
	}, evaluate.FlagColumns, func(c *classifier.Classifier, p *protocol.Protocol, rows []table.Row) (scores, error) {
		return evaluate.Flags(c, p.Names, rows)
	})
}

// labelledCommand completes a command that measures what a protocol's classifier makes
// of a file of labelled records.
func labelledCommand(
	g *globals, cmd *cobra.Command, columns []string,
	score func(*classifier.Classifier, *protocol.Protocol, []table.Row) (scores, error),
) *cobra.Command {
	var (
		protocolFile string
		asJSON       bool
	)
	cmd.Args = cobra.ExactArgs(1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		rows, err := table.Read(args[0], columns...)
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
		s, err := score(c, p, rows)
		if err != nil {
			return usagef("%s: %w", args[0], err)
		}
		return printScores(cmd.OutOrStdout(), s, asJSON)
	}
	cmd.Flags().StringVar(&protocolFile, "protocol", "", "protocol file (default that of the configuration, or the built-in one)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// protocolFor reads a protocol file for one measurement; without one it is the
// configuration's.
func protocolFor(g *globals, file string) (*protocol.Protocol, error) {
	if file != "" {
		p, err := protocol.Load(file)
		if err != nil {
			return nil, usageError{err}
		}
		return p, nil
	}
	c, err := loadConfig(g.config, os.Environ())
	if err != nil {
		return nil, err
	}
	return c.loadProtocol()
}
