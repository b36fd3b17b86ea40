package indexer

import (
	"context"
	"time"
)

// Query is what a reader asks.
type Query struct {
	// Text is a Boolean query in the syntax of package strategy; empty means all.
	Text string `json:"text,omitempty"`
	// Expand says how Text is widened to other words and languages.
	Expand Expand `json:"expand,omitzero"`
	// Filters keep studies that have one of the values in each named facet.
	Filters map[string][]string `json:"filters,omitempty"`
	// YearFrom and YearTo are inclusive; 0 is open.
	YearFrom int `json:"year_from,omitempty"`
	YearTo   int `json:"year_to,omitempty"`
	// SetAside adds the records that were read on the harvest route and not
	// selected.
	SetAside bool  `json:"set_aside,omitempty"`
	Order    Order `json:"order,omitempty"`
	// Size is the number of hits wanted: 0 means 20, at most 1,000.
	Size int `json:"size,omitempty"`
	// After is the Result.Next of the page before.
	After string `json:"after,omitempty"`
	// Facets names the facets to count; FacetSize values each, 0 means 20.
	Facets    []string `json:"facets,omitempty"`
	FacetSize int      `json:"facet_size,omitempty"`
	// Suggest asks for a Suggestion where few studies are found.
	Suggest bool `json:"suggest,omitempty"`
	// Bare leaves the snippets of the hits out, which costs most of the time of a long
	// list.
	Bare bool `json:"bare,omitempty"`
}

// Order is the order of hits.
type Order string

// The orders. Relevance is the default where there is a text, Newest where there
// is none.
const (
	ByRelevance Order = "relevance"
	Newest      Order = "newest"
	Oldest      Order = "oldest"
	// ByScreening puts first what is undecided and most likely to be included.
	ByScreening Order = "screening"
)

// Orders are all of them.
var Orders = []Order{ByRelevance, ByScreening, Newest, Oldest}

// Result answers a Query.
type Result struct {
	Total  int                     `json:"total"`
	Hits   []Hit                   `json:"hits"`
	Facets map[string][]FacetCount `json:"facets,omitempty"`
	// FacetTotals are how many values each of the facets has, of which Facets holds the
	// most frequent; MaxSize+1 stands for more than MaxSize.
	FacetTotals map[string]int `json:"facet_totals,omitempty"`
	Next        string         `json:"next,omitempty"`
	// Terms are the words and phrases that were looked for, as understood.
	Terms []string `json:"terms,omitempty"`
	// Expansions are the parts of the query that name concepts, and what languages call
	// them.
	Expansions []Expansion `json:"expansions,omitempty"`
	// Sources are those that the filter of the query names, as studies have them.
	Sources []string `json:"sources,omitempty"`
	// Notes are what a reader should know of how the query was read, a sentence each.
	Notes      []string      `json:"notes,omitempty"`
	Suggestion *Suggestion   `json:"suggestion,omitempty"`
	Took       time.Duration `json:"took_ns"`
}

// Hit is a study and the passages that match the query.
type Hit struct {
	Study    Study     `json:"study"`
	Score    float64   `json:"score"`
	Snippets []Snippet `json:"snippets,omitempty"`
}

// Snippet is a passage of a study's text with the matching words marked.
type Snippet struct {
	// Record and Index say where the text stands: a member's record ID and the
	// position in its titles, abstracts or keywords.
	Record string `json:"record"`
	Field  string `json:"field"`
	Index  int    `json:"index"`
	Text   string `json:"text"`
	// Marks are byte offsets into Text, End exclusive, in order, not overlapping.
	Marks []Mark `json:"marks"`
	// Cut says that Text is a part of a longer text, at its start or end.
	CutStart bool `json:"cut_start,omitempty"`
	CutEnd   bool `json:"cut_end,omitempty"`
}

// Mark is a marked stretch of a snippet.
type Mark struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Searcher answers readers. *Library is one; web pages and alerts need no more.
type Searcher interface {
	// Search returns a *strategy.SyntaxError for a query that cannot be read.
	Search(ctx context.Context, q Query) (Result, error)
	// Study finds a study by its ID or any of its aliases; ErrNotFound when there
	// is none.
	Study(ctx context.Context, id string) (Study, error)
	// Complete gives at most size words and phrases of titles and keywords that begin
	// with prefix, those of most studies first.
	Complete(ctx context.Context, prefix string, size int) ([]Completion, error)
}
