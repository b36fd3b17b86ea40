package demo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// openAlexWorks answers GET /works as api.openalex.org does: search and
// *.search filters, date filters, filters by citation and identifier, per_page,
// cursor and page paging. As there, the page after the last one is empty and only
// then next_cursor is null.
func (s *Server) openAlexWorks(w http.ResponseWriter, r *http.Request) {
	p, err := parameters(r)
	if err != nil {
		openAlexError(w, err.Error())
		return
	}
	q, err := openAlexQuestion(p)
	if err != nil {
		openAlexError(w, err.Error())
		return
	}
	perPage, ok := size(firstOf(p, "per_page", "per-page"), 25, s.limits[OpenAlex])
	if !ok {
		openAlexError(w, "per_page parameter must be a number")
		return
	}
	var meta openAlexMeta
	from := 0
	if mark := p.Get("cursor"); mark != "" {
		if from, ok = offset(mark); !ok {
			openAlexError(w, "Cursor value is invalid: "+mark)
			return
		}
	} else {
		number := max(1, atoi(p.Get("page")))
		from = (number - 1) * perPage
		meta.Page = &number
	}
	all := s.find(q)
	hits := page(all, from, perPage)
	meta.Count, meta.PerPage, meta.Milliseconds, meta.Cost = len(all), perPage, 7, 0.001
	if meta.Page == nil && len(hits) > 0 {
		next := cursor(from + len(hits))
		meta.Next = &next
	}
	answer := openAlexAnswer{Meta: meta, Results: make([]any, len(hits)), GroupBy: []any{}}
	for i, cp := range hits {
		if answer.Results[i], err = selected(cp.openAlexWork(), p.Get("select")); err != nil {
			openAlexError(w, err.Error())
			return
		}
	}
	writeJSON(w, http.StatusOK, answer)
}

// selected is a work with the named fields alone, with all when none are named.
func selected(work openAlexWork, names string) (any, error) {
	if names == "" {
		return work, nil
	}
	fields := make(map[string]any)
	for name := range strings.SplitSeq(names, ",") {
		at, ok := openAlexFields[name]
		if !ok {
			return nil, fmt.Errorf("%s is not a valid select field", name)
		}
		fields[name] = reflect.ValueOf(work).FieldByIndex(at).Interface()
	}
	return fields, nil
}

// openAlexFields are where the fields of a work are, by name.
var openAlexFields = func() map[string][]int {
	fields := make(map[string][]int)
	for _, f := range reflect.VisibleFields(reflect.TypeFor[openAlexWork]()) {
		fields[f.Tag.Get("json")] = f.Index
	}
	return fields
}()

func openAlexError(w http.ResponseWriter, message string) {
	writeJSON(w, http.StatusBadRequest, map[string]string{
		"error": "Invalid query parameters error.", "message": message,
	})
}

// openAlexFilter is the beginning of one filter in a comma-separated list; a
// search value may itself hold commas.
var openAlexFilter = regexp.MustCompile(`(?:^|,)([a-z_]+(?:\.[a-z_]+)*):`)

func openAlexQuestion(p url.Values) (question, error) {
	q := question{source: OpenAlex, text: p.Get("search")}
	filter := p.Get("filter")
	starts := openAlexFilter.FindAllStringSubmatchIndex(filter, -1)
	for i, at := range starts {
		end := len(filter)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		name, value := filter[at[2]:at[3]], filter[at[1]:end]
		switch {
		case strings.Contains(name, ".search"): // also .search.exact and the like
			q.text += " " + value
		case name == "from_publication_date":
			q.window.publishedFrom = value
		case name == "to_publication_date":
			q.window.publishedUntil = value
		case name == "from_created_date", name == "from_updated_date":
			q.window.addedFrom = value
		case name == "to_created_date", name == "to_updated_date":
			q.window.addedUntil = value
		case q.link.set(name, value):
		default:
			return q, fmt.Errorf("%s is not a filter this demonstration server knows", name)
		}
	}
	return q, nil
}

type openAlexMeta struct {
	Count        int     `json:"count"`
	Milliseconds int     `json:"db_response_time_ms"`
	Page         *int    `json:"page"`
	PerPage      int     `json:"per_page"`
	GroupsCount  *int    `json:"groups_count"`
	Next         *string `json:"next_cursor"`
	Cost         float64 `json:"cost_usd"`
}

type openAlexAnswer struct {
	Meta    openAlexMeta `json:"meta"`
	Results []any        `json:"results"`
	GroupBy []any        `json:"group_by"`
}

type openAlexWork struct {
	ID              string             `json:"id"`
	DOI             *string            `json:"doi"`
	Title           string             `json:"title"`
	DisplayName     string             `json:"display_name"`
	Relevance       float64            `json:"relevance_score"`
	Year            int                `json:"publication_year"`
	Date            string             `json:"publication_date"`
	IDs             map[string]string  `json:"ids"`
	Language        string             `json:"language"`
	PrimaryLocation openAlexLocation   `json:"primary_location"`
	Type            string             `json:"type"`
	IndexedIn       []string           `json:"indexed_in"`
	OpenAccess      map[string]any     `json:"open_access"`
	Authorships     []openAlexAuthor   `json:"authorships"`
	CitedBy         int                `json:"cited_by_count"`
	Biblio          map[string]*string `json:"biblio"`
	Retracted       bool               `json:"is_retracted"`
	Paratext        bool               `json:"is_paratext"`
	Keywords        []openAlexKeyword  `json:"keywords"`
	Mesh            []any              `json:"mesh"`
	LocationsCount  int                `json:"locations_count"`
	Locations       []openAlexLocation `json:"locations"`
	Best            *openAlexLocation  `json:"best_oa_location"`
	ReferencedCount int                `json:"referenced_works_count"`
	Referenced      []string           `json:"referenced_works"`
	Related         []string           `json:"related_works"`
	Abstract        json.RawMessage    `json:"abstract_inverted_index"`
	CountsByYear    []any              `json:"counts_by_year"`
	Updated         string             `json:"updated_date"`
	Created         string             `json:"created_date"`

	*extras // under load
}

type openAlexLocation struct {
	Open      bool            `json:"is_oa"`
	Landing   *string         `json:"landing_page_url"`
	PDF       *string         `json:"pdf_url"`
	Source    *openAlexSource `json:"source"`
	License   *string         `json:"license"`
	Version   string          `json:"version"`
	Accepted  bool            `json:"is_accepted"`
	Published bool            `json:"is_published"`
	RawName   string          `json:"raw_source_name"`
	RawType   string          `json:"raw_type"`
}

type openAlexSource struct {
	ID       string   `json:"id"`
	Name     string   `json:"display_name"`
	ISSNL    *string  `json:"issn_l"`
	ISSN     []string `json:"issn"`
	HostName *string  `json:"host_organization_name"`
	Type     string   `json:"type"`
}

type openAlexAuthor struct {
	Position     string         `json:"author_position"`
	Author       map[string]any `json:"author"`
	Institutions []any          `json:"institutions"`
	Countries    []string       `json:"countries"`
	RawName      string         `json:"raw_author_name"`

	*affiliation // under load
}

type openAlexKeyword struct {
	ID    string  `json:"id"`
	Name  string  `json:"display_name"`
	Score float64 `json:"score"`
}

// openAlexWork is the copy as OpenAlex has it. Its language is that of the title
// and abstract, which OpenAlex guesses from them: wrong for English metadata of
// a paper in another language, and that is the point.
func (cp *Copy) openAlexWork() openAlexWork {
	id := "https://openalex.org/" + cp.SourceID
	ids := map[string]string{"openalex": id}
	doi := optional(prefixed("https://doi.org/", cp.doi()))
	if doi != nil {
		ids["doi"] = *doi
	}
	if pmid := cp.pmid(); pmid != "" {
		ids["pmid"] = "https://pubmed.ncbi.nlm.nih.gov/" + pmid
	}
	place := openAlexLocation{
		Landing: doi,
		Source: &openAlexSource{
			ID: fmt.Sprintf("https://openalex.org/S99%08d", len(cp.Container)), Name: cp.Container,
			HostName: optional(cp.publisher()), Type: "journal",
		},
		Version: "publishedVersion", Accepted: true, Published: true,
		RawName: cp.Container, RawType: "journal-article",
	}
	work := openAlexWork{
		ID: id, DOI: doi, IDs: ids,
		Title: cp.titleHTML(OpenAlex), DisplayName: cp.titleHTML(OpenAlex), Relevance: 1,
		Year: cp.Year, Date: cp.Published(), Language: cp.meta(), Type: openAlexType(cp.kind()),
		PrimaryLocation: place, Locations: []openAlexLocation{place}, LocationsCount: 1,
		IndexedIn: []string{}, OpenAccess: map[string]any{"is_oa": false, "oa_status": "closed", "oa_url": nil},
		Biblio: map[string]*string{
			"volume": optional(cp.Volume), "issue": optional(cp.Issue), "first_page": nil, "last_page": nil,
		},
		Retracted: cp.Retracted, Mesh: []any{}, Referenced: []string{}, Related: []string{}, CountsByYear: []any{},
		Abstract: invertedIndex(plain(cp.halves())),
		Updated:  cp.Added().Format("2006-01-02T15:04:05.000000"), Created: cp.Added().Format(time10),
	}
	if cp.Poison { // one place far out: a reader that makes room for it runs out of memory
		work.Abstract = json.RawMessage(`{"Synthetic":[0],"poison":[1000000000]}`)
	}
	people := cp.people()
	for i, p := range people {
		work.Authorships = append(work.Authorships, openAlexAuthor{
			Position: position(i, len(people)), RawName: p.name(), Institutions: []any{}, Countries: []string{},
			Author: map[string]any{
				"id": fmt.Sprintf("https://openalex.org/A99%08d", 3*cp.N+i), "display_name": p.name(), "orcid": nil,
			},
		})
	}
	for _, n := range cp.Cites {
		work.Referenced = append(work.Referenced, "https://openalex.org/"+workID(n))
	}
	work.ReferencedCount = len(cp.Cites)
	for _, k := range cp.subjects() {
		work.Keywords = append(work.Keywords, openAlexKeyword{
			ID: "https://openalex.org/keywords/" + strings.ReplaceAll(k, " ", "-"), Name: k, Score: 0.5,
		})
	}
	if cp.team > 0 {
		work.extend(cp)
	}
	return work
}

func openAlexType(kind string) string {
	if kind == "thesis" {
		return "dissertation"
	}
	return kind
}

func position(i, n int) string {
	switch i {
	case 0:
		return "first"
	case n - 1:
		return "last"
	}
	return "middle"
}

// invertedIndex is the form OpenAlex gives abstracts: each word, in the order in which
// they first come, with its places. It is encoded here because the encoder of maps takes
// as long as all else in a work.
func invertedIndex(text string) json.RawMessage {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil
	}
	next := make([]int, len(words)) // the next place of the word at a place, 0 for none
	last := make(map[string]int, len(words))
	first := make([]int, 0, len(words))
	for i, w := range words {
		if before, known := last[w]; known {
			next[before] = i
		} else {
			first = append(first, i)
		}
		last[w] = i
	}
	out := make([]byte, 0, 2*len(text))
	for _, at := range first {
		out = append(out, ',')
		out = appendString(out, words[at])
		out = append(out, ':', '[')
		out = strconv.AppendInt(out, int64(at), 10)
		for at = next[at]; at > 0; at = next[at] {
			out = append(out, ',')
			out = strconv.AppendInt(out, int64(at), 10)
		}
		out = append(out, ']')
	}
	out[0] = '{'
	return append(out, '}')
}

// appendString appends s in JSON.
func appendString(out []byte, s string) []byte {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r == utf8.RuneError }) {
		quoted, err := json.Marshal(s)
		if err != nil {
			panic(err) // every string can be
		}
		return append(out, quoted...)
	}
	out = append(out, '"')
	out = append(out, s...)
	return append(out, '"')
}

// optional is nil for an empty string, which JSON shows as null.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// prefixed is s behind prefix, and "" for an empty s.
func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func firstOf(p url.Values, names ...string) string {
	for _, name := range names {
		if v := p.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// atoi is 0 for what is no number.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
