package diagnosis

import (
	"cmp"
	"context"
	"slices"

	"polyglean/indexer"
	"polyglean/internal/protocol"
	"polyglean/internal/recall"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// bench measures terms of one language.
type bench struct {
	lang string
	// search is where the terms would go: the strategy, the search of the language, or
	// -1 where there is none yet. whole matches all that is found without them, others
	// the search without each of its blocks; nil where no block is required.
	search int
	whole  []*strategy.Matcher
	others [][]*strategy.Matcher
	terms  []*strategy.Matcher
	drafts []*draft
}

// draft is a term that is measured, with what it does in each block.
type draft struct {
	Suggestion
	effects []effect
}

// effect is what a term does in a block.
type effect struct {
	adds, gains, likely  int
	included, decided    int
	languages            []string
	knownRecords, others []string
	studies              map[string]bool
}

// measure says what each term would add, the best first. A draft that names a block is
// measured in that one.
func (g *suggester) measure(ctx context.Context, scan Scan, drafts []Suggestion) ([]Suggestion, error) {
	var benches []*bench
	for _, s := range drafts {
		i := slices.IndexFunc(benches, func(b *bench) bool { return b.lang == s.Lang })
		if i < 0 {
			i = len(benches)
			benches = append(benches, &bench{lang: s.Lang})
		}
		benches[i].drafts = append(benches[i].drafts, &draft{Suggestion: s, effects: make([]effect, len(g.protocol.Strategy.Blocks))})
	}
	for _, b := range benches {
		b.compile(g.protocol)
	}
	doc := strategy.NewDoc()
	// unfound counts what each language's searches miss, worthy what of it is worth
	// finding.
	unfound, worthy := make([]int, len(benches)), make([]int, len(benches))
	err := scan(ctx, func(s *indexer.Study) error {
		of := judged(s)
		for i, b := range benches {
			if found := b.study(s, of, doc, g.foundLanguages); !found {
				unfound[i]++
				if worth(s, of) {
					worthy[i]++
				}
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	var out []Suggestion
	for i, b := range benches {
		for _, d := range b.drafts {
			out = append(out, d.settle(g.protocol, b, worthy[i], unfound[i]))
		}
	}
	slices.SortStableFunc(out, func(a, b Suggestion) int {
		catches := func(s Suggestion) int { return min(s.Gains, 1) }
		return cmp.Or(catches(b)-catches(a), cmp.Compare(b.Weight, a.Weight), cmp.Compare(len(a.Term), len(b.Term)), cmp.Compare(a.Term, b.Term))
	})
	return out, nil
}

// compile makes the matchers of a bench: one automaton for the language, and that of
// the strategy for what it finds already.
func (b *bench) compile(p *protocol.Protocol) {
	b.search = slices.IndexFunc(p.Searches, func(s protocol.Search) bool { return s.Lang == b.lang })
	var nodes []strategy.Node
	blocks := len(p.Strategy.Blocks)
	var pieces []strategy.Node
	if b.search >= 0 {
		nodes = append(nodes, p.Searches[b.search].Node)
		pieces = parts(p.Searches[b.search].Node, blocks)
		nodes = append(nodes, pieces...)
	}
	for _, d := range b.drafts {
		nodes = append(nodes, d.node)
	}
	m := strategy.CompileAll(p.Strategy.Mode, b.lang, nodes...)
	if b.search >= 0 {
		b.whole, m = append(b.whole, m[0]), m[1:]
	}
	b.others = make([][]*strategy.Matcher, blocks)
	for at := range pieces {
		for n := range pieces {
			if n != at {
				b.others[at] = append(b.others[at], m[n])
			}
		}
	}
	b.terms = m[len(pieces):]
	if b.search != 0 {
		b.whole = append(b.whole, strategy.Compile(p.Strategy.Node, p.Strategy.Mode, p.Strategy.Lang))
	}
}

// study measures the terms on a study and returns whether it is found without them.
func (b *bench) study(s *indexer.Study, of relevance, d *strategy.Doc, foundLanguages map[string]bool) bool {
	found := false
	holds := make([]bool, len(b.terms))
	// opens are the blocks that a term would have to join for a record to be found.
	opens := make([][]bool, len(b.terms))
	for i := range s.Members {
		fill(d, &s.Members[i].Record)
		for _, m := range b.whole {
			if ok, _ := m.Match(d); ok {
				found = true
			}
		}
		var required []bool
		for n, term := range b.terms {
			ok, _ := term.Match(d)
			if !ok {
				continue
			}
			holds[n] = true
			if required == nil {
				required = b.required(d)
			}
			if opens[n] == nil {
				opens[n] = make([]bool, len(b.others))
			}
			for block, open := range required {
				opens[n][block] = opens[n][block] || open
			}
		}
	}
	for n, held := range holds {
		if !held {
			continue
		}
		b.drafts[n].Studies++
		if of == relevant {
			b.drafts[n].Known++
		}
		for block, open := range opens[n] {
			if open && !found {
				b.drafts[n].effects[block].add(s, of, foundLanguages)
			}
		}
	}
	return found
}

// required says of each block whether all the others match the record.
func (b *bench) required(d *strategy.Doc) []bool {
	out := make([]bool, len(b.others))
	for block, others := range b.others {
		out[block] = true
		for _, m := range others {
			if ok, _ := m.Match(d); !ok {
				out[block] = false
				break
			}
		}
	}
	return out
}

func (e *effect) add(s *indexer.Study, of relevance, foundLanguages map[string]bool) {
	e.adds++
	records := &e.others
	switch {
	case of == relevant:
		e.gains++
		e.included++
		e.decided++
		records = &e.knownRecords
	case of == irrelevant:
		e.decided++
	case missed(s):
		e.likely++
	}
	if worth(s, of) {
		if e.studies == nil {
			e.studies = map[string]bool{}
		}
		e.studies[s.ID] = true
		for _, l := range s.Languages() {
			if !foundLanguages[l] && l != record.Undetermined {
				e.languages = appendNew(e.languages, l)
			}
		}
		if len(*records) < maxRecords {
			*records = append(*records, s.Members[0].Record.Candidate.ID)
		}
	}
}

// settle chooses the block where a term helps most, of those that it may join: where it
// gains the most known studies, then likely ones, at the least cost.
func (d *draft) settle(p *protocol.Protocol, b *bench, worthy, unfound int) Suggestion {
	best := -1
	for i, e := range d.effects {
		name := p.Strategy.Blocks[i].Name
		if d.Block != "" && d.Block != name || d.Block == "" && len(d.blocks) > 0 && !slices.Contains(d.blocks, name) {
			continue
		}
		if best >= 0 {
			o := &d.effects[best]
			if cmp.Or(e.gains-o.gains, e.likely-o.likely, o.adds-e.adds) <= 0 {
				continue
			}
		}
		best = i
	}
	s := d.Suggestion
	if b.search >= 0 {
		s.Search = p.Searches[b.search].Name
	}
	s.words = stemsOf(s.node, s.Lang)
	s.Records = []string{}
	if best < 0 {
		return s
	}
	e := &d.effects[best]
	s.Block = p.Strategy.Blocks[best].Name
	s.Adds, s.Gains, s.Likely, s.Decided, s.NewLanguages, s.adds = e.adds, e.gains, e.likely, e.decided, e.languages, e.studies
	if e.decided > 0 {
		share := recall.ShareOf(e.included, e.decided)
		s.Precision = &share
	}
	slices.Sort(s.NewLanguages)
	s.Records = append(s.Records, e.knownRecords...)
	s.Records = append(s.Records, e.others[:min(len(e.others), maxRecords-len(s.Records))]...)
	s.Weight = recall.OfferWeight(e.gains+e.likely, worthy, e.adds, unfound)
	s.surprise = recall.Surprise(e.gains+e.likely, worthy, e.adds, unfound)
	return s
}
