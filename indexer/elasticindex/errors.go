package elasticindex

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"polyglean/indexer"
)

// errNotElastic is what a proxy's page, OpenSearch and the like come to.
var errNotElastic = errors.New("what answers is not Elasticsearch 8: check the address, and any proxy in between")

// errClosed is what every call gets after Close.
var errClosed = errors.New("the index is closed")

// What Elasticsearch calls the states of an index that no operation can help.
const (
	kindBlock    = "cluster_block_exception"
	kindClosed   = "index_closed_exception"
	kindNotFound = "index_not_found_exception"
)

// kindsNoShard are what it says when the index, or a part of it, is not there at present.
var kindsNoShard = []string{
	"unavailable_shards_exception", "no_shard_available_action_exception", "search_phase_execution_exception",
}

// refusal is an answer of Elasticsearch that is not a success.
type refusal struct {
	status int
	kind   string
	reason string
}

func (e *refusal) Error() string {
	text := fmt.Sprintf("status %d", e.status)
	if e.kind != "" {
		text += " " + e.kind
	}
	if e.reason != "" {
		text += ": " + e.reason
	}
	return text
}

// cause is how Elasticsearch explains an error. The first reason says where it
// happened, the innermost why.
type cause struct {
	Type   string `json:"type"`
	Reason string `json:"reason"`
	By     *cause `json:"caused_by"`
}

func (c *cause) text() string {
	text := c.Reason
	inner := c
	for inner.By != nil {
		inner = inner.By
	}
	if inner != c {
		text += ": " + inner.Reason
	}
	return shorten(text)
}

// maxReason is how much of an explanation is kept, in bytes: the whole text of a
// document can stand in it.
const maxReason = 500

// refused reads the error out of an answer. It may be JSON of Elasticsearch or any
// text of a proxy.
func refused(res *esapi.Response) *refusal {
	e := &refusal{status: res.StatusCode}
	body, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	var answer struct {
		Error json.RawMessage `json:"error"`
	}
	var c cause
	switch {
	case json.Unmarshal(body, &answer) != nil:
		e.reason = shorten(string(body))
	case json.Unmarshal(answer.Error, &c) == nil:
		e.kind, e.reason = c.Type, c.text()
	default:
		e.reason = shorten(string(answer.Error))
	}
	return e
}

func shorten(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "") + "…"
	}
	return s
}

// blocked reports whether an index was made read-only, by a person or because a
// disk is full. Waiting a moment does not help, and 429 is only one of the
// statuses it comes with.
func (e *refusal) blocked() bool {
	return e.kind == kindBlock &&
		(e.status == http.StatusForbidden || e.status == http.StatusTooManyRequests)
}

// denied reports whether the account may not do this.
func (e *refusal) denied() bool {
	return !e.blocked() && (e.status == http.StatusUnauthorized || e.status == http.StatusForbidden)
}

// passing reports whether the same request may succeed in a moment.
func (e *refusal) passing() bool {
	if e.blocked() || e.kind == kindClosed {
		return false
	}
	return e.status == http.StatusTooManyRequests || e.status >= http.StatusInternalServerError
}

// passing reports whether err may be gone when the request is sent again: no
// connection, an answer that cannot be read, or a busy server.
func passing(err error) bool {
	if e, ok := errors.AsType[*refusal](err); ok {
		return e.passing()
	}
	// A certificate that is not trusted is a matter for a person.
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	return !untrusted && !errors.Is(err, context.Canceled) && !errors.Is(err, errClosed)
}

// explain turns the last error of a request into what the caller sees: the cause, and
// the way out.
func (x *Index) explain(doing string, err error) error {
	e, _ := errors.AsType[*refusal](err)
	if e == nil {
		e = &refusal{}
	}
	switch {
	case e.denied():
		return fmt.Errorf("elasticsearch at %s: %s: the account may not do this; check user name, password or API key, and its rights on the index %s: %w",
			x.where, doing, x.alias, err)
	case e.blocked():
		return x.unavailable(doing, err, "the index is read-only; "+x.unblocking(e.reason))
	case e.kind == kindClosed:
		return x.unavailable(doing, err, "the index is closed; POST /"+x.target()+"/_open opens it")
	case e.kind == kindNotFound:
		return fmt.Errorf("elasticsearch at %s: %s: the index %s is gone; start again to create it and run polyglean reindex to fill it: %w",
			x.where, doing, x.alias, err)
	case slices.Contains(kindsNoShard, e.kind):
		return x.unavailable(doing, err, "the index is red; GET /_cluster/allocation/explain tells which shard is missing and why")
	case e.status == http.StatusTooManyRequests:
		return x.unavailable(doing, err, "it has more to do than it can; give it more memory, or less to do besides")
	case passing(err):
		return x.unavailable(doing, err, "see that it runs and can be reached")
	}
	return fmt.Errorf("elasticsearch at %s: %s: %w", x.where, doing, err)
}

// unavailable is what is to be tried again until a person, or time, has done what helps.
func (x *Index) unavailable(doing string, err error, help string) error {
	return fmt.Errorf("%w: elasticsearch at %s: %s: %w: %s", indexer.ErrUnavailable, x.where, doing, err, help)
}

// blocks are the numbers by which Elasticsearch names what makes an index read-only, and
// the settings that do.
var blocks = []struct {
	number  string
	setting string
	cluster bool
}{
	{"/12/", "index.blocks.read_only_allow_delete", false},
	{"/8/", "index.blocks.write", false},
	{"/5/", "index.blocks.read_only", false},
	{"/6/", "cluster.blocks.read_only", true},
	{"/13/", "cluster.blocks.read_only_allow_delete", true},
}

// unblocking says how to lift the block that a reason speaks of.
func (x *Index) unblocking(reason string) string {
	for _, b := range blocks {
		if !strings.Contains(reason, b.number) {
			continue
		}
		lift := fmt.Sprintf("PUT /%s/_settings {%q:null}", x.target(), b.setting)
		if b.cluster {
			lift = fmt.Sprintf("PUT /_cluster/settings {\"persistent\":{%q:null}}", b.setting)
		}
		if b.number == "/12/" {
			return "free disk space, and elasticsearch lifts the block by itself, or lift it: " + lift
		}
		return "lift the block: " + lift
	}
	return fmt.Sprintf("free disk space or lift the block that GET /%s/_settings/index.blocks.* shows", x.target())
}
