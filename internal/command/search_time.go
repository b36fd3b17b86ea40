package command

import (
	"context"
	"errors"
	"fmt"

	"polyglean/indexer"
)

// timely searches within the time that a reader waits.
func timely(ctx context.Context, s indexer.Searcher, q indexer.Query) (indexer.Result, error) {
	limited, cancel := context.WithTimeout(ctx, indexer.MaxTime)
	defer cancel()
	r, err := s.Search(limited, q)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return r, fmt.Errorf("the search took longer than %v: use fewer words, or write more of a word before *", indexer.MaxTime)
	}
	return r, err
}
