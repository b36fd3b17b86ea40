package harvester

import (
	"context"
	"time"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// Snowballing follows citations: from studies that are known to be right to the works
// that cite them and to those they cite (PRISMA-S item 5; TARCiS statement, BMJ 2024).
// What a source is asked for it are queries like any other, so that cursors, budgets,
// the ledger and what is known already work as in a harvest.

// Followed is a study whose citations are followed.
type Followed struct {
	// Study is its ID.
	Study string
	// Records are the IDs of its records, "source:source-id".
	Records []string
	// IDs are the identifiers of its records, each set once.
	IDs []record.Identifiers
	// References are the works it cites, as its sources name them: DOIs, OpenAlex IDs,
	// PMIDs, and whatever else they write there.
	References []string
}

// Link is a study and the direction in which its citations are followed.
type Link struct {
	How record.Citation
	Followed
}

// Query is the query that follows the link.
func (l Link) Query() Query {
	return Query{Name: l.How.Query(l.Study), Route: record.RouteSnowball, Follow: &l}
}

// Follower is a source that knows who cites whom.
type Follower interface {
	Source
	// Follow lists what to ask to follow the studies, in their order; a study it has no
	// identifier for is in none of the queries. Each query is one made by Link.Query,
	// and Page answers it.
	Follow(studies []Followed) []Query
}

// snowball is a source that is asked the given queries, whatever the protocol says.
type snowball struct {
	Source
	queries []Query
}

// Snowball makes a source that is asked queries of s.Follow, and nothing else.
func Snowball(s Follower, queries []Query) Source { return &snowball{s, queries} }

// Queries returns the same whatever the date: citations are added to works of any
// age, and no source says since when.
func (s *snowball) Queries(*protocol.Protocol, time.Time) ([]Query, error) { return s.queries, nil }

// Pace implements Paced.
func (s *snowball) Pace() Pace { return paceOf(s.Source) }

// Cost implements Priced.
func (s *snowball) Cost(q Query, cursor string) int { return costOf(s.Source, q, cursor) }

// Unasked are those of the queries that were not asked to their end at the time since
// or later.
func (l *Ledger) Unasked(ctx context.Context, source string, queries []Query, since time.Time) ([]Query, error) {
	var left []Query
	for _, q := range queries {
		through, found, err := l.through(ctx, source, q)
		if err != nil {
			return nil, err
		}
		if !found || through.Before(since) {
			left = append(left, q)
		}
	}
	return left, nil
}

// Snowballing is one pass over the citations of a review's studies, over as many calls
// as it takes.
type Snowballing struct {
	Schema int `json:"v"`
	// From says where it began.
	From    string    `json:"from"`
	Started time.Time `json:"started"`
	// Ended is zero while something is left to be asked.
	Ended time.Time `json:"ended,omitzero"`
}

// Snowballing returns the last snowballing of the review from the given start; false
// when there is none.
func (l *Ledger) Snowballing(ctx context.Context, review, from string) (Snowballing, bool, error) {
	var s Snowballing
	found, err := l.bus.LoadState(ctx, snowballKey(review, from), &s)
	return s, found, err
}

// SaveSnowballing notes how far a snowballing of the review has come.
func (l *Ledger) SaveSnowballing(ctx context.Context, review string, s Snowballing) error {
	s.Schema = record.Schema
	return l.bus.SaveState(ctx, snowballKey(review, s.From), s)
}

func snowballKey(review, from string) string { return "snowball." + hashKey(review, from) }
