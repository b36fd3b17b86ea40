package diagnosis

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"polyglean/indexer"
	"polyglean/internal/fold"
	"polyglean/internal/lexicon"
	"polyglean/internal/protocol"
	"polyglean/internal/recall"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// Suggestion is a term that would find more, and what it would add and cost.
type Suggestion struct {
	// Term is in the syntax of strategies. It would join Block: of the strategy where
	// Lang is the strategy's, else of the search of that language, Search; "" where
	// there is none yet.
	Term   string `json:"term"`
	Lang   string `json:"language"`
	Block  string `json:"block"`
	Search string `json:"search,omitempty"`
	// Concept is the one that the lexicon has the term for, "" for words of the texts.
	Concept string `json:"concept,omitempty"`
	// Weight ranks: the offer weight of the term among the studies that are missed; see
	// recall.OfferWeight.
	Weight float64 `json:"weight"`
	// Studies hold the term; Known of them are known to belong to the review.
	Studies int `json:"studies"`
	Known   int `json:"known"`
	// Adds is how many studies would be found that now are missed; Gains of them are
	// known to belong to the review, Likely are likely to and unjudged.
	Adds   int `json:"adds"`
	Gains  int `json:"gains"`
	Likely int `json:"likely"`
	// Decided is how many of Adds reviewers have judged, Precision the part of those
	// that they included.
	Decided   int           `json:"decided"`
	Precision *recall.Share `json:"precision,omitempty"`
	// NewLanguages are those of studies it adds that none of the found ones is in.
	NewLanguages []string `json:"new_languages,omitempty"`
	// Records are some of the records it would find, those of known studies first.
	Records []string `json:"records"`

	node strategy.Node
	// blocks are the names of those it may join; none means any.
	blocks   []string
	words    map[string]bool
	surprise float64
	adds     map[string]bool // IDs of the missed studies worth having that it finds
}

// Suggestions are terms that would find more.
type Suggestions struct {
	// Missed is how many studies known to belong to the review the strategy misses, and
	// Likely how many are likely to.
	Missed int          `json:"missed"`
	Likely int          `json:"likely"`
	Terms  []Suggestion `json:"terms"`
}

// SuggestOptions bound what is suggested.
type SuggestOptions struct {
	// Limit is the most terms; 0 means 20.
	Limit int
	// Languages are those to suggest terms in, ISO 639-1; empty means all.
	Languages []string
}

const (
	// shortlisted is how many terms of a language are measured on the whole index.
	shortlisted = 150
	// minSurprise is the recall.Surprise that words need which the lexicon does not
	// have: with few studies most words are in the wanted ones by chance.
	minSurprise = 1.645
	// maxRecords is how many records are named as the origin of a term.
	maxRecords = 5
)

// Suggest finds terms for the studies that the strategy misses: words and phrases of
// their own texts, and patterns that the lexicon has for the strategy's blocks.
//
// It learns from studies that belong to the review and are missed, and, because those
// are few, from those that are likely to, as pseudo-relevance feedback does (Croft and
// Harper 1979, J Doc 35:285–295). Candidates are ranked by offer weight, language by
// language, and the best measured: what each would add if it joined the block where it
// helps most, all other blocks being required as before. They are ranked by the offer
// weight of what they would add, those that catch a known study first; of terms that
// share words and find the same studies the best alone is kept.
func Suggest(ctx context.Context, scan Scan, p *protocol.Protocol, opts SuggestOptions) (*Suggestions, error) {
	g, err := newSuggester(ctx, scan, p, opts.Languages)
	if err != nil {
		return nil, err
	}
	drafts, err := g.drafts(ctx, scan)
	if err != nil {
		return nil, err
	}
	all, err := g.measure(ctx, scan, drafts)
	if err != nil {
		return nil, err
	}
	least := g.least()
	all = slices.DeleteFunc(all, func(s Suggestion) bool {
		worth := s.Gains + s.Likely
		return worth == 0 || s.Weight <= 0 || s.Concept == "" && (worth < least || s.surprise < minSurprise)
	})
	return &Suggestions{Missed: g.missed, Likely: g.likely, Terms: diverse(all, cmp.Or(opts.Limit, 20))}, nil
}

// Measure says what one term would add to a block, or where block is "" to the block
// where it helps most.
func Measure(ctx context.Context, scan Scan, p *protocol.Protocol, term, lang, block string) (Suggestion, error) {
	node, err := strategy.Parse(term, strategy.AsPhrase)
	if err != nil {
		return Suggestion{}, err
	}
	g, err := newSuggester(ctx, scan, p, []string{lang})
	if err != nil {
		return Suggestion{}, err
	}
	all, err := g.measure(ctx, scan, []Suggestion{{Term: term, Lang: lang, Block: block, node: node}})
	if err != nil {
		return Suggestion{}, err
	}
	return all[0], nil
}

// suggester is what is known after a first pass over the index.
type suggester struct {
	protocol *protocol.Protocol
	searches *searches
	langs    map[string]bool // nil means all
	// missed and likely count the studies worth having that the strategy misses, by
	// knowledge; foundLanguages are those of studies that a search finds.
	missed, likely int
	foundLanguages map[string]bool
	vocabularies   map[string]*vocabulary
	// concepts are those of the strategy's blocks, rows the lexicon's patterns for them
	// that stand in those studies.
	concepts map[string]bool
	rows     map[int]bool
}

// worth says whether a study that is missed would be worth finding.
func worth(s *indexer.Study, of relevance) bool { return of == relevant || of == unjudged && missed(s) }

func newSuggester(ctx context.Context, scan Scan, p *protocol.Protocol, langs []string) (*suggester, error) {
	g := &suggester{
		protocol: p, searches: newSearches(p), concepts: map[string]bool{},
		foundLanguages: map[string]bool{}, vocabularies: map[string]*vocabulary{}, rows: map[int]bool{},
	}
	if len(langs) > 0 {
		g.langs = map[string]bool{}
		for _, l := range langs {
			g.langs[l] = true
		}
	}
	for _, b := range p.Strategy.Blocks {
		for _, c := range b.Concepts {
			g.concepts[c] = true
		}
	}
	patterns := p.Lexicon.Patterns()
	rows := patternChecker{protocol: p, all: p.Lexicon.Languages()}
	doc := strategy.NewDoc()
	err := scan(ctx, func(s *indexer.Study) error {
		of := judged(s)
		byStrategy, bySearch := false, false
		for i := range s.Members {
			fill(doc, &s.Members[i].Record)
			if found := g.searches.matching(doc); len(found) > 0 {
				bySearch, byStrategy = true, byStrategy || found[0] == 0
			}
		}
		if bySearch && !s.SetAside() {
			for _, l := range s.Languages() {
				g.foundLanguages[l] = true
			}
		}
		if byStrategy || !worth(s, of) {
			return ctx.Err()
		}
		if of == relevant {
			g.missed++
		} else {
			g.likely++
		}
		for lang, texts := range byLanguage(s) {
			if g.langs != nil && !g.langs[lang] {
				continue
			}
			if g.vocabularies[lang] == nil {
				g.vocabularies[lang] = &vocabulary{terms: map[string]*entry{}}
			}
			g.vocabularies[lang].learn(lang, texts)
		}
		for i := range s.Members {
			r := &s.Members[i].Record
			eachText(r, func(field record.Field, index int, t record.Text) {
				for _, row := range p.Lexicon.Rows(t.Text, rows.languages(r, field, index, t)...) {
					if g.concepts[patterns[row].Concept] && (g.langs == nil || g.langs[patterns[row].Lang]) {
						g.rows[row] = true
					}
				}
			})
		}
		return ctx.Err()
	})
	return g, err
}

// least is how many of the studies worth finding must hold words that the lexicon does
// not have: one study's own wording is no pattern, unless it is all there is.
func (g *suggester) least() int { return min(2, g.missed+g.likely) }

// drafts are the terms worth measuring, after a pass that counts the vocabulary in all
// studies.
func (g *suggester) drafts(ctx context.Context, scan Scan) ([]Suggestion, error) {
	for _, v := range g.vocabularies {
		v.settle(g.least())
	}
	studies := 0
	err := scan(ctx, func(s *indexer.Study) error {
		studies++
		for lang, texts := range byLanguage(s) {
			if v := g.vocabularies[lang]; v != nil {
				v.count(texts)
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	have := g.present()
	var out []Suggestion
	add := func(term, lang, concept string, blocks []string) {
		node, err := strategy.Parse(term, strategy.AsPhrase)
		if err != nil || have[lang][node.String()] {
			return
		}
		if have[lang] == nil {
			have[lang] = map[string]bool{}
		}
		have[lang][node.String()] = true
		out = append(out, Suggestion{Term: term, Lang: lang, Concept: concept, node: node, blocks: blocks})
	}
	patterns := g.protocol.Lexicon.Patterns()
	for _, row := range slices.Sorted(maps.Keys(g.rows)) {
		if term := asTerm(patterns[row]); term != "" {
			add(term, patterns[row].Lang, patterns[row].Concept, g.blocksOf(patterns[row].Concept))
		}
	}
	for _, lang := range slices.Sorted(maps.Keys(g.vocabularies)) {
		v := g.vocabularies[lang]
		for _, e := range v.best(g.missed+g.likely, studies) {
			var concepts []string
			for _, row := range g.protocol.Lexicon.Rows(e.text, lang) {
				concepts = append(concepts, patterns[row].Concept)
			}
			blocks := g.blocksOf(concepts...)
			if len(concepts) > 0 && len(blocks) == 0 {
				continue // the lexicon has it for other ideas: women, interviews
			}
			term := e.text
			if strings.ContainsAny(term, " -") || strings.ContainsFunc(term, func(r rune) bool { return !letterOrDigit(r) }) {
				term = `"` + term + `"`
			}
			add(term, lang, "", blocks)
		}
	}
	return out, nil
}

// blocksOf are the names of the blocks that one of the concepts expresses.
func (g *suggester) blocksOf(concepts ...string) []string {
	var out []string
	for _, b := range g.protocol.Strategy.Blocks {
		if slices.ContainsFunc(concepts, func(c string) bool { return slices.Contains(b.Concepts, c) }) {
			out = append(out, b.Name)
		}
	}
	return out
}

// best are the words and phrases of the greatest offer weight.
func (v *vocabulary) best(likely, studies int) []*entry {
	var list []*entry
	weight := map[*entry]float64{}
	for _, e := range v.listed {
		// In a language of few studies every word is rare; it must be so there, too.
		if w := recall.OfferWeight(e.likely, likely, e.studies, studies); w > 0 && (v.studies < few || 2*e.studies < v.studies) {
			list, weight[e] = append(list, e), w
		}
	}
	slices.SortFunc(list, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(weight[b], weight[a]), cmp.Compare(a.text, b.text))
	})
	return list[:min(len(list), shortlisted)]
}

// present are the terms that the searches have, as printed, by language.
func (g *suggester) present() map[string]map[string]bool {
	have := map[string]map[string]bool{}
	for _, s := range g.protocol.Searches {
		// What only a wider search of the strategy's language has may still join it.
		if s.Lang == g.protocol.Strategy.Lang && s.Name != g.protocol.Searches[0].Name {
			continue
		}
		if have[s.Lang] == nil {
			have[s.Lang] = map[string]bool{}
		}
		for _, t := range strategy.Terms(s.Node) {
			have[s.Lang][t.String()] = true
		}
	}
	return have
}

// asTerm writes a pattern of the lexicon as a term of a strategy; "" where it cannot be:
// databases know no truncation at the front of a word.
func asTerm(p lexicon.Pattern) string {
	side := func(text string) string {
		words := strings.Fields(text)
		for _, w := range words {
			if strings.HasPrefix(w, "*") {
				return ""
			}
		}
		switch text = strings.Join(words, " "); {
		case p.Lang == "zh" || p.Lang == "ja" || p.Lang == "th":
			return strings.ReplaceAll(text, "*", "")
		case len(words) == 1 && !strings.ContainsFunc(text, func(r rune) bool { return !letterOrDigit(r) && r != '*' }):
			return text
		}
		return `"` + text + `"`
	}
	left, right, gap := strings.Cut(p.Text, " .. ")
	if !gap {
		return side(p.Text)
	}
	left, right = side(left), side(right)
	if left == "" || right == "" {
		return ""
	}
	return fmt.Sprintf("%s NEAR/6 %s", left, right)
}

func letterOrDigit(r rune) bool {
	return r > 127 || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// stemsOf are the stems of the words of a term, to tell terms of the same words.
func stemsOf(n strategy.Node, lang string) map[string]bool {
	stemmer := strategy.NewStemmer(lang)
	out := map[string]bool{}
	for _, t := range strategy.Terms(n) {
		for _, w := range fold.Words(strings.Join(t.Words, " "), "*?") {
			if stemmer != nil {
				out[stemmer.Stem(w.Raw)] = true
			} else {
				out[w.Text] = true
			}
		}
	}
	return out
}

// diverse keeps the best of terms that share words and find nothing else, limit in all.
func diverse(all []Suggestion, limit int) []Suggestion {
	kept := []Suggestion{}
next:
	for _, s := range all {
		if len(kept) == limit {
			break
		}
		for i := range kept {
			if k := &kept[i]; overlap(s.words, k.words) && !news(s.adds, k.adds) {
				continue next
			}
		}
		kept = append(kept, s)
	}
	return kept
}

// overlap says that two terms share a word, or one's is the beginning of the other's; of
// scripts without spaces, whose words are letters, that they share two.
func overlap(a, b map[string]bool) bool {
	const stem = 4
	shared, need := 0, 1
	for x := range a {
		if len([]rune(x)) == 1 {
			need = 2
		}
		for y := range b {
			if x == y || min(len([]rune(x)), len([]rune(y))) >= stem && (strings.HasPrefix(x, y) || strings.HasPrefix(y, x)) {
				shared++
				break
			}
		}
	}
	return shared >= need
}

// news says that more than a fifth of what a term finds is not found by another.
func news(a, b map[string]bool) bool {
	fresh := 0
	for study := range a {
		if !b[study] {
			fresh++
		}
	}
	return 5*fresh > len(a)
}
