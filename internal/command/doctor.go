package command

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"polyglean/harvester/source"
	"polyglean/indexer"
)

func doctorCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check the configuration, the sources and the stores, and say what is wrong",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := setUp(g)
			if err != nil {
				return err
			}
			defer p.Close()
			return p.doctor(cmd.Context(), cmd.OutOrStdout())
		},
	}
}

// doctor prints what it finds, and returns errReported when something keeps the
// pipeline from working.
func (p *pipeline) doctor(ctx context.Context, out io.Writer) error {
	config := p.config.path
	if config == "" {
		config = "none, the defaults hold (polyglean init writes one)"
	}
	fmt.Fprintf(out, "configuration  %s\n", config)
	fmt.Fprintf(out, "protocol       %s %s: %d searches, %d seed studies, lexicon in %d languages\n",
		p.protocol.Name, p.protocol.Version, len(p.protocol.Searches), len(p.protocol.Seeds), len(p.protocol.Lexicon.Languages()))
	ill, err := p.doctorSources(out)
	if err != nil {
		return err
	}
	check := func(what string, err error, well string) {
		if err != nil {
			ill = true
			well = "NOT WELL: " + err.Error()
		}
		fmt.Fprintf(out, "%-14s %s\n", what, well)
	}
	err = p.openBus(ctx)
	check("stream", err, p.streamPlace())
	if err != nil {
		return errReported
	}
	check("", p.bus.Healthy(), "takes messages")
	sizes, err := p.bus.Sizes(ctx)
	if err != nil {
		return err
	}
	for _, s := range sizes {
		limit := "no limit of its own"
		if s.MaxBytes > 0 {
			limit = fmt.Sprintf("%.1f %% of its limit", 100*float64(s.Bytes)/float64(s.MaxBytes))
		}
		fmt.Fprintf(out, "  %-12s %s, %.1f MB, %s\n", strings.ToLower(s.Name), plural(s.Messages, "message", "messages"), float64(s.Bytes)/1e6, limit)
	}
	scores, err := p.relevance(ctx)
	check("relevance", err, scores.Promise())
	for _, line := range scores.Unlearnt {
		check("", nil, clean(line))
	}
	told, err := p.alertStates(ctx)
	check("alerts", err, thousands(len(told)))
	for i := range told {
		for _, line := range told[i].troubles() {
			check("", fmt.Errorf("%s: %s", told[i].Name, line), "")
		}
	}
	err = p.openIndex(ctx)
	check("index", err, p.config.Index.Backend)
	if err == nil {
		if prober, ok := p.index.(indexer.Prober); ok {
			check("", prober.Ready(ctx), "takes documents")
		}
		if p.index != nil {
			if err := p.unfinished(ctx); err != nil {
				check("", err, "")
			}
		}
		v, err := p.count(ctx)
		if err == nil && !v.OK() && v.Behind == 0 {
			err = fmt.Errorf("it does not agree with the log: polyglean verify tells more, polyglean reindex mends it")
		}
		check("", err, fmt.Sprintf("%s in %s, %d parked", plural(v.Indexed, "record", "records"), plural(v.Studies, "study", "studies"), v.Parked))
		if v.Behind > 0 && p.alone() {
			check("", nil, fmt.Sprintf("%s behind the log: %s", plural(v.Behind, "envelope", "envelopes"), catchUp))
		}
	}
	if ill {
		return errReported
	}
	return nil
}

func (p *pipeline) streamPlace() string {
	switch {
	case p.config.NATS.URL != "":
		return "a NATS server"
	case p.bus != nil && p.bus.Attached():
		return "embedded, in a polyglean that is running on " + p.config.DataDir
	}
	return "embedded, in " + p.config.DataDir
}

// doctorSources lists the sources, and says whether one that is on cannot be asked. It
// sends nothing.
func (p *pipeline) doctorSources(out io.Writer) (ill bool, err error) {
	fmt.Fprintln(out, "sources")
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, use := range p.protocol.Sources {
		c, enabled := p.config.source(use.Name)
		traits := source.About(use.Name)
		state := "off"
		if enabled {
			state = "on"
		}
		var notes []string
		if traits.NeedsKey && c.Key == "" {
			notes = append(notes, "needs sources."+use.Name+".key")
		}
		if traits.Unverified {
			notes = append(notes, "not verified against recordings")
		}
		if enabled && c.Contact == "" {
			notes = append(notes, "no contact address")
		}
		if enabled {
			if err := p.fault(use.Name, c); err != nil {
				ill = true
				notes = append(notes, "NOT WELL: "+err.Error())
			}
		}
		fmt.Fprintf(tw, "  %s\t%s\t%s\n", use.Name, state, strings.Join(notes, ", "))
	}
	return ill, tw.Flush()
}

// fault is what is wrong with the settings of a source, or with what the protocol asks it.
func (p *pipeline) fault(name string, c source.Config) error {
	s, err := source.New(name, c, source.NewRehearsal())
	if err != nil {
		return err
	}
	_, err = s.Queries(p.protocol, time.Time{})
	return err
}
