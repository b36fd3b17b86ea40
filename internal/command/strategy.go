package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"polyglean/harvester"
	"polyglean/harvester/source"
)

func strategyCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "strategy",
		Short: "Look at the protocol's searches",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var (
		names  []string
		asJSON bool
	)
	translate := &cobra.Command{
		Use:   "translate",
		Short: "Print what each source will be sent, exactly as sent, without sending it",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := setUp(g)
			if err != nil {
				return err
			}
			sources, err := p.sourcesOver(source.NewRehearsal(), names)
			if err != nil {
				return err
			}
			list := []harvester.Rehearsal{}
			for _, s := range sources {
				list = append(list, harvester.Rehearse(cmd.Context(), s, p.protocol, rehearsed)...)
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), list)
			}
			return printRehearsal(cmd.OutOrStdout(), list)
		},
	}
	translate.Flags().StringSliceVar(&names, "source", nil, "only these sources (default all that are enabled)")
	translate.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	translate.Args = usageArgs(nil)
	cmd.AddCommand(translate, lintCommand(), convertCommand(), checkCommand(g), suggestCommand(g), promoteCommand(g))
	return cmd
}

func rehearsed(err error) (string, bool) {
	var r *source.RehearsedError
	if errors.As(err, &r) {
		return r.URL, true
	}
	return "", false
}

// printRehearsal shows each request with its parameters readable, one a line.
func printRehearsal(w io.Writer, list []harvester.Rehearsal) error {
	st := stylesFor(w)
	for _, r := range list {
		fmt.Fprintf(w, "%s%s %s%s", st.bold, r.Source, clean(r.Query), st.reset)
		if r.Lang != "" {
			fmt.Fprintf(w, " (%s)", r.Lang)
		}
		fmt.Fprintln(w)
		u, err := url.Parse(r.Sent)
		if r.Sent == "" || err != nil {
			fmt.Fprintf(w, "    %s\n", clean(r.Reason+r.Sent))
			continue
		}
		fmt.Fprintf(w, "    %s://%s%s\n", u.Scheme, u.Host, clean(u.Path))
		for _, name := range sortedKeys(u.Query()) {
			for _, value := range u.Query()[name] {
				fmt.Fprintf(w, "    %s=%s\n", clean(name), clean(value))
			}
		}
	}
	return nil
}

// printPlan shows what a run takes; command is what begins it.
func printPlan(w io.Writer, plan []harvester.PlannedSource, command string) error {
	for _, s := range plan {
		fmt.Fprintf(w, "%s: %s in %s", s.Source, plural(s.Records, "record", "records"), plural(s.Requests, "request", "requests"))
		if s.Hours > 0 {
			fmt.Fprintf(w, ", %.1f hours at its pace", s.Hours)
		}
		if s.PerDay > 0 {
			fmt.Fprintf(w, ", %s, of which %s make a day: %s", plural(s.Cost, s.Unit, s.Unit+"s"), thousands(s.PerDay), plural(s.Days, "day", "days"))
		}
		fmt.Fprintln(w)
		for _, q := range s.Queries {
			switch {
			case q.Reason != "":
				fmt.Fprintf(w, "    %-16s %s\n", clean(q.Query), clean(q.Reason))
			case q.Announced < 0:
				fmt.Fprintf(w, "    %-16s the source does not say how much it has\n", clean(q.Query))
			default:
				fmt.Fprintf(w, "    %-16s %9s in %s", clean(q.Query), thousands(q.Announced), plural(q.Requests, "request", "requests"))
				if q.Cost > 0 {
					fmt.Fprintf(w, ", %s", plural(q.Cost, s.Unit, s.Unit+"s"))
				}
				fmt.Fprintln(w)
			}
		}
	}
	_, err := fmt.Fprintf(w, "Nothing was kept. %s begins.\n", command)
	return err
}

// plan shows what a harvest would take.
func (p *pipeline) plan(ctx context.Context, names []string, opts harvester.Options, asJSON bool, out io.Writer) error {
	sources, err := p.sources(names)
	if err != nil {
		return err
	}
	if err := p.openBus(ctx); err != nil {
		return err
	}
	return p.planOf(ctx, sources, opts, "polyglean harvest", asJSON, out)
}

// planOf shows what a run over the sources would take; command is what begins it.
func (p *pipeline) planOf(ctx context.Context, sources []harvester.Source, opts harvester.Options, command string, asJSON bool, out io.Writer) error {
	plan, err := harvester.New(p.bus, p.protocol, sources, opts).Plan(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(out, plan)
	}
	return printPlan(out, plan, command)
}
