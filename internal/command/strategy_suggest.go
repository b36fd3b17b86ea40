package command

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"polyglean/indexer/diagnosis"
	"polyglean/internal/protocol"
)

func suggestCommand(g *globals) *cobra.Command {
	var (
		opts    diagnosis.SuggestOptions
		promote string
		to      promoteTarget
		asJSON  bool
	)
	cmd := &cobra.Command{
		Use:   "suggest",
		Short: "Find terms that would catch what the strategy misses",
		Long: `Suggest looks for words, phrases and terms of the lexicon that would find studies which
the strategy misses: those known to belong to the review first, then those that are
likely to. For each it says what it would add to the index as it is, in the block where
it helps most, and what that costs. With --promote the named one of them is written into
the next version of the protocol.`,
		Example: `  polyglean strategy suggest --language es,pt
  polyglean strategy suggest --promote '"human trafficking"'`,
		Args: usageArgs(nil),
		RunE: g.run((*pipeline).openSearch, func(ctx context.Context, p *pipeline, _ []string, out io.Writer) error {
			s, err := diagnosis.Suggest(ctx, p.eachStudy, p.protocol, opts)
			if err != nil {
				return err
			}
			if promote != "" {
				for _, t := range s.Terms {
					if t.Term == promote {
						return p.promote(t, to, asJSON, out)
					}
				}
				return usagef("%s is not among what is suggested: polyglean strategy promote takes any term", promote)
			}
			if asJSON {
				return writeJSON(out, s)
			}
			printSuggestions(out, p.protocol.Names, s)
			return nil
		}),
	}
	cmd.Flags().IntVar(&opts.Limit, "limit", 20, "the most terms")
	cmd.Flags().StringSliceVar(&opts.Languages, "language", nil, "only terms of these languages, such as es,pt (default all)")
	cmd.Flags().StringVar(&promote, "promote", "", "write this one of the terms into the next version of the protocol")
	to.register(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printSuggestions(w io.Writer, names protocol.Names, s *diagnosis.Suggestions) {
	st := stylesFor(w)
	fmt.Fprintf(w, "The strategy misses %s known to belong to the review, and %s likely to.\n",
		plural(s.Missed, "study", "studies"), plural(s.Likely, "study", "studies"))
	switch {
	case s.Missed+s.Likely == 0:
		fmt.Fprintln(w, "There is nothing to learn from: harvest, import included references, or decide on some studies.")
	case len(s.Terms) == 0:
		fmt.Fprintln(w, "No single term would find any of them.")
	}
	for _, t := range s.Terms {
		fmt.Fprintf(w, "\n%s%s%s (%s) in “%s”", st.bold, clean(t.Term), st.reset, t.Lang, clean(t.Block))
		if t.Concept != "" {
			fmt.Fprintf(w, ", the lexicon's “%s”", clean(names.Concept(t.Concept)))
		}
		fmt.Fprintf(w, "\n    would add %s: %d known, %d likely", plural(t.Adds, "study", "studies"), t.Gains, t.Likely)
		if t.Precision != nil {
			fmt.Fprintf(w, "; %d of %d decided are included", t.Precision.Hits, t.Precision.Of)
		}
		if len(t.NewLanguages) > 0 {
			fmt.Fprintf(w, "; new languages %s", strings.Join(t.NewLanguages, ", "))
		}
		fmt.Fprintf(w, "%s  (in %s; weight %.1f)%s\n", st.dim, plural(t.Studies, "study", "studies"), t.Weight, st.reset)
	}
	if len(s.Terms) > 0 {
		fmt.Fprintln(w, "\npolyglean strategy promote TERM --block BLOCK writes one into the next version of the protocol.")
	}
}
