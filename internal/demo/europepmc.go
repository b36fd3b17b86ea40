package demo

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// europePMCSearch answers GET /search as the Europe PMC REST service does in
// JSON, core results: query, pageSize, cursorMark. Like its index, it repeats
// the cursor mark of the request when there is nothing after the page.
func (s *Server) europePMCSearch(w http.ResponseWriter, r *http.Request) {
	if s.weather.refuse(w) {
		return
	}
	p, err := parameters(r)
	if err != nil || p.Get("query") == "" {
		writeJSON(w, http.StatusOK, map[string]any{"version": "6.9", "errCode": 404, "errMsg": "Invalid request: query is missing"})
		return
	}
	if f := p.Get("format"); f != "json" {
		http.Error(w, "this demonstration server speaks format=json only", http.StatusBadRequest)
		return
	}
	mark := p.Get("cursorMark")
	if mark == "" {
		mark = "*"
	}
	from, ok := offset(mark)
	pageSize, sizeOK := size(p.Get("pageSize"), 25, s.limits[EuropePMC])
	if !ok || !sizeOK {
		writeJSON(w, http.StatusOK, map[string]any{"version": "6.9", "errCode": 404, "errMsg": "Invalid request: cursorMark or pageSize"})
		return
	}
	all := s.find(europePMCQuestion(p.Get("query")))
	hits := page(all, from, pageSize)
	answer := europePMCAnswer{
		Version: "6.9", Hits: len(all),
		Request: europePMCRequest{Query: p.Get("query"), ResultType: "core", Mark: mark, PageSize: pageSize},
	}
	answer.List.Result = make([]europePMCResult, len(hits))
	for i, cp := range hits {
		answer.List.Result[i] = cp.europePMCResult()
	}
	if len(all) > 0 {
		answer.Next = mark
		if len(hits) > 0 {
			answer.Next = cursor(from + len(hits))
			answer.NextPage = s.URL(EuropePMC) + "?cursorMark=" + answer.Next
		}
	}
	writeJSON(w, http.StatusOK, answer)
}

// europePMCDates are the date ranges a query may hold, by its two clocks.
var europePMCDates = regexp.MustCompile(`(FIRST_IDATE|CREATION_DATE|UPDATE_DATE|FIRST_PDATE|PUB_YEAR):\s*\[\s*(\S+)\s+TO\s+([^\]\s]+)\s*\]`)

func europePMCQuestion(query string) question {
	q := question{source: EuropePMC, text: query}
	for _, m := range europePMCDates.FindAllStringSubmatch(query, -1) {
		from, until := strings.Trim(m[2], `"*`), strings.Trim(m[3], `"*`)
		if m[1] == "FIRST_PDATE" || m[1] == "PUB_YEAR" {
			q.window.publishedFrom, q.window.publishedUntil = from, until
		} else {
			q.window.addedFrom, q.window.addedUntil = from, until
		}
	}
	return q
}

type europePMCAnswer struct {
	Version  string           `json:"version"`
	Hits     int              `json:"hitCount"`
	Next     string           `json:"nextCursorMark,omitempty"`
	NextPage string           `json:"nextPageUrl,omitempty"`
	Request  europePMCRequest `json:"request"`
	List     struct {
		Result []europePMCResult `json:"result"`
	} `json:"resultList"`
}

type europePMCRequest struct {
	Query      string `json:"queryString"`
	ResultType string `json:"resultType"`
	Mark       string `json:"cursorMark"`
	PageSize   int    `json:"pageSize"`
	Sort       string `json:"sort"`
	Synonym    bool   `json:"synonym"`
}

type europePMCResult struct {
	ID           string               `json:"id"`
	Source       string               `json:"source"`
	PMID         string               `json:"pmid,omitempty"`
	DOI          string               `json:"doi,omitempty"`
	Title        string               `json:"title"`
	AuthorString string               `json:"authorString"`
	Authors      europePMCAuthors     `json:"authorList"`
	Journal      *europePMCJournal    `json:"journalInfo,omitempty"`
	Book         *europePMCPublisher  `json:"bookOrReportDetails,omitempty"`
	Year         string               `json:"pubYear"`
	Abstract     string               `json:"abstractText,omitempty"`
	Language     string               `json:"language"`
	PubTypes     europePMCPubTypes    `json:"pubTypeList"`
	Keywords     *europePMCKeywords   `json:"keywordList,omitempty"`
	OpenAccess   string               `json:"isOpenAccess"`
	InEPMC       string               `json:"inEPMC"`
	InPMC        string               `json:"inPMC"`
	CitedBy      int                  `json:"citedByCount"`
	Created      string               `json:"dateOfCreation"`
	FirstIndexed string               `json:"firstIndexDate"`
	Revised      string               `json:"dateOfRevision"`
	Published    string               `json:"firstPublicationDate"`
	Corrections  *europePMCCorrection `json:"commentCorrectionList,omitempty"`
}

type europePMCAuthors struct {
	Author []europePMCAuthor `json:"author"`
}

type europePMCAuthor struct {
	FullName  string `json:"fullName"`
	FirstName string `json:"firstName,omitempty"`
	LastName  string `json:"lastName"`
	Initials  string `json:"initials,omitempty"`
}

type europePMCJournal struct {
	Issue   string `json:"issue,omitempty"`
	Volume  string `json:"volume,omitempty"`
	Date    string `json:"dateOfPublication"`
	Month   int    `json:"monthOfPublication"`
	Year    int    `json:"yearOfPublication"`
	Journal struct {
		Title string `json:"title"`
	} `json:"journal"`
}

type europePMCPublisher struct {
	Publisher string `json:"publisher"`
}

type europePMCPubTypes struct {
	PubType []string `json:"pubType"`
}

type europePMCKeywords struct {
	Keyword []string `json:"keyword"`
}

type europePMCCorrection struct {
	Correction []map[string]any `json:"commentCorrection"`
}

func (cp *Copy) europePMCResult() europePMCResult {
	source, id, _ := strings.Cut(cp.SourceID, "/")
	title := cp.titleHTML(EuropePMC)
	switch {
	case cp.Lang == "en" || source != "MED":
	case cp.TitleEN != "":
		title = "[" + cp.TitleEN + "]"
	case cp.meta() == "en":
		title = "[" + title + "]"
	}
	added := cp.Added().Format(time10)
	res := europePMCResult{
		ID: id, Source: source, PMID: cp.pmid(), DOI: cp.doi(), Title: title + ".", Year: strconv.Itoa(cp.Year),
		Abstract: headed(cp.englishSections()), Language: iso6392[cp.Lang],
		PubTypes:   europePMCPubTypes{PubType: []string{"Journal Article"}},
		OpenAccess: "N", InEPMC: "N", InPMC: "N",
		Keywords: &europePMCKeywords{Keyword: cp.subjects()},
		Created:  added, FirstIndexed: added, Revised: added, Published: cp.Published(),
	}
	if source == "PPR" {
		res.PubTypes.PubType = []string{"Preprint"}
		res.Book = &europePMCPublisher{Publisher: cp.publisher()}
	} else {
		res.Journal = &europePMCJournal{
			Issue: cp.Issue, Volume: cp.Volume, Year: cp.Year, Month: 1 + cp.N%12, Date: strconv.Itoa(cp.Year),
		}
		res.Journal.Journal.Title = cp.Container
	}
	if cp.Retracted {
		res.PubTypes.PubType = append(res.PubTypes.PubType, "Retracted Publication")
		res.Corrections = &europePMCCorrection{Correction: []map[string]any{{
			"type": "Retraction in", "reference": cp.Container, "orderIn": 1,
		}}}
	}
	var names []string
	for _, p := range cp.people() {
		initials := strings.TrimSuffix(p.given, ".")
		full := strings.TrimSpace(p.family + " " + initials)
		names = append(names, full)
		res.Authors.Author = append(res.Authors.Author, europePMCAuthor{
			FullName: full, FirstName: initials, LastName: p.family, Initials: initials,
		})
	}
	res.AuthorString = strings.Join(names, ", ") + "."
	return res
}

// englishSections are the abstract of sources that keep one and prefer English.
func (r *Record) englishSections() []section {
	if r.AbstractEN != "" {
		return sections(r.AbstractEN)
	}
	return sections(r.Abstract)
}

// headed is the HTML Europe PMC prints structured abstracts in.
func headed(ss []section) string {
	var b strings.Builder
	for _, s := range ss {
		if s.label != "" {
			fmt.Fprintf(&b, "<h4>%s</h4>", escape(s.label))
		}
		b.WriteString(escape(s.text))
	}
	return b.String()
}

// iso6392 are the bibliographic three-letter codes libraries use.
var iso6392 = map[string]string{
	"ar": "ara", "bn": "ben", "de": "ger", "el": "gre", "en": "eng", "es": "spa", "fa": "per", "fi": "fin",
	"fr": "fre", "hi": "hin", "id": "ind", "it": "ita", "ja": "jpn", "ko": "kor", "nl": "dut", "pl": "pol",
	"pt": "por", "ro": "rum", "ru": "rus", "sv": "swe", "th": "tha", "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "chi",
}
