package elasticindex

import (
	"context"
	"regexp"
	"strconv"

	"github.com/elastic/go-elasticsearch/v8/esapi"
	"github.com/elastic/go-elasticsearch/v8/esutil"

	"polyglean/indexer"
)

// currentVersion is where a refusal names the version it knows.
var currentVersion = regexp.MustCompile(`current version \[([0-9]+)\]`)

// buried returns the version of the deletion that a first write may have run into. For
// a minute Elasticsearch remembers the version a document was deleted with, and refuses
// lower ones: right for a writer that comes late, wrong for a document that is made
// anew. What it refuses a first write for may also be a document that is there.
func buried(op indexer.Op, it item) (version int64, ok bool) {
	if !op.Next || op.Version != 1 || op.Doc == nil {
		return 0, false
	}
	m := currentVersion.FindStringSubmatch(it.Error.Reason)
	if m == nil {
		return 0, false
	}
	version, err := strconv.ParseInt(m[1], 10, 64)
	return version, err == nil
}

// recreate writes the documents whose first write ran into a deletion, each with the
// version after it: the next version of an ID whose document is gone. Who is quicker to
// do the same makes this write stale, as with any other.
func (x *Index) recreate(ctx context.Context, ops []indexer.Op, graves map[int]int64, outcomes []indexer.Outcome) error {
	ids := make([]string, 0, len(graves))
	for i := range graves {
		ids = append(ids, ops[i].ID)
	}
	var answer struct {
		Docs []struct {
			ID    string `json:"_id"`
			Found bool   `json:"found"`
		} `json:"docs"`
	}
	err := x.call(ctx, x.writing, "look for deleted documents", func() esapi.Request {
		return esapi.MgetRequest{
			Index: x.alias, Body: esutil.NewJSONReader(map[string]any{"ids": ids}), Source: []string{"false"},
			FilterPath: []string{"docs._id", "docs.found"},
		}
	}, &answer)
	if err != nil {
		return err
	}
	there := make(map[string]bool, len(answer.Docs))
	for _, d := range answer.Docs {
		there[d.ID] = d.Found
	}
	var again []indexer.Op
	var places []int
	for i, version := range graves {
		if op := ops[i]; !there[op.ID] {
			op.Version = version + 1
			again = append(again, op)
			places = append(places, i)
		}
	}
	written, err := x.apply(ctx, again)
	for n, o := range written {
		outcomes[places[n]] = o
	}
	return err
}
