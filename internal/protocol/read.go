package protocol

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"polyglean/internal/lexicon"
	"polyglean/internal/strategy"
)

// published is the name of the search that is the review's own strategy.
const published = "published"

// protocol reads the whole file. The lexicon comes before what names its concepts.
func (r *reader) protocol(n *yaml.Node) *Protocol {
	p := &Protocol{Threshold: "balanced"}
	r.mapping(n, "the protocol",
		key{"name", true, func(n *yaml.Node) { p.Name = r.slug(n, "name") }},
		key{"version", true, func(n *yaml.Node) { p.Version = r.text(n, "version") }},
		key{"title", true, func(n *yaml.Node) { p.Title = r.text(n, "title") }},
		key{"question", true, func(n *yaml.Node) { p.Question = r.text(n, "question") }},
		key{"lexicon", true, func(n *yaml.Node) { p.Lexicon = r.lexicon(n) }},
		key{"strategy", true, func(n *yaml.Node) { p.Strategy = r.strategy(n, p.Lexicon) }},
		key{"baseline", false, func(n *yaml.Node) { p.Baseline = r.baseline(n) }},
		key{"languages", false, func(n *yaml.Node) { p.Languages = r.texts(n, "languages", r.language) }},
		key{"names", false, func(n *yaml.Node) { p.Names = r.namesOf(n, p.Lexicon) }},
		key{"attributes", false, func(n *yaml.Node) { p.Attributes = r.attributes(n, p.Lexicon) }},
		key{"rule", true, func(n *yaml.Node) { p.Rule = r.rule(n, p.Lexicon) }},
		key{"definition", false, func(n *yaml.Node) { p.Definition = r.definition(n, p.Lexicon) }},
		key{"relevance", false, func(n *yaml.Node) { p.Threshold = r.relevance(n, p.Threshold) }},
		key{"searches", false, func(n *yaml.Node) { p.Searches = r.searches(n) }},
		key{"seeds", false, func(n *yaml.Node) { p.Seeds = r.seeds(n) }},
		key{"sources", true, func(n *yaml.Node) { p.Sources = r.sources(n) }},
		key{"promoted", false, func(n *yaml.Node) { p.Promoted = r.promoted(n, p.Strategy.Blocks) }},
	)
	if p.Baseline.Node == nil {
		p.Baseline.Text, p.Baseline.Node = p.Strategy.Text, p.Strategy.Node
	}
	if p.Attributes == nil && p.Lexicon != nil {
		p.Attributes = p.Names.inOrder(p.Lexicon.Facets())
	}
	p.Searches = append([]Search{{
		Name: published, Lang: p.Strategy.Lang, Text: p.Strategy.Text, Node: p.Strategy.Node,
	}}, p.Searches...)
	return p
}

func (r *reader) lexicon(n *yaml.Node) *lexicon.Lexicon {
	file := r.text(n, "lexicon")
	if file == "" {
		return nil
	}
	raw, err := r.open(file)
	if err != nil {
		r.fail(n, "name a table in the protocol's own folder", "the lexicon %q cannot be read: %v", file, err)
		return nil
	}
	lex, err := lexicon.Read(bytes.NewReader(raw), file)
	if err != nil {
		r.fail(n, "mend that line of the table", "the lexicon cannot be used: %v", err)
		return nil
	}
	r.lexiconBytes = raw
	return lex
}

func (r *reader) baseline(n *yaml.Node) Baseline {
	var b Baseline
	r.mapping(n, "baseline",
		key{"strategy", false, func(n *yaml.Node) { b.Text, b.Node = r.boolean(n, "the baseline's strategy") }},
		key{"databases", false, func(n *yaml.Node) { b.Databases = r.texts(n, "databases", r.text) }},
		key{"languages", false, func(n *yaml.Node) { b.Languages = r.texts(n, "languages", r.language) }},
		key{"until", false, func(n *yaml.Node) {
			b.Until = r.text(n, "until")
			if b.Until != "" && !monthForm.MatchString(b.Until) {
				r.fail(n, `give year and month in quotes, such as "2019-07"`, "until is %q", b.Until)
			}
		}},
	)
	return b
}

var monthForm = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])$`)

func (r *reader) rule(n *yaml.Node, lex *lexicon.Lexicon) Rule {
	var rule Rule
	part := func(name string, into *map[string]bool) func(*yaml.Node) {
		return func(n *yaml.Node) { *into = r.conceptSet(n, name, lex) }
	}
	r.mapping(n, "rule",
		key{"core", true, part("core", &rule.Core)},
		key{"side", false, part("side", &rule.Side)},
		key{"support", false, part("support", &rule.Support)},
		key{"negative", false, part("negative", &rule.Negative)},
		key{"exceptions", false, func(n *yaml.Node) {
			r.list(n, "exceptions", func(n *yaml.Node) {
				var e Exception
				r.mapping(n, "an exception",
					key{"of", true, part("of", &e.Of)},
					key{"beside", true, part("beside", &e.Beside)},
					key{"unless", false, part("unless", &e.Unless)},
				)
				rule.Exceptions = append(rule.Exceptions, e)
			})
		}},
	)
	return rule
}

// relevance reads how the relevance model is used: where its line is drawn.
func (r *reader) relevance(n *yaml.Node, threshold string) string {
	r.mapping(n, "relevance",
		key{"threshold", true, func(n *yaml.Node) {
			threshold = r.text(n, "threshold")
			if !slices.Contains([]string{"strict", "balanced", "wide"}, threshold) {
				r.fail(n, "write strict (half of the included studies above the line), balanced (three in four) or wide (nine in ten)", "threshold is %q", threshold)
			}
		}},
	)
	return threshold
}

func (r *reader) definition(n *yaml.Node, lex *lexicon.Lexicon) Definition {
	var d Definition
	r.mapping(n, "definition",
		key{"name", true, func(n *yaml.Node) { d.Name = r.text(n, "name") }},
		key{"named", true, func(n *yaml.Node) { d.Named = r.conceptSet(n, "named", lex) }},
		key{"settled", true, func(n *yaml.Node) { d.Settled = r.conceptSet(n, "settled", lex) }},
	)
	return d
}

// conceptSet reads facets and concepts, minus exceptions, as a set of concepts.
func (r *reader) conceptSet(n *yaml.Node, what string, lex *lexicon.Lexicon) map[string]bool {
	set := make(map[string]bool)
	facet := func(n *yaml.Node, what string) string {
		name := r.text(n, what)
		if lex == nil || name == "" {
			return name
		}
		concepts := lex.ByFacet(name)
		if len(concepts) == 0 {
			r.fail(n, "facets are the second column of the lexicon", "the lexicon has no facet %q", name)
		}
		for _, c := range concepts {
			set[c] = true
		}
		return name
	}
	concept := func(n *yaml.Node, what string) string { return r.concept(n, what, lex) }
	r.mapping(n, what,
		key{"facets", false, func(n *yaml.Node) { r.texts(n, "facets", facet) }},
		key{"concepts", false, func(n *yaml.Node) {
			for _, c := range r.texts(n, "concepts", concept) {
				set[c] = true
			}
		}},
		key{"minus", false, func(n *yaml.Node) {
			for _, c := range r.texts(n, "minus", concept) {
				delete(set, c)
			}
		}},
	)
	return set
}

func (r *reader) concept(n *yaml.Node, what string, lex *lexicon.Lexicon) string {
	name := r.text(n, what)
	if name != "" && lex != nil && lex.Facet(name) == "" {
		r.fail(n, "concepts are the first column of the lexicon", "the lexicon has no concept %q", name)
	}
	return name
}

func (r *reader) searches(n *yaml.Node) []Search {
	var out []Search
	seen := map[string]bool{}
	r.list(n, "searches", func(n *yaml.Node) {
		var s Search
		r.mapping(n, "a search",
			key{"name", true, func(n *yaml.Node) {
				s.Name = r.slug(n, "name")
				if s.Name == published {
					r.fail(n, "remove it: the strategy is always the first search, under that name", "a search is named %q", published)
				}
				unique(r, seen, n, "the search", s.Name)
			}},
			key{"language", true, func(n *yaml.Node) { s.Lang = r.language(n, "language") }},
			key{"text", true, func(n *yaml.Node) { s.Text, s.Node = r.boolean(n, "the search's text") }},
		)
		out = append(out, s)
	})
	return out
}

func (r *reader) seeds(n *yaml.Node) []Seed {
	var out []Seed
	seen := map[int]bool{}
	r.list(n, "seeds", func(n *yaml.Node) {
		var s Seed
		r.mapping(n, "a seed",
			key{"number", true, func(n *yaml.Node) {
				s.Number = r.number(n, "number", 1, 100_000)
				unique(r, seen, n, "the seed number", s.Number)
			}},
			key{"authors", true, func(n *yaml.Node) { s.Authors = r.texts(n, "authors", r.text) }},
			key{"year", true, func(n *yaml.Node) { s.Year = r.number(n, "year", 1000, 2999) }},
			key{"title", true, func(n *yaml.Node) { s.Title = r.text(n, "title") }},
			key{"journal", false, func(n *yaml.Node) { s.Journal = r.text(n, "journal") }},
			key{"doi", false, func(n *yaml.Node) { s.DOI = r.doi(n) }},
		)
		out = append(out, s)
	})
	return out
}

var dayForm = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)

func (r *reader) promoted(n *yaml.Node, blocks []Block) []Promoted {
	var out []Promoted
	r.list(n, "promoted", func(n *yaml.Node) {
		var t Promoted
		r.mapping(n, "a promoted term",
			key{"term", true, func(n *yaml.Node) { t.Term, t.Node = r.boolean(n, "the promoted term") }},
			key{"block", true, func(n *yaml.Node) {
				t.Block = r.text(n, "block")
				if !slices.ContainsFunc(blocks, func(b Block) bool { return b.Name == t.Block }) {
					r.fail(n, "give the name of one of its blocks", "the strategy has no block %q", t.Block)
				}
			}},
			key{"language", true, func(n *yaml.Node) { t.Lang = r.language(n, "language") }},
			key{"version", true, func(n *yaml.Node) { t.Version = r.text(n, "version") }},
			key{"date", true, func(n *yaml.Node) {
				t.Date = r.text(n, "date")
				if t.Date != "" && !dayForm.MatchString(t.Date) {
					r.fail(n, `give the day in quotes, such as "2026-01-31"`, "date is %q", t.Date)
				}
			}},
			key{"by", true, func(n *yaml.Node) { t.By = r.text(n, "by") }},
			key{"records", false, func(n *yaml.Node) { t.Records = r.texts(n, "records", r.text) }},
		)
		out = append(out, t)
	})
	return out
}

var doiForm = regexp.MustCompile(`^10\.\d{4,9}/\S+$`)

func (r *reader) doi(n *yaml.Node) string {
	s := strings.ToLower(r.text(n, "doi"))
	if s != "" && !doiForm.MatchString(s) {
		r.fail(n, "give it bare, such as 10.1000/182", "doi is %q", s)
	}
	return s
}

func (r *reader) sources(n *yaml.Node) []SourceUse {
	var out []SourceUse
	seen := map[string]bool{}
	r.list(n, "sources", func(n *yaml.Node) {
		var s SourceUse
		r.mapping(n, "a source",
			key{"name", true, func(n *yaml.Node) {
				s.Name = r.slug(n, "name")
				unique(r, seen, n, "the source", s.Name)
			}},
			key{"sets", false, func(n *yaml.Node) { s.Sets = r.sets(n) }},
		)
		out = append(out, s)
	})
	return out
}

func (r *reader) sets(n *yaml.Node) []Set {
	var out []Set
	seen := map[string]bool{}
	r.list(n, "sets", func(n *yaml.Node) {
		var s Set
		r.mapping(n, "a set",
			key{"name", true, func(n *yaml.Node) {
				s.Name = r.slug(n, "name")
				unique(r, seen, n, "the set", s.Name)
			}},
			key{"endpoint", false, func(n *yaml.Node) { s.Endpoint = r.address(n) }},
			key{"spec", false, func(n *yaml.Node) { s.Spec = r.text(n, "spec") }},
			key{"format", false, func(n *yaml.Node) { s.Format = r.format(n) }},
		)
		out = append(out, s)
	})
	return out
}

// formatForm is that of a metadataPrefix in OAI-PMH 2.0.
var formatForm = regexp.MustCompile(`^[A-Za-z0-9\-_.!~*'()]+$`)

func (r *reader) format(n *yaml.Node) string {
	s := r.text(n, "format")
	if s != "" && !formatForm.MatchString(s) {
		r.fail(n, "give the name the repository has for it, such as oai_dc", "format is %q", s)
	}
	return s
}

func (r *reader) address(n *yaml.Node) string {
	s := r.text(n, "endpoint")
	u, err := url.Parse(s)
	if s != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		r.fail(n, "give the base address in full, such as https://example.org/oai", "endpoint is %q", s)
	}
	return s
}

// strategy reads the published strategy and its blocks.
func (r *reader) strategy(n *yaml.Node, lex *lexicon.Lexicon) Strategy {
	s := Strategy{}
	r.mapping(n, "strategy",
		key{"language", true, func(n *yaml.Node) { s.Lang = r.language(n, "language") }},
		key{"mode", true, func(n *yaml.Node) {
			s.Mode = strategy.Mode(r.text(n, "mode"))
			if s.Mode != strategy.Exact && s.Mode != strategy.Inflected {
				r.fail(n, "write exact or inflected", "mode is %q", s.Mode)
			}
		}},
		key{"blocks", true, func(n *yaml.Node) { s.Blocks = r.blocks(n, lex) }},
		key{"text", true, func(n *yaml.Node) {
			s.Text, s.Node = r.boolean(n, "the strategy's text")
			r.sameAsBlocks(n, s)
		}},
	)
	return s
}

// sameAsBlocks refuses blocks that say something else than the published text:
// the reasons given for each record would then be about another search.
func (r *reader) sameAsBlocks(n *yaml.Node, s Strategy) {
	parts := make([]strategy.Node, 0, len(s.Blocks))
	for _, b := range s.Blocks {
		if b.Node == nil {
			return // its own fault is noted
		}
		parts = append(parts, b.Node)
	}
	if s.Node == nil || len(parts) == 0 {
		return
	}
	joined := parts[0]
	if len(parts) > 1 {
		joined = &strategy.And{Parts: parts}
	}
	if got, want := joined.String(), s.Node.String(); got != want {
		r.fail(n, "change one of them", "the text and the blocks joined by AND differ: text %s, blocks %s", want, got)
	}
}

func (r *reader) blocks(n *yaml.Node, lex *lexicon.Lexicon) []Block {
	var out []Block
	seen := map[string]bool{}
	r.list(n, "blocks", func(n *yaml.Node) {
		var b Block
		r.mapping(n, "a block",
			key{"name", true, func(n *yaml.Node) {
				b.Name = r.text(n, "name")
				unique(r, seen, n, "the block", b.Name)
			}},
			key{"terms", true, func(n *yaml.Node) { b.Text, b.Node = r.terms(n) }},
			key{"concepts", true, func(n *yaml.Node) {
				b.Concepts = r.texts(n, "concepts", func(n *yaml.Node, what string) string { return r.concept(n, what, lex) })
			}},
		)
		out = append(out, b)
	})
	return out
}

// terms reads a list of terms as one OR; nil when one of them is at fault.
func (r *reader) terms(n *yaml.Node) (string, strategy.Node) {
	var texts []string
	var parts []strategy.Node
	faulty := false
	r.list(n, "terms", func(n *yaml.Node) {
		text, node := r.boolean(n, "a term")
		switch node := node.(type) {
		case nil:
			faulty = true
		case *strategy.Or: // one item may hold several terms
			parts = append(parts, node.Parts...)
		case *strategy.And, *strategy.Not:
			text = "(" + text + ")"
			parts = append(parts, node)
		default:
			parts = append(parts, node)
		}
		texts = append(texts, text)
	})
	switch {
	case faulty || len(parts) == 0:
		return "", nil
	case len(parts) == 1:
		return texts[0], parts[0]
	}
	return strings.Join(texts, " OR "), &strategy.Or{Parts: parts}
}
