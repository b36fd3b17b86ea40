package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	"polyglean/indexer"
	"polyglean/internal/recall"
	"polyglean/internal/record"
)

// Population is whom an estimate is about.
type Population string

// The populations.
const (
	// PopulationKnown are the studies known to belong to the review.
	PopulationKnown Population = "known"
	// PopulationLikely are those and what is likely to belong to it.
	PopulationLikely Population = "likely"
)

// Estimate says how many studies are likely still missing, from how much what different
// sources or routes found overlaps. Imported files are no list: what is in them was
// chosen elsewhere, from other lists.
type Estimate struct {
	Population Population `json:"population"`
	// Between is "sources" or "routes".
	Between string `json:"between"`
	// Lists are the sources or routes compared, with how many studies each found.
	Lists []Listed `json:"lists"`
	recall.Missing
	// Warnings say what the estimate cannot know, and what makes it doubtful.
	Warnings []string `json:"warnings"`
}

// Listed is a list and how many studies are on it.
type Listed struct {
	Name    string `json:"name"`
	Studies int    `json:"studies"`
}

// few is the number of studies below which an estimate says little.
const few = 20

// captures collects which lists each study of a population is on.
type captures struct {
	population Population
	between    string
	names      []string
	histories  []uint
}

// maxLists is how many lists a history holds; the least of more are left out.
const maxLists = 60

func (c *captures) add(names []string) {
	var history uint
	for _, name := range names {
		i := slices.Index(c.names, name)
		if i < 0 {
			if len(c.names) == maxLists {
				continue
			}
			i = len(c.names)
			c.names = append(c.names, name)
		}
		history |= 1 << i
	}
	if history != 0 {
		c.histories = append(c.histories, history)
	}
}

// estimates of what the lists have not seen: Chapman's of two; of more a lower bound,
// and a log-linear model where there are studies enough.
func (c *captures) estimates() []Estimate {
	lists := len(c.names)
	if lists < 2 {
		return nil
	}
	h := recall.Histories{}
	for _, history := range c.histories {
		h[history]++
	}
	var out []Estimate
	add := func(m recall.Missing, at []int, warnings ...string) {
		e := Estimate{Population: c.population, Between: c.between, Missing: m, Warnings: warnings}
		for _, i := range at {
			e.Lists = append(e.Lists, Listed{c.names[i], h.On(1 << i)})
		}
		e.Warnings = append(e.Warnings, e.dependence()...)
		if m.Seen < few {
			e.Warnings = append(e.Warnings, fmt.Sprintf("It rests on %d studies: take the interval, not the number.", m.Seen))
		}
		if c.population == PopulationLikely {
			e.Warnings = append(e.Warnings, "Most of these studies are judged by the program alone.")
		}
		out = append(out, e)
	}
	at := make([]int, lists)
	for i := range at {
		at[i] = i
	}
	if lists == 2 {
		warnings := []string{"Two lists cannot tell whether they are independent: where one takes its records from the other, the estimate is too low."}
		if h.On(3) == 0 {
			warnings = append(warnings, "Two lists that share no study bound nothing from above.")
		}
		add(recall.Chapman(h.On(1), h.On(2), h.On(3)), at, warnings...)
		return out
	}
	add(recall.Chao(h.Seen(), h.Times(1), h.Times(2), lists), at,
		"A lower bound: what no list has a way to find is not in it, nor what is much harder to find than the rest.")
	narrow, kept := h.Widest(lists, min(lists, recall.MaxLists))
	if m, ok := recall.LogLinear(narrow, len(kept)); ok {
		var warnings []string
		if len(kept) < lists {
			warnings = []string{fmt.Sprintf("The model compares the %d largest of %d lists.", len(kept), lists)}
		}
		if len(m.Dependent) == 0 {
			warnings = append(warnings, "No pair of lists shows dependence; one of all lists at once would not show.")
		}
		add(m, kept, warnings...)
	}
	return out
}

// dependence says which lists the model found to be dependent, and what it means.
func (e *Estimate) dependence() []string {
	var more, fewer []string
	for _, d := range e.Dependent {
		pair := e.Lists[d.A].Name + " with " + e.Lists[d.B].Name
		if d.LogOdds > 0 {
			more = append(more, pair)
		} else {
			fewer = append(fewer, pair)
		}
	}
	var out []string
	if len(more) > 0 {
		out = append(out, "Lists share more studies than independent ones would, which the model allows for and simpler estimates do not, being too low: "+strings.Join(more, ", ")+".")
	}
	if len(fewer) > 0 {
		out = append(out, "Lists share fewer studies than independent ones would, as those of different languages do, and simpler estimates are too high: "+strings.Join(fewer, ", ")+".")
	}
	return out
}

// listsOf are the sources and the routes that found a study, without imports.
func listsOf(s *indexer.Study) (sources, routes []string) {
	for _, m := range s.Members {
		c := &m.Record.Candidate
		if c.Route == record.RouteImport {
			continue
		}
		if name := record.SourceName(c.Source); !slices.Contains(sources, name) {
			sources = append(sources, name)
		}
		if !slices.Contains(routes, string(c.Route)) {
			routes = append(routes, string(c.Route))
		}
		if len(c.Paths) > 0 && !slices.Contains(routes, string(record.RouteSnowball)) {
			routes = append(routes, string(record.RouteSnowball))
		}
	}
	return sources, routes
}
