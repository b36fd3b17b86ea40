package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"polyglean/indexer"
	"polyglean/internal/country"
	"polyglean/internal/record"
	"polyglean/internal/untrusted"
)

// studyView is the matter of a study's page.
type studyView struct {
	ID string
	// Back leads to the list the reader came from.
	Back string
	// BackToList says that there was a list.
	BackToList bool
	JSON       string

	Title       []passage
	OtherTitles [][]passage
	Abstracts   [][]passage
	Keywords    [][]passage
	Authors     []record.Author
	Year        string
	Container   string
	Languages   []tongue
	Reasons     []string
	Notes       []note
	Seed        int

	Findings []findingView
	// Likely is the probability that the relevance model gives, "" where there is none.
	Likely   string
	Strategy strategyView
	Concepts []conceptGroup
	Ledgers  []ledgerView

	Facts       []fact
	Identifiers []identifier
	Links       []string
	Members     []memberView
	Related     []relatedView
	Decisions   []decisionView
	Citation    []citation
}

// note is a warning above the text, with what follows from it.
type note struct{ Title, Text string }

// fact is a row of the bibliographic table.
type fact struct{ Label, Value string }

// citation is a citation_* property for reference managers.
type citation struct{ Name, Content string }

// pathView is a way by which citations led to a record.
type pathView struct {
	// How says what the record is to the study: "cites study".
	How, Study string
	Round      int
}

// memberView is one of the records a study was merged from.
type memberView struct {
	Source, SourceID, Route, Query string
	// Paths are the ways by which citations led to the record.
	Paths  []pathView
	Title  passage
	URL    string
	Record *record.Candidate
	// Why says what joined the record to the study.
	Why string
}

// decisionView is an entry of the decision log.
type decisionView struct {
	Verdict, Stage string
	Decision       record.Decision
}

func (s *site) studyPage(w http.ResponseWriter, r *http.Request) {
	a, err := parseAsk(r.URL.RawQuery)
	if err != nil {
		s.fail(w, r, 0, err)
		return
	}
	id := r.PathValue("id")
	st, err := s.searcher.Study(r.Context(), id)
	if err != nil {
		s.fail(w, r, 0, err)
		return
	}
	if st.ID != id {
		// Found, not moved for good: a reviewer may split the study again.
		http.Redirect(w, r, a.href("/study/"+st.ID), http.StatusFound)
		return
	}
	v := s.study(&st)
	v.Back, v.BackToList = a.href("/"), a.encode() != ""
	s.render(w, r, http.StatusOK, "study", cmp.Or(st.Title().Value.Text, "Untitled study"), v)
}

func (s *site) study(st *indexer.Study) studyView {
	t := s.textsOf(st)
	v := studyView{
		ID: st.ID, JSON: "/api/study/" + st.ID,
		Abstracts: t.of(record.FieldAbstract), Keywords: t.of(record.FieldKeyword),
		Authors: st.Authors().Value, Year: year(st.Year().Value), Container: st.Container().Value,
		Languages: tongues(st), Reasons: reasonWords(st), Seed: seed(st), Notes: warnings(st),
		Findings: s.findings(st, t), Likely: likely(st), Strategy: s.strategy(st, t), Concepts: s.concepts(st, t), Ledgers: ledgers(st),
		Facts: facts(st), Identifiers: studyIdentifiers(st), Links: links(st), Related: related(st), Citation: citations(st),
	}
	v.Title, v.OtherTitles = titles(st, t)
	for i := range st.Members {
		m := &st.Members[i].Record
		c := &m.Candidate
		view := memberView{
			Source: sourceName(indexer.SourceOf(c)), SourceID: c.SourceID, Route: word(routeNames, string(c.Route)),
			Title: newPassage(c.Title(), textLang(m, record.FieldTitle, 0), nil), URL: untrusted.WebURL(c.URL), Record: c, Why: capitalise(st.Members[i].Why),
		}
		if _, _, ok := record.FollowedBy(c.Query); !ok && c.Query != "" { // else it is the first of the paths
			view.Query = queryName(c.Query)
		}
		for _, p := range c.Paths {
			view.Paths = append(view.Paths, pathView{citationNames[p.How], p.Study, p.Round})
		}
		v.Members = append(v.Members, view)
	}
	for _, d := range st.Decisions {
		v.Decisions = append(v.Decisions, decisionView{word(verdictNames, string(d.Decision.Verdict)), word(stageNames, string(d.Decision.Stage)), d.Decision})
	}
	return v
}

// likely is the score of a study as a percentage.
func likely(st *indexer.Study) string {
	value, model := st.Score()
	switch {
	case model == "":
		return ""
	case value < 0.005:
		return "under 1\u00a0%"
	}
	return fmt.Sprintf("%.0f\u00a0%%", 100*value)
}

// titles parts the main title from the others.
func titles(st *indexer.Study, t *texts) (main []passage, others [][]passage) {
	title := st.Title().Value.Text
	for _, parts := range t.of(record.FieldTitle) {
		var whole strings.Builder
		for _, p := range parts {
			whole.WriteString(p.String())
		}
		if main == nil && fold(whole.String()) == fold(title) {
			main = parts
		} else {
			others = append(others, parts)
		}
	}
	return main, others
}

// warnings are what a reader must know before trusting the study.
func warnings(st *indexer.Study) []note {
	var out []note
	for _, title := range notes(st) {
		text := ""
		switch title {
		case "Retracted":
			text = "A source says that this work was withdrawn after publication."
		case "Deleted at its source":
			text = "The source no longer has this record. It is kept here because it was once part of the review's material."
		case "Set aside":
			text = "It was read with a whole set and not selected by the protocol's rule. It stays searchable and is selected anew when the protocol changes."
		}
		out = append(out, note{title, text})
	}
	return out
}

// facts are the rows of the bibliographic table: the first value that any record
// has.
func facts(st *indexer.Study) []fact {
	var out []fact
	add := func(label, value string) {
		if value = strings.TrimSpace(value); value != "" {
			out = append(out, fact{label, value})
		}
	}
	first := func(pick func(*record.Candidate) string) string { return firstOf(st, pick) }
	add("Published", published(st))
	add("Published in", st.Container().Value)
	add("Volume", first(func(c *record.Candidate) string { return c.Volume }))
	add("Issue", first(func(c *record.Candidate) string { return c.Issue }))
	add("Pages", first(func(c *record.Candidate) string { return c.Pages }))
	add("Publisher", first(func(c *record.Candidate) string { return c.Publisher }))
	add("Country of the journal", country.Name(st.JournalCountry().Value))
	add("Kind of document", first(func(c *record.Candidate) string {
		if c.Type == "" {
			return ""
		}
		return humanise(c.Type)
	}))
	add("Language of the paper", joinTongues(collect(st, func(m *record.Classified) []string {
		if m.Language.Work != "" {
			return []string{m.Language.Work}
		}
		return m.Candidate.Languages
	})))
	add("ISSN", strings.Join(collect(st, func(m *record.Classified) []string { return m.Candidate.ISSN }), ", "))
	add("References listed", first(func(c *record.Candidate) string { return year(len(c.References)) }))
	add("Licence", first(func(c *record.Candidate) string { return c.License }))
	return out
}

// published is when the study was, as precisely as a record tells that can be believed.
func published(st *indexer.Study) string { return cmp.Or(st.Date().Value, year(st.Year().Value)) }

func joinTongues(tags []string) string { return strings.Join(tongueNames(tags), ", ") }

func tongueNames(tags []string) []string {
	names := make([]string, len(tags))
	for i, tag := range tags {
		names[i] = tongueOf(tag).Name
	}
	return names
}

func studyIdentifiers(st *indexer.Study) []identifier {
	return collect(st, func(m *record.Classified) []identifier { return identifiers(m.Candidate.IDs) })
}

// links are the addresses the sources give, without those a DOI leads to anyway.
func links(st *indexer.Study) []string {
	return slices.DeleteFunc(
		collect(st, func(m *record.Classified) []string { return []string{untrusted.WebURL(m.Candidate.URL)} }),
		func(u string) bool {
			return u == "" || strings.Contains(u, "//doi.org/") || strings.Contains(u, "//dx.doi.org/")
		})
}

// citations are the properties Zotero and its like read from a page (the Highwire
// Press names that Google Scholar documents).
func citations(st *indexer.Study) []citation {
	var out []citation
	add := func(name, value string) {
		if value = untrusted.Line(value); value != "" {
			out = append(out, citation{"citation_" + name, value})
		}
	}
	first := func(pick func(*record.Candidate) string) string { return firstOf(st, pick) }
	add("title", st.Title().Value.Text)
	for _, author := range st.Authors().Value {
		if author.Family != "" && author.Given != "" {
			add("author", author.Family+", "+author.Given)
		} else {
			add("author", author.Name)
		}
	}
	add("publication_date", strings.ReplaceAll(published(st), "-", "/"))
	add("journal_title", st.Container().Value)
	add("volume", first(func(c *record.Candidate) string { return c.Volume }))
	add("issue", first(func(c *record.Candidate) string { return c.Issue }))
	firstPage, lastPage, _ := strings.Cut(strings.ReplaceAll(first(func(c *record.Candidate) string { return c.Pages }), "–", "-"), "-")
	add("firstpage", firstPage)
	add("lastpage", lastPage)
	add("publisher", first(func(c *record.Candidate) string { return c.Publisher }))
	for _, issn := range collect(st, func(m *record.Classified) []string { return m.Candidate.ISSN }) {
		add("issn", issn)
	}
	add("doi", st.DOI().Value)
	add("pmid", first(func(c *record.Candidate) string { return c.IDs.PMID }))
	if langs := collect(st, func(m *record.Classified) []string { return m.Candidate.Languages }); len(langs) > 0 {
		add("language", langs[0])
	}
	add("abstract", st.Abstract().Value.Text)
	return out
}
