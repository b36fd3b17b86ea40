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
