package command

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
	_ "time/tzdata" // the zones of the configuration, on machines that have none

	"polyglean/harvester"
	"polyglean/harvester/source"
)

// ScheduleConfig says when serve harvests the sources.
type ScheduleConfig struct {
	// Zone is whose clocks the schedules go by, such as Europe/Berlin.
	Zone string `yaml:"zone"`
	// Jitter is how much later than scheduled a harvest may begin.
	Jitter time.Duration `yaml:"jitter"`
	// Default is the schedule of sources that have none of their own; empty is none.
	Default string `yaml:"default"`
}

// scheduleOff is written where a source is not to follow the default.
const scheduleOff = "off"

// checkSchedule reads every schedule there is.
func (c *Config) checkSchedule() error {
	if c.Schedule.Jitter < 0 {
		return fmt.Errorf("schedule.jitter is %s: it cannot be negative", c.Schedule.Jitter)
	}
	if _, err := c.Schedule.parse("schedule.default", c.Schedule.Default); err != nil {
		return err
	}
	for _, name := range source.Names() {
		if _, err := c.scheduleOf(name); err != nil {
			return err
		}
	}
	return nil
}

// scheduleOf is when a source is harvested, nil if never.
func (c *Config) scheduleOf(name string) (*harvester.Schedule, error) {
	if sc := c.Sources[name]; sc != nil && sc.Schedule != "" {
		return c.Schedule.parse("sources."+name+".schedule", sc.Schedule)
	}
	return c.Schedule.parse("schedule.default", c.Schedule.Default)
}

func (c *ScheduleConfig) parse(setting, text string) (*harvester.Schedule, error) {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil || zone == time.Local {
		// The machine's own zone is refused: several may share the schedule.
		return nil, fmt.Errorf("schedule.zone is %q, which names no zone: write UTC, or a name like Europe/Berlin", c.Zone)
	}
	if text == "" || text == scheduleOff {
		return nil, nil
	}
	s, err := harvester.ParseSchedule(text, zone)
	if err != nil {
		return nil, fmt.Errorf(`%s is %q: %w: write minute, hour, day, month and weekday (0 to 6 from Sunday), as "30 2 * * 1" for Mondays at 02:30, or "@every 12h", or off`, setting, text, err)
	}
	return &s, nil
}

// scheduled lists the sources of the protocol that are enabled and have a schedule.
func (p *pipeline) scheduled() ([]string, error) {
	var names []string
	for _, use := range p.protocol.Sources {
		s, err := p.config.scheduleOf(use.Name)
		if err != nil {
			return nil, err
		}
		if _, enabled := p.config.source(use.Name); enabled && s != nil && !slices.Contains(names, use.Name) {
			names = append(names, use.Name)
		}
	}
	return names, nil
}

// newScheduler makes the scheduler of what is scheduled, nil when nothing is.
func (p *pipeline) newScheduler(owner string) (*harvester.Scheduler, error) {
	names, err := p.scheduled()
	if err != nil || len(names) == 0 {
		return nil, err
	}
	sources, err := p.sources(names)
	if err != nil {
		return nil, err
	}
	var entries []harvester.Entry
	for _, s := range sources {
		when, err := p.config.scheduleOf(s.Name())
		if err != nil {
			return nil, err
		}
		entries = append(entries, harvester.Entry{Source: s, Schedule: *when})
	}
	return harvester.NewScheduler(p.bus, p.protocol, entries, p.config.Schedule.Jitter, owner, p.log), nil
}

// printSchedule says what is harvested when.
func printSchedule(ctx context.Context, w io.Writer, s *harvester.Scheduler) error {
	if s == nil {
		_, err := fmt.Fprintln(w, "No harvests are scheduled: run polyglean harvest, or set schedule.default in the configuration.")
		return err
	}
	turns, err := s.Turns(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "Next harvests:")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, t := range turns {
		when := t.At.Format("2006-01-02 15:04 MST")
		if !t.At.After(time.Now()) {
			when = "now, for what was missed at " + when
		}
		fmt.Fprintf(table, "  %s\t%s\n", t.Source, when)
	}
	return table.Flush()
}
