package elasticindex

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"polyglean/indexer"
)

// bulk is one bulk request.
type bulk struct {
	// ops are the positions of its operations.
	ops  []int
	body []byte
}

// document is the form of an indexer.Document that mapping.json describes.
type document struct {
	ID      string              `json:"id"`
	Text    map[string][]string `json:"t,omitempty"`
	Stems   map[string][]string `json:"s,omitempty"`
	Exact   map[string][]string `json:"x,omitempty"`
	Numbers map[string]int64    `json:"n,omitempty"`
	stored
}

// stored is the part of a document that Elasticsearch keeps: the text of Source, or
// its bytes when they are not UTF-8 and JSON cannot hold them as text. Text takes
// two thirds of the room that base64 takes on disk.
type stored struct {
	Source string `json:"source,omitempty"`
	Bytes  []byte `json:"bytes,omitempty"`
}

func newStored(source []byte) stored {
	if utf8.Valid(source) {
		return stored{Source: string(source)}
	}
	return stored{Bytes: source}
}

// source is what newStored was given.
func (s stored) source() []byte {
	if s.Bytes != nil {
		return s.Bytes
	}
	return []byte(s.Source)
}

type action struct {
	ID          string `json:"_id"`
	Version     int64  `json:"version"`
	VersionType string `json:"version_type"`
}

// creation is the action for a document that must not be there.
type creation struct {
	ID string `json:"_id"`
}

// The versions of documents are ours: an operation takes effect where its version is
// higher than the one stored (external), or not lower (external_gte).
const (
	higher   = "external"
	notLower = "external_gte"
)

// newBulk takes operations off the front of the queue, at least one and as many as
// the limits allow, and returns the rest of the queue. Of several operations on one
// ID only the first is taken: were it to be sent again after a later one with the
// same version, it would undo that one.
func newBulk(ops []indexer.Op, queue []int, maxBytes int) (bulk, []int, error) {
	var req bulk
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	taken := make(map[string]bool, min(len(queue), maxBulkOps))
	var passed []int
	for n, i := range queue {
		op := ops[i]
		if taken[op.ID] {
			passed = append(passed, i)
			continue
		}
		before := body.Len()
		if err := encode(enc, op); err != nil {
			return bulk{}, nil, err
		}
		if len(req.ops) > 0 && (body.Len() > maxBytes || len(req.ops) == maxBulkOps) {
			body.Truncate(before)
			req.body = body.Bytes()
			return req, merge(passed, queue[n:]), nil
		}
		taken[op.ID] = true
		req.ops = append(req.ops, i)
	}
	req.body = body.Bytes()
	return req, passed, nil
}

// encode writes the two lines of an operation, or the one of a deletion.
//
// What goes on from nothing is created, whatever version an earlier document of that
// ID had: Elasticsearch remembers the versions of what was deleted for a while, and
// would refuse the first version of a study that is there once more. It then counts
// on from the last.
func encode(enc *json.Encoder, op indexer.Op) error {
	act := action{op.ID, op.Version, notLower}
	if op.Next {
		act.VersionType = higher
	}
	line := struct {
		Create *creation `json:"create,omitempty"`
		Index  *action   `json:"index,omitempty"`
		Delete *action   `json:"delete,omitempty"`
	}{}
	switch {
	case op.Doc == nil:
		line.Delete = &act
		return enc.Encode(line)
	case op.Next && op.Version == 1:
		line.Create = &creation{op.ID}
	default:
		line.Index = &act
	}
	if err := enc.Encode(line); err != nil {
		return err
	}
	return enc.Encode(document{
		ID: op.ID, Text: op.Doc.Text, Stems: op.Doc.Stems, Exact: op.Doc.Exact, Numbers: op.Doc.Numbers, stored: newStored(op.Doc.Source),
	})
}

// item is what became of one operation of a bulk request.
type item struct {
	ID     string `json:"_id"`
	Status int    `json:"status"`
	Error  cause  `json:"error"`
}

// shardTimeout is how long Elasticsearch waits for a shard that is not there before
// it refuses an operation with 503; its own default is a minute.
const shardTimeout = 10 * time.Second

// bulkParts are the parts of an answer that are read. Every item keeps its ID and
// status, so that the items can be counted and told apart.
var bulkParts = []string{
	"error", "items.*._id", "items.*.status", "items.*.error.type", "items.*.error.reason", "items.*.error.caused_by",
}

// send sends a request once and returns one item per operation. Anything less,
// or other, than that is an error: the request may have been carried out, in part
// or whole, and is to be sent again.
func (x *Index) send(ctx context.Context, ops []indexer.Op, req bulk) ([]item, error) {
	var answer struct {
		Items []struct {
			Create *item `json:"create"`
			Index  *item `json:"index"`
			Delete *item `json:"delete"`
		} `json:"items"`
	}
	target := x.target()
	err := x.once(ctx, esapi.BulkRequest{
		Index: target, RequireAlias: ptr(target == x.alias), FilterPath: bulkParts, Timeout: shardTimeout, Body: bytes.NewReader(req.body),
	}, &answer)
	if e, ok := errors.AsType[*refusal](err); ok && e.status == http.StatusBadRequest {
		// Every operation was checked, and what is wrong with one alone is said of it alone:
		// it is no refusal, which would be final, and is sent again.
		return nil, fmt.Errorf("the request was not read as it was sent, as if it had been cut or changed on the way: %s", e.Error())
	}
	if err != nil {
		return nil, err
	}
	if len(answer.Items) != len(req.ops) {
		return nil, fmt.Errorf("the answer to %d operations speaks of %d", len(req.ops), len(answer.Items))
	}
	items := make([]item, len(req.ops))
	for n, a := range answer.Items {
		switch {
		case a.Create != nil:
			items[n] = *a.Create
		case a.Index != nil:
			items[n] = *a.Index
		case a.Delete != nil:
			items[n] = *a.Delete
		}
		if op := ops[req.ops[n]]; items[n].ID != op.ID || items[n].Status == 0 {
			return nil, fmt.Errorf("the answer does not say what became of document %s", op.ID)
		}
	}
	return items, nil
}

// outcome says what became of op. The error is for what is to be tried again, and
// for what stops everything.
func (it item) outcome(op indexer.Op) (indexer.Outcome, error) {
	switch {
	case it.Status >= 200 && it.Status < 300:
		return indexer.Outcome{}, nil
	case it.Status == http.StatusConflict:
		return indexer.Outcome{Stale: true}, nil
	case it.Status == http.StatusNotFound && op.Doc == nil && it.Error.Type == "":
		// What was to be deleted is not there.
		return indexer.Outcome{}, nil
	}
	e := &refusal{status: it.Status, kind: it.Error.Type, reason: it.Error.text()}
	if it.Status == http.StatusBadRequest && e.kind != kindClosed {
		return indexer.Outcome{Err: fmt.Errorf("document %s: elasticsearch refuses it: %w", op.ID, e)}, nil
	}
	return indexer.Outcome{}, e
}
