package export

import (
	"slices"
	"strconv"
	"strings"

	"polyglean/indexer"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// Reference is a study as bibliographies have it: the best value of each field, and
// what the review knows of it. Its JSON form is the line of a JSONL export.
type Reference struct {
	// ID is the study's; it stays an address of the study when studies merge.
	ID string `json:"id"`
	// Kinds are kinds of document in common words, the likeliest first.
	Kinds []string `json:"kinds,omitempty"`
	// Titles and Abstracts are in all languages there are, the best one first.
	Titles    []record.Text `json:"titles,omitempty"`
	Abstracts []record.Text `json:"abstracts,omitempty"`
	// Withheld says that there is an abstract whose licence does not let it be
	// passed on.
	Withheld bool            `json:"abstract_withheld,omitempty"`
	Keywords []record.Text   `json:"keywords,omitempty"`
	Authors  []record.Author `json:"authors,omitempty"`
	// Year is 0 where it is not stated; Date is as precise as it is stated.
	Year      int    `json:"year,omitempty"`
	Date      string `json:"date,omitempty"`
	Container string `json:"container,omitempty"`
	Volume    string `json:"volume,omitempty"`
	Issue     string `json:"issue,omitempty"`
	Pages     string `json:"pages,omitempty"`
	Publisher string `json:"publisher,omitempty"`
	// JournalCountry is the ISO 3166-1 code of the country of the journal, or of the
	// publisher of what is in none; "" where no source states it.
	JournalCountry string             `json:"journal_country,omitempty"`
	ISSN           []string           `json:"issn,omitempty"`
	Identifiers    record.Identifiers `json:"ids"`
	URL            string             `json:"url,omitempty"`
	Licenses       []string           `json:"licenses,omitempty"`
	Retracted      bool               `json:"retracted,omitempty"`

	// Languages are those of its texts, Work those of the paper where they are told
	// or declared.
	Languages []string `json:"languages"`
	Work      []string `json:"work_languages,omitempty"`
	// Sources hold it, imported databases by their names; Records are its records there,
	// Queries found them.
	Sources []string `json:"sources"`
	Records []string `json:"records"`
	Routes  []string `json:"routes,omitempty"`
	Queries []string `json:"queries,omitempty"`
	// Flags and Reasons are the classifier's, Why its sentences.
	Flags   []string `json:"flags,omitempty"`
	Reasons []string `json:"reasons,omitempty"`
	Why     []string `json:"why,omitempty"`
	// Concepts are of the lexicon, by ID; tables have their names.
	Concepts []string `json:"concepts,omitempty"`
	// Attributes are the concepts by their heading in the lexicon, such as "design".
	Attributes map[string][]string `json:"attributes,omitempty"`
	// Matched says that the published strategy finds it.
	Matched  bool `json:"strategy_match"`
	Seed     int  `json:"seed,omitempty"`
	SetAside bool `json:"set_aside,omitempty"`
	// Decisions are the reviewers', by time.
	Decisions []Decision `json:"decisions,omitempty"`

	names protocol.Names
}

// Decision is what a reviewer decided.
type Decision struct {
	Stage   string `json:"stage"`
	Verdict string `json:"verdict"`
	Reason  string `json:"reason,omitempty"`
	// By is an account, never a name.
	By string `json:"by"`
	// At is the time in RFC 3339.
	At string `json:"at"`
}

// Of makes a reference of a study.
func Of(s *indexer.Study, opts Options) Reference {
	venue := s.Venue().Value
	abstracts, withheld := opts.Abstracts.choose(s.AllAbstracts())
	r := Reference{
		ID:        s.ID,
		Kinds:     s.Kinds(),
		Titles:    texts(s.AllTitles()),
		Abstracts: texts(abstracts),
		Withheld:  withheld,
		Keywords:  texts(s.AllKeywords()),
		Authors:   s.Authors().Value,
		Year:      s.Year().Value,
		Date:      s.Date().Value,
		Container: venue.Container, Volume: venue.Volume, Issue: venue.Issue, Pages: venue.Pages,
		Publisher: venue.Publisher, JournalCountry: s.JournalCountry().Value, ISSN: venue.ISSN,
		Identifiers: s.Identifiers(),
		URL:         s.URL().Value,
		Languages:   s.Languages(),
		Sources:     s.Sources(),
		Flags:       words(s.Flags()),
		Reasons:     words(s.Reasons()),
		SetAside:    s.SetAside(),
		names:       opts.Names,
	}
	if r.Year != 0 && r.Date == "" {
		r.Date = strconv.Itoa(r.Year)
	}
	for i := range s.Members {
		r.add(s, &s.Members[i])
	}
	for _, d := range s.Decisions {
		r.Decisions = append(r.Decisions, Decision{
			Stage: string(d.Decision.Stage), Verdict: string(d.Decision.Verdict), Reason: d.Decision.Reason,
			By: d.Decision.By, At: d.Decision.At.UTC().Format("2006-01-02T15:04:05Z"),
		})
	}
	return r
}

// add takes over what every record adds to.
func (r *Reference) add(s *indexer.Study, member *indexer.Member) {
	m := &member.Record
	c := &m.Candidate
	r.Records = append(r.Records, c.ID)
	once(&r.Routes, string(c.Route))
	once(&r.Queries, c.Query)
	once(&r.Licenses, c.License)
	if m.Language.Work != "" {
		once(&r.Work, m.Language.Work)
	}
	for _, lang := range c.Languages {
		once(&r.Work, lang)
	}
	for _, f := range s.Findings(member) {
		once(&r.Why, f.Detail)
	}
	for _, h := range m.Concepts {
		once(&r.Concepts, h.Concept)
		r.attribute(h.Facet, h.Concept)
	}
	r.Retracted = r.Retracted || c.Retracted
	r.Matched = r.Matched || m.Strategy.Matched
	r.Seed = max(r.Seed, m.Seed)
}

func (r *Reference) attribute(name, concept string) {
	if name == "" {
		return
	}
	if r.Attributes == nil {
		r.Attributes = map[string][]string{}
	}
	concepts := r.Attributes[name]
	once(&concepts, concept)
	r.Attributes[name] = concepts
}

// named joins concepts by what the protocol calls them.
func (r *Reference) named(concepts []string) string {
	names := make([]string, len(concepts))
	for i, id := range concepts {
		names[i] = strings.ReplaceAll(r.names.Concept(id), ";", ",")
	}
	return strings.Join(names, between)
}

// Title is the main title, "" when there is none.
func (r *Reference) Title() string { return firstOf(r.Titles) }

// Abstract is the first abstract, "" when there is none.
func (r *Reference) Abstract() string { return firstOf(r.Abstracts) }

// Language is the code of the paper's language, or else of the main title's; "" when
// neither is known.
func (r *Reference) Language() string {
	switch {
	case len(r.Work) > 0:
		return r.Work[0]
	case len(r.Titles) > 0:
		return r.Titles[0].Lang
	}
	return ""
}

// addresses are where the study can be read, the DOI's first.
func (r *Reference) addresses() []string {
	var out []string
	ids := r.Identifiers
	if ids.DOI != "" {
		once(&out, "https://doi.org/"+ids.DOI)
	}
	if r.URL != "" {
		once(&out, r.URL)
	}
	if ids.PMID != "" {
		once(&out, "https://pubmed.ncbi.nlm.nih.gov/"+ids.PMID+"/")
	}
	if ids.OpenAlex != "" {
		once(&out, "https://openalex.org/"+ids.OpenAlex)
	}
	return out
}

// further are the titles and abstracts beside the first, each behind what it is and
// its language, "Title [es]: …", for formats that have a place for one alone. The
// import reads them back.
func (r *Reference) further() []string {
	var out []string
	for what, texts := range map[string][]record.Text{"Title": r.Titles, "Abstract": r.Abstracts} {
		for _, t := range texts[min(1, len(texts)):] {
			out = append(out, what+" ["+langOr(t, record.Undetermined)+"]: "+t.Text)
		}
	}
	slices.Sort(out)
	return out
}

func langOr(t record.Text, otherwise string) string {
	if t.Lang == "" {
		return otherwise
	}
	return t.Lang
}

// notes are what the review knows, for fields that are free.
func (r *Reference) notes() []string {
	var out []string
	out = append(out, "Polyglean study "+r.ID)
	if len(r.Sources) > 0 {
		out = append(out, "Found in: "+strings.Join(r.Sources, ", "))
	}
	out = append(out, r.Why...)
	if r.Withheld {
		out = append(out, withheldNote)
	}
	return out
}

const withheldNote = "An abstract is withheld: its licence does not let it be passed on."

// name is an author as "Family, Given", or as it is printed where the parts are not
// known.
func name(a record.Author) string {
	if a.Family == "" {
		return a.Name
	}
	if a.Given == "" {
		return a.Family
	}
	return a.Family + ", " + a.Given
}

// pageRange takes pages apart into first and last; what is no range is first.
func pageRange(pages string) (first, last string) {
	pages = strings.NewReplacer("–", "-", "—", "-", "‑", "-", "--", "-").Replace(pages)
	first, last, ok := strings.Cut(pages, "-")
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	if !ok || strings.Contains(last, "-") || first == "" {
		return strings.TrimSpace(pages), ""
	}
	// "123-9" is 123 to 129.
	if n := len(first) - len(last); n > 0 && digits(first) && digits(last) && last != "" {
		last = first[:n] + last
	}
	return first, last
}

func digits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

func texts(located []indexer.LocatedText) []record.Text {
	var out []record.Text
	for _, t := range located {
		out = append(out, t.Text)
	}
	return out
}

func firstOf(texts []record.Text) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[0].Text
}

func words[T ~string](values []T) []string {
	var out []string
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

func once(list *[]string, value string) {
	if value != "" && !slices.Contains(*list, value) {
		*list = append(*list, value)
	}
}
