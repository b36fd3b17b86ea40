package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"polyglean/deploy"
	"polyglean/harvester"
	"polyglean/indexer"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

func initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a commented configuration",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := configFile
			if len(args) == 1 {
				path = args[0]
			}
			f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if errors.Is(err, fs.ErrExist) {
				return usagef("%s exists already; it is left as it is", path)
			}
			if err != nil {
				return err
			}
			if _, err := f.Write(deploy.Config); err != nil {
				return errors.Join(err, f.Close())
			}
			if err := f.Close(); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Wrote %s. Set contact in it, then run: polyglean harvest\n", path)
			return nil
		},
	}
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprintf(cmd.OutOrStdout(), "polyglean %s (record format %d)\n", version(), record.Schema)
			return nil
		},
	}
}

// version is that of the program, with the revision it was built from.
func version() string {
	version, revision := "devel", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" && info.Main.Version != "(devel)" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " " + s.Value
			}
		}
	}
	return version + revision
}

func decideCommand(g *globals) *cobra.Command {
	var reason, by, stage string
	cmd := &cobra.Command{
		Use:   "decide STUDY include|exclude|maybe",
		Short: "Log a reviewer's decision on a study",
		Args:  cobra.ExactArgs(2),
		RunE: g.run((*pipeline).openStudies, func(ctx context.Context, p *pipeline, args []string, out io.Writer) error {
			d := record.Decision{
				Study: args[0], Verdict: record.Verdict(args[1]), Stage: record.Stage(stage),
				Reason: reason, By: by, At: time.Now().UTC(),
			}
			switch d.Verdict {
			case record.Include, record.Exclude, record.Maybe:
			default:
				return usagef("verdict %q: want include, exclude or maybe", args[1])
			}
			switch d.Stage {
			case record.StageTitleAbstract, record.StageFullText:
			default:
				return usagef("--stage %q: want %s or %s", stage, record.StageTitleAbstract, record.StageFullText)
			}
			return p.decide(ctx, d, out)
		}),
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, in a few words; an exclusion should have one")
	cmd.Flags().StringVar(&stage, "stage", string(record.StageTitleAbstract), "stage of screening: title-abstract or full-text")
	cmd.Flags().StringVar(&by, "by", account(), "account that decides")
	return cmd
}

// account is the login name, which serves as the account ID on one's own machine.
func account() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "local"
}

func (p *pipeline) decide(ctx context.Context, d record.Decision, out io.Writer) error {
	study, err := p.searcher.Study(ctx, d.Study)
	if errors.Is(err, indexer.ErrNotFound) {
		return usagef("there is no study %s: polyglean search prints the IDs", d.Study)
	}
	if err != nil {
		return err
	}
	d.Study, d.Review = study.ID, p.protocol.Name
	if _, err := p.bus.Decide(ctx, d); err != nil {
		return err
	}
	if err := p.indexDecisions(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %s (%s)\n", clean(study.Title().Value.Text), d.Verdict, d.Stage)
	return nil
}

// indexDecisions brings decisions that are on disk into the index now, so that the
// next search shows them, where no other process will.
func (p *pipeline) indexDecisions(ctx context.Context) error {
	if !p.alone() {
		return nil
	}
	s, err := p.newStages(indexer.Stage)
	if err != nil {
		return err
	}
	return s.with(ctx, func(ctx context.Context) error {
		return p.drainLogs(ctx, reader{stream.Decisions, indexer.Stage})
	})
}

func runsCommand(g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "runs [show RUN]",
		Short: "List the harvest runs, or show one with its queries",
		Args:  cobra.MaximumNArgs(2),
		RunE: g.run((*pipeline).openBus, func(ctx context.Context, p *pipeline, args []string, out io.Writer) error {
			ledger := harvester.NewLedger(p.bus)
			switch {
			case len(args) == 0:
				runs, err := ledger.Runs(ctx)
				if err != nil {
					return err
				}
				if !asJSON {
					return printRuns(out, runs)
				}
				reports := make([]runReport, len(runs))
				for i, r := range runs {
					reports[i] = reportOf(r)
				}
				return writeJSON(out, reports)
			case args[0] != "show" || len(args) != 2:
				return usagef("want polyglean runs, or polyglean runs show RUN")
			}
			run, found, err := ledger.Run(ctx, args[1])
			if err != nil {
				return err
			}
			if !found {
				return usagef("there is no run %s: polyglean runs lists them", args[1])
			}
			return p.showRun(ctx, run, asJSON, out)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func parkedCommand(g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "parked",
		Short: "List what could not be handled, with the reason of each",
		RunE: g.run((*pipeline).openBus, func(ctx context.Context, p *pipeline, _ []string, out io.Writer) error {
			items := []record.Parked{}
			if err := p.bus.EachParked(ctx, func(item record.Parked) error {
				items = append(items, item)
				return nil
			}); err != nil {
				return err
			}
			if asJSON {
				return writeJSON(out, items)
			}
			return printParked(out, items)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, with what was received")
	return cmd
}
