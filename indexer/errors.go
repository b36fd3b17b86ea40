package indexer

import (
	"errors"
	"fmt"
)

// ErrNotFound says that no study answers to an ID.
var ErrNotFound = errors.New("no such study")

// ErrPage says that Plan.After is not where a page of this search ended.
var ErrPage = errors.New("this is not the continuation of such a search: start again at the first page")

// QueryError says what is wrong with a part of a Query other than its text, and
// the way out.
type QueryError struct {
	// Part names the field as in the query's JSON.
	Part, Problem, Hint string
}

func (e *QueryError) Error() string {
	return fmt.Sprintf("%s: %s: %s", e.Part, e.Problem, e.Hint)
}

// VersionError says that an index on disk or on a server was written in another
// format. The index is a projection of the log, so the way out is to build it
// anew; nothing is lost.
type VersionError struct {
	// Index names the index: a directory, or a server and an index name.
	Index string
	// Found and Want are the format that is there and the one this program writes.
	Found, Want int
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("index %s is in format %d, this program uses format %d: run `polyglean reindex` to build it anew from the log",
		e.Index, e.Found, e.Want)
}
