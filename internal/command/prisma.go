package command

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"polyglean/harvester"
	"polyglean/harvester/importer"
	"polyglean/indexer"
	"polyglean/internal/prisma"
	"polyglean/internal/record"
	"polyglean/internal/wholefile"
)

func prismaCommand(g *globals) *cobra.Command {
	var (
		format   string
		output   string
		updated  bool
		appendix bool
	)
	cmd := &cobra.Command{
		Use:   "prisma",
		Short: "Draw the PRISMA 2020 flow, or write the PRISMA-S appendix",
		Long: `PRISMA prints the flow of records through the review as it stands: as numbers, or as a
diagram for the report. With --updated it takes the form of an updated review, whose
version before is the one the protocol's seed studies are of. With --appendix it writes
the account of the searches by the items of PRISMA-S, each query as it was sent.`,
		Example: `  polyglean prisma
  polyglean prisma --format svg -o flow.svg
  polyglean prisma --appendix -o appendix.md`,
		RunE: g.run((*pipeline).openStudies, func(ctx context.Context, p *pipeline, _ []string, out io.Writer) error {
			write, err := p.prisma(ctx, format, updated, appendix)
			if err != nil {
				return err
			}
			if output == "" {
				return write(out)
			}
			return writeFile(output, write)
		}),
	}
	cmd.Flags().StringVar(&format, "format", "", "text, svg, csv or json; markdown or json with --appendix (default text or markdown)")
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write (default the standard output)")
	cmd.Flags().BoolVar(&updated, "updated", false, "the form of an updated review")
	cmd.Flags().BoolVar(&appendix, "appendix", false, "the search appendix of PRISMA-S")
	return cmd
}

// writeFile writes a file that appears under its name when it is whole.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := wholefile.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Abandon()
		return err
	}
	return f.Finish(path)
}

// prisma gathers the numbers and returns what writes them.
func (p *pipeline) prisma(ctx context.Context, format string, updated, appendix bool) (func(io.Writer) error, error) {
	flow, snowballed, err := p.flow(ctx, updated)
	if err != nil {
		return nil, err
	}
	if appendix {
		a, err := p.appendix(ctx, flow, snowballed)
		if err != nil {
			return nil, err
		}
		switch format {
		case "", "markdown":
			return a.Markdown, nil
		case "json":
			return func(w io.Writer) error { return writeJSON(w, a) }, nil
		}
		return nil, usagef("--format %q: an appendix is markdown or json", format)
	}
	switch format {
	case "", "text":
		return func(w io.Writer) error { return printFlow(w, flow) }, nil
	case "svg":
		return flow.SVG, nil
	case "csv":
		return flow.CSV, nil
	case "json":
		return func(w io.Writer) error { return writeJSON(w, flow) }, nil
	}
	return nil, usagef("--format %q: want text, svg, csv or json", format)
}

// flow counts what became of every record, in one pass over the studies, so that the
// numbers are of one moment. It returns how many studies were snowballed, too.
func (p *pipeline) flow(ctx context.Context, updated bool) (prisma.Flow, int, error) {
	f := prisma.Flow{Review: p.protocol.Title, Date: time.Now().UTC().Format(time.DateOnly), Updated: updated}
	if updated {
		f.Previous = len(p.protocol.Seeds)
	}
	databases, others, reasons := map[string]int{}, map[string]int{}, map[string]int{}
	snowballed := map[string]bool{}
	slugs := map[string]string{} // imported databases
	err := indexer.EachStudy(ctx, p.index, func(s *indexer.Study) error {
		for _, m := range s.Members {
			c := &m.Record.Candidate
			switch c.Route {
			case record.RouteSnowball:
				others["citation searching, "+record.SourceName(c.Source)]++
				if _, study, ok := record.FollowedBy(c.Query); ok {
					snowballed[study] = true
				}
			case record.RouteImport:
				slugs[indexer.ImportSlug(c.SourceID)] = indexer.ImportedFrom(c)
				databases[indexer.ImportedFrom(c)+imported]++
			default:
				databases[record.SourceName(c.Source)]++
			}
		}
		f.Duplicates += len(s.Members) - 1
		if s.SetAside() {
			f.Automation++
			return nil
		}
		f.Screened++
		p.follow(&f, s, reasons)
		return nil
	})
	if err != nil {
		return f, 0, err
	}
	runs, err := harvester.NewLedger(p.bus).Runs(ctx)
	if err != nil {
		return f, 0, err
	}
	imports := importsOf(runs)
	err = p.bus.EachParked(ctx, func(item record.Parked) error {
		f.Unreadable++
		label := record.SourceName(item.Source)
		if sourceID, ok := strings.CutPrefix(item.RecordID, importer.SourceName+":"); ok {
			slug := indexer.ImportSlug(sourceID)
			label = cmp.Or(slugs[slug], slug) + imported
		} else if database := imports[item.Run]; database != "" && item.Source == importer.SourceName {
			label = database + imported
		}
		databases[label]++
		return nil
	})
	f.Databases, f.Others, f.Reasons = counts(databases), counts(others), counts(reasons)
	return f, len(snowballed), err
}

// follow counts what reviewers made of a study.
func (p *pipeline) follow(f *prisma.Flow, s *indexer.Study, reasons map[string]int) {
	abstract, full := s.Verdict(record.StageTitleAbstract), s.Verdict(record.StageFullText)
	switch {
	case full.Verdict == "" && abstract.Verdict == "":
		f.Unscreened++
		return
	case full.Verdict == "" && abstract.Verdict == record.Exclude:
		f.Excluded++
		return
	}
	f.Sought++
	switch full.Verdict {
	case record.Include:
		f.Assessed++
		f.Included++
		f.Reports += len(s.Members)
		if f.Updated && s.IsSeed() {
			f.Known++
		}
	case record.Exclude:
		f.Assessed++
		reasons[cmp.Or(full.Reason, "no reason given")]++
	default:
		f.Unassessed++
	}
}

// imported marks a database whose export was imported.
const imported = " (imported)"

// importsOf are the databases that were imported, by run: all that is known of a parked
// record that could not be read.
func importsOf(runs []harvester.Run) map[string]string {
	databases := map[string]string{}
	for _, run := range runs {
		for _, q := range run.Queries {
			if q.Route == record.RouteImport {
				databases[run.ID] = q.Query
			}
		}
	}
	return databases
}

func counts(m map[string]int) []prisma.Count {
	out := []prisma.Count{}
	for label, n := range m {
		out = append(out, prisma.Count{Label: label, N: n})
	}
	slices.SortFunc(out, func(a, b prisma.Count) int { return cmp.Or(b.N-a.N, strings.Compare(a.Label, b.Label)) })
	return out
}

// appendix tells the searches from the run ledger.
func (p *pipeline) appendix(ctx context.Context, flow prisma.Flow, snowballed int) (*prisma.Appendix, error) {
	pr := p.protocol
	a := &prisma.Appendix{
		Review: pr.Title, Question: pr.Question, Date: flow.Date, Program: "Polyglean " + version(),
		Protocol: fmt.Sprintf("%s, version %s (%s)", pr.Name, pr.Version, pr.Digest),
		Strategy: pr.Strategy.Text, Mode: string(pr.Strategy.Mode), Snowballed: snowballed, Flow: flow,
	}
	if b := pr.Baseline; len(b.Databases) > 0 {
		a.Baseline = fmt.Sprintf("The published search: %s, in %s, to %s.", strings.Join(b.Databases, ", "), strings.Join(b.Languages, ", "), b.Until)
	}
	for _, s := range pr.Searches[min(1, len(pr.Searches)):] { // the first is the strategy itself
		a.Searches = append(a.Searches, prisma.Search{Name: s.Name, Lang: s.Lang, Text: s.Text})
	}
	for _, c := range flow.Databases {
		if database, ok := strings.CutSuffix(c.Label, imported); ok {
			a.Imported = append(a.Imported, database)
		}
	}
	runs, err := harvester.NewLedger(p.bus).Runs(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(runs, func(a, b harvester.Run) int { return strings.Compare(a.ID, b.ID) })
	asked := map[string]map[string]*prisma.Asked{}
	for _, run := range runs {
		for _, q := range run.Queries {
			if q.Route == record.RouteSnowball || q.Route == record.RouteImport {
				continue
			}
			name := record.SourceName(q.Source)
			if asked[name] == nil {
				asked[name] = map[string]*prisma.Asked{}
			}
			addAsked(asked[name], q)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		d := prisma.Database{Name: name}
		for _, query := range slices.Sorted(maps.Keys(asked[name])) {
			d.Queries = append(d.Queries, *asked[name][query])
		}
		a.Sources = append(a.Sources, d)
	}
	return a, nil
}

// addAsked adds a line of the ledger to what is told of its query. The parts a query
// was split into count towards the whole.
func addAsked(queries map[string]*prisma.Asked, q harvester.QueryState) {
	t := queries[q.Query]
	day := q.Started.UTC().Format(time.DateOnly)
	if t == nil {
		t = &prisma.Asked{Name: q.Query, Route: string(q.Route), Lang: q.Lang, First: day}
		queries[q.Query] = t
	}
	t.Received += q.Received
	t.New += q.New
	if q.Window == "" || t.Sent == "" {
		t.Sent, t.State, t.Reason, t.Last = q.Sent, string(q.State), q.Reason, day
		t.From, t.Until = dayOf(q.From), dayOf(q.Until)
		t.Runs++
	}
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

func printFlow(w io.Writer, f prisma.Flow) error {
	st := stylesFor(w)
	head := func(s string) { fmt.Fprintf(w, "\n%s%s%s\n", st.bold, s, st.reset) }
	row := func(label string, n int) { fmt.Fprintf(w, "  %-52s %s%8s%s\n", label, st.bold, thousands(n), st.reset) }
	list := func(counts []prisma.Count) {
		for _, c := range counts {
			row("  "+clean(c.Label), c.N)
		}
	}
	fmt.Fprintf(w, "%s\nPRISMA 2020 flow on %s\n", clean(f.Review), f.Date)
	if f.Updated {
		head("Previous version")
		row("studies included", f.Previous)
	}
	head("Identification")
	row("records from databases", prisma.Sum(f.Databases))
	list(f.Databases)
	row("records by other methods", prisma.Sum(f.Others))
	list(f.Others)
	row("duplicates removed", f.Duplicates)
	row("marked as ineligible by automation (set aside)", f.Automation)
	row("could not be read (parked)", f.Unreadable)
	head("Screening")
	row("screened on title and abstract", f.Screened)
	row("  excluded", f.Excluded)
	row("  awaiting screening", f.Unscreened)
	row("reports sought", f.Sought)
	row("  awaiting full text or assessment", f.Unassessed)
	row("reports assessed in full text", f.Assessed)
	row("  excluded", prisma.Sum(f.Reasons))
	for _, c := range f.Reasons {
		row("    "+clean(c.Label), c.N)
	}
	head("Included")
	row("studies", f.Included)
	row("reports of them", f.Reports)
	if f.Updated {
		row("studies with the previous version", f.Total())
	}
	if err := f.Balanced(); err != nil {
		return fmt.Errorf("the numbers do not add up: %w (polyglean verify says more)", err)
	}
	return nil
}
