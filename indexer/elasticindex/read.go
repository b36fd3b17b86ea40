package elasticindex

import (
	"context"
	"slices"
	"strings"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"polyglean/indexer"
)

// maxTerms is how many values one request looks up; Elasticsearch takes 65,536.
const maxTerms = 10_000

// Lookup implements indexer.Index.
func (x *Index) Lookup(ctx context.Context, field string, values []string) ([]indexer.Stored, error) {
	var out []indexer.Stored
	err := x.having(ctx, field, values, true, func(s indexer.Stored) error {
		out = append(out, s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(values) <= maxTerms {
		return out, nil
	}
	byID := func(a, b indexer.Stored) int { return strings.Compare(a.ID, b.ID) }
	slices.SortFunc(out, byID)
	return slices.CompactFunc(out, func(a, b indexer.Stored) bool { return a.ID == b.ID }), nil
}

// Versions implements indexer.Index.
func (x *Index) Versions(ctx context.Context, field string, values []string) (map[string]int64, error) {
	versions := make(map[string]int64)
	err := x.having(ctx, field, values, false, func(s indexer.Stored) error {
		versions[s.ID] = s.Version
		return nil
	})
	return versions, err
}

// having calls fn with each document that has one of the values, once for each part
// of the values that is looked up.
func (x *Index) having(ctx context.Context, field string, values []string, whole bool, fn func(indexer.Stored) error) error {
	for chunk := range slices.Chunk(values, maxTerms) {
		q := object{"terms": object{exactField(field): chunk}}
		if err := x.each(ctx, "look up "+field, q, whole, fn); err != nil {
			return err
		}
	}
	return nil
}

// Scan implements indexer.Index. It holds one page of documents at a time and
// nothing on the server, so that fn may take as long as it likes.
func (x *Index) Scan(ctx context.Context, fn func(indexer.Stored) error) error {
	return x.each(ctx, "scan", object{"match_all": object{}}, true, fn)
}

// each calls fn with every document that matches, in order of ID, whole or without
// its source.
func (x *Index) each(ctx context.Context, doing string, q object, whole bool, fn func(indexer.Stored) error) error {
	req := search{Query: object{"constant_score": object{"filter": q}}, Sort: sorting(nil), Size: pageSize, Version: true}
	if !whole {
		req.Source = ptr(false)
	}
	for {
		res, err := x.search(ctx, doing, req)
		if err != nil {
			return err
		}
		for _, h := range res.Hits.Hits {
			if err := fn(h.stored()); err != nil {
				return err
			}
			req.After = h.Sort
		}
		if len(res.Hits.Hits) < pageSize {
			return nil
		}
	}
}

// Count implements indexer.Index.
func (x *Index) Count(ctx context.Context) (int, error) {
	if err := x.refresh(ctx); err != nil {
		return 0, err
	}
	var answer struct {
		Count int `json:"count"`
	}
	err := x.call(ctx, x.reading, "count", func() esapi.Request {
		return esapi.CountRequest{Index: []string{x.target()}}
	}, &answer)
	return answer.Count, err
}
