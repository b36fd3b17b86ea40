package diagnosis

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"polyglean/indexer"
	"polyglean/internal/fold"
	"polyglean/internal/protocol"
	"polyglean/internal/recall"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// Asked is a query that a source was asked, and how that ended last.
type Asked struct {
	Source, Query string
	Route         record.Route
	// Complete says that the source delivered all it announced; State and Reason say
	// what came of it otherwise.
	Complete      bool
	State, Reason string
	// From and Until bound the dates asked for; zero is open.
	From, Until time.Time
}

// Outcome says whether a known study was found, or why not.
type Outcome string

// The outcomes.
const (
	// Found: a source was asked and had it, and it is before the reviewers.
	Found Outcome = "found"
	// NotInSources: a search asks for its words, and no source that was asked has it.
	NotInSources Outcome = "not-in-sources"
	// NoTerm: no search matches it, wherever it may be.
	NoTerm Outcome = "no-term"
	// Filtered: it was read and set aside, or only dates were asked for that are not
	// its own.
	Filtered Outcome = "filtered"
	// Merged: its record is part of another study.
	Merged Outcome = "merged"
	// Incomplete: a query that may have it ended partial or blocked, or was not asked.
	Incomplete Outcome = "source-incomplete"
	// Unrecognised: a record has its title, and another year, author or DOI.
	Unrecognised Outcome = "unrecognised"
)

// Outcomes are all outcomes, in the order in which reports list them.
var Outcomes = []Outcome{Found, NotInSources, NoTerm, Filtered, Merged, Incomplete, Unrecognised}

// Known is a study known to belong to the review and what became of it.
type Known struct {
	// Seed is its number in the protocol, 0 for a study that reviewers included.
	Seed int `json:"seed,omitempty"`
	// Study is its ID in the index, "" where it is not there.
	Study     string   `json:"study,omitempty"`
	Title     string   `json:"title"`
	Year      int      `json:"year,omitempty"`
	Languages []string `json:"languages,omitempty"`
	Outcome   Outcome  `json:"outcome"`
	// Why says the grounds of the outcome in words.
	Why string `json:"why"`
	// Imported says that a file brought it, with or without others.
	Imported bool `json:"imported,omitempty"`
	// Sources, Routes and Queries found it, without imports.
	Sources []string `json:"sources,omitempty"`
	Routes  []string `json:"routes,omitempty"`
	Queries []string `json:"queries,omitempty"`
	// Searches are those that match its texts; where it is not in the index, its title.
	Searches []string `json:"searches,omitempty"`
	// Baseline says that the search as published matches them.
	Baseline bool `json:"baseline"`
}

// Relative is the relative recall of one source, language, term or search: how many of
// the known studies it finds. Sampson and others (2006, BMC Med Res Methodol 6:33) say
// what it is worth: it is recall as far as the known studies are like the unknown ones.
type Relative struct {
	Name string `json:"name"`
	recall.Share
}

// Diagnosed is what Diagnose finds.
type Diagnosed struct {
	Known []Known `json:"known"`
	// Outcomes counts the known studies by outcome.
	Outcomes map[Outcome]int `json:"outcomes"`
	// Recall is the part of the known studies that was found; the lists tell it by
	// source, by the language of the study, by term of the strategy and by search. Of
	// terms and searches, it is the part whose texts in the index they match.
	Recall     recall.Share `json:"recall"`
	BySource   []Relative   `json:"by_source"`
	ByLanguage []Relative   `json:"by_language"`
	ByTerm     []Relative   `json:"by_term"`
	BySearch   []Relative   `json:"by_search"`
	// Missing estimates what is still missing.
	Missing  []Estimate      `json:"missing"`
	Baseline Counterfactual  `json:"baseline"`
	Promoted []PromotedCount `json:"promoted,omitempty"`
}

// Diagnose says of every study known to belong to the review whether it was found, and
// why not, and how much is likely still missing. Asked are the queries put to the
// sources, each as it ended last.
func Diagnose(ctx context.Context, scan Scan, p *protocol.Protocol, asked []Asked) (*Diagnosed, error) {
	d := newDiagnoser(p, asked)
	if err := scan(ctx, func(s *indexer.Study) error {
		d.study(s)
		return ctx.Err()
	}); err != nil {
		return nil, err
	}
	return d.result(), nil
}

type diagnoser struct {
	protocol *protocol.Protocol
	asked    []Asked
	searches *searches
	terms    []*strategy.Matcher
	names    []string
	doc      *strategy.Doc
	promoted *promotedCounter

	seeds map[int]*protocol.Seed
	// seen are the seeds that a study is; alike those whose title a record has that is
	// not recognised as the seed, with its study.
	seen   map[int]bool
	titles map[string]int
	alike  map[int]string

	known    []Known
	baseline counterfactual
	captures []*captures
	// Of the known studies in the index: how many there are, and how many each term and
	// each search matches.
	indexed          int
	byTerm, bySearch map[int]int
}

func newDiagnoser(p *protocol.Protocol, asked []Asked) *diagnoser {
	d := &diagnoser{
		protocol: p, asked: asked, searches: newSearches(p), doc: strategy.NewDoc(), promoted: newPromotedCounter(p),
		seeds: map[int]*protocol.Seed{}, seen: map[int]bool{}, titles: map[string]int{}, alike: map[int]string{},
		baseline: counterfactual{protocol: p}, byTerm: map[int]int{}, bySearch: map[int]int{},
	}
	for i := range p.Seeds {
		seed := &p.Seeds[i]
		d.seeds[seed.Number] = seed
		d.titles[fold.Fold(seed.Title)] = seed.Number
	}
	var nodes []strategy.Node
	for _, t := range strategy.Terms(p.Strategy.Node) {
		nodes = append(nodes, t)
		d.names = append(d.names, t.String())
	}
	d.terms = strategy.CompileAll(p.Strategy.Mode, p.Strategy.Lang, nodes...)
	for _, of := range []Population{PopulationKnown, PopulationLikely} {
		for _, between := range []string{"sources", "routes"} {
			d.captures = append(d.captures, &captures{population: of, between: between})
		}
	}
	return d
}

// matched is what matches a study: searches by position, terms of the strategy, and the
// baseline.
type matched struct {
	searches, terms map[int]bool
	baseline        bool
}

func (d *diagnoser) match(s *indexer.Study, terms bool) matched {
	m := matched{searches: map[int]bool{}, terms: map[int]bool{}}
	for i := range s.Members {
		fill(d.doc, &s.Members[i].Record)
		for _, n := range d.searches.matching(d.doc) {
			m.searches[n] = true
		}
		if ok, _ := d.searches.baseline.Match(d.doc); ok {
			m.baseline = true
		}
		if terms {
			for n, t := range d.terms {
				if ok, _ := t.Match(d.doc); ok {
					m.terms[n] = true
				}
			}
		}
	}
	return m
}

func (d *diagnoser) study(s *indexer.Study) {
	of := judged(s)
	for _, n := range seedsOf(s) {
		d.seen[n] = true
	}
	d.lookAlike(s)
	d.promoted.study(s, of, d.doc)
	likely := of == relevant || of == unjudged && !s.SetAside() &&
		(missed(s) || slices.ContainsFunc(s.Members, func(m indexer.Member) bool { return m.Record.Strategy.Matched }))
	if !likely {
		return
	}
	m := d.match(s, of == relevant)
	d.baseline.add(s, of == relevant, m.baseline)
	sources, routes := listsOf(s)
	for _, c := range d.captures {
		if c.population == PopulationKnown && of != relevant {
			continue
		}
		if c.between == "sources" {
			c.add(sources)
		} else {
			c.add(routes)
		}
	}
	if of == relevant {
		d.indexed++
		for n := range m.terms {
			d.byTerm[n]++
		}
		for n := range m.searches {
			d.bySearch[n]++
		}
		d.add(s, m, sources, routes)
	}
}

// lookAlike remembers records that have the title of a seed and are not taken for it.
func (d *diagnoser) lookAlike(s *indexer.Study) {
	for _, m := range s.Members {
		if m.Record.Seed > 0 {
			continue
		}
		for _, t := range m.Record.Candidate.Titles {
			if n := d.titles[fold.Fold(t.Text)]; n > 0 {
				d.alike[n] = s.ID
			}
		}
	}
}

// add takes a known study that is in the index. One that is several seeds, or that
// several studies were merged into that reviewers had included, is listed for each.
func (d *diagnoser) add(s *indexer.Study, m matched, sources, routes []string) {
	k := Known{
		Study: s.ID, Title: s.Title().Value.Text, Year: s.Year().Value, Languages: s.Languages(),
		Sources: sources, Routes: routes, Baseline: m.baseline,
	}
	for _, n := range slices.Sorted(maps.Keys(m.searches)) {
		k.Searches = append(k.Searches, d.searches.list[n].Name)
	}
	for _, member := range s.Members {
		c := &member.Record.Candidate
		if c.Route == record.RouteImport {
			k.Imported = true
		} else if c.Query != "" {
			k.Queries = appendNew(k.Queries, c.Query)
		}
	}
	slices.Sort(k.Queries)
	switch {
	case len(sources) == 0:
		k.Outcome, k.Why = d.notFound(k.Searches, k.Year, "It is here from an imported file alone. ")
	case setAside(s):
		k.Outcome, k.Why = Filtered, "It was read on the harvest route and set aside: neither the protocol's rule nor the model takes it for relevant."
	default:
		k.Outcome, k.Why = Found, "By "+strings.Join(sources, ", ")+"."
	}
	seeds := seedsOf(s)
	if len(seeds) == 0 {
		d.known = append(d.known, k)
		for _, id := range includedAs(s)[1:] {
			d.known = append(d.known, Known{
				Study: s.ID, Title: k.Title, Year: k.Year, Languages: k.Languages, Outcome: Merged,
				Why: fmt.Sprintf("It was included as %s, whose records are now part of %s.", id, s.ID),
			})
		}
		return
	}
	for i, n := range seeds {
		k := k
		k.Seed = n
		if seed := d.seeds[n]; seed != nil {
			k.Title, k.Year = seed.Title, seed.Year
		}
		if i > 0 {
			k.Outcome, k.Why = Merged, fmt.Sprintf("Its record is part of %s, with seed %d.", s.ID, seeds[0])
		}
		d.known = append(d.known, k)
	}
}

// setAside says that the program put no record of a study before reviewers. One that
// they included all the same they had from elsewhere.
func setAside(s *indexer.Study) bool {
	for i := range s.Members {
		m := &s.Members[i]
		imported := m.Record.Candidate.Route == record.RouteImport
		// The model brings back what the classifier set aside by findings of its own.
		if !imported && (m.Record.Selection != record.SetAside || len(s.Findings(m)) > len(m.Record.Findings)) {
			return false
		}
	}
	return true
}

// includedAs are the IDs under which reviewers included a study, one at least.
func includedAs(s *indexer.Study) []string {
	var ids []string
	for _, l := range s.Decisions {
		if l.Decision.Verdict == record.Include {
			ids = appendNew(ids, l.Decision.Study)
		}
	}
	if len(ids) == 0 {
		return []string{s.ID}
	}
	return ids
}

// notFound says why no source gave a study that the named searches match.
func (d *diagnoser) notFound(searches []string, year int, lead string) (Outcome, string) {
	var may, open, dated []string
	harvested := false
	for _, a := range d.asked {
		if a.Route == record.RouteHarvest {
			harvested = true
		} else if a.Route != record.RouteSearch || !slices.Contains(searches, a.Query) {
			continue
		}
		name := record.SourceName(a.Source) + " " + a.Query
		may = appendNew(may, name)
		switch outside := year != 0 && (!a.From.IsZero() && a.From.Year() > year || !a.Until.IsZero() && a.Until.Year() < year); {
		case outside:
			dated = appendNew(dated, name)
		case !a.Complete:
			open = append(open, fmt.Sprintf("%s is %s (%s)", name, a.State, cmp.Or(a.Reason, "no reason given")))
		}
	}
	// A query that was asked for other dates too counts for those that hold the year.
	inTime := slices.ContainsFunc(d.asked, func(a Asked) bool {
		return slices.Contains(may, record.SourceName(a.Source)+" "+a.Query) &&
			(a.From.IsZero() || a.From.Year() <= year) && (a.Until.IsZero() || a.Until.Year() >= year)
	})
	switch {
	case len(d.asked) == 0:
		return Incomplete, lead + "No source has been asked yet."
	case len(open) > 0:
		return Incomplete, lead + "A source that may have it was not read to the end: " + some(open) + "."
	case len(dated) > 0 && year != 0 && !inTime:
		return Filtered, fmt.Sprintf("%sIt is of %d, and the sources were asked for other dates alone.", lead, year)
	case len(searches) == 0 && harvested:
		return NoTerm, lead + "No search has a term that matches it, and the sets that were read whole do not hold it."
	case len(searches) == 0:
		return NoTerm, lead + "No search has a term that matches it."
	case len(may) == 0:
		return Incomplete, lead + "The searches that match it have been put to no source: " + some(searches) + "."
	}
	return NotInSources, lead + "The searches that match it (" + some(searches) + ") were answered to the end, and no source has it."
}

// some lists the first few of many.
func some(list []string) string {
	const most = 3
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
}

// absent takes a seed that is not in the index: all that is known of it are the facts
// of the protocol.
func (d *diagnoser) absent(seed *protocol.Seed) Known {
	k := Known{Seed: seed.Number, Title: seed.Title, Year: seed.Year}
	d.doc.Reset()
	d.doc.Add(strategy.Title, 0, seed.Title, "")
	for _, n := range d.searches.matching(d.doc) {
		k.Searches = append(k.Searches, d.searches.list[n].Name)
	}
	k.Baseline, _ = d.searches.baseline.Match(d.doc)
	if study := d.alike[seed.Number]; study != "" {
		k.Outcome = Unrecognised
		k.Why = fmt.Sprintf("Study %s has its title, but its year, first author or DOI is another: if it is the same, correct the seed in the protocol.", study)
		return k
	}
	lead := ""
	if len(k.Searches) == 0 {
		lead = "Its title alone was looked at, for its abstract is not known. "
	}
	k.Outcome, k.Why = d.notFound(k.Searches, k.Year, lead)
	return k
}

func (d *diagnoser) result() *Diagnosed {
	for i := range d.protocol.Seeds {
		if seed := &d.protocol.Seeds[i]; !d.seen[seed.Number] {
			d.known = append(d.known, d.absent(seed))
		}
	}
	slices.SortStableFunc(d.known, func(a, b Known) int {
		last := func(k Known) int { // includes come after the seeds
			if k.Seed == 0 {
				return 1
			}
			return 0
		}
		return cmp.Or(last(a)-last(b), a.Seed-b.Seed, cmp.Compare(a.Study, b.Study))
	})
	out := &Diagnosed{Known: append([]Known{}, d.known...), Outcomes: map[Outcome]int{}, Missing: []Estimate{}, Baseline: d.baseline.result(), Promoted: d.promoted.counts}
	sources, languages, ofLanguage := map[string]int{}, map[string]int{}, map[string]int{}
	for _, a := range d.asked {
		if a.Route == record.RouteSearch || a.Route == record.RouteHarvest {
			sources[record.SourceName(a.Source)] += 0
		}
	}
	for _, k := range d.known {
		out.Outcomes[k.Outcome]++
		for _, s := range k.Sources {
			if k.Outcome == Found || k.Outcome == Filtered {
				sources[s]++
			}
		}
		lang := record.Undetermined
		if len(k.Languages) > 0 {
			lang = k.Languages[0]
		}
		ofLanguage[lang]++
		languages[lang] += 0
		if k.Outcome == Found {
			languages[lang]++
		}
	}
	total := len(d.known)
	out.Recall = recall.ShareOf(out.Outcomes[Found], total)
	out.BySource = relatives(sources, func(string) int { return total })
	out.ByLanguage = relatives(languages, func(lang string) int { return ofLanguage[lang] })
	terms, searches := map[string]int{}, map[string]int{}
	for n, name := range d.names {
		terms[name] = d.byTerm[n]
	}
	for n, s := range d.searches.list {
		searches[s.Name] = d.bySearch[n]
	}
	out.ByTerm = relatives(terms, func(string) int { return d.indexed })
	out.BySearch = relatives(searches, func(string) int { return d.indexed })
	for _, c := range d.captures {
		out.Missing = append(out.Missing, c.estimates()...)
	}
	return out
}

// relatives lists shares, the most hits first.
func relatives(hits map[string]int, of func(string) int) []Relative {
	out := []Relative{}
	for name, n := range hits {
		out = append(out, Relative{Name: name, Share: recall.ShareOf(n, of(name))})
	}
	slices.SortFunc(out, func(a, b Relative) int { return cmp.Or(b.Hits-a.Hits, cmp.Compare(a.Name, b.Name)) })
	return out
}
