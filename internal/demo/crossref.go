package demo

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// crossrefWorks answers GET /works as api.crossref.org does: query and
// query.bibliographic, date filters, rows, cursor and offset. As there, the
// cursor never ends: an empty page does.
func (s *Server) crossrefWorks(w http.ResponseWriter, r *http.Request) {
	p, err := parameters(r)
	if err != nil {
		crossrefError(w, http.StatusBadRequest, "validation-failure", "parameter-not-valid", "", err.Error())
		return
	}
	q, bad := crossrefQuestion(p)
	if bad != "" {
		crossrefError(w, http.StatusBadRequest, "validation-failure", "filter-not-available", bad,
			"Filter "+bad+" specified but there is no such filter for this route. This demonstration server knows dates only.")
		return
	}
	rows, ok := size(p.Get("rows"), 20, s.limits[Crossref])
	if !ok {
		crossrefError(w, http.StatusBadRequest, "validation-failure", "integer-not-valid", p.Get("rows"),
			"Integer specified as "+p.Get("rows")+" but must be a positive integer less than or equal to 1000. ")
		return
	}
	from, mark := atoi(p.Get("offset")), p.Get("cursor")
	if mark != "" {
		if from, ok = offset(mark); !ok {
			crossrefError(w, http.StatusNotFound, "resource-failure", "cursor-invalid", mark, "Cursor specified but it is invalid")
			return
		}
	}
	all := s.find(q)
	hits := page(all, from, rows)
	list := crossrefList{
		Facets: map[string]any{}, Total: len(all), PerPage: rows, Items: make([]crossrefItem, len(hits)),
		Query: map[string]any{"start-index": from, "search-terms": optional(q.text)},
	}
	for i, cp := range hits {
		list.Items[i] = cp.crossrefItem()
	}
	if mark != "" {
		list.Next = cursor(from + len(hits))
	}
	body, err := encodeJSON(crossrefAnswer{Status: "ok", Type: "work-list", Version: "1.0.0", Message: list})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("X-Rate-Limit-Limit", "50")
	w.Header().Set("X-Rate-Limit-Interval", "1s")
	writeBody(w, http.StatusOK, "application/json", s.weather.shorten(body, from))
}

func crossrefError(w http.ResponseWriter, status int, kind, problem, value, message string) {
	writeJSON(w, status, map[string]any{
		"status": "failed", "message-type": kind,
		"message": []map[string]string{{"type": problem, "value": value, "message": message}},
	})
}

// crossrefQuestion reads the query, or names the filter it does not know.
func crossrefQuestion(p url.Values) (q question, bad string) {
	q.source = Crossref
	for name, values := range p {
		if name == "query" || strings.HasPrefix(name, "query.") {
			q.text = strings.TrimSpace(q.text + " " + strings.Join(values, " "))
		}
	}
	for f := range strings.SplitSeq(p.Get("filter"), ",") {
		name, value, _ := strings.Cut(f, ":")
		switch name {
		case "":
		case "from-index-date", "from-created-date", "from-update-date", "from-deposit-date":
			q.window.addedFrom = value
		case "until-index-date", "until-created-date", "until-update-date", "until-deposit-date":
			q.window.addedUntil = value
		case "from-pub-date":
			q.window.publishedFrom = value
		case "until-pub-date":
			q.window.publishedUntil = value
		default:
			return q, name
		}
	}
	return q, ""
}

type crossrefAnswer struct {
	Status  string       `json:"status"`
	Type    string       `json:"message-type"`
	Version string       `json:"message-version"`
	Message crossrefList `json:"message"`
}

type crossrefList struct {
	Facets  map[string]any `json:"facets"`
	Next    string         `json:"next-cursor,omitempty"`
	Total   int            `json:"total-results"`
	Items   []crossrefItem `json:"items"`
	PerPage int            `json:"items-per-page"`
	Query   map[string]any `json:"query"`
}

type crossrefItem struct {
	Indexed        crossrefTime     `json:"indexed"`
	ReferenceCount int              `json:"reference-count"`
	Publisher      string           `json:"publisher"`
	Issue          string           `json:"issue,omitempty"`
	Abstract       string           `json:"abstract,omitempty"`
	DOI            string           `json:"DOI"`
	Type           string           `json:"type"`
	Created        crossrefTime     `json:"created"`
	Source         string           `json:"source"`
	Title          []string         `json:"title"`
	Prefix         string           `json:"prefix"`
	Volume         string           `json:"volume,omitempty"`
	Author         []crossrefAuthor `json:"author,omitempty"`
	Container      []string         `json:"container-title"`
	OriginalTitle  []string         `json:"original-title,omitempty"`
	Language       string           `json:"language,omitempty"`
	Deposited      crossrefTime     `json:"deposited"`
	Score          float64          `json:"score"`
	Issued         crossrefDate     `json:"issued"`
	Published      crossrefDate     `json:"published"`
	References     int              `json:"references-count"`
	URL            string           `json:"URL"`
	Subject        []string         `json:"subject,omitempty"`
	UpdatedBy      []crossrefUpdate `json:"updated-by,omitempty"`
}

type crossrefDate struct {
	Parts [][]int `json:"date-parts"`
}

type crossrefTime struct {
	crossrefDate
	DateTime  string `json:"date-time"`
	Timestamp int64  `json:"timestamp"`
}

type crossrefAuthor struct {
	Given       string `json:"given,omitempty"`
	Family      string `json:"family"`
	Sequence    string `json:"sequence"`
	Affiliation []any  `json:"affiliation"`
}

type crossrefUpdate struct {
	Updated crossrefTime `json:"updated"`
	DOI     string       `json:"DOI"`
	Type    string       `json:"type"`
	Source  string       `json:"source"`
	Label   string       `json:"label"`
}

func moment(t time.Time) crossrefTime {
	return crossrefTime{
		crossrefDate: crossrefDate{Parts: [][]int{{t.Year(), int(t.Month()), t.Day()}}},
		DateTime:     t.Format(time.RFC3339), Timestamp: t.UnixMilli(),
	}
}

func (cp *Copy) crossrefItem() crossrefItem {
	added := moment(cp.Added())
	// A journal deposits the date as precisely as it likes: some give only the year.
	date := crossrefDate{Parts: [][]int{{cp.Year, 1 + cp.N%12}}}
	if cp.N%3 == 0 {
		date.Parts[0] = date.Parts[0][:1]
	}
	item := crossrefItem{
		Indexed: added, Created: added, Deposited: added, Issued: date, Published: date,
		Publisher: cp.publisher(), Issue: cp.Issue, Volume: cp.Volume, Container: []string{cp.Container},
		Abstract: jats(cp.halves()), DOI: cp.SourceID, Prefix: "10.5555", URL: "https://doi.org/" + cp.SourceID,
		Type: crossrefType(cp.kind()), Source: "Crossref", Title: []string{cp.titleHTML(Crossref)},
		Language: cp.Lang, Score: 1, Subject: cp.subjects(),
	}
	if cp.TitleEN != "" && cp.meta() != "en" {
		item.Title = []string{cp.TitleEN}
		item.OriginalTitle = []string{cp.titleHTML(Crossref)}
	}
	for i, p := range cp.people() {
		sequence := "additional"
		if i == 0 {
			sequence = "first"
		}
		item.Author = append(item.Author, crossrefAuthor{
			Given: p.given, Family: p.family, Sequence: sequence, Affiliation: []any{},
		})
	}
	if cp.Retracted {
		item.Title[0] = "RETRACTED: " + item.Title[0]
		item.UpdatedBy = []crossrefUpdate{{
			Updated: added, DOI: cp.SourceID + "-retraction", Type: "retraction", Source: "publisher", Label: "Retraction",
		}}
	}
	return item
}

func crossrefType(kind string) string {
	switch kind {
	case "preprint":
		return "posted-content"
	case "thesis":
		return "dissertation"
	}
	return "journal-article"
}

// jats is the markup publishers deposit abstracts in: labelled sections where
// there are any, titles between the halves of a bilingual abstract.
func jats(ss []section) string {
	var b strings.Builder
	for _, s := range ss {
		switch {
		case s.text == "":
			fmt.Fprintf(&b, "<jats:title>%s</jats:title>\n          ", escape(s.label))
		case s.label == "":
			fmt.Fprintf(&b, "<jats:p>%s</jats:p>", escape(s.text))
		default:
			fmt.Fprintf(&b, "<jats:sec><jats:title>%s</jats:title><jats:p>%s</jats:p></jats:sec>", escape(s.label), escape(s.text))
		}
	}
	return b.String()
}
