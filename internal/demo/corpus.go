package demo

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed corpus/*.yaml
var files embed.FS

// The sources the corpus is spread over, under the names they have in record IDs.
const (
	OpenAlex  = "openalex"
	Crossref  = "crossref"
	EuropePMC = "europepmc"
	PubMed    = "pubmed"
	OAI       = "oai"
)

// Sources lists the sources in the order reports use.
var Sources = []string{OpenAlex, Crossref, EuropePMC, PubMed, OAI}

// Sets are the OAI-PMH sets, each a repository of its own behind one server.
var Sets = []string{"north", "south"}

// What every synthetic record says of itself, whatever its language.
const (
	label     = "synthetic record"
	publisher = "Polyglean demonstration corpus"
	doiPrefix = "10.5555/polyglean-demo-"
)

// Theme says what a record is there to show.
type Theme string

// The themes. Topic and Near are what a reviewer of the default protocol would
// want to see; Negative shares a word with them ("trafficking") and nothing
// else; Off is social research on another subject.
const (
	Topic    Theme = "topic"
	Near     Theme = "near"
	Negative Theme = "negative"
	Off      Theme = "off"
)

// Record is one work of the corpus, from which every source makes its own copy.
type Record struct {
	// N numbers the work; all its identifiers are made from it.
	N int `yaml:"n"`
	// Seed is the number of the review's included study this is, 0 if none. Seeds
	// are bibliographic facts about real studies; every other record is invented.
	Seed int `yaml:"seed"`
	// Lang is the language of the paper; Meta that of Title and Abstract where it
	// is another one, as in the English metadata of a paper in Turkish.
	Lang string `yaml:"lang"`
	Meta string `yaml:"meta"`

	Theme Theme `yaml:"theme"`
	// In names the sources that hold the work: "openalex", "oai/north" …
	In   []string `yaml:"in"`
	Year int      `yaml:"year"`
	// Type is "article" (the default), "review", "preprint" or "thesis".
	Type string `yaml:"type"`

	Title   string `yaml:"title"`
	TitleEN string `yaml:"title_en"`
	// HTML is the title with the markup and entities that some sources leave in.
	HTML string `yaml:"html"`
	// As are titles as single sources print them: shouted, shortened, mistyped.
	As map[string]string `yaml:"as"`
	// Abstract and AbstractEN are paragraphs; one that begins with "[Label] " is a
	// labelled section.
	Abstract   string   `yaml:"abstract"`
	AbstractEN string   `yaml:"abstract_en"`
	Keywords   []string `yaml:"keywords"`
	// Authors are given for seeds only, others have numbered ones.
	Authors   []string `yaml:"authors"`
	Container string   `yaml:"container"`
	// Country is where the journal, which is as made up, is published, in the words of
	// the catalogue that PubMed takes it from; the other sources do not say.
	Country string `yaml:"country"`
	Volume  string `yaml:"volume"`
	Issue   string `yaml:"issue"`

	// Cites are the numbers of the works it cites, which OpenAlex alone knows.
	Cites []int `yaml:"cites"`
	// NoDOI says that no source knows a DOI.
	NoDOI     bool `yaml:"nodoi"`
	Retracted bool `yaml:"retracted"`
	// Deleted says that the OAI repository has withdrawn the record.
	Deleted bool `yaml:"deleted"`
	// Poison gives the OpenAlex copy an abstract nobody can have written.
	Poison bool `yaml:"poison"`
	// Odd are bytes that do not belong into XML, which the OAI copy carries.
	Odd string `yaml:"odd"`

	// team is how many authors a generated record has, 0 for any other record.
	team int
	// text is all that is searched, folded.
	text string
}

// Published is the date of publication, YYYY-MM-DD.
func (r *Record) Published() string {
	return fmt.Sprintf("%04d-%02d-%02d", r.Year, 1+r.N%12, 1+r.N%28)
}

// Added is when the sources first showed the record; the corpus is spread over
// the year 2025 so that windows by date have something to cut.
func (r *Record) Added() time.Time {
	return time.Date(2025, 1, 1, 6, 0, 0, 0, time.UTC).AddDate(0, 0, r.N%365)
}

// doi is the work's DOI, "" when it has none.
func (r *Record) doi() string {
	if r.NoDOI || r.Seed > 0 {
		return ""
	}
	return fmt.Sprintf("%s%03d", doiPrefix, r.N)
}

// pmid is the work's PubMed ID, beyond the range in use; "" when neither PubMed
// nor Europe PMC holds the work under one.
func (r *Record) pmid() string {
	if r.Type == "preprint" || !slices.Contains(r.In, PubMed) && !slices.Contains(r.In, EuropePMC) {
		return ""
	}
	return fmt.Sprint(90000000 + r.N)
}

// meta is the language of Title and Abstract.
func (r *Record) meta() string {
	if r.Meta != "" {
		return r.Meta
	}
	return r.Lang
}

func (r *Record) kind() string {
	if r.Type == "" {
		return "article"
	}
	return r.Type
}

// titleIn is the title as source prints it.
func (r *Record) titleIn(source string) string {
	if t := r.As[source]; t != "" {
		return t
	}
	return r.Title
}

// titleHTML is titleIn for the sources that hand markup on.
func (r *Record) titleHTML(source string) string {
	if r.HTML != "" && r.As[source] == "" {
		return r.HTML
	}
	return r.titleIn(source)
}

// subjects are the keywords with the label that marks a synthetic record.
func (r *Record) subjects() []string {
	if r.Seed > 0 {
		return r.Keywords
	}
	return append(slices.Clone(r.Keywords), label)
}

// publisher is empty for the seeds, whose publishers the review does not name.
func (r *Record) publisher() string {
	if r.Seed > 0 {
		return ""
	}
	return publisher
}

// person is an author; the numbered ones can be taken for nobody.
type person struct{ family, given string }

func (p person) name() string {
	if p.given == "" {
		return p.family
	}
	return p.given + " " + p.family
}

func (r *Record) people() []person {
	if len(r.Authors) > 0 {
		out := make([]person, len(r.Authors))
		for i, family := range r.Authors {
			out[i] = person{family: family}
		}
		return out
	}
	n := r.team
	if n == 0 {
		n = 1 + r.N%3
	}
	out := make([]person, n)
	for i := range out {
		out[i] = person{family: fmt.Sprintf("Synthetic Author %d", 3*r.N+i), given: "ABCDEFGH"[i:i+1] + "."}
	}
	return out
}

// section is a paragraph of an abstract with its label, "" if it has none.
type section struct{ label, text string }

// sections splits an abstract into its labelled paragraphs.
func sections(abstract string) []section {
	var out []section
	for p := range strings.SplitSeq(strings.TrimSpace(abstract), "\n") {
		p = strings.TrimSpace(p)
		if p == "" {
			continue
		}
		var s section
		if rest, ok := strings.CutPrefix(p, "["); ok {
			s.label, p, _ = strings.Cut(rest, "]")
		}
		s.text = strings.TrimSpace(p)
		out = append(out, s)
	}
	return out
}

// headings are what journals print above the two halves of a bilingual abstract.
var headings = map[string]string{
	"es": "Resumen", "pt": "Resumo", "fr": "Résumé", "de": "Zusammenfassung", "it": "Riassunto",
	"ru": "Аннотация", "uk": "Анотація", "ko": "초록", "ja": "要旨", "zh": "摘要", "tr": "Öz",
	"ar": "الملخص", "el": "Περίληψη", "pl": "Streszczenie",
}

// halves are the sections of the abstract as sources without a place for a
// second language print them: both languages in one text, each under its heading.
func (r *Record) halves() []section {
	if r.AbstractEN == "" {
		return sections(r.Abstract)
	}
	out := []section{{label: headings[r.meta()]}}
	out = append(out, sections(r.Abstract)...)
	out = append(out, section{label: "Abstract"})
	return append(out, sections(r.AbstractEN)...)
}

// plain joins sections as running text.
func plain(ss []section) string {
	var parts []string
	for _, s := range ss {
		switch {
		case s.label == "":
			parts = append(parts, s.text)
		case s.text == "":
			parts = append(parts, s.label)
		default:
			parts = append(parts, s.label+": "+s.text)
		}
	}
	return strings.Join(parts, " ")
}

// Corpus is a set of works spread over the sources.
type Corpus struct {
	Records []*Record

	copies map[string][]*Copy
	// uniform says that the texts are made from templates, so that searching them
	// means nothing: every query finds all.
	uniform bool
}

// Copy is a work as one source holds it.
type Copy struct {
	*Record
	Source string
	// SourceID is the record's ID at the source: "W9900000014", a DOI, a PMID, an
	// OAI identifier; for Europe PMC its source and ID, "MED/90000014".
	SourceID string
	// Set is the OAI-PMH set.
	Set string
}

// Load reads the corpus that comes with the program.
func Load() (*Corpus, error) {
	names, err := fs.Glob(files, "corpus/*.yaml")
	if err != nil {
		return nil, err
	}
	var records []*Record
	for _, name := range names {
		more, err := loadFile(name)
		if err != nil {
			return nil, fmt.Errorf("demonstration corpus, %s: %w", path.Base(name), err)
		}
		records = append(records, more...)
	}
	slices.SortFunc(records, func(a, b *Record) int { return a.N - b.N })
	return newCorpus(records)
}

func loadFile(name string) ([]*Record, error) {
	raw, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	// A file's lang, container and country hold for its records, unless they say otherwise.
	var file struct {
		Lang      string
		Container string
		Country   string
		Records   []*Record
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for _, r := range file.Records {
		if r.Lang == "" {
			r.Lang = file.Lang
		}
		if r.Container == "" {
			r.Container = file.Container
		}
		if r.Country == "" {
			r.Country = file.Country
		}
	}
	return file.Records, nil
}

func newCorpus(records []*Record) (*Corpus, error) {
	c := &Corpus{Records: records, copies: map[string][]*Copy{}}
	seen := make(map[int]bool, len(records))
	for _, r := range records {
		if seen[r.N] || r.N < 1 {
			return nil, fmt.Errorf("record %d %q: the number is missing or taken", r.N, r.Title)
		}
		seen[r.N] = true
		for _, in := range r.In {
			cp, err := r.copyFor(in)
			if err != nil {
				return nil, fmt.Errorf("record %d %q: %w", r.N, r.Title, err)
			}
			c.copies[cp.Source] = append(c.copies[cp.Source], cp)
		}
	}
	return c, c.checkCitations()
}

func (r *Record) copyFor(in string) (*Copy, error) {
	source, set, _ := strings.Cut(in, "/")
	cp := &Copy{Record: r, Source: source, Set: set}
	switch source {
	case OpenAlex:
		cp.SourceID = workID(r.N)
	case Crossref:
		cp.SourceID = r.doi()
	case EuropePMC:
		cp.SourceID = "MED/" + r.pmid()
		if r.Type == "preprint" {
			cp.SourceID = fmt.Sprintf("PPR/PPR%d", 9900000+r.N)
		}
	case PubMed:
		cp.SourceID = r.pmid()
		if r.Lang != "en" && r.meta() != "en" && r.TitleEN == "" {
			return nil, errors.New("PubMed translates every title: give title_en")
		}
	case OAI:
		if !slices.Contains(Sets, set) {
			return nil, fmt.Errorf("unknown OAI-PMH set %q", set)
		}
		cp.SourceID = fmt.Sprintf("oai:%s.demo.example:%d", set, r.N)
	default:
		return nil, fmt.Errorf("unknown source %q", in)
	}
	if cp.SourceID == "" {
		return nil, fmt.Errorf("%s needs an identifier the record does not have", source)
	}
	return cp, nil
}

// Copies are the records of one source in their stable order.
func (c *Corpus) Copies(source string) []*Copy { return c.copies[source] }
