package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"polyglean/classifier"
	"polyglean/harvester"
	"polyglean/harvester/source"
	"polyglean/indexer"
	"polyglean/indexer/web"
	"polyglean/internal/demo"
	"polyglean/internal/protocol"
)

func demoCommand(g *globals) *cobra.Command {
	var (
		once, asJSON bool
		addr         string
	)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the whole pipeline on a built-in corpus, with nothing installed",
		Long: `Demo harvests a corpus of synthetic records in many languages, served on this machine
in the sources' own formats, with the code that harvests the live sources. It keeps
everything in a temporary directory, prints what it found, and serves the search
pages until stopped.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDemo(cmd.Context(), g, addr, once, asJSON, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "end after the summary")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the summary as JSON")
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8600", "address of the search pages")
	return cmd
}

func runDemo(ctx context.Context, g *globals, addr string, once, asJSON bool, out, errOut io.Writer) (err error) {
	start := time.Now()
	var listener net.Listener
	if !once {
		if listener, err = web.Listen(ctx, addr); err != nil {
			return err
		}
		defer listener.Close()
	}
	dir, err := os.MkdirTemp("", "polyglean-demo-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	server, err := demo.Start()
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer server.Close()

	p := demoPipeline(g, dir, server)
	defer p.Close()
	if !asJSON {
		fmt.Fprintf(out, "Polyglean demonstration: %s\n", p.protocol.Title)
		fmt.Fprintf(out, "Synthetic records from five sources served on this machine; nothing leaves it.\n\n")
	}
	sources, err := p.sources(nil)
	if err != nil {
		return err
	}
	p.stay()
	if err := p.openAll(ctx); err != nil {
		return err
	}
	s, err := p.newStages(classifier.Stage, indexer.Stage)
	if err != nil {
		return err
	}
	h := harvester.New(p.bus, p.protocol, sources, harvester.Options{Log: p.log})
	painter := newPainter(errOut, h, s)
	var run harvester.Run
	err = s.with(ctx, func(ctx context.Context) (err error) {
		if run, err = h.Run(ctx); err != nil {
			return err
		}
		return p.settle(ctx)
	})
	painter.finish()
	if err != nil {
		return err
	}
	sum, err := p.summarise(ctx, run, time.Since(start))
	if err != nil {
		return err
	}
	if asJSON {
		err = writeJSON(out, sum)
	} else {
		printSummary(out, p.protocol.Names, sum)
	}
	if err != nil || once {
		return err
	}
	handler, err := p.pages(nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nSearch pages: http://%s/   (stop with Ctrl-C; nothing is kept)\n", listener.Addr())
	return runAll(ctx, append(s.run, s.train.Run, func(ctx context.Context) error {
		return web.Serve(ctx, listener, handler)
	})...)
}

// demoPipeline is the default pipeline, pointed at the demonstration's server.
func demoPipeline(g *globals, dir string, server *demo.Server) *pipeline {
	c := builtinConfig()
	c.DataDir, c.NATS.Dir = dir, dir
	c.Contact = "demo@example.org"
	c.Fetch = source.FetchConfig{AllowPrivate: true, Backoff: 50 * time.Millisecond}
	c.Sources = map[string]*SourceConfig{}
	for _, name := range demo.Sources {
		c.Sources[name] = &SourceConfig{Config: source.Config{BaseURL: server.URL(name), RequestsPerSecond: 1000, BudgetPerDay: 100000}}
	}
	return &pipeline{config: c, protocol: demoProtocol(), log: newLog(g)}
}

// demoProtocol is the default protocol with the demonstration's sources alone, since
// any other would be asked at its live address, and its repositories in the place
// of the live ones.
func demoProtocol() *protocol.Protocol {
	p := *protocol.Default()
	p.Sources = slices.DeleteFunc(slices.Clone(p.Sources), func(use protocol.SourceUse) bool {
		return !slices.Contains(demo.Sources, use.Name)
	})
	for i := range p.Sources {
		if p.Sources[i].Name != demo.OAI {
			continue
		}
		p.Sources[i].Sets = nil
		for _, set := range demo.Sets {
			p.Sources[i].Sets = append(p.Sources[i].Sets, protocol.Set{Name: set, Spec: set})
		}
	}
	return &p
}
