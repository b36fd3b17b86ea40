package prisma

import (
	"fmt"
	"io"
	"strings"
)

// Appendix is the account of the searches by the items of PRISMA-S.
type Appendix struct {
	Review   string `json:"review"`
	Question string `json:"question,omitempty"`
	Date     string `json:"date"`
	Program  string `json:"program"`
	// Protocol names the protocol with its version and digest.
	Protocol string `json:"protocol"`
	// Strategy is the published one, Mode how its terms match.
	Strategy string     `json:"strategy"`
	Mode     string     `json:"mode"`
	Searches []Search   `json:"searches"`
	Sources  []Database `json:"sources"`
	// Baseline is the search as the review published it before.
	Baseline string `json:"baseline,omitempty"`
	// Imported are databases whose exports were taken in.
	Imported []string `json:"imported,omitempty"`
	// Snowballed are the studies whose citations were followed.
	Snowballed int `json:"snowballed_studies"`
	// Languages says which limits on language there are, Dates which on time.
	Flow Flow `json:"flow"`
}

// Search is a question of the protocol.
type Search struct {
	Name string `json:"name"`
	Lang string `json:"lang,omitempty"`
	Text string `json:"text"`
}

// Database is a source and what it was asked.
type Database struct {
	Name    string  `json:"name"`
	Queries []Asked `json:"queries"`
}

// Asked is one query as it was sent.
type Asked struct {
	Name  string `json:"name"`
	Route string `json:"route"`
	Lang  string `json:"lang,omitempty"`
	// Sent is the first request as sent, without secrets.
	Sent string `json:"sent"`
	// First and Last are the days it was first and last asked; Runs how often.
	First string `json:"first_run"`
	Last  string `json:"last_run"`
	Runs  int    `json:"runs"`
	// From and Until are limits of date it was asked with last.
	From  string `json:"from,omitempty"`
	Until string `json:"until,omitempty"`
	// Received and New are records, over all runs; State is that of the last one.
	Received int    `json:"received"`
	New      int    `json:"new"`
	State    string `json:"state"`
	Reason   string `json:"reason,omitempty"`
}

// Markdown writes the appendix, item by item. What a person has to add says so.
func (a *Appendix) Markdown(w io.Writer) error {
	p := &page{w: w}
	p.f("# Search appendix (PRISMA-S)\n\n%s\n\n", md(a.Review))
	if a.Question != "" {
		p.f("Question: %s\n\n", md(a.Question))
	}
	p.f("Made on %s by %s with the protocol %s.\n", a.Date, a.Program, md(a.Protocol))

	p.item(1, "Database name")
	for _, d := range a.Sources {
		p.f("- %s\n", md(d.Name))
	}
	for _, name := range a.Imported {
		p.f("- %s (exported there, imported)\n", md(name))
	}
	p.item(2, "Multi-database searching")
	p.f("Each database was asked by itself through its own programming interface; no platform that searches several at once was used.\n")
	p.item(3, "Study registries")
	p.f("%s\n", yes(a.has("ClinicalTrials.gov"), "ClinicalTrials.gov, see below.", "None."))
	p.item(4, "Online resources and browsing")
	p.f("None by this program; what reviewers browsed is to be added.\n")
	p.item(5, "Citation searching")
	if a.Snowballed > 0 {
		p.f("References and citations of %d studies (the seeds and included studies) were followed.\n", a.Snowballed)
	} else {
		p.f("None so far.\n")
	}
	p.item(6, "Contacts")
	p.f("To be added by the reviewers.\n")
	p.item(7, "Other methods")
	p.f("Sets of repositories without a text search were read whole and selected by the protocol's concept lexicon; these are the queries of the route “harvest”.\n")

	p.item(8, "Full search strategies")
	p.f("Published strategy (terms match in mode %s):\n\n%s\n", a.Mode, fence(a.Strategy))
	for _, s := range a.Searches {
		p.f("\nSearch “%s”%s:\n\n%s\n", md(s.Name), language(s.Lang), fence(s.Text))
	}
	for _, d := range a.Sources {
		p.f("\n### %s, as sent\n", md(d.Name))
		for _, q := range d.Queries {
			p.f("\n%s%s, route %s, last run %s, %s%s; %d records received, %d new:\n\n%s\n",
				md(q.Name), language(q.Lang), q.Route, q.Last, q.State, because(q.Reason), q.Received, q.New, fence(q.Sent))
		}
	}
	p.item(9, "Limits and restrictions")
	p.f("No limit on language, type of document or date of publication was set; each is told and shown as a filter instead.%s\n", a.windows())
	p.item(10, "Search filters")
	p.f("None.\n")
	p.item(11, "Prior work")
	p.f("%s\n", yes(a.Baseline != "", md(a.Baseline), "None named in the protocol."))
	p.item(12, "Updates")
	first, last := a.dates()
	p.f("The searches are run again and bring what was added or changed since; first run %s, last run %s.\n", first, last)
	p.item(13, "Dates of searches")
	p.f("Those of each query are above; the last was on %s.\n", last)
	p.item(14, "Peer review")
	p.f("To be added by the reviewers (PRESS).\n")
	p.item(15, "Total records")
	p.f("%d records: %s.\n", a.Flow.Identified(), list(append(append([]Count{}, a.Flow.Databases...), a.Flow.Others...)))
	p.item(16, "Deduplication")
	p.f("Records of one study were merged by %s, on identifiers, titles, authors, year, pages and journal; %d were copies of another. Every merge keeps its grounds and can be undone.\n", a.Program, a.Flow.Duplicates)
	return p.err
}

func (a *Appendix) has(name string) bool {
	for _, d := range a.Sources {
		if d.Name == name {
			return true
		}
	}
	return false
}

func (a *Appendix) dates() (first, last string) {
	for _, d := range a.Sources {
		for _, q := range d.Queries {
			if first == "" || q.First < first {
				first = q.First
			}
			last = max(last, q.Last)
		}
	}
	if first == "" {
		return "not yet", "not yet"
	}
	return first, last
}

// windows says that queries had dates when they were last asked.
func (a *Appendix) windows() string {
	n := 0
	for _, d := range a.Sources {
		for _, q := range d.Queries {
			if q.From != "" || q.Until != "" {
				n++
			}
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" %d queries were last asked for what was added or changed within certain dates, as an update of what they had brought before.", n)
}

// page writes until something fails.
type page struct {
	w   io.Writer
	err error
}

func (p *page) f(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

func (p *page) item(n int, name string) { p.f("\n## %d. %s\n\n", n, name) }

func language(lang string) string {
	if lang == "" {
		return ""
	}
	return " (" + lang + ")"
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + md(reason) + ")"
}

func yes(is bool, a, b string) string {
	if is {
		return a
	}
	return b
}

func list(counts []Count) string {
	parts := make([]string, len(counts))
	for i, c := range counts {
		parts[i] = fmt.Sprintf("%s %d", md(c.Label), c.N)
	}
	return strings.Join(parts, ", ")
}

// md makes one line of a text without marks of Markdown.
func md(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.NewReplacer("\\", "\\\\", "*", "\\*", "_", "\\_", "`", "\\`", "<", "&lt;", "[", "\\[", "#", "\\#").Replace(s)
}

// fence sets a text as it is, within a fence longer than any in it.
func fence(s string) string {
	marks := "```"
	for strings.Contains(s, marks) {
		marks += "`"
	}
	return marks + "\n" + strings.TrimRight(s, "\n") + "\n" + marks
}
