package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"polyglean/classifier"
	"polyglean/indexer"
	"polyglean/indexer/web"
	"polyglean/internal/stream"
)

// Roles of `serve`; the others go by the names of their stages.
const (
	// roleHarvester harvests by the schedule of the configuration. Harvests that a
	// person or a timer starts are runs of their own (polyglean harvest).
	roleHarvester = "harvester"
	// roleAlerts tells what is new for saved searches.
	roleAlerts = "alerts"
	// roleWeb serves the reviewers' pages.
	roleWeb = "web"
)

// roles that `serve` knows, in pipeline order.
var roles = []string{roleHarvester, classifier.Stage, indexer.Stage, roleAlerts, roleWeb}

func serveCommand(g *globals) *cobra.Command {
	var (
		want []string
		addr string
	)
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the stages and the reviewers' pages until stopped",
		Long: `Serve harvests by the schedule of the configuration, if it has one, classifies and
indexes what harvests bring, tells what is new for saved searches, and serves the search
pages. With --roles it runs some of these only: on a NATS cluster and Elasticsearch each
may be a process of its own, on any machine; of several harvesters, indexers or alerts
one is at work, and another takes over when it is gone.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, r := range want {
				if !slices.Contains(roles, r) {
					return usagef("unknown role %q: known are %s", r, strings.Join(roles, ", "))
				}
			}
			p, err := setUp(g)
			if err != nil {
				return err
			}
			if addr != "" {
				p.config.Web.Addr = addr
			}
			defer p.Close()
			return p.serve(cmd.Context(), want, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringSliceVar(&want, "roles", roles, "which parts to run, separated by commas")
	cmd.Flags().StringVar(&addr, "addr", "", "address of the pages (default web.addr of the configuration)")
	return cmd
}

func (p *pipeline) serve(ctx context.Context, want []string, out io.Writer) error {
	// Taken first: nothing is more often wrong than the port.
	var listener net.Listener
	if slices.Contains(want, roleWeb) {
		var err error
		if listener, err = web.Listen(ctx, p.config.Web.Addr); err != nil {
			return err
		}
		defer listener.Close()
	}
	if slices.Equal(want, []string{roleHarvester}) {
		if names, err := p.scheduled(); err != nil || len(names) == 0 {
			return cmp.Or(err, usagef("no harvests are scheduled: set schedule.default, or sources.NAME.schedule of an enabled source, in the configuration"))
		}
	}
	// Harvests may come from any process; the others share the stream and the index.
	apart := !slices.Contains(want, classifier.Stage) || !slices.Contains(want, indexer.Stage) || !slices.Contains(want, roleWeb)
	if apart && p.config.NATS.URL == "" {
		return usagef("--roles needs a NATS server to meet on: set nats.url in the configuration, or run all roles in one process")
	}
	p.stay()
	if err := p.openBus(ctx); err != nil {
		return err
	}
	if p.bus.Attached() {
		return fmt.Errorf("another polyglean is at work on %s already: use that one, wait until it ends, or choose another directory with --data", p.config.DataDir)
	}
	if slices.Contains(want, indexer.Stage) || slices.Contains(want, roleAlerts) || slices.Contains(want, roleWeb) {
		if p.config.NATS.URL != "" && p.config.Index.Backend == backendBleve && apart {
			return usagef("separate roles need an index that several processes can open: set index.backend to elasticsearch")
		}
		if err := p.openIndex(ctx); err != nil {
			return err
		}
	}
	s, err := p.newStages(want...)
	if err != nil {
		return err
	}
	if slices.Contains(want, roleHarvester) {
		if err := printSchedule(ctx, out, s.schedule); err != nil {
			return err
		}
	}
	run := s.run
	if s.train != nil {
		run = append(run, s.train.Run)
	}
	if slices.Contains(want, roleAlerts) {
		service, err := p.alerts()
		if err != nil {
			return err
		}
		run = append(run, func(ctx context.Context) error { return service.Run(ctx, processName()) })
	}
	if listener != nil {
		var ready func() error
		if s.index != nil {
			ready = s.index.Ready
		}
		handler, err := p.pages(ready)
		if err != nil {
			return err
		}
		run = append(run, func(ctx context.Context) error { return web.Serve(ctx, listener, handler) })
		fmt.Fprintf(out, "Search pages: http://%s/\n", listener.Addr())
	}
	fmt.Fprintf(out, "Serving %s. Stop with Ctrl-C.\n", strings.Join(want, ", "))
	if p.config.NATS.URL != "" {
		for i, role := range run {
			run[i] = p.again(role)
		}
	}
	err = runAll(ctx, run...)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// again runs a role anew when what ended it passes by itself: NATS servers that start
// again or choose another leader end no process. Everything that a role does may be
// done twice.
func (p *pipeline) again(role func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			err := role(ctx)
			if err == nil || ctx.Err() != nil || !stream.Passes(err) {
				return err
			}
			p.log.Warn("NATS does not answer as it should, beginning again", "error", err)
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(time.Second):
			}
		}
	}
}
