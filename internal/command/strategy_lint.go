package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"polyglean/internal/strategy"
)

// maxStrategyFile is the most of a file that is read as a strategy; what is longer
// than a strategy may be is told by the parser.
const maxStrategyFile = 1 << 20

func lintCommand() *cobra.Command {
	var (
		from   string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "lint FILE|TEXT|-",
		Short: "Look for what is wrong in a search strategy, or likely not meant",
		Long: `Lint reads a strategy, our own or as published for PubMed, Ovid, Scopus, Web of
Science or EBSCO, and prints what is wrong in it or likely not meant: where, what,
and how to mend it. It ends with code 2 if the strategy cannot be read.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, dialect, err := strategyArgument(cmd.InOrStdin(), args[0], from)
			if err != nil {
				return err
			}
			findings := strategy.Lint(text, dialect)
			if asJSON {
				err = writeJSON(cmd.OutOrStdout(), struct {
					Dialect  strategy.Dialect   `json:"dialect"`
					Findings []strategy.Finding `json:"findings"`
				}{dialect, append([]strategy.Finding{}, findings...)})
			} else {
				err = printFindings(cmd.OutOrStdout(), dialect, findings)
			}
			if err == nil && slices.ContainsFunc(findings, func(f strategy.Finding) bool { return f.Severity == strategy.Fault }) {
				return usagef("the strategy cannot be read as %s: see above", dialect)
			}
			return err
		},
	}
	dialectFlag(cmd, &from)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func convertCommand() *cobra.Command {
	var (
		from   string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "convert FILE|TEXT|-",
		Short: "Write a published search strategy in our own syntax",
		Long: `Convert reads a strategy as published for PubMed, Ovid, Scopus, Web of Science or
EBSCO, on one line or in numbered lines, and prints it in the syntax of the protocol
file, with notes on what could not be carried over.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, dialect, err := strategyArgument(cmd.InOrStdin(), args[0], from)
			if err != nil {
				return err
			}
			r, err := strategy.Read(text, dialect)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), struct {
					Dialect  strategy.Dialect `json:"dialect"`
					Strategy string           `json:"strategy"`
					Terms    int              `json:"terms"`
					Wider    bool             `json:"wider"`
					Narrower bool             `json:"narrower"`
					Notes    []strategy.Note  `json:"notes"`
				}{r.Dialect, r.Node.String(), len(strategy.Terms(r.Node)), r.Wider, r.Narrower, append([]strategy.Note{}, r.Notes...)})
			}
			return printReading(cmd.OutOrStdout(), r)
		},
	}
	dialectFlag(cmd, &from)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func dialectFlag(cmd *cobra.Command, from *string) {
	names := make([]string, 0, len(strategy.Dialects()))
	for _, d := range strategy.Dialects() {
		names = append(names, string(d))
	}
	cmd.Flags().StringVar(from, "from", "", "the syntax it is written in: "+strings.Join(names, ", ")+" (default what it looks like)")
}

// strategyArgument returns the strategy that an argument names or is, and its
// dialect.
func strategyArgument(stdin io.Reader, arg, from string) (string, strategy.Dialect, error) {
	dialect := strategy.Dialect(from)
	if from != "" && !slices.Contains(strategy.Dialects(), dialect) {
		return "", "", usagef("--from %q is no syntax that is known: polyglean strategy convert --help lists them", from)
	}
	text := arg
	if arg == "-" {
		read, err := readStrategy(stdin, "standard input")
		if err != nil {
			return "", "", err
		}
		text = read
	} else if f, err := os.Open(arg); err == nil {
		defer f.Close()
		if text, err = readStrategy(f, arg); err != nil {
			return "", "", err
		}
	} else if !errors.Is(err, os.ErrNotExist) && len(arg) < 256 {
		// A text that is no name of a file fails in ways of its own, such as too long.
		return "", "", usageError{err}
	}
	text = strings.TrimPrefix(text, "\ufeff")
	if dialect == "" {
		dialect = strategy.Detect(text)
	}
	return text, dialect, nil
}

func readStrategy(r io.Reader, name string) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxStrategyFile+1))
	if err != nil {
		return "", usageError{fmt.Errorf("read the strategy: %w", err)}
	}
	if len(raw) > maxStrategyFile {
		return "", usagef("%s is longer than %d bytes, too long for a strategy", name, maxStrategyFile)
	}
	return string(raw), nil
}

func printFindings(w io.Writer, dialect strategy.Dialect, findings []strategy.Finding) error {
	st := stylesFor(w)
	for _, f := range findings {
		about := ""
		if f.Text != "" {
			about = " " + clean(f.Text) + ":"
		}
		times := ""
		if f.Times > 1 {
			times = fmt.Sprintf(" (%d times)", f.Times)
		}
		fmt.Fprintf(w, "line %d, column %d: %s%s%s:%s %s%s\n    %s\n", f.Line, f.Column, st.bold, f.Severity, st.reset, about, clean(f.Problem), times, clean(f.Fix))
	}
	_, err := fmt.Fprintf(w, "Read as %s: %s.\n", dialect, plural(len(findings), "finding", "findings"))
	return err
}

func printReading(w io.Writer, r *strategy.Reading) error {
	st := stylesFor(w)
	fmt.Fprintf(w, "%s\n\n", clean(r.Node.String()))
	fmt.Fprintf(w, "Read as %s: %s.", r.Dialect, plural(len(strategy.Terms(r.Node)), "term", "terms"))
	if r.Wider {
		fmt.Fprint(w, " It finds more than what was published, for restrictions are lost.")
	}
	if r.Narrower {
		fmt.Fprint(w, " It misses some of what was published, for alternatives are lost.")
	}
	fmt.Fprintln(w)
	for _, n := range r.Notes {
		if _, err := fmt.Fprintf(w, "%s%s%s\n", st.dim, clean(n.String()), st.reset); err != nil {
			return err
		}
	}
	return nil
}
