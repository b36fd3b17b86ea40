package command

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"polyglean/harvester"
	"polyglean/indexer"
	"polyglean/indexer/diagnosis"
	"polyglean/internal/country"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// summary is what a reviewer wants to know after a run.
type summary struct {
	// Announced and Received add up what the sources said and gave, over all
	// queries; Repeated of the received were found by more than one query.
	Announced int `json:"announced"`
	Received  int `json:"received"`
	Repeated  int `json:"repeated"`
	// Parked records could not be handled; each is kept with its reason.
	Parked int `json:"parked"`
	// Indexed records make Studies; Merged is how many are copies of one that is
	// there. SetAside of the records were read whole and are off topic.
	Indexed  int `json:"indexed"`
	Merged   int `json:"merged"`
	Studies  int `json:"studies"`
	SetAside int `json:"set_aside"`
	// Languages counts studies by the language of their texts; a bilingual one counts
	// in both.
	Languages  map[string]int `json:"languages"`
	NonEnglish int            `json:"non_english"`
	// JournalCountries counts studies by the country of their journal, an ISO 3166-1
	// code, or indexer.NotStated.
	JournalCountries map[string]int `json:"journal_countries"`
	// KeywordMiss counts candidates by reason; a study may have several. Candidates
	// counts them once.
	KeywordMiss map[string]int `json:"keyword_miss"`
	Candidates  int            `json:"keyword_miss_studies"`
	SeedsFound  int            `json:"seeds_found"`
	SeedsTotal  int            `json:"seeds_total"`
	Seconds     float64        `json:"seconds"`
	// Recall says of each seed whether it was found, and what is likely missing.
	Recall *diagnosis.Diagnosed `json:"recall"`

	parked []record.Parked
}

func (p *pipeline) summarise(ctx context.Context, run harvester.Run, took time.Duration) (summary, error) {
	t := run.Totals()
	s := summary{
		Announced: t.Announced, Received: t.Received, SeedsTotal: len(p.protocol.Seeds),
		Languages: map[string]int{}, JournalCountries: map[string]int{}, KeywordMiss: map[string]int{},
	}
	v, err := p.count(ctx)
	if err != nil {
		return s, err
	}
	s.Indexed, s.Merged, s.Studies, s.Parked, s.SetAside = v.Indexed, v.Merged, v.Studies, v.Parked, v.SetAside
	s.Repeated = s.Received - s.Indexed - s.Parked
	all, err := p.searcher.Search(ctx, indexer.Query{
		SetAside: true, Size: 1, FacetSize: 300, // more than there are countries
		Facets: []string{indexer.FacetLanguage, indexer.FacetJournalCountry, indexer.FacetFlag, indexer.FacetReason, indexer.FacetSeed},
	})
	if err != nil {
		return s, err
	}
	for _, c := range all.Facets[indexer.FacetLanguage] {
		s.Languages[c.Value] = c.Count
	}
	for _, c := range all.Facets[indexer.FacetJournalCountry] {
		s.JournalCountries[c.Value] = c.Count
	}
	for _, c := range all.Facets[indexer.FacetReason] {
		s.KeywordMiss[c.Value] = c.Count
	}
	for _, c := range all.Facets[indexer.FacetFlag] {
		switch record.Flag(c.Value) {
		case record.FlagNonEnglish:
			s.NonEnglish = c.Count
		case record.FlagKeywordMiss:
			s.Candidates = c.Count
		}
	}
	s.SeedsFound = len(all.Facets[indexer.FacetSeed])
	s.Seconds = took.Seconds()
	if s.Recall, err = p.diagnose(ctx, run); err != nil {
		return s, err
	}
	return s, p.bus.EachParked(ctx, func(item record.Parked) error {
		s.parked = append(s.parked, item)
		return nil
	})
}

// reasonWords say what the reasons mean.
var reasonWords = map[record.Reason]string{
	record.OtherWords:    "says it in other words than the strategy",
	record.OtherLanguage: "says it in another language",
	record.MissingBlock:  "one part of the strategy is there, another is not",
	record.NotJudgeable:  "has no abstract to judge by",
	record.LikeTheSeeds:  "reads like the seeds and what was included",
	record.Cited:         "cites a seed or included study, or is cited by one",
}

func printSummary(w io.Writer, names protocol.Names, s summary) {
	st := stylesFor(w)
	row := func(label string, n int, note string) {
		fmt.Fprintf(w, "  %-34s %s%7s%s  %s%s%s\n", label, st.bold, thousands(n), st.reset, st.dim, note, st.reset)
	}
	fmt.Fprintf(w, "\n%sWhat came%s\n", st.bold, st.reset)
	row("announced by the sources", s.Announced, "added up over all searches")
	row("received", s.Received, "")
	row("found again by another search", s.Repeated, "counted, not stored twice")
	row("parked", s.Parked, "could not be read; kept with the reason")
	for _, item := range s.parked {
		fmt.Fprintf(w, "      %s%s%s %s\n", st.dim, clean(cmp.Or(item.RecordID, item.Key)), st.reset, clean(item.Reason))
	}
	row("indexed records", s.Indexed, "")
	row("duplicates merged", s.Merged, "copies of one study from several sources")
	row("set aside", s.SetAside, "of the records: read whole, off topic")
	row("studies", s.Studies, "")

	fmt.Fprintf(w, "\n%sLanguages%s\n", st.bold, st.reset)
	row("studies not in English", s.NonEnglish, "")
	for _, line := range countLines(s.Languages, 84) {
		fmt.Fprintf(w, "  %s\n", line)
	}

	fmt.Fprintf(w, "\n%sCountries of the journals%s\n", st.bold, st.reset)
	for _, line := range countLines(countryNames(s.JournalCountries), 84) {
		fmt.Fprintf(w, "  %s\n", line)
	}

	fmt.Fprintf(w, "\n%sWhat the published keyword search would have missed%s\n", st.bold, st.reset)
	row("likely relevant studies", s.Candidates, "each with its reasons:")
	for _, reason := range []record.Reason{record.OtherWords, record.OtherLanguage, record.MissingBlock, record.LikeTheSeeds, record.Cited, record.NotJudgeable} {
		row("  "+string(reason), s.KeywordMiss[string(reason)], reasonWords[reason])
	}
	fmt.Fprintf(w, "\n%sSeed studies found%s  %d of %d\n", st.bold, st.reset, s.SeedsFound, s.SeedsTotal)
	printRecall(w, names, s.Recall, false)
	fmt.Fprintf(w, "%s%.1f s%s\n", st.dim, s.Seconds, st.reset)
}

// countryNames puts the names of countries for their codes.
func countryNames(counts map[string]int) map[string]int {
	named := make(map[string]int, len(counts))
	for code, n := range counts {
		if code == indexer.NotStated {
			code = "not stated"
		}
		named[country.Name(code)] = n
	}
	return named
}

// countLines prints counts, the largest first, in lines of about width columns.
func countLines(counts map[string]int, width int) []string {
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	var lines []string
	line := ""
	for _, k := range keys {
		part := fmt.Sprintf("%s %s", k, thousands(counts[k]))
		switch {
		case line == "":
			line = part
		case len(line)+len(part) > width:
			lines = append(lines, line)
			line = part
		default:
			line += " · " + part
		}
	}
	if line == "" {
		return lines
	}
	return append(lines, line)
}

func printRun(w io.Writer, run harvester.Run) error {
	st := stylesFor(w)
	state := "complete"
	switch {
	case run.Ended.IsZero():
		state = "not ended"
	case run.Partial():
		state = "partial"
	}
	fmt.Fprintf(w, "%sRun %s%s  %s %s, %s\n\n", st.bold, run.ID, st.reset, run.Protocol, run.Version, state)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "source\tquery\tannounced\treceived\tnew\tchanged\tunchanged\tdeleted\tparked\tstate\t")
	line := func(source, query string, q harvester.QueryState, announced, state string) {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", source, query, announced,
			thousands(q.Received), thousands(q.New), thousands(q.Changed), thousands(q.Unchanged), thousands(q.Deleted), thousands(q.Parked), state)
	}
	for _, q := range run.Queries {
		announced := "not said"
		if q.Announced >= 0 {
			announced = thousands(q.Announced)
		}
		query, state := q.Query, string(q.State)
		if q.Window != "" {
			query += " " + q.Window
		}
		if q.Parts > 0 {
			announced, state = thousands(q.Whole), state+", in windows"
		}
		line(q.Source, query, q, announced, state)
	}
	t := run.Totals()
	line("all", "", t, thousands(t.Announced), state)
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, q := range run.Queries {
		if q.Reason != "" {
			fmt.Fprintf(w, "\n%s %s is %s: %s\n", q.Source, q.Query, q.State, clean(q.Reason))
		}
	}
	printMended(w, run.Queries)
	return nil
}

// printMended says what had to be put right in the answers to each query.
func printMended(w io.Writer, queries []harvester.QueryState) {
	head := "\nPut right to be read:\n"
	for _, q := range queries {
		for _, what := range sortedKeys(q.Mended) {
			fmt.Fprintf(w, "%s  %s %s: %s × %s\n", head, q.Source, clean(strings.TrimSpace(q.Query+" "+q.Window)), thousands(q.Mended[what]), clean(what))
			head = ""
		}
	}
}

func printRuns(w io.Writer, runs []harvester.Run) error {
	if len(runs) == 0 {
		_, err := fmt.Fprintln(w, "No harvest has been run yet: polyglean harvest")
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "run\tprotocol\tstate\tannounced\treceived\tnew\tchanged\tparked")
	for _, run := range runs {
		r := reportOf(run)
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", run.ID, run.Protocol, r.State,
			thousands(r.Totals.Announced), thousands(r.Totals.Received), thousands(r.Totals.New), thousands(r.Totals.Changed), thousands(r.Totals.Parked))
	}
	return tw.Flush()
}

func printParked(w io.Writer, items []record.Parked) error {
	if len(items) == 0 {
		_, err := fmt.Fprintln(w, "Nothing is parked.")
		return err
	}
	for _, item := range items {
		fmt.Fprintf(w, "%s  %s  parked by the %s, %s\n    %s\n",
			item.At.Format(time.DateTime), clean(cmp.Or(item.RecordID, item.Key)), item.Stage, clean(item.Source), clean(item.Reason))
	}
	_, err := fmt.Fprintf(w, "%s parked; --json shows what was received\n", plural(len(items), "item", "items"))
	return err
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%s %s", thousands(n), many)
}

// sortedKeys are the keys of a map in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// thousands prints n with thin separators, as people read counts.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
