package export

import (
	"context"

	"polyglean/indexer"
)

// pageSize is how many studies are in memory at once.
const pageSize = 200

// Each calls fn with every study that matches the query, in the order of the query,
// and returns how many the query had when it was asked. An error of fn ends it.
func Each(ctx context.Context, s indexer.Searcher, q indexer.Query, fn func(*indexer.Study) error) (total int, err error) {
	q.Size, q.After, q.Facets = pageSize, "", nil
	for {
		found, err := s.Search(ctx, q)
		if err != nil {
			return total, err
		}
		if q.After == "" {
			total = found.Total
		}
		for i := range found.Hits {
			if err := fn(&found.Hits[i].Study); err != nil {
				return total, err
			}
		}
		if found.Next == "" || len(found.Hits) == 0 {
			return total, nil
		}
		q.After = found.Next
	}
}
