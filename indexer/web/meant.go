package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"polyglean/indexer"
	"polyglean/internal/langcode"
)

// The parameters of what a query is widened to. expand is given once for each language,
// or is "off" for the words as typed; "off" beside languages means nothing but them,
// which is how a form says that a box was unticked.
const (
	paramExpand    = "expand"
	paramExpandNot = "expand-not"
	expandOff      = "off"
)

const (
	// maxLanguages is how many languages an address may name.
	maxLanguages = 100
	// shownTerms is how many words of a language a page lists.
	shownTerms = 8
)

// expand reads the values of paramExpand.
func (a *ask) expand(values []string) error {
	if len(values) > maxLanguages {
		return &paramError{paramExpand, fmt.Sprintf("more than %d languages", maxLanguages), "Leave it out for all languages."}
	}
	e := &a.q.Expand
	for _, v := range values {
		code := langcode.Of(v)
		switch {
		case v == "":
		case v == expandOff:
			e.Off = true
		case code == "":
			return &paramError{paramExpand, fmt.Sprintf("%q is no code of a language", cutString(v, 40)), "Give codes as es and pt, or off."}
		case !slices.Contains(e.Languages, code):
			e.Languages = append(e.Languages, code)
		}
	}
	slices.Sort(e.Languages)
	e.Off = e.Off && len(e.Languages) == 0
	return nil
}

// expandFields are the parameters that say the same.
func (a ask) expandFields() []field {
	var out []field
	if a.q.Expand.Off {
		out = append(out, field{paramExpand, expandOff})
	}
	for _, lang := range a.q.Expand.Languages {
		out = append(out, field{paramExpand, lang})
	}
	if a.q.Expand.Negated {
		out = append(out, field{paramExpandNot, "1"})
	}
	return out
}

// readAsk is parseAsk with the languages that the reader's browser asks for.
func readAsk(r *http.Request) (ask, error) {
	a, err := parseAsk(r.URL.RawQuery)
	a.q.Expand.Reader = readerLanguages(r.Header.Get("Accept-Language"))
	return a, err
}

// maxReader is how many of the reader's languages count.
const maxReader = 4

func readerLanguages(header string) []string {
	if len(header) > maxAfter {
		return nil
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return nil
	}
	var out []string
	for _, tag := range tags {
		base, how := tag.Base()
		code := base.String()
		if code == "nb" || code == "nn" {
			code = "no"
		}
		// "*" is read as mul, many languages.
		if how == language.Exact && code != "mul" && !slices.Contains(out, code) && len(out) < maxReader {
			out = append(out, code)
		}
	}
	return out
}

// meantView says what a query was understood to mean, and lets readers choose in which
// languages that is looked for.
type meantView struct {
	Parts []meantPart
	// Words are the parts as typed, Count the languages that are on.
	Words     []string
	Count     int
	Languages []meantLanguage
	// Carry is what else the reader asked.
	Carry []field
	// Not says that the query has a NOT, Negated that what is behind it is widened too.
	Not, Negated bool
	// Typed is the address of the words as typed alone, Everywhere that of all
	// languages; each is empty where it is in force.
	Typed, Everywhere string
}

type meantPart struct {
	Text, Concept string
	Terms         int
	Languages     int
	In            []meantTerms
}

type meantTerms struct {
	Tongue tongue
	// Terms are as the lexicon writes them, with … where other words may stand between.
	Terms []string
	More  int
	Off   bool
}

type meantLanguage struct {
	Code   string
	Tongue tongue
	On     bool
}

// meant puts into words how a query was understood; nil when it names no concept.
func (s *site) meant(a ask, expansions []indexer.Expansion) *meantView {
	if len(expansions) == 0 {
		return nil
	}
	e := a.q.Expand
	v := &meantView{Negated: e.Negated, Carry: a.without(paramExpand, paramExpandNot, paramAfter)}
	v.Not = e.Negated || strings.Contains(a.q.Text, "NOT")
	on := make(map[string]bool)
	for i := range expansions {
		x := &expansions[i]
		part := meantPart{Text: x.Text, Concept: s.concept(x.Concept)}
		part.Terms, part.Languages = x.Used()
		for _, c := range x.Languages {
			on[c.Lang] = !c.Off
			var shown []string
			for _, term := range c.Terms[:min(shownTerms, len(c.Terms))] {
				shown = append(shown, strings.ReplaceAll(term, " .. ", " … "))
			}
			part.In = append(part.In, meantTerms{tongueOf(c.Lang), shown, len(c.Terms) - len(shown), c.Off})
		}
		// What is looked for comes first.
		slices.SortStableFunc(part.In, func(x, y meantTerms) int {
			switch {
			case x.Off == y.Off:
				return 0
			case y.Off:
				return -1
			}
			return 1
		})
		v.Parts = append(v.Parts, part)
		if !slices.Contains(v.Words, x.Text) {
			v.Words = append(v.Words, x.Text)
		}
	}
	for _, code := range sortedKeys(on) {
		v.Languages = append(v.Languages, meantLanguage{code, tongueOf(code), on[code]})
		if on[code] {
			v.Count++
		}
	}
	slices.SortStableFunc(v.Languages, func(x, y meantLanguage) int { return strings.Compare(x.Tongue.Name, y.Tongue.Name) })
	if v.Count > 0 {
		v.Typed = a.with(func(q *indexer.Query) { q.Expand = indexer.Expand{Off: true} }).href("/")
	}
	if v.Count < len(v.Languages) {
		v.Everywhere = a.with(func(q *indexer.Query) { q.Expand.Off, q.Expand.Languages = false, nil }).href("/")
	}
	return v
}

// everywhere is the same ask without its list of languages, when that names all there
// are: one ask has one address.
func (a ask) everywhere(expansions []indexer.Expansion) (ask, bool) {
	if len(a.q.Expand.Languages) == 0 || len(expansions) == 0 {
		return a, false
	}
	for _, x := range expansions {
		if slices.ContainsFunc(x.Languages, func(c indexer.ConceptTerms) bool { return c.Off }) {
			return a, false
		}
	}
	return a.with(func(q *indexer.Query) { q.Expand.Languages = nil }), true
}
