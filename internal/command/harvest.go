package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"polyglean/classifier"
	"polyglean/harvester"
	"polyglean/indexer"
	"polyglean/indexer/diagnosis"
	"polyglean/internal/stream"
)

func harvestCommand(g *globals) *cobra.Command {
	var (
		sources []string
		since   string
		fresh   bool
		full    bool
		dryRun  bool
		asJSON  bool
	)
	cmd := &cobra.Command{
		Use:   "harvest",
		Short: "Ask the protocol's sources, classify what they have, and index it",
		Long: `Harvest asks every source of the protocol all its searches, classifies what comes,
and indexes it. A harvest that was cut short goes on where it stopped when it is
called again. Each query ends complete, partial or blocked; the exit code is 3 when
any of them did not end complete.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := setUp(g)
			if err != nil {
				return err
			}
			opts := harvester.Options{Fresh: fresh, Full: full, Log: p.log}
			if since != "" {
				if opts.Since, err = time.Parse(time.DateOnly, since); err != nil {
					return usagef("--since %q: want a date like 2026-01-31", since)
				}
			}
			defer p.Close()
			if dryRun {
				return p.plan(cmd.Context(), sources, opts, asJSON, cmd.OutOrStdout())
			}
			return p.harvest(cmd.Context(), sources, opts, asJSON, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringSliceVar(&sources, "source", nil, "ask only these sources (default all that are enabled)")
	cmd.Flags().StringVar(&since, "since", "", "only what the sources added or changed from this day on, YYYY-MM-DD (default: since each query was last asked to its end)")
	cmd.Flags().BoolVar(&full, "full", false, "ask every query from the beginning")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "ask each query for its number of records alone, and say what the harvest would take")
	cmd.Flags().BoolVar(&fresh, "fresh", false, "begin a new run even if one could be resumed")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	return cmd
}

// harvest does a run and tells what came of it.
func (p *pipeline) harvest(ctx context.Context, names []string, opts harvester.Options, asJSON bool, out, errOut io.Writer) error {
	run, err := p.takeIn(ctx, names, opts, errOut)
	if err != nil {
		return err
	}
	report := reportOf(run)
	if p.alone() {
		if report.Recall, err = p.diagnose(ctx, run); err != nil {
			return err
		}
	}
	if asJSON {
		err = writeJSON(out, report)
	} else {
		err = p.tellHarvest(ctx, report, out)
	}
	if err == nil && run.Partial() {
		return errPartial
	}
	return err
}

// takeIn opens the pipeline and does a run, until all that came is indexed where no
// other process does that.
func (p *pipeline) takeIn(ctx context.Context, names []string, opts harvester.Options, errOut io.Writer) (run harvester.Run, err error) {
	sources, err := p.sources(names)
	if err != nil {
		return run, err
	}
	p.stay()
	if err := p.openBus(ctx); err != nil {
		return run, err
	}
	if p.alone() {
		if err := p.openIndex(ctx); err != nil {
			return run, err
		}
	}
	if run, err = p.gather(ctx, sources, opts, errOut); err != nil {
		return run, fmt.Errorf("harvest: %w (run polyglean harvest again to go on from here)", err)
	}
	return run, nil
}

func (p *pipeline) tellHarvest(ctx context.Context, report runReport, out io.Writer) error {
	if err := printRun(out, report.Run); err != nil {
		return err
	}
	if !p.alone() {
		_, err := fmt.Fprintf(out, "\nThe records are in the stream; the running stages classify and index them. Then\n"+
			"polyglean runs show %s tells what was found of the known studies.\n", report.Run.ID)
		return err
	}
	printRecall(out, p.protocol.Names, report.Recall, false)
	return p.tellRelevance(ctx, out)
}

// alone says that no other process runs the stages: no running pipeline on this
// machine, no other roles of a cluster.
func (p *pipeline) alone() bool { return p.config.NATS.URL == "" && !p.bus.Attached() }

// gather does one run over the sources. Where this process is alone, it runs the
// stages beside it, until all that came is indexed.
func (p *pipeline) gather(ctx context.Context, sources []harvester.Source, opts harvester.Options, errOut io.Writer) (run harvester.Run, err error) {
	h := harvester.New(p.bus, p.protocol, sources, opts)
	work := func(ctx context.Context) error {
		return p.bus.Lease(ctx, stream.RoleHarvester, "harvest", func(ctx context.Context) (err error) {
			run, err = h.Run(ctx)
			return err
		})
	}
	if p.alone() {
		err = p.harvestAlone(ctx, h, work, errOut)
	} else {
		painter := newPainter(errOut, h, nil)
		err = work(ctx)
		painter.finish()
	}
	return run, err
}

// harvestAlone runs the stages beside the harvest, until all of it is indexed.
func (p *pipeline) harvestAlone(ctx context.Context, h *harvester.Harvester, work func(context.Context) error, errOut io.Writer) error {
	s, err := p.newStages(classifier.Stage, indexer.Stage)
	if err != nil {
		return err
	}
	painter := newPainter(errOut, h, s)
	defer painter.finish()
	return s.with(ctx, func(ctx context.Context) error {
		if err := work(ctx); err != nil {
			return err
		}
		return p.settle(ctx)
	})
}

// runReport is the JSON of a run.
type runReport struct {
	harvester.Run
	State   harvester.State        `json:"state"`
	Totals  harvester.QueryState   `json:"totals"`
	Queries []harvester.QueryState `json:"queries"`
	// Recall is the diagnosis of what was found and missed, where one was made.
	Recall *diagnosis.Diagnosed `json:"recall,omitempty"`
}

func reportOf(run harvester.Run) runReport {
	r := runReport{Run: run, State: harvester.StateComplete, Totals: run.Totals(), Queries: run.Queries}
	switch {
	case run.Ended.IsZero():
		r.State = harvester.StateRunning
	case run.Partial():
		r.State = harvester.StatePartial
	}
	return r
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
