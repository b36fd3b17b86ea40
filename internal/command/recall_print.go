package command

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"polyglean/indexer/diagnosis"
	"polyglean/internal/country"
	"polyglean/internal/protocol"
	"polyglean/internal/recall"
)

// outcomeWords say what the outcomes mean.
var outcomeWords = map[diagnosis.Outcome]string{
	diagnosis.Found:        "a source that was asked had it",
	diagnosis.NotInSources: "a search asks for its words, no source has it",
	diagnosis.NoTerm:       "no search has a term that matches it",
	diagnosis.Filtered:     "read and set aside, or of other dates than were asked for",
	diagnosis.Merged:       "its record is part of another study",
	diagnosis.Incomplete:   "a source that may have it was not read to the end",
	diagnosis.Unrecognised: "its title is there, with other facts",
}

// printRecall shows a diagnosis: the known studies, what is likely missing, and what
// the published search would have lost. Studies that were found are listed with all.
func printRecall(w io.Writer, names protocol.Names, d *diagnosis.Diagnosed, all bool) {
	st := stylesFor(w)
	head := func(s string) { fmt.Fprintf(w, "\n%s%s%s\n", st.bold, s, st.reset) }
	head("Studies known to belong to the review")
	if len(d.Known) == 0 {
		fmt.Fprintln(w, "  none: name seeds in the protocol, import included references, or decide on some")
	} else {
		fmt.Fprintf(w, "  found  %s\n", shareLine(d.Recall))
		for _, o := range diagnosis.Outcomes[1:] {
			if n := d.Outcomes[o]; n > 0 {
				fmt.Fprintf(w, "  %-18s %s%5s%s  %s%s%s\n", o, st.bold, thousands(n), st.reset, st.dim, outcomeWords[o], st.reset)
			}
		}
		for _, k := range d.Known {
			if k.Outcome == diagnosis.Found && !all {
				continue
			}
			fmt.Fprintf(w, "    %s: %s\n      %s%s: %s%s\n", knownName(k), clean(cut(k.Title, 90)), st.dim, k.Outcome, clean(k.Why), st.reset)
		}
		printRelatives(w, "by source", d.BySource)
		printRelatives(w, "by language", d.ByLanguage)
		printRelatives(w, "by term", d.ByTerm)
	}
	printMissing(w, d.Missing)
	printCounterfactual(w, names, &d.Baseline)
	printPromoted(w, d.Promoted)
}

func knownName(k diagnosis.Known) string {
	if k.Seed > 0 {
		return fmt.Sprintf("seed %d", k.Seed)
	}
	return clean(cmp.Or(k.Study, "included"))
}

// cut shortens a text to so many characters.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

func shareLine(s recall.Share) string {
	return fmt.Sprintf("%s of %s, %.0f %% (95 %% interval %.0f to %.0f)", thousands(s.Hits), thousands(s.Of), 100*s.Rate, 100*s.Low, 100*s.High)
}

func printRelatives(w io.Writer, what string, list []diagnosis.Relative) {
	var said []string
	for _, r := range list {
		if r.Of > 0 {
			said = append(said, fmt.Sprintf("%s %d/%d", clean(r.Name), r.Hits, r.Of))
		}
	}
	if len(said) > 0 {
		fmt.Fprintf(w, "  %-12s %s\n", what, strings.Join(said, " · "))
	}
}

var populationWords = map[diagnosis.Population]string{
	diagnosis.PopulationKnown:  "of the known studies",
	diagnosis.PopulationLikely: "of all that are likely to belong",
}

var methodWords = map[recall.Method]string{
	recall.MethodChapman: "Chapman's estimate", recall.MethodChao: "Chao's lower bound", recall.MethodLogLinear: "log-linear model",
}

func printMissing(w io.Writer, list []diagnosis.Estimate) {
	st := stylesFor(w)
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%sWhat is likely still missing, by how far sources overlap%s\n", st.bold, st.reset)
	var warnings []string
	for _, e := range list {
		lists := make([]string, len(e.Lists))
		for i, l := range e.Lists {
			lists[i] = fmt.Sprintf("%s %s", clean(l.Name), thousands(l.Studies))
		}
		fmt.Fprintf(w, "  %s, between %s: %s of about %s seen (95 %% interval %s to %s), %s\n",
			populationWords[e.Population], e.Between, thousands(e.Seen), whole(e.Total), whole(e.Low), whole(e.High), methodWords[e.Method])
		fmt.Fprintf(w, "    %s%s%s\n", st.dim, strings.Join(lists, " · "), st.reset)
		for _, warning := range e.Warnings {
			if !slices.Contains(warnings, warning) {
				warnings = append(warnings, warning)
			}
		}
	}
	for _, warning := range warnings {
		fmt.Fprintf(w, "  %s%s%s\n", st.dim, clean(warning), st.reset)
	}
}

func whole(x float64) string { return thousands(int(math.Round(min(x, 1e12)))) }

func printCounterfactual(w io.Writer, names protocol.Names, c *diagnosis.Counterfactual) {
	st := stylesFor(w)
	fmt.Fprintf(w, "\n%sWhat the published search would have lost%s", st.bold, st.reset)
	if len(c.Languages) > 0 {
		fmt.Fprintf(w, "  its words, in %s", strings.Join(c.Languages, ", "))
	}
	fmt.Fprintln(w)
	for _, row := range []struct {
		name string
		lost diagnosis.Lost
	}{{"studies known to belong", c.Includes}, {"likely and unjudged", c.Candidates}} {
		if row.lost.Of == 0 {
			continue
		}
		fmt.Fprintf(w, "  %-24s %s%s of %s%s  %slacking its words %d, its language %d%s%s\n", row.name, st.bold,
			thousands(row.lost.Hits), thousands(row.lost.Of), st.reset, st.dim, row.lost.ByWords, row.lost.ByLanguage, byDatabase(c, row.lost), st.reset)
	}
	for _, row := range []struct {
		name string
		list []diagnosis.LostPart
	}{{"languages", c.LostLanguages}, {"countries named", named(c.LostCountries, country.Name)}, {"settings", named(c.LostSettings, names.Concept)}, {"countries of journals", named(c.LostJournals, country.Name)}, {"sources", c.LostSources}} {
		printLost(w, row.name, row.list)
	}
	if len(c.Databases) > 0 && len(c.Tested) == 0 {
		fmt.Fprintf(w, "  %s%s were not compared: import an export of them with --database%s\n", st.dim, clean(strings.Join(c.Databases, " and ")), st.reset)
	}
	if c.Later > 0 {
		fmt.Fprintf(w, "  %s%s newer than its last month, %s, which counts no loss%s\n", st.dim, plural(c.Later, "study is", "studies are"), c.Until, st.reset)
	}
}

// named gives the parts the names that people have for them.
func named(list []diagnosis.LostPart, name func(string) string) []diagnosis.LostPart {
	out := slices.Clone(list)
	for i := range out {
		out[i].Name = name(out[i].Name)
	}
	return out
}

func byDatabase(c *diagnosis.Counterfactual, l diagnosis.Lost) string {
	if len(c.Tested) == 0 {
		return ""
	}
	return fmt.Sprintf(", its databases %d", l.ByDatabase)
}

// printLost lists the parts that are lost whole, and the first of those that are in part.
func printLost(w io.Writer, name string, list []diagnosis.LostPart) {
	const most = 12
	var wholly, partly []string
	for _, p := range list {
		if p.Lost == p.Studies {
			wholly = append(wholly, fmt.Sprintf("%s %d", clean(p.Name), p.Lost))
		} else {
			partly = append(partly, fmt.Sprintf("%s %d/%d", clean(p.Name), p.Lost, p.Studies))
		}
	}
	shorten := func(list []string) string {
		if len(list) > most {
			return strings.Join(list[:most], " · ") + fmt.Sprintf(" and %d more", len(list)-most)
		}
		return strings.Join(list, " · ")
	}
	if len(wholly) > 0 {
		fmt.Fprintf(w, "  %s lost whole: %s\n", name, shorten(wholly))
	}
	if len(partly) > 0 {
		fmt.Fprintf(w, "  %s lost in part: %s\n", name, shorten(partly))
	}
}

func printPromoted(w io.Writer, list []diagnosis.PromotedCount) {
	st := stylesFor(w)
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%sWhat promoted terms brought%s\n", st.bold, st.reset)
	for _, t := range list {
		fmt.Fprintf(w, "  %s%s%s (%s, version %s, %s): in %s; found by it alone %d: known %d, unjudged %d, excluded %d\n", st.bold, clean(t.Term), st.reset,
			clean(t.Block), clean(t.Version), clean(t.Lang), plural(t.Studies, "study", "studies"), t.Alone, t.AloneKnown, t.AloneUnjudged, t.AloneExcluded)
	}
}
