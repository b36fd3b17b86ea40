package elasticindex

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"polyglean/indexer"
)

// pageSize is how many documents one answer brings. Elasticsearch would give
// 10,000, and needs the memory for them at once, as we do.
const pageSize = 1_000

// search is the body of a search request.
type search struct {
	Query   object            `json:"query"`
	Sort    []any             `json:"sort,omitempty"`
	Size    int               `json:"size"`
	After   []json.RawMessage `json:"search_after,omitempty"`
	Aggs    object            `json:"aggs,omitempty"`
	Total   bool              `json:"track_total_hits"`
	Scores  bool              `json:"track_scores,omitempty"`
	Version bool              `json:"version"`
	// Source is false for hits without their source.
	Source *bool `json:"_source,omitempty"`
}

// results is the answer to one.
type results struct {
	// TimedOut is in every answer to a search, and true in one that is a part.
	TimedOut *bool `json:"timed_out"`
	Shards   struct {
		Failed int `json:"failed"`
	} `json:"_shards"`
	Hits struct {
		Total struct {
			Value int `json:"value"`
		} `json:"total"`
		Hits []hit `json:"hits"`
	} `json:"hits"`
	Aggregations map[string]struct {
		Count   int `json:"doc_count"`
		Buckets []struct {
			Key   string `json:"key"`
			Count int    `json:"doc_count"`
		} `json:"buckets"`
	} `json:"aggregations"`
}

type hit struct {
	ID      string            `json:"_id"`
	Version int64             `json:"_version"`
	Score   float64           `json:"_score"`
	Source  stored            `json:"_source"`
	Sort    []json.RawMessage `json:"sort"`
}

func (h hit) stored() indexer.Stored {
	return indexer.Stored{ID: h.ID, Version: h.Version, Source: h.Source.source()}
}

// Find implements indexer.Index.
func (x *Index) Find(ctx context.Context, plan indexer.Plan) (indexer.Found, error) {
	q, err := matching(plan)
	if err != nil {
		return indexer.Found{}, err
	}
	after, err := decodeCursor(plan.After, plan.Sort)
	if err != nil {
		return indexer.Found{}, err
	}
	// One hit more than wanted tells whether there is a next page.
	wanted := max(plan.Size, 0)
	req := search{Query: q, Sort: sorting(plan.Sort), After: after, Aggs: facets(plan.Facets), Total: true, Version: true}
	if wanted > 0 {
		req.Size = min(wanted+1, pageSize+1)
		req.Scores = true
	}
	res, err := x.search(ctx, "search", req)
	if err != nil {
		return indexer.Found{}, err
	}
	found := indexer.Found{Total: res.Hits.Total.Value, Facets: facetCounts(plan.Facets, res)}
	var last []json.RawMessage
	for {
		for _, h := range res.Hits.Hits {
			if len(found.Hits) == wanted {
				found.Next, err = encodeCursor(plan.Sort, last)
				return found, err
			}
			found.Hits = append(found.Hits, indexer.FoundHit{Stored: h.stored(), Score: h.Score})
			last = h.Sort
		}
		if len(res.Hits.Hits) < req.Size || wanted == 0 {
			return found, nil
		}
		req.After, req.Aggs, req.Total = last, nil, false
		req.Size = min(wanted+1-len(found.Hits), pageSize+1)
		if res, err = x.search(ctx, "search", req); err != nil {
			return indexer.Found{}, err
		}
	}
}

// sorting puts documents without the field last and makes the order total by ID.
func sorting(order []indexer.Sort) []any {
	out := make([]any, 0, len(order)+1)
	for _, s := range order {
		direction := "asc"
		if s.Descending {
			direction = "desc"
		}
		if s.Field == indexer.ScoreField {
			out = append(out, object{indexer.ScoreField: object{"order": direction}})
			continue
		}
		out = append(out, object{numberField(s.Field): object{
			"order": direction, "missing": "_last", "unmapped_type": "long",
		}})
	}
	return append(out, object{idField: "asc"})
}

// facets asks for the counts; with one shard they are exact. The answer to request i
// is under i, and the documents without a value are under i and without.
func facets(requests []indexer.FacetRequest) object {
	aggs := object{}
	for i, r := range requests {
		if r.Size > 0 {
			terms := object{
				"field": exactField(r.Field), "size": r.Size,
				"order": []object{{"_count": "desc"}, {"_key": "asc"}},
			}
			if r.Prefix != "" {
				// A regular expression: nothing in a prefix has a meaning in one.
				terms["include"] = r.Prefix + ".*"
			}
			aggs[strconv.Itoa(i)] = object{"terms": terms}
		}
		if r.Without {
			having := one("prefix", exactField(r.Field), r.Prefix, 0)
			aggs[strconv.Itoa(i)+without] = object{"filter": object{"bool": object{"must_not": having}}}
		}
	}
	return aggs
}

const without = "-without"

func facetCounts(requests []indexer.FacetRequest, res results) []indexer.Facet {
	counts := make([]indexer.Facet, len(requests))
	for i := range requests {
		buckets := res.Aggregations[strconv.Itoa(i)].Buckets
		values := make([]indexer.FacetCount, len(buckets))
		for j, b := range buckets {
			values[j] = indexer.FacetCount{Value: b.Key, Count: b.Count}
		}
		counts[i] = indexer.Facet{Values: values, Without: res.Aggregations[strconv.Itoa(i)+without].Count}
	}
	return counts
}

// search runs one request. A part of an answer is no answer: a shard that fails
// makes it fail.
func (x *Index) search(ctx context.Context, doing string, req search) (results, error) {
	body, err := json.Marshal(req)
	if err != nil {
		return results{}, fmt.Errorf("elasticsearch: %s: %w", doing, err)
	}
	var res results
	err = x.call(ctx, x.reading, doing, func() esapi.Request {
		res = results{}
		return esapi.SearchRequest{
			Index: []string{x.target()}, Body: bytes.NewReader(body),
			AllowPartialSearchResults: ptr(false), Preference: preference(req.Query),
		}
	}, &res)
	switch {
	case err != nil:
	case res.TimedOut == nil:
		err = x.explain(doing, errors.New("what was answered is no answer to a search"))
	case *res.TimedOut || res.Shards.Failed > 0:
		err = x.explain(doing, errors.New("a part of the index did not answer in time"))
	}
	return res, err
}

// preference sends all pages of one query to the same copy of the index: copies
// differ in the deleted documents they still count, and so in their scores.
func preference(q object) string {
	text, err := json.Marshal(q)
	if err != nil {
		return ""
	}
	h := fnv.New64a()
	h.Write(text)
	return "query-" + strconv.FormatUint(h.Sum64(), 36)
}
