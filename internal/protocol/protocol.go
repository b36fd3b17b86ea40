// Package protocol holds what a review looks for: its question, its Boolean
// strategy in named blocks, the strategy's translations, the concept lexicon,
// the seed studies and what each source is asked. One YAML file says all of it;
// the default, compiled into the program, is the review of how people leave sex
// trafficking. Another topic is another file, with no code changed.
package protocol

import (
	"polyglean/internal/lexicon"
	"polyglean/internal/strategy"
)

// Protocol is a review's protocol, read and checked.
type Protocol struct {
	// Name is a slug that names the review in streams and files: "exit-sex-trafficking".
	Name string
	// Version of the protocol, written by its authors; Digest is of the bytes of
	// the file and its lexicon, so that an unversioned edit shows.
	Version string
	Digest  string

	Title    string
	Question string
	// Strategy is the published strategy.
	Strategy Strategy
	// Searches are what the sources are asked on the search route. The first is
	// always the published strategy, under the name "published"; the others widen
	// it: by broader words, and by the words of other languages.
	Searches []Search
	// Baseline is the search as the review published it.
	Baseline Baseline
	// Languages are those the classifier tells apart, ISO 639-1; empty means its
	// default.
	Languages []string
	Lexicon   *lexicon.Lexicon
	// Names are what the lexicon's concepts and facets are called.
	Names Names
	// Attributes are the facets of the lexicon that are extracted of each study, in the
	// order in which they are shown: what tables have columns for and pages filter by.
	Attributes []string
	// Rule says which concept hits make a record likely relevant.
	Rule Rule
	// Definition says which words leave the review's own term open.
	Definition Definition
	// Threshold says above which line of the relevance model a record is taken for
	// likely relevant: "strict", "balanced" (the default) or "wide", which takes most.
	Threshold string
	Seeds     []Seed
	// Sources are asked in this order; options are the source's own.
	Sources []SourceUse
	// Promoted are the terms that were added since the review was published, the
	// oldest first.
	Promoted []Promoted
}

// Strategy is a Boolean strategy as named concept blocks joined by AND.
type Strategy struct {
	// Text is the strategy as published, with the terms that were promoted since; Node
	// is the same parsed.
	Text string
	Node strategy.Node
	// Mode is how terms match: "exact" or "inflected".
	Mode strategy.Mode
	// Lang is the language the strategy is written in, ISO 639-1.
	Lang   string
	Blocks []Block
}

// Block is one part of the strategy: terms joined by OR that stand for one idea.
type Block struct {
	Name string
	Text string
	Node strategy.Node
	// Concepts are the lexicon's concepts that express the block's idea; they
	// decide whether a record that none of its terms match says the same in other
	// words.
	Concepts []string
}

// Search is one question to all sources that can be searched.
type Search struct {
	// Name is a slug, unique in the protocol: "published", "wide", "es".
	Name string
	// Lang is the language of its words, ISO 639-1.
	Lang string
	Text string
	Node strategy.Node
}

// Baseline is the search as published and its limits, to compare with.
type Baseline struct {
	// Text is the strategy before any term was promoted, Node the same parsed. Without
	// a strategy of its own the baseline has that of the protocol.
	Text      string
	Node      strategy.Node
	Databases []string
	Languages []string
	// Until is the last date searched, YYYY-MM.
	Until string
}

// Promoted is a term that was added because studies which the strategy missed hold
// it. It is in the strategy, or in the search of its language, from Version on.
type Promoted struct {
	Term string
	Node strategy.Node
	// Block is the name of the strategy's block whose idea it expresses.
	Block string
	// Lang is the language of its words, ISO 639-1: that of the strategy, or of the
	// search that has it.
	Lang    string
	Version string
	// Date is when it was promoted, YYYY-MM-DD, and By the account that did.
	Date string
	By   string
	// Records are the IDs of records that it was found in.
	Records []string
}

// Rule selects likely relevant records by their concept hits. It reads: a strong
// hit of a core concept, unless a strong negative stands beside a single core
// concept; or strong hits of two side concepts, or a weak core or strong side hit
// together with a supporting concept, and no strong negative.
type Rule struct {
	// Core, Side, Support and Negative are concept IDs, with facets already
	// resolved to their concepts.
	Core, Side, Support, Negative map[string]bool
	// Exceptions are looked at first: what they except is as if it were not there.
	Exceptions []Exception
}

// Exception takes concepts out of the reckoning where what stands beside them shows
// that they mean something else: prostitution in a study of HIV testing, trafficking
// for the sake of forced labour. It holds in a record with a strong hit of a concept
// of Beside and no strong hit of a concept of Unless.
type Exception struct {
	Of, Beside, Unless map[string]bool
}

// Definition is a term that studies use in more than one sense. A record that holds
// one of the concepts Named and none that settle the sense leaves it open, and is
// flagged so for reviewers.
type Definition struct {
	// Name completes "leaves open whether … is meant".
	Name           string
	Named, Settled map[string]bool
}

// Seed is a study known to belong to the review: bibliographic facts alone.
type Seed struct {
	Number  int
	Authors []string
	Title   string
	Year    int
	Journal string
	DOI     string
}

// SourceUse is a source with what the protocol asks of it.
type SourceUse struct {
	Name string
	// Sets are read whole on the harvest route.
	Sets []Set
}

// Set is something a source lets be read whole, such as an OAI-PMH repository or
// a set of one.
type Set struct {
	// Name is a slug, unique in the source.
	Name string
	// Endpoint is the base URL where the source has several.
	Endpoint string
	// Spec is the set's name at the source; empty means all of it.
	Spec string
	// Format is the form of metadata asked for, in OAI-PMH the metadataPrefix; empty
	// is the one every repository has.
	Format string
}
