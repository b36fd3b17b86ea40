package indexer

import "context"

// EachStudy calls fn with every study of an index in order of ID, those set aside
// too, until fn returns an error, which it returns.
func EachStudy(ctx context.Context, index Index, fn func(*Study) error) error {
	return index.Scan(ctx, func(d Stored) error {
		s, err := readStudy(d)
		if err != nil {
			return err
		}
		return fn(&s)
	})
}

// foundPage is how many studies EachFound has in memory at once.
const foundPage = 200

// EachFound calls fn with every study that matches the query, in the order of the query,
// and returns how many the query had when it was asked. An error of fn ends it.
func EachFound(ctx context.Context, s Searcher, q Query, fn func(*Study) error) (total int, err error) {
	q.Size, q.After, q.Facets, q.Suggest, q.Bare = foundPage, "", nil, false, true
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
