// Package classifier is stage 2 of 3: it takes Candidates off the stream and hands
// on Classified records. For each record it
//
//  1. tells the languages of its titles and abstracts, part by part (language.go);
//  2. finds the protocol's concepts in them, in each text's own language and in
//     English (concept.go);
//  3. says whether the published strategy finds the record, block by block;
//  4. where it does not and the concepts say that the record is likely relevant,
//     says why the strategy misses it (keyword.go);
//  5. recognises the protocol's seed studies (seeds.go), and selects.
//
// All of that is a pure function of the record and the protocol: the same record
// gives the same answer in every process and at any time, so that a replay of the
// log ends with the same records. Every statement carries the words it rests on.
package classifier

import (
	"errors"
	"slices"
	"sync"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// Version names the rules of this package; a change of what they answer changes
// it, and with it the records that a replay writes anew.
const Version = "3"

// Options adjust a Classifier.
type Options struct {
	// MaxEvidence is how many passages a concept or block is proved with; 0 means 5. A
	// concept has one more from each field and language that would be left without.
	// One proves it, some more show its weight, and a long text may hold thousands.
	MaxEvidence int
}

// Classifier classifies records by one protocol. It is safe for concurrent use.
type Classifier struct {
	protocol    *protocol.Protocol
	maxEvidence int
	// lexiconLanguages are those the lexicon has patterns in.
	lexiconLanguages map[string]bool
	whole            *strategy.Matcher
	blocks           []*strategy.Matcher
	seeds            *seedIndex
	versions         record.Versions
	docs             sync.Pool // of *strategy.Doc
}

// New prepares a classifier for a protocol, which it does not change.
func New(p *protocol.Protocol, opts Options) (*Classifier, error) {
	if p == nil || p.Lexicon == nil || p.Strategy.Node == nil || len(p.Strategy.Blocks) == 0 {
		return nil, errors.New("classifier: the protocol has no strategy or no lexicon: read it with protocol.Load")
	}
	c := &Classifier{
		protocol:         p,
		maxEvidence:      opts.MaxEvidence,
		lexiconLanguages: make(map[string]bool),
		seeds:            newSeedIndex(p.Seeds),
		versions: record.Versions{
			Protocol:   p.Name + "@" + p.Version + "+" + p.Digest,
			Lexicon:    p.Lexicon.Digest(),
			Classifier: Version,
		},
		docs: sync.Pool{New: func() any { return strategy.NewDoc() }},
	}
	if c.maxEvidence <= 0 {
		c.maxEvidence = 5
	}
	for _, lang := range p.Lexicon.Languages() {
		c.lexiconLanguages[lang] = true
	}
	strategies := []strategy.Node{p.Strategy.Node}
	for _, b := range p.Strategy.Blocks {
		strategies = append(strategies, b.Node)
	}
	matchers := strategy.CompileAll(p.Strategy.Mode, p.Strategy.Lang, strategies...)
	c.whole, c.blocks = matchers[0], matchers[1:]
	return c, nil
}

// Classify says what the protocol makes of a record. It takes any record, also one
// without texts, and changes nothing in it.
func (c *Classifier) Classify(r record.Candidate) record.Classified {
	out := record.Classified{
		Candidate: r,
		Language:  Languages(&r),
		Seed:      c.seeds.find(&r),
		Versions:  c.versions,
	}
	texts := c.texts(&r, &out.Language)
	doc := c.docs.Get().(*strategy.Doc)
	defer c.docs.Put(doc)
	doc.Reset()
	for _, t := range texts {
		doc.Add(strategyFields[t.field], t.index, t.text, t.lang)
	}
	out.Concepts = c.concepts(texts, doc)
	out.Strategy = c.match(texts, doc)
	out.Findings = slices.Concat(
		c.languageFinding(&out),
		c.keywordMiss(&out, texts),
		c.definitionFinding(&out),
		sourceFindings(&r),
	)
	out.Selection = selection(&out)
	return out
}

// sourceFindings are what the source says of the record itself.
func sourceFindings(r *record.Candidate) []record.Finding {
	var out []record.Finding
	if r.Retracted {
		out = append(out, record.Finding{Flag: record.FlagRetracted, Detail: "The source says that the work was retracted."})
	}
	if r.Deleted {
		out = append(out, record.Finding{Flag: record.FlagDeleted, Detail: "The source has deleted the record."})
	}
	if !r.Deleted && !hasAbstract(r) {
		out = append(out, record.Finding{Flag: record.FlagNoAbstract, Detail: "The source gives no abstract."})
	}
	return out
}

// selection puts before reviewers all that was searched for, followed or imported,
// and of the sets read whole what the strategy finds or would have missed.
func selection(r *record.Classified) record.Selection {
	if r.Candidate.Route != record.RouteHarvest || len(r.Candidate.Paths) > 0 || r.Strategy.Matched || r.Seed != 0 ||
		slices.Contains(r.Flags(), record.FlagKeywordMiss) {
		return record.Selected
	}
	return record.SetAside
}
