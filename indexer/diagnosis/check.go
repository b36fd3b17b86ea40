package diagnosis

import (
	"context"
	"slices"

	"polyglean/indexer"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// Count is how much of an index something finds.
type Count struct {
	Records int `json:"records"`
	Studies int `json:"studies"`
	// Known is how many of the studies are known to belong to the review.
	Known int `json:"known"`
	// Languages counts the studies by their main language.
	Languages map[string]int `json:"languages,omitempty"`
}

func (c *Count) add(s *indexer.Study, records int, of relevance) {
	c.Records += records
	c.Studies++
	if of == relevant {
		c.Known++
	}
	if c.Languages == nil {
		c.Languages = map[string]int{}
	}
	c.Languages[firstLanguage(s)]++
}

// TermCount is what a term of a search finds.
type TermCount struct {
	Term string `json:"term"`
	// Block is the block of the strategy it stands in, "" where the search has no
	// blocks.
	Block string `json:"block,omitempty"`
	Count
	// Alone is how many studies the search finds only because of the term: without it
	// they would be missed. AloneKnown of them are known to belong to the review. A term
	// that finds studies and none alone finds what others of its search find too.
	Alone      int `json:"alone"`
	AloneKnown int `json:"alone_known"`
}

// SearchCount is what a search of the protocol finds.
type SearchCount struct {
	Name string `json:"name"`
	Lang string `json:"language"`
	Count
	Terms []TermCount `json:"terms"`
}

// PatternCount is what a pattern of the lexicon finds in texts of its language, or, of
// English, in all.
type PatternCount struct {
	Concept string `json:"concept"`
	Facet   string `json:"facet"`
	Lang    string `json:"language"`
	Pattern string `json:"pattern"`
	Strong  bool   `json:"strong"`
	// Line is that of the lexicon's table.
	Line int `json:"line"`
	Count
	// Alone is how many studies express the concept by this pattern and no other.
	Alone int `json:"alone"`
}

// Checked is the outcome of Check.
type Checked struct {
	// Index is all there is: the studies, those set aside too.
	Index    Count          `json:"index"`
	Searches []SearchCount  `json:"searches"`
	Lexicon  []PatternCount `json:"lexicon,omitempty"`
}

// CheckOptions say what is checked beside the strategy.
type CheckOptions struct {
	// Searches are the protocol's other searches, Lexicon every pattern of its lexicon.
	Searches, Lexicon bool
}

// Check counts what each term of the protocol's strategy finds in an index, in one
// pass over it.
func Check(ctx context.Context, scan Scan, p *protocol.Protocol, opts CheckOptions) (*Checked, error) {
	out := &Checked{}
	searches := p.Searches
	if !opts.Searches {
		searches = searches[:1]
	}
	var checkers []*searchChecker
	for _, s := range searches {
		checkers = append(checkers, newSearchChecker(p, s))
	}
	var patterns *patternChecker
	if opts.Lexicon {
		patterns = newPatternChecker(p)
	}
	doc := strategy.NewDoc()
	err := scan(ctx, func(s *indexer.Study) error {
		of := judged(s)
		out.Index.add(s, len(s.Members), of)
		for i := range s.Members {
			r := &s.Members[i].Record
			fill(doc, r)
			for _, c := range checkers {
				c.record(doc)
			}
			if patterns != nil {
				patterns.record(r)
			}
		}
		for _, c := range checkers {
			c.study(s, of)
		}
		if patterns != nil {
			patterns.study(s, of)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	for _, c := range checkers {
		out.Searches = append(out.Searches, c.count)
	}
	if patterns != nil {
		out.Lexicon = patterns.counts
	}
	return out, nil
}

// searchChecker counts for one search.
type searchChecker struct {
	count SearchCount
	whole *strategy.Matcher
	// terms match each term, rest the search without it.
	terms, rest []*strategy.Matcher

	// Of the study in hand: how many records the search and each term match, and which
	// terms the search can do without.
	matched     int
	hits        []int
	dispensable []bool
}

func newSearchChecker(p *protocol.Protocol, s protocol.Search) *searchChecker {
	c := &searchChecker{count: SearchCount{Name: s.Name, Lang: s.Lang, Terms: []TermCount{}}}
	nodes := []strategy.Node{s.Node}
	terms := strategy.Terms(s.Node)
	blocks := parts(s.Node, len(p.Strategy.Blocks))
	for _, t := range terms {
		nodes = append(nodes, t)
		count := TermCount{Term: t.String()}
		for i, b := range blocks {
			if slices.Contains(strategy.Terms(b), t) {
				count.Block = p.Strategy.Blocks[i].Name
			}
		}
		c.count.Terms = append(c.count.Terms, count)
	}
	for _, t := range terms {
		nodes = append(nodes, without(s.Node, isTerm(t)))
	}
	all := strategy.CompileAll(p.Strategy.Mode, s.Lang, nodes...)
	c.whole, c.terms, c.rest = all[0], all[1:1+len(terms)], all[1+len(terms):]
	c.hits, c.dispensable = make([]int, len(terms)), make([]bool, len(terms))
	return c
}

func (c *searchChecker) record(d *strategy.Doc) {
	whole, _ := c.whole.Match(d)
	if whole {
		c.matched++
	}
	for i := range c.terms {
		found, _ := c.terms[i].Match(d)
		if found {
			c.hits[i]++
		}
		if !whole || c.dispensable[i] {
			continue
		}
		if found {
			c.dispensable[i], _ = c.rest[i].Match(d)
		} else {
			c.dispensable[i] = true
		}
	}
}

func (c *searchChecker) study(s *indexer.Study, of relevance) {
	if c.matched > 0 {
		c.count.add(s, c.matched, of)
	}
	for i, hits := range c.hits {
		t := &c.count.Terms[i]
		if hits > 0 {
			t.add(s, hits, of)
		}
		if hits > 0 && c.matched > 0 && !c.dispensable[i] {
			t.Alone++
			if of == relevant {
				t.AloneKnown++
			}
		}
	}
	c.matched = 0
	clear(c.hits)
	clear(c.dispensable)
}

// patternChecker counts for the patterns of a lexicon.
type patternChecker struct {
	protocol *protocol.Protocol
	counts   []PatternCount
	all      []string

	// Of the study in hand: the records that each pattern is in.
	hits map[int]int
}

func newPatternChecker(p *protocol.Protocol) *patternChecker {
	c := &patternChecker{protocol: p, all: p.Lexicon.Languages(), hits: map[int]int{}}
	for _, row := range p.Lexicon.Patterns() {
		c.counts = append(c.counts, PatternCount{
			Concept: row.Concept, Facet: row.Facet, Lang: row.Lang, Pattern: row.Text, Strong: row.Strong, Line: row.Line,
		})
	}
	return c
}

func (c *patternChecker) record(r *record.Classified) {
	seen := map[int]bool{}
	eachText(r, func(field record.Field, index int, t record.Text) {
		for _, row := range c.protocol.Lexicon.Rows(t.Text, c.languages(r, field, index, t)...) {
			if !seen[row] {
				seen[row] = true
				c.hits[row]++
			}
		}
	})
}

// languages are those whose patterns are looked for in a text: those it was found to
// be in, the one it was declared in, and those in which the classifier found concepts
// there, which looks into related languages too; where none is known those of the
// record, and at last all.
func (c *patternChecker) languages(r *record.Classified, field record.Field, index int, t record.Text) []string {
	langs := detected(r, field, index)
	if declared := languageCode(t.Lang); declared != "" {
		langs = append(langs, declared)
	}
	for _, hit := range r.Concepts {
		for _, e := range hit.Evidence {
			if e.Field == field && e.Index == index {
				langs = append(langs, e.Lang)
			}
		}
	}
	if len(langs) == 0 {
		langs = slices.DeleteFunc(slices.Clone(r.Language.Languages), func(l string) bool { return l == record.Undetermined })
	}
	if len(langs) == 0 && field != record.FieldKeyword {
		return c.all
	}
	return langs
}

func (c *patternChecker) study(s *indexer.Study, of relevance) {
	byConcept := map[string]int{}
	for row := range c.hits {
		byConcept[c.counts[row].Concept]++
	}
	for row, records := range c.hits {
		count := &c.counts[row]
		count.add(s, records, of)
		if byConcept[count.Concept] == 1 {
			count.Alone++
		}
	}
	clear(c.hits)
}
