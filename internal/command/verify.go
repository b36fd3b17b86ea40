package command

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"polyglean/indexer"
)

func verifyCommand(g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Compare every record with the log: each is in exactly one place, as it was logged",
		Long: `Verify reads the logs and the index from end to end. It names every record that is
missing, in two studies, not in the log, or not as the log has it, decisions likewise,
files of the index that were changed on the disk, and messages that the logs have lost;
of each kind the first ` + thousands(indexer.MaxProblems) + `, and their number.`,
		RunE: g.run((*pipeline).openAll, func(ctx context.Context, p *pipeline, _ []string, out io.Writer) error {
			v, err := p.verify(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				err = writeJSON(out, v)
			} else {
				err = printVerification(out, v)
			}
			switch {
			case err != nil:
				return err
			case v.OK():
				return nil
			case v.Behind > 0 && v.Lost+v.Damaged == 0:
				return errPartial
			}
			return errReported
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printVerification(w io.Writer, v indexer.Verification) error {
	fmt.Fprintf(w, "records in the log   %9s\n", thousands(v.Records))
	fmt.Fprintf(w, "indexed              %9s  in %s; %s merged, %s set aside, %s deleted at their source\n",
		thousands(v.Indexed), plural(v.Studies, "study", "studies"), thousands(v.Merged), thousands(v.SetAside), thousands(v.Deleted))
	fmt.Fprintf(w, "parked               %9s  after they were in the log; %s in all\n", thousands(v.ParkedRecords), thousands(v.Parked))
	for _, c := range []struct {
		label string
		n     int
	}{
		{"missing", v.Missing},
		{"doubled", v.Doubled},
		{"not in the log", v.Strangers},
		{"altered", v.Altered},
		{"decisions missing", v.MissingDecisions},
		{"decisions altered", v.AlteredDecisions},
		{"damaged in the index", v.Damaged},
		{"lost from the logs", v.Lost},
	} {
		fmt.Fprintf(w, "%-20s %9s\n", c.label, thousands(c.n))
	}
	for _, c := range []struct {
		kind indexer.ProblemKind
		n    int // of records and decisions
	}{
		{indexer.Missing, v.Missing + v.MissingDecisions},
		{indexer.Doubled, v.Doubled},
		{indexer.Stranger, v.Strangers},
		{indexer.Altered, v.Altered + v.AlteredDecisions},
		{indexer.Damaged, v.Damaged},
		{indexer.Lost, v.Lost},
	} {
		printProblems(w, c.kind, c.n, v.Problems)
	}
	_, err := fmt.Fprintln(w, conclusion(v))
	return err
}

// printProblems prints the problems of a kind that are named, and how many of all n are not.
func printProblems(w io.Writer, kind indexer.ProblemKind, n int, problems []indexer.Problem) {
	named := 0
	for _, p := range problems {
		if p.Kind != kind {
			continue
		}
		named++
		fmt.Fprintf(w, "    %s: %s", kind, clean(p.Name))
		if p.What != "" {
			fmt.Fprintf(w, ": %s", clean(p.What))
		}
		fmt.Fprintln(w)
	}
	if more := n - named; more > 0 {
		fmt.Fprintf(w, "    %s: and %s more\n", kind, thousands(more))
	}
}

// conclusion says what a verification comes to, and the way out.
func conclusion(v indexer.Verification) string {
	switch {
	case v.OK():
		return "Every record is accounted for exactly once, and is as the log has it."
	case v.Lost > 0:
		return "The logs themselves have lost what is named: restore a backup that has it (polyglean restore, into an empty\ndata directory), or ask the sources for everything again with polyglean harvest --full. An index that is built\nanew has only what the logs have."
	case v.Behind > 0:
		return plural(v.Behind, "envelope is", "envelopes are") + " still to be handled: run polyglean harvest or serve, then verify again."
	}
	return "The index does not agree with the log: polyglean reindex builds it anew from the log."
}
