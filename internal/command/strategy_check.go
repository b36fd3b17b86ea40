package command

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"polyglean/indexer/diagnosis"
	"polyglean/internal/protocol"
)

func checkCommand(g *globals) *cobra.Command {
	var (
		opts   diagnosis.CheckOptions
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Count what each term of the strategy finds in the index",
		Long: `Check counts, for each term of the protocol's strategy, the records and studies of the
index that it matches, how many of the studies are known to belong to the review (seeds
and included studies), in which languages they are, and how many the strategy finds only
because of the term. It names the terms that find nothing, and those that find only what
others find too.`,
		Args: usageArgs(nil),
		RunE: g.run((*pipeline).openSearch, func(ctx context.Context, p *pipeline, _ []string, out io.Writer) error {
			c, err := diagnosis.Check(ctx, p.eachStudy, p.protocol, opts)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(out, c)
			}
			return printCheck(out, p.protocol.Names, c)
		}),
	}
	cmd.Flags().BoolVar(&opts.Searches, "searches", false, "the protocol's other searches too")
	cmd.Flags().BoolVar(&opts.Lexicon, "lexicon", false, "every pattern of the lexicon too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printCheck(w io.Writer, names protocol.Names, c *diagnosis.Checked) error {
	st := stylesFor(w)
	fmt.Fprintf(w, "In the index: %s of %s, %s known to belong to the review.\n",
		plural(c.Index.Studies, "study", "studies"), plural(c.Index.Records, "record", "records"), thousands(c.Index.Known))
	for _, s := range c.Searches {
		fmt.Fprintf(w, "\n%s%s%s (%s) finds %s, %s of the known\n", st.bold, clean(s.Name), st.reset, s.Lang, plural(s.Studies, "study", "studies"), thousands(s.Known))
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(tw, "records\tstudies\tknown\tonly by it\tknown\tterm\t")
		var dead, redundant []string
		for _, t := range s.Terms {
			fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t\n", thousands(t.Records), thousands(t.Studies), thousands(t.Known), thousands(t.Alone), thousands(t.AloneKnown), clean(t.Term))
			switch {
			case t.Records == 0:
				dead = append(dead, clean(t.Term))
			case t.Alone == 0:
				redundant = append(redundant, clean(t.Term))
			}
		}
		if err := tw.Flush(); err != nil {
			return err
		}
		listed(w, "finds nothing here", "find nothing here", dead)
		listed(w, "adds nothing to what others find", "add nothing to what others find", redundant)
		for _, t := range s.Terms {
			if len(t.Languages) > 1 {
				fmt.Fprintf(w, "  %s: %s\n", clean(t.Term), strings.Join(countLines(t.Languages, 1000), ""))
			}
		}
	}
	if c.Lexicon != nil {
		return printPatterns(w, names, c.Lexicon)
	}
	return nil
}

func listed(w io.Writer, one, many string, terms []string) {
	switch len(terms) {
	case 0:
	case 1:
		fmt.Fprintf(w, "1 term %s: %s\n", one, terms[0])
	default:
		fmt.Fprintf(w, "%d terms %s: %s\n", len(terms), many, strings.Join(terms, ", "))
	}
}

func printPatterns(w io.Writer, names protocol.Names, patterns []diagnosis.PatternCount) error {
	st := stylesFor(w)
	dead := map[string]int{}
	total := map[string]int{}
	used := slices.DeleteFunc(slices.Clone(patterns), func(p diagnosis.PatternCount) bool {
		total[p.Lang]++
		if p.Records == 0 {
			dead[p.Lang]++
		}
		return p.Records == 0
	})
	slices.SortStableFunc(used, func(a, b diagnosis.PatternCount) int { return b.Studies - a.Studies })
	fmt.Fprintf(w, "\n%sThe lexicon%s: %s of %s find something\n", st.bold, st.reset, thousands(len(used)), plural(len(patterns), "pattern", "patterns"))
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "records\tstudies\tknown\tonly by it\tconcept\t\tpattern\tline\t")
	for _, p := range used {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t\n", thousands(p.Records), thousands(p.Studies), thousands(p.Known), thousands(p.Alone), clean(names.Concept(p.Concept)), p.Lang, clean(p.Pattern), p.Line)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "Patterns that find nothing here, by language:")
	for _, line := range countLines(dead, 84) {
		fmt.Fprintf(w, "  %s\n", line)
	}
	return nil
}
