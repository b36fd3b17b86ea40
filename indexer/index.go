package indexer

import (
	"context"
	"errors"
)

// Index is what a backend is: a store of documents with analysed text, exact
// values and numbers. It knows nothing of studies, languages or query syntax;
// those are settled above it, once for all backends, so that every backend gives
// the same answers. indextest.Run is the contract in executable form.
type Index interface {
	// Apply writes a batch. When it returns a nil error every operation has an
	// Outcome, in order, and those without Err are durable and visible to Lookup
	// and Find. An error means that nothing can be said about any of them, and the
	// batch is to be sent again; it wraps ErrUnavailable when that is worth doing
	// without a person's help.
	Apply(ctx context.Context, ops []Op) ([]Outcome, error)
	// Lookup returns the documents that hold any of the values in the exact field,
	// each once, in order of ID.
	Lookup(ctx context.Context, field string, values []string) ([]Stored, error)
	// Versions is Lookup without reading the documents: the version of each, by ID.
	Versions(ctx context.Context, field string, values []string) (map[string]int64, error)
	// Find runs a plan.
	Find(ctx context.Context, plan Plan) (Found, error)
	// Scan calls fn with every document in order of ID until fn returns an error,
	// which it returns.
	Scan(ctx context.Context, fn func(Stored) error) error
	// Count is the number of documents.
	Count(ctx context.Context) (int, error)
	// Close flushes and releases the backend; it may be called twice.
	Close() error
}

// Prober is an Index that can say, without writing, why it takes no writes at present and
// what helps. The error wraps ErrUnavailable where nothing but waiting may help, too.
type Prober interface {
	Ready(ctx context.Context) error
}

// Counter is an Index that is written to through one value only, and counts the calls of
// Apply that have ended. Who finds no more than it made itself since it last read knows that
// nobody else has written.
type Counter interface {
	Applied() uint64
}

// ErrUnavailable marks errors of a backend that is not there now: try later.
var ErrUnavailable = errors.New("index unavailable")

// Op writes or deletes one document.
type Op struct {
	// ID of the document: letters and digits, at most 64 bytes.
	ID string
	// Version orders writes of one ID: an operation with a lower version than the
	// one stored has no effect and counts as done (Outcome.Stale).
	Version int64
	// Next says that the operation was worked out from Version-1: it has no effect
	// either when the document has reached Version (Outcome.Stale). Of two writers that
	// go on from the same document, one is refused.
	Next bool
	// Last holds the operation back until all others of the batch have taken effect: it
	// has no effect when one of them has none (Outcome.Undone). What went into other
	// documents is deleted so; nothing is lost when those were not written.
	Last bool
	// Doc is nil to delete.
	Doc *Document
}

// Outcome is what became of one Op.
type Outcome struct {
	// Stale says that a newer version was already there; see also Op.Next.
	Stale bool
	// Undone says that the operation was to be the Last of a batch of which another one
	// is Stale or refused.
	Undone bool
	// Err is non-nil when the backend will never take this operation as it is: the
	// document is to be parked. What is worth retrying has been retried inside.
	Err error
}

// Document is a study as the backends see it. Its fields are those of TextFields,
// StemFields, ExactFields and NumberFields; Op.Check says what a backend refuses.
type Document struct {
	// Text fields are analysed already: each value is a sequence of terms
	// separated by single spaces, in order. A phrase never spans two values.
	Text map[string][]string
	// Stem fields are values of terms, too, but their order is not kept: a phrase is
	// not looked for in them.
	Stems map[string][]string
	// Exact fields hold values as they are: filters, facets, identifiers.
	Exact map[string][]string
	// Numbers are sortable and can be asked for by range. They lie between -MaxNumber and
	// MaxNumber.
	Numbers map[string]int64
	// Source is what Find, Lookup and Scan give back; it is not searched.
	Source []byte
}

// Stored is a document as it lies in the index.
type Stored struct {
	ID      string
	Version int64
	Source  []byte
}

// Plan is a query after analysis, for backends to run as it stands.
type Plan struct {
	// Query decides what matches and scores it; Filters must match too, and do
	// not score.
	Query   Expr
	Filters []Expr
	// Sort is the order; a final ascending order by ID makes it total.
	Sort []Sort
	// Size is the number of hits wanted, 0 for counts alone.
	Size int
	// After is the Found.Next of the page before, empty for the first. Find gives
	// ErrPage for what is not one, or one of another order.
	After string
	// Facets asks for the counts of the values of exact fields.
	Facets []FacetRequest
}

// Expr is a part of a plan: Term, Prefix, Phrase, Range, Bool or All.
type Expr interface{ expr() }

// Term matches documents with the term in a text or stem field, or the value in an
// exact field.
type Term struct {
	Field, Value string
	// Boost multiplies the score; 0 means 1.
	Boost float64
}

// Prefix matches documents with a term or value beginning so.
type Prefix struct {
	Field, Value string
	Boost        float64
}

// Phrase matches documents with the terms side by side in one value of a text
// field. The last one may be a prefix.
type Phrase struct {
	Field      string
	Terms      []string
	LastPrefix bool
	Boost      float64
}

// Range matches numbers between From and To, both inclusive; nil is open.
type Range struct {
	Field    string
	From, To *int64
}

// Bool matches when all of Must and Filter, at least one of Should (if there are any)
// and none of Not match. Filter does not score.
type Bool struct {
	Must, Filter, Should, Not []Expr
}

// All matches every document.
type All struct{}

func (Term) expr()   {}
func (Prefix) expr() {}
func (Phrase) expr() {}
func (Range) expr()  {}
func (Bool) expr()   {}
func (All) expr()    {}

// Sort orders by a number field, or by relevance when Field is ScoreField.
// Documents without the field come last either way.
type Sort struct {
	Field      string
	Descending bool
}

// ScoreField stands for relevance in a Sort.
const ScoreField = "_score"

// FacetRequest asks for the Size most frequent values of an exact field that begin
// with Prefix, which is made of letters, their marks, digits, spaces and _-= alone.
type FacetRequest struct {
	Field, Prefix string
	Size          int
	// Without asks for the number of matching documents that have no such value.
	Without bool
}

// Found is the answer to a Plan.
type Found struct {
	Total int
	Hits  []FoundHit
	// Facets are in the order of the requests.
	Facets []Facet
	// Next continues after the last hit; empty when there are no more. It stays
	// valid while documents come and go, and over a restart.
	Next string
}

// FoundHit is one document of an answer.
type FoundHit struct {
	Stored
	Score float64
}

// Facet answers a FacetRequest: most frequent values first, equal counts by value.
type Facet struct {
	Values  []FacetCount
	Without int
}

// FacetCount is a value of a facet and how many matching documents have it.
type FacetCount struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}
