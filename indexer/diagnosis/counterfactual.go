package diagnosis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"polyglean/indexer"
	"polyglean/internal/fold"
	"polyglean/internal/protocol"
	"polyglean/internal/recall"
	"polyglean/internal/record"
)

// Counterfactual is what the protocol's baseline, the search as it was published, would
// have lost of what is there now, had it been kept alive: its words, its languages and,
// where the index can tell what is in them, its databases. Its last date counts no loss.
type Counterfactual struct {
	Languages []string `json:"languages"`
	Databases []string `json:"databases"`
	// Tested are the databases of the baseline that records in the index come from.
	// Without any, a study counts as being in one.
	Tested []string `json:"databases_tested"`
	// Until is the baseline's last month; Later of the studies are newer.
	Until string `json:"until,omitempty"`
	Later int    `json:"later"`
	// Includes are the studies known to belong to the review, Candidates those that are
	// likely to and unjudged.
	Includes   Lost `json:"includes"`
	Candidates Lost `json:"candidates"`
	// The parts tell where the lost of both are: the languages of studies, the countries
	// and settings that they name, the countries of the journals that they are in, and the
	// sources that hold them. A part that is lost whole stands first.
	LostLanguages []LostPart `json:"lost_languages"`
	LostCountries []LostPart `json:"lost_countries"`
	LostSettings  []LostPart `json:"lost_settings,omitempty"`
	LostJournals  []LostPart `json:"lost_journal_countries"`
	LostSources   []LostPart `json:"lost_sources"`
}

// Lost is how many studies the baseline would not have found. Each may lack several
// things at once.
type Lost struct {
	recall.Share
	// ByWords: none of its words match. ByLanguage: the paper is in a language that was
	// not searched. ByDatabase: none of its databases has it.
	ByWords    int `json:"by_words"`
	ByLanguage int `json:"by_language"`
	ByDatabase int `json:"by_database"`
}

// LostPart is a part of the studies, and how many of them are lost.
type LostPart struct {
	Name    string `json:"name"`
	Studies int    `json:"studies"`
	Lost    int    `json:"lost"`
}

// counterfactual collects a Counterfactual.
type counterfactual struct {
	protocol *protocol.Protocol
	out      Counterfactual
	fates    []fate
}

// fate is what the baseline makes of one study.
type fate struct {
	known               bool
	words, lang         bool
	databases           []string
	languages, sources  []string
	countries, settings []string
	journals            []string
}

// add takes a study that belongs, or is likely to; matched says that the words of the
// baseline match it.
func (c *counterfactual) add(s *indexer.Study, known, matched bool) {
	b := c.protocol.Baseline
	f := fate{known: known, words: matched, lang: inLanguages(s, b.Languages), languages: s.Languages()}
	for _, m := range s.Members {
		r := &m.Record
		name := record.SourceName(r.Candidate.Source)
		database := name
		if r.Candidate.Route == record.RouteImport {
			database, _, _ = strings.Cut(r.Candidate.SourceID, ":")
			name = "import: " + database
		}
		f.sources = appendNew(f.sources, name)
		for _, d := range b.Databases {
			if sameName(d, database) {
				f.databases = appendNew(f.databases, d)
			}
		}
		for _, code := range countriesOf(r) {
			f.countries = appendNew(f.countries, code)
		}
		for _, hit := range r.Concepts {
			if hit.Facet == settingFacet {
				f.settings = appendNew(f.settings, hit.Concept)
			}
		}
	}
	if code := s.JournalCountry().Value; code != "" {
		f.journals = []string{code}
	}
	if after(s, b.Until) {
		c.out.Later++
	}
	c.fates = append(c.fates, f)
}

// settingFacet is the facet of a lexicon that says where something happens.
const settingFacet = "setting"

func (c *counterfactual) result() Counterfactual {
	out := c.out
	b := c.protocol.Baseline
	out.Languages, out.Databases, out.Until = append([]string{}, b.Languages...), append([]string{}, b.Databases...), b.Until
	out.Tested = []string{}
	for _, f := range c.fates {
		for _, d := range f.databases {
			out.Tested = appendNew(out.Tested, d)
		}
	}
	slices.Sort(out.Tested)
	languages, countries, settings, journals, sources := parted{}, parted{}, parted{}, parted{}, parted{}
	for _, f := range c.fates {
		group := &out.Candidates
		if f.known {
			group = &out.Includes
		}
		database := len(out.Tested) == 0 || len(f.databases) > 0
		lost := !f.words || !f.lang || !database
		group.Of++
		for _, n := range []struct {
			lacks bool
			count *int
		}{{lost, &group.Hits}, {!f.words, &group.ByWords}, {!f.lang, &group.ByLanguage}, {!database, &group.ByDatabase}} {
			if n.lacks {
				*n.count++
			}
		}
		languages.add(f.languages, lost)
		countries.add(f.countries, lost)
		settings.add(f.settings, lost)
		journals.add(f.journals, lost)
		sources.add(f.sources, lost)
	}
	out.Includes.Share = recall.ShareOf(out.Includes.Hits, out.Includes.Of)
	out.Candidates.Share = recall.ShareOf(out.Candidates.Hits, out.Candidates.Of)
	out.LostLanguages, out.LostCountries, out.LostSettings = languages.list(), countries.list(), settings.list()
	out.LostJournals, out.LostSources = journals.list(), sources.list()
	return out
}

// parted counts studies and the lost of them by what they have.
type parted map[string]*LostPart

func (p parted) add(names []string, lost bool) {
	for _, name := range names {
		if p[name] == nil {
			p[name] = &LostPart{Name: name}
		}
		p[name].Studies++
		if lost {
			p[name].Lost++
		}
	}
}

// list is what has any lost, what is lost whole first, then by how many.
func (p parted) list() []LostPart {
	out := []LostPart{}
	for _, part := range p {
		if part.Lost > 0 {
			out = append(out, *part)
		}
	}
	whole := func(p LostPart) int {
		if p.Lost == p.Studies {
			return 0
		}
		return 1
	}
	slices.SortFunc(out, func(a, b LostPart) int {
		return cmp.Or(whole(a)-whole(b), b.Lost-a.Lost, cmp.Compare(a.Name, b.Name))
	})
	return out
}

// inLanguages says that the paper of a study is in one of the languages, or may be. The
// languages of papers are told or declared; those of its texts stand for them where
// nothing is known.
func inLanguages(s *indexer.Study, langs []string) bool {
	if len(langs) == 0 {
		return true
	}
	var papers []string
	for _, m := range s.Members {
		if work := m.Record.Language.Work; work != "" {
			papers = appendNew(papers, work)
		}
	}
	if len(papers) == 0 {
		papers = s.Languages()
	}
	return slices.ContainsFunc(papers, func(l string) bool { return l == record.Undetermined || slices.Contains(langs, l) })
}

// after says that a study was published after a month, YYYY-MM. Where it states the
// year alone, the year decides.
func after(s *indexer.Study, month string) bool {
	if month == "" {
		return false
	}
	first := ""
	for _, m := range s.Members {
		date := m.Record.Candidate.Date
		if len(date) >= len("2006-01") && (first == "" || date < first) {
			first = date[:len("2006-01")]
		}
	}
	if year := s.Year().Value; first == "" && year != 0 {
		return fmt.Sprintf("%04d", year) > month[:4]
	}
	return first > month
}

// sameName compares names of databases, or a name with the slug made of it.
func sameName(a, b string) bool {
	return strings.ReplaceAll(fold.Fold(a), " ", "") == strings.ReplaceAll(fold.Fold(b), " ", "")
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
