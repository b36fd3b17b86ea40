package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"polyglean/indexer/alerts"
)

// alertsCommand keeps the saved searches that tell what is new.
func alertsCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "Keep saved searches that tell what is new, by mail, webhook and Atom",
		Long: `Keep saved searches that tell what is new: studies that match for the first time and, of
those that were told, an abstract that has arrived, a change, a retraction. Each study is
told once, also when its records are joined and split. The role alerts of polyglean serve
does the telling; the pages have a feed of each alert at /alerts/NAME.atom.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, c := range []*cobra.Command{addAlertCommand(g), listAlertsCommand(g), showAlertCommand(g), removeAlertCommand(g), runAlertsCommand(g)} {
		c.Args = usageArgs(c.Args)
		cmd.AddCommand(c)
	}
	return cmd
}

// alerts makes the service that keeps alerts, over what is open.
func (p *pipeline) alerts() (*alerts.Service, error) {
	zone, err := time.LoadLocation(p.config.Schedule.Zone)
	if err != nil {
		return nil, usagef("schedule.zone is %q, which names no zone", p.config.Schedule.Zone)
	}
	return alerts.New(p.bus, p.searcher, alerts.Options{
		Review: p.protocol.Name, Title: p.protocol.Title, Names: p.protocol.Names, BaseURL: p.config.Web.URL,
		Zone: zone, Mail: p.config.Mail, Webhook: p.config.Webhook, Log: p.log,
	}), nil
}

// findAlert finds an alert by its name.
func findAlert(ctx context.Context, s *alerts.Service, name string) (alerts.Alert, error) {
	a, err := s.Alert(ctx, name)
	if errors.Is(err, alerts.ErrNoAlert) {
		return a, usagef("there is no alert %q: polyglean alerts list names those there are", name)
	}
	return a, err
}

// alertNamed makes the service and finds an alert by its name.
func (p *pipeline) alertNamed(ctx context.Context, name string) (*alerts.Service, alerts.Alert, error) {
	s, err := p.alerts()
	if err != nil {
		return nil, alerts.Alert{}, err
	}
	a, err := findAlert(ctx, s, name)
	return s, a, err
}

func removeAlertCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove an alert with its addresses",
		Args:  cobra.ExactArgs(1),
		RunE: g.run((*pipeline).openBus, func(ctx context.Context, p *pipeline, args []string, out io.Writer) error {
			s, a, err := p.alertNamed(ctx, args[0])
			if err != nil {
				return err
			}
			if err := s.Remove(ctx, a.Name); err != nil {
				return err
			}
			fmt.Fprintf(out, "Removed the alert %s with its addresses. What it told stays in the log, which names nobody.\n", a.Name)
			return nil
		}),
	}
}

// alertRun is what came of an alert that was run by hand, for programs.
type alertRun struct {
	alerts.Ran
	Error string `json:"error,omitempty"`
}

func runAlertsCommand(g *globals) *cobra.Command {
	var asJSON, dry bool
	cmd := &cobra.Command{
		Use:   "run [NAME...]",
		Short: "Look for news now and send what waits, of all alerts or of some",
		Args:  cobra.ArbitraryArgs,
		RunE: g.run((*pipeline).openStudies, func(ctx context.Context, p *pipeline, names []string, out io.Writer) error {
			s, err := p.alerts()
			if err != nil {
				return err
			}
			if len(names) == 0 {
				all, err := s.Alerts(ctx)
				if err != nil {
					return err
				}
				for _, a := range all {
					names = append(names, a.Name)
				}
			}
			if len(names) == 0 {
				return usagef("there are no alerts: polyglean alerts add makes one")
			}
			for _, name := range names {
				if _, err := findAlert(ctx, s, name); err != nil {
					return err
				}
			}
			if dry {
				return rehearse(ctx, s, names, asJSON, out)
			}
			return runAlerts(ctx, s, names, asJSON, out)
		}),
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "print the message that would be sent now; nothing is noted or sent")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func runAlerts(ctx context.Context, s *alerts.Service, names []string, asJSON bool, out io.Writer) error {
	partial := false
	var runs []alertRun
	for _, name := range names {
		ran, err := s.RunNow(ctx, name, processName())
		if ctx.Err() != nil {
			return ctx.Err()
		}
		run := alertRun{Ran: ran}
		if err != nil {
			run.Error = err.Error()
		}
		partial = partial || err != nil || len(ran.Failed) > 0
		if runs = append(runs, run); !asJSON {
			printAlertRun(out, run)
		}
	}
	if asJSON {
		if err := writeJSON(out, runs); err != nil {
			return err
		}
	}
	if partial {
		return errPartial
	}
	return nil
}

// rehearse prints what would be sent.
func rehearse(ctx context.Context, s *alerts.Service, names []string, asJSON bool, out io.Writer) error {
	messages := []*alerts.Message{}
	for _, name := range names {
		a, err := findAlert(ctx, s, name)
		if err != nil {
			return err
		}
		m, err := s.Preview(ctx, &a)
		if err != nil {
			return err
		}
		if messages = append(messages, m); asJSON {
			continue
		}
		if len(m.Studies) == 0 {
			fmt.Fprintf(out, "%s: nothing new\n", name)
			continue
		}
		text, err := m.Text()
		if err != nil {
			return err
		}
		fmt.Fprintln(out, text)
	}
	if asJSON {
		return writeJSON(out, messages)
	}
	return nil
}
