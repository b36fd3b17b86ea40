package classifier

import (
	"cmp"
	"strings"

	"polyglean/internal/fold"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// minMainTitle is how many words a title without its subtitle needs to stand for
// the whole: "Moving to restoration" may be many a paper's.
const minMainTitle = 5

// seedIndex recognises the seed studies of a protocol.
type seedIndex struct {
	byDOI map[string]*seed
	// byTitle holds whole titles, byMainTitle those before a colon, folded.
	byTitle, byMainTitle map[string][]*seed
}

type seed struct {
	number int
	year   int
	doi    string
	// family is the first author's family name, folded.
	family string
}

func newSeedIndex(seeds []protocol.Seed) *seedIndex {
	x := &seedIndex{byDOI: map[string]*seed{}, byTitle: map[string][]*seed{}, byMainTitle: map[string][]*seed{}}
	for _, s := range seeds {
		known := &seed{number: s.Number, year: s.Year, doi: strings.ToLower(s.DOI)}
		if len(s.Authors) > 0 {
			known.family = fold.Fold(s.Authors[0])
		}
		if known.doi != "" {
			x.byDOI[known.doi] = known
		}
		if title := fold.Fold(s.Title); title != "" {
			x.byTitle[title] = append(x.byTitle[title], known)
		}
		if main := mainTitle(s.Title); main != "" {
			x.byMainTitle[main] = append(x.byMainTitle[main], known)
		}
	}
	return x
}

// find returns the number of the seed a record is, 0 for none. A DOI decides where
// the seed has one too. Else the titles must be the same when folded, and neither
// year (by more than one, as between online and print) nor first author may
// contradict. Where only the titles before the subtitle agree, year and author
// must both be there and confirm it.
func (x *seedIndex) find(r *record.Candidate) int {
	doi := strings.ToLower(r.IDs.DOI)
	if s := x.byDOI[doi]; s != nil && doi != "" {
		return s.number
	}
	for _, t := range r.Titles {
		title := fold.Fold(t.Text)
		for _, s := range x.byTitle[title] {
			if !s.otherDOI(doi) && s.published(r) != contradicts && s.author(r) != contradicts {
				return s.number
			}
		}
		// One of the two may lack the subtitle, or have another.
		main := mainTitle(t.Text)
		if main == "" && len(strings.Fields(title)) >= minMainTitle {
			main = title
		}
		for _, list := range [][]*seed{x.byMainTitle[main], x.byTitle[main]} {
			for _, s := range list {
				if !s.otherDOI(doi) && s.published(r) == confirms && s.author(r) == confirms {
					return s.number
				}
			}
		}
	}
	return 0
}

// mainTitle is the folded part of a title before its colon, "" when there is none
// or it is too short to stand alone.
func mainTitle(title string) string {
	main, _, found := strings.Cut(title, ":")
	if !found {
		return ""
	}
	main = fold.Fold(main)
	if len(strings.Fields(main)) < minMainTitle {
		return ""
	}
	return main
}

// testimony is what a fact says for or against two records being one work.
type testimony int

const (
	silent testimony = iota
	confirms
	contradicts
)

func (s *seed) otherDOI(doi string) bool { return s.doi != "" && doi != "" && s.doi != doi }

func (s *seed) published(r *record.Candidate) testimony {
	switch {
	case s.year == 0 || r.Year == 0:
		return silent
	case r.Year-s.year >= -1 && r.Year-s.year <= 1:
		return confirms
	}
	return contradicts
}

// author compares first authors by family name. Sources that do not split names
// have it somewhere in the name, and of double names some keep one part only.
func (s *seed) author(r *record.Candidate) testimony {
	if s.family == "" || len(r.Authors) == 0 {
		return silent
	}
	name := cmp.Or(fold.Fold(r.Authors[0].Family), fold.Fold(r.Authors[0].Name))
	switch {
	case name == "":
		return silent
	case holdsWords(name, s.family), holdsWords(s.family, name):
		return confirms
	}
	return contradicts
}

// holdsWords reports whether consecutive words of name, written as one, are want
// written as one: O'Brien, O’Brien and Obrien are the same.
func holdsWords(name, want string) bool {
	words, want := strings.Fields(name), strings.ReplaceAll(want, " ", "")
	words = words[:min(len(words), 12)] // a name, unless a source put the authors' list there
	for i := range words {
		for j := i + 1; j <= len(words); j++ {
			if strings.Join(words[i:j], "") == want {
				return true
			}
		}
	}
	return false
}
