package command

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"polyglean/indexer"
	"polyglean/indexer/alerts"
)

// alertState is an alert and how it fares, for programs. Addresses are in it only when one
// alert is shown.
type alertState struct {
	Name     string        `json:"name"`
	Title    string        `json:"title"`
	Query    indexer.Query `json:"query"`
	Kinds    []alerts.Kind `json:"kinds"`
	When     string        `json:"when"`
	Made     time.Time     `json:"made"`
	Matching int           `json:"matching"`
	Checked  time.Time     `json:"checked,omitzero"`
	// Failure is why the last look for news failed, nil where it did not.
	Failure *alerts.Trouble `json:"failure,omitempty"`
	// Noted says that what matched when the alert was made is noted.
	Noted   bool          `json:"noted"`
	Targets []targetState `json:"targets"`
	Told    int           `json:"told"`
	Digests []digestState `json:"digests"`
}

type targetState struct {
	ID      string         `json:"id"`
	Channel alerts.Channel `json:"channel"`
	Address string         `json:"address,omitempty"`
	// Waiting are the digests that it has yet to get.
	Waiting int `json:"waiting"`
	// Trouble is the last failure to send, nil where the last try went well.
	Trouble *alerts.Trouble `json:"trouble,omitempty"`
}

type digestState struct {
	Number  int       `json:"number"`
	At      time.Time `json:"at"`
	Studies int       `json:"studies"`
	// Sent are the targets that have got it.
	Sent []string `json:"sent"`
}

func (p *pipeline) alertState(ctx context.Context, s *alerts.Service, a *alerts.Alert, withAddresses bool) (alertState, error) {
	status, err := s.Status(ctx, a)
	if err != nil {
		return alertState{}, err
	}
	digests, based, err := s.Digests(ctx, a)
	if err != nil {
		return alertState{}, err
	}
	st := alertState{
		Name: a.Name, Title: a.Title, Query: a.Query, Kinds: a.Kinds, When: p.when(a), Made: a.Made, Matching: status.Matching,
		Checked: status.Checked, Failure: status.Failure, Noted: based, Targets: []targetState{}, Digests: []digestState{},
	}
	for _, t := range a.Targets {
		target := targetState{ID: t.ID, Channel: t.Channel}
		if withAddresses {
			target.Address = t.Address
		}
		if trouble, ill := status.Targets[t.ID]; ill {
			target.Trouble = &trouble
		}
		for _, d := range digests {
			if _, sent := d.Sent[t.ID]; !sent {
				target.Waiting++
			}
		}
		st.Targets = append(st.Targets, target)
	}
	for _, d := range digests {
		st.Told += d.Studies
		st.Digests = append(st.Digests, digestState{d.Number, d.At, d.Studies, slices.Sorted(maps.Keys(d.Sent))})
	}
	return st, nil
}

// when says how often an alert tells news.
func (p *pipeline) when(a *alerts.Alert) string {
	if !a.Daily {
		return "at once"
	}
	return fmt.Sprintf("daily at %02d:00 %s", a.Hour, p.config.Schedule.Zone)
}

// whenAndWhere is a sentence on how often an alert tells news, and to whom.
func (p *pipeline) whenAndWhere(a *alerts.Alert) string {
	var mails, hooks int
	for _, t := range a.Targets {
		if t.Channel == alerts.ByMail {
			mails++
		} else {
			hooks++
		}
	}
	var to []string
	if mails > 0 {
		to = append(to, "by mail to "+plural(mails, "address", "addresses"))
	}
	if hooks > 0 {
		to = append(to, "to "+plural(hooks, "webhook", "webhooks"))
	}
	to = append(to, "as a feed at /alerts/"+a.Name+".atom of the pages")
	return "news come " + p.when(a) + ", " + strings.Join(to, ", ") + "."
}

func listAlertsCommand(g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the alerts and how they fare",
		RunE: g.run((*pipeline).openBus, func(ctx context.Context, p *pipeline, _ []string, out io.Writer) error {
			states, err := p.alertStates(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(out, states)
			}
			return printAlerts(out, states)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// alertStates are all alerts without their addresses.
func (p *pipeline) alertStates(ctx context.Context) ([]alertState, error) {
	s, err := p.alerts()
	if err != nil {
		return nil, err
	}
	all, err := s.Alerts(ctx)
	if err != nil {
		return nil, err
	}
	states := make([]alertState, len(all))
	for i := range all {
		if states[i], err = p.alertState(ctx, s, &all[i], false); err != nil {
			return nil, err
		}
	}
	return states, nil
}

func printAlerts(out io.Writer, states []alertState) error {
	if len(states) == 0 {
		_, err := fmt.Fprintln(out, "There are no alerts: polyglean alerts add makes one.")
		return err
	}
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "alert\tnews come\tto\tmatching\ttold\tlooked at")
	for _, st := range states {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", st.Name, st.When, st.channels(), thousands(st.Matching), thousands(st.Told), moment(st.Checked))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, st := range states {
		for _, line := range st.troubles() {
			fmt.Fprintf(out, "%s: %s\n", st.Name, line)
		}
	}
	return nil
}

// channels says how many there are of each: "mail 2, webhook, Atom".
func (st *alertState) channels() string {
	n := map[alerts.Channel]int{}
	for _, t := range st.Targets {
		n[t.Channel]++
	}
	var parts []string
	for _, c := range []alerts.Channel{alerts.ByMail, alerts.ByWebhook} {
		switch n[c] {
		case 0:
		case 1:
			parts = append(parts, string(c))
		default:
			parts = append(parts, string(c)+" "+strconv.Itoa(n[c]))
		}
	}
	return strings.Join(append(parts, "Atom"), ", ")
}

// troubles are what goes wrong with an alert, a line each, without addresses.
func (st *alertState) troubles() []string {
	var lines []string
	if f := st.Failure; f != nil {
		lines = append(lines, fmt.Sprintf("cannot be looked at, tried %s, last %s: %s", plural(f.Tries, "time", "times"), moment(f.Tried), clean(f.Error)))
	}
	for _, t := range st.Targets {
		if t.Trouble == nil {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s takes nothing; %s, tried %s, last %s: %s", t.ID, plural(t.Waiting, "digest waits", "digests wait"),
			plural(t.Trouble.Tries, "time", "times"), moment(t.Trouble.Tried), clean(t.Trouble.Error)))
	}
	return lines
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "not yet"
	}
	return t.Format("2006-01-02 15:04 MST")
}

func showAlertCommand(g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "Show an alert with its addresses and what it has told",
		Args:  cobra.ExactArgs(1),
		RunE: g.run((*pipeline).openBus, func(ctx context.Context, p *pipeline, args []string, out io.Writer) error {
			s, a, err := p.alertNamed(ctx, args[0])
			if err != nil {
				return err
			}
			st, err := p.alertState(ctx, s, &a, true)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(out, st)
			}
			return printAlert(out, st)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// shownDigests is how many digests are listed.
const shownDigests = 10

func printAlert(out io.Writer, st alertState) error {
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(label, value string) { fmt.Fprintf(tw, "%s\t%s\n", label, clean(value)) }
	row("alert", st.Name)
	if st.Title != st.Name {
		row("title", st.Title)
	}
	row("search", describeQuery(st.Query))
	var kinds []string
	for _, k := range st.Kinds {
		kinds = append(kinds, string(k))
	}
	row("news", strings.Join(kinds, ", ")+", "+st.When)
	row("made", moment(st.Made))
	row("looked at", moment(st.Checked))
	switch {
	case !st.Noted:
		row("matching", "not looked at yet: what matches then is noted")
	default:
		row("matching", plural(st.Matching, "study", "studies"))
	}
	for _, t := range st.Targets {
		row(t.ID, t.Address)
	}
	row("feed", "/alerts/"+st.Name+".atom of the pages")
	row("told", plural(st.Told, "study", "studies")+" in "+plural(len(st.Digests), "digest", "digests"))
	for _, d := range st.Digests[max(0, len(st.Digests)-shownDigests):] {
		sent := "sent to nobody yet"
		switch {
		case len(d.Sent) > 0:
			sent = "sent to " + strings.Join(d.Sent, ", ")
		case len(st.Targets) == 0:
			sent = "in the feed"
		}
		row(fmt.Sprintf("  %d", d.Number), fmt.Sprintf("%s, %s, %s", moment(d.At), plural(d.Studies, "study", "studies"), sent))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, line := range st.troubles() {
		fmt.Fprintln(out, line)
	}
	return nil
}

// describeQuery is a saved search as it would be typed.
func describeQuery(q indexer.Query) string {
	parts := []string{q.Text}
	if q.Text == "" {
		parts[0] = "all studies"
	}
	for _, facet := range slices.Sorted(maps.Keys(q.Filters)) {
		parts = append(parts, facet+"="+strings.Join(q.Filters[facet], ","))
	}
	if q.YearFrom != 0 || q.YearTo != 0 {
		from, to := "", ""
		if q.YearFrom != 0 {
			from = strconv.Itoa(q.YearFrom)
		}
		if q.YearTo != 0 {
			to = strconv.Itoa(q.YearTo)
		}
		parts = append(parts, "year="+from+"-"+to)
	}
	switch {
	case q.Expand.Off:
		parts = append(parts, "words as typed")
	case len(q.Expand.Languages) > 0:
		parts = append(parts, "expanded in "+strings.Join(q.Expand.Languages, ","))
	}
	if q.SetAside {
		parts = append(parts, "with what was set aside")
	}
	return strings.Join(parts, " · ")
}

func printAlertRun(out io.Writer, run alertRun) {
	if run.Error != "" {
		fmt.Fprintf(out, "%s: %s\n", run.Alert, clean(run.Error))
		return
	}
	var told []string
	for _, k := range alerts.Kinds {
		if n := run.Told[k]; n > 0 {
			told = append(told, fmt.Sprintf("%s %s", thousands(n), k))
		}
	}
	news := "nothing new"
	if len(told) > 0 {
		news = strings.Join(told, ", ")
	}
	fmt.Fprintf(out, "%s: %s, %s", run.Alert, plural(run.Matching, "study matches", "studies match"), news)
	if run.Sent > 0 {
		fmt.Fprintf(out, ", %s sent", plural(run.Sent, "message", "messages"))
	}
	fmt.Fprintln(out)
	for _, target := range slices.Sorted(maps.Keys(run.Failed)) {
		fmt.Fprintf(out, "  %s could not be sent to, and will be tried again: %s\n", target, clean(run.Failed[target]))
	}
}
