// Package harvester is stage 1 of 3: it takes a protocol's queries to the
// bibliographic sources, page by page, and hands on Candidates.
//
// For each query of a run: ask the source for the page after the cursor; publish
// the page's records, together with those of pages that have come meanwhile; wait
// until the stream has them on disk; only then save the cursor and the counts, in one
// write. A kill at any moment therefore repeats at most the few pages in hand, and
// repeated records are recognised by their content.
package harvester

import (
	"context"
	"fmt"
	"time"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// Source is one provider of bibliographic records.
type Source interface {
	// Name is the name of the source in configuration and record IDs.
	Name() string
	// Queries lists what the protocol asks of this source, in a stable order with
	// stable names. Since is the start of the window of an incremental run by the
	// source's own clock, zero for a first fill.
	Queries(p *protocol.Protocol, since time.Time) ([]Query, error)
	// Page fetches the page of q that cursor stands for; the empty cursor is the
	// first page. It may be called again with the same cursor, also by another
	// process, and keeps no state that matters between calls. The transport has
	// retried what is worth retrying, so that an error ends the query for this run.
	// A record that cannot be read is returned in Page.Bad and is no error.
	Page(ctx context.Context, q Query, cursor string) (Page, error)
}

// Query is one question to one source.
type Query struct {
	// Name is unique within the source: "published", "es", "set:thesis".
	Name  string
	Route record.Route
	// Strategy is what the search route asks for; nil on the harvest route.
	Strategy strategy.Node
	// Lang is the language the strategy is written in, ISO 639-1.
	Lang string
	// Endpoint and Set select what is read whole on the harvest route; Endpoint is
	// empty where a source has only one.
	Endpoint string
	Set      string
	// Follow is the study whose citations the snowball route follows; nil on the others.
	Follow *Link
	// Format is the form of metadata asked for where a source has several; empty is
	// the one all its endpoints have.
	Format string
	// Volatile says that the source moves its cursors on with every answer, so that a
	// page cannot be had twice: a query that was cut short begins anew.
	Volatile bool
	// From and Until bound the window by the source's own clock, both inclusive and
	// by day; zero means open.
	From, Until time.Time
	// Dated says that From and Until may be narrowed, so that a query with more
	// records than the source gives (see TooManyError) can be asked in parts. Earliest
	// is the first day such a part can begin, where From is open.
	Dated    bool
	Earliest time.Time
	// Indivisible says that no narrower window is left to ask for: a source that
	// would rather be asked in parts, but can give the whole, gives it now.
	Indivisible bool

	// part says that From and Until are a window of a larger query.
	part bool
}

// TooManyError is what Page returns instead of a first page when the query has more
// records than the source gives for one. A dated query is then asked again in
// narrower windows.
type TooManyError struct {
	Source         string
	Announced, Max int
}

func (e *TooManyError) Error() string {
	return fmt.Sprintf("%s has %d records for this query and gives the first %d: narrow it by date", e.Source, e.Announced, e.Max)
}

// Page is one answer of a source.
type Page struct {
	// Announced is how many records the source says the whole query has, -1 when
	// it does not say.
	Announced int
	Records   []record.Candidate
	// Bad are the records of the page that could not be read.
	Bad []Bad
	// Mended counts what had to be put right to read the answer, by what it was, in
	// words for people.
	Mended map[string]int
	// Next is the cursor of the next page, empty after the last one.
	Next string
	// Sent is the request as sent, without secrets.
	Sent string
}

// Bad is a record that could not be read.
type Bad struct {
	// SourceID is the record's ID where it could be found out.
	SourceID string
	// Reason is for people: what is wrong with it.
	Reason string
	// Raw is the record as received.
	Raw []byte
}
