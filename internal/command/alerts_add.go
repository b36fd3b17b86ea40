package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"polyglean/indexer/alerts"
)

// alertFlags are the flags that say whom an alert tells of what, and when.
type alertFlags struct {
	title            string
	mail, hooks      []string
	kinds            []string
	atOnce           bool
	hour             int
	all, sinceNow    bool
	search           queryFlags
	hourGiven, order bool
}

func addAlertCommand(g *globals) *cobra.Command {
	var flags alertFlags
	cmd := &cobra.Command{
		Use:   "add NAME [QUERY]",
		Short: "Save a search that tells what is new",
		Long: `Save a search that tells what is new. The query and the flags are those of polyglean
search. What matches now is noted and not told; with --all it is told too. News come once
a day, or at once with --at-once: as soon as the index is quiet, after five minutes at
most. Every alert is a feed on the pages; without --mail and --webhook it is no more.`,
		Example: `  polyglean alerts add exit-es 'salir AND trata' --language es --mail ana@example.org
  polyglean alerts add misses --flag keyword-miss --at-once --webhook https://hooks.example.org/review
  polyglean alerts add retractions --decision include --kind retracted`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			flags.hourGiven, flags.order = cmd.Flags().Changed("hour"), cmd.Flags().Changed("order")
			a, err := flags.alert(args[0], args[1:])
			if err != nil {
				return err
			}
			return g.run((*pipeline).openStudies, func(ctx context.Context, p *pipeline, _ []string, out io.Writer) error {
				return p.addAlert(ctx, &a, out)
			})(cmd, args)
		},
	}
	f := cmd.Flags()
	flags.search.register(f)
	_ = f.MarkHidden("order") // news have their own
	f.StringVar(&flags.title, "title", "", "what the messages call it, in any script (default the name)")
	f.StringSliceVar(&flags.mail, "mail", nil, "mail address that is told; may be repeated")
	f.StringSliceVar(&flags.hooks, "webhook", nil, "address that is sent a signed JSON message; may be repeated")
	f.StringSliceVar(&flags.kinds, "kind", nil, "only these news: new, abstract (has arrived), changed, retracted (default all)")
	f.BoolVar(&flags.atOnce, "at-once", false, "tell news as they come, not once a day")
	f.IntVar(&flags.hour, "hour", 7, "hour of the daily message, 0 to 23, by the clocks of schedule.zone")
	f.BoolVar(&flags.sinceNow, "since-now", false, "tell only what comes from now on (the default)")
	f.BoolVar(&flags.all, "all", false, "tell also what matches now")
	return cmd
}

// alert makes the alert that the flags describe.
func (f *alertFlags) alert(name string, query []string) (alerts.Alert, error) {
	switch {
	case f.all && f.sinceNow:
		return alerts.Alert{}, usagef("--all and --since-now exclude each other")
	case f.atOnce && f.hourGiven:
		return alerts.Alert{}, usagef("--at-once and --hour exclude each other")
	case f.order:
		return alerts.Alert{}, usagef("--order has no meaning here: retractions are told first, then what is new")
	case f.hour < 0 || f.hour > 23:
		return alerts.Alert{}, usagef("--hour %d: want 0 to 23", f.hour)
	}
	q, err := f.search.query(query)
	if err != nil {
		return alerts.Alert{}, err
	}
	a, err := alerts.NewAlert(name, f.title, f.mail, f.hooks)
	if err == nil {
		a.Kinds, err = alerts.ParseKinds(f.kinds)
	}
	if err != nil {
		return alerts.Alert{}, usageError{err}
	}
	a.Query, a.All = q, f.all
	if a.Daily = !f.atOnce; a.Daily {
		a.Hour = f.hour
	}
	return a, nil
}

// addAlert saves an alert and has it note what matches now.
func (p *pipeline) addAlert(ctx context.Context, a *alerts.Alert, out io.Writer) error {
	for _, t := range a.Targets {
		switch {
		case t.Channel == alerts.ByMail && p.config.Mail.Host == "":
			return usagef("--mail needs a server that takes mail: set mail.host and mail.from in the configuration")
		case t.Channel == alerts.ByWebhook && p.config.Webhook.Secret == "":
			return usagef("--webhook needs a key that its receiver knows messages by: set webhook.secret in the configuration, or POLYGLEAN_WEBHOOK_SECRET_FILE")
		}
	}
	a.Query = withIDs(a.Query, p.protocol)
	// A search that cannot be run is not saved.
	q := a.Query
	q.Size = 1
	if _, err := timely(ctx, p.searcher, q); err != nil {
		return err
	}
	s, err := p.alerts()
	if err != nil {
		return err
	}
	if err := s.Save(ctx, *a); errors.Is(err, alerts.ErrExists) {
		return usagef("there is an alert %s already: choose another name, or remove it first with polyglean alerts remove %s", a.Name, a.Name)
	} else if err != nil {
		return err
	}
	fmt.Fprintf(out, "Saved the alert %s: %s\n", a.Name, p.whenAndWhere(a))
	if p.config.Web.URL == "" {
		fmt.Fprintln(out, "web.url is not set in the configuration: messages name studies by their IDs and link to none.")
	}
	ran, err := s.RunNow(ctx, a.Name, processName())
	switch {
	case errors.Is(err, alerts.ErrNotNow):
		fmt.Fprintln(out, "The index is being built from the log: what matches is noted when that is done.")
		return nil
	case err != nil:
		return fmt.Errorf("the alert is saved, and what matches now is noted when polyglean serve looks at it: %w", err)
	case a.All:
		printAlertRun(out, alertRun{Ran: ran})
	default:
		fmt.Fprintf(out, "%s now; what comes after is told.\n", plural(ran.Matching, "study matches", "studies match"))
	}
	if len(ran.Failed) > 0 {
		return errPartial
	}
	return nil
}
