package elasticindex

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// impatient keeps tests of faults short.
var impatient = patience{tries: 4, first: time.Millisecond, most: 2 * time.Millisecond}

// fake answers as Elasticsearch does to what Open and Apply send, and fails on
// demand. It keeps documents by the rules of external and external_gte, so that a test can tell
// what was written, how often, and whether an older write undid a newer one.
type fake struct {
	*httptest.Server

	mu sync.Mutex
	// version, durability and mapping are what it says of itself and its index;
	// mapping 0 is an index that somebody else made.
	version    string
	durability string
	index      string
	mapping    int
	// faults are used up, one by each bulk request; nil is none.
	faults []*fault
	// always is the fault of all bulk requests after that.
	always *fault

	// bulks are the IDs of each bulk request, refreshes the number of refreshes.
	bulks     []string
	refreshes int
	docs      map[string]fakeDoc
}

type fakeDoc struct {
	version int64
	text    string
}

// fault is what goes wrong with a bulk request.
type fault struct {
	// instead answers without carrying anything out, if it returns true.
	instead func(w http.ResponseWriter, body string) bool
	// items are refused; the others are carried out.
	items map[string]refusal
	// after answers when all is carried out.
	after func(w http.ResponseWriter, items []map[string]any)
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{version: "8.19.0", durability: "request", index: "polyglean-v3", mapping: mappingVersion, docs: map[string]fakeDoc{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) open(t *testing.T) *Index {
	t.Helper()
	x, err := open(t.Context(), Config{Addresses: []string{f.URL}}, impatient, impatient)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// ServeHTTP implements http.Handler.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/":
		fmt.Fprintf(w, `{"version":{"number":%q}}`, f.version)
	case r.URL.Path == "/polyglean-v*":
		fmt.Fprintf(w, `{%q:{"aliases":{"polyglean":{}},"mappings":{"_meta":{"polyglean_mapping":%d}},
			"settings":{"index":{"translog":{"durability":%q}}}}}`, f.index, f.mapping, f.durability)
	case r.URL.Path == "/polyglean/_refresh":
		f.refreshes++
		io.WriteString(w, `{"_shards":{"total":1,"successful":1,"failed":0}}`)
	case r.URL.Path == "/polyglean/_bulk" && r.URL.Query().Get("require_alias") == "true":
		f.bulk(w, r)
	default:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error":{"type":"unexpected","reason":"%s %s"},"status":400}`, r.Method, r.URL)
	}
}

func (f *fake) bulk(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	fail := f.always
	if len(f.faults) > 0 {
		fail, f.faults = f.faults[0], f.faults[1:]
	}
	if fail == nil {
		fail = &fault{}
	}
	actions := readBulk(string(body))
	var ids []string
	for _, a := range actions {
		ids = append(ids, a.ID)
	}
	f.bulks = append(f.bulks, strings.Join(ids, " "))
	if fail.instead != nil && fail.instead(w, string(body)) {
		return
	}
	items := f.write(actions, fail.items)
	if fail.after != nil {
		fail.after(w, items)
		return
	}
	json.NewEncoder(w).Encode(map[string]any{"items": items})
}

type bulkAction struct {
	action
	kind, doc string
}

func readBulk(body string) []bulkAction {
	var actions []bulkAction
	lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	for len(lines) > 0 {
		var line map[string]action
		if err := json.Unmarshal([]byte(lines[0]), &line); err != nil {
			panic(err)
		}
		lines = lines[1:]
		for kind, a := range line {
			act := bulkAction{action: a, kind: kind}
			if kind != "delete" {
				act.doc, lines = lines[0], lines[1:]
			}
			actions = append(actions, act)
		}
	}
	return actions
}

// write carries out what is not refused.
func (f *fake) write(actions []bulkAction, refused map[string]refusal) []map[string]any {
	items := make([]map[string]any, 0, len(actions))
	for _, a := range actions {
		item := map[string]any{"_id": a.ID, "status": http.StatusOK}
		old, there := f.docs[a.ID]
		e, no := refused[a.ID]
		switch {
		case no:
			item["status"] = e.status
			item["error"] = map[string]any{"type": e.kind, "reason": "as asked"}
		case a.kind == "create" && there:
			item["status"] = http.StatusConflict
			item["error"] = map[string]any{"type": "version_conflict_engine_exception", "reason": "it is there"}
		case a.kind == "create":
			f.docs[a.ID] = fakeDoc{1, a.doc}
		case a.VersionType != "external_gte" && a.VersionType != "external":
			item["status"] = http.StatusBadRequest
			item["error"] = map[string]any{"type": "unexpected", "reason": "version type " + a.VersionType}
		case there && (a.Version < old.version || a.VersionType == "external" && a.Version == old.version):
			item["status"] = http.StatusConflict
			item["error"] = map[string]any{"type": "version_conflict_engine_exception", "reason": "as it should"}
		case a.kind == "index":
			f.docs[a.ID] = fakeDoc{a.Version, a.doc}
		case there:
			delete(f.docs, a.ID)
		default:
			item["status"] = http.StatusNotFound
		}
		items = append(items, map[string]any{a.kind: item})
	}
	return items
}

// ids are the documents that were written.
func (f *fake) ids() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []string
	for id := range f.docs {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

func (f *fake) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.bulks)
}

// The faults.

// answer gives a status and a body in place of carrying the request out.
func answer(status int, body string) *fault {
	return &fault{instead: func(w http.ResponseWriter, _ string) bool {
		w.WriteHeader(status)
		io.WriteString(w, body)
		return true
	}}
}

// refuse is what Elasticsearch says when it does not take a request.
func refuse(status int, kind string) *fault {
	return answer(status, fmt.Sprintf(`{"error":{"root_cause":[],"type":%q,"reason":"as asked"},"status":%d}`, kind, status))
}

// refuseItems is what Elasticsearch says when it does not take some operations.
func refuseItems(status int, kind string, ids ...string) *fault {
	items := map[string]refusal{}
	for _, id := range ids {
		items[id] = refusal{status: status, kind: kind}
	}
	return &fault{items: items}
}

// longerThan refuses bodies of more than n bytes, as a proxy does.
func longerThan(n int) *fault {
	return &fault{instead: func(w http.ResponseWriter, body string) bool {
		if len(body) > n {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			io.WriteString(w, "<html><h1>413 Request Entity Too Large</h1></html>")
		}
		return len(body) > n
	}}
}

// spoil carries the request out and changes the items of the answer.
func spoil(change func(items []map[string]any) []map[string]any) *fault {
	return &fault{after: func(w http.ResponseWriter, items []map[string]any) {
		json.NewEncoder(w).Encode(map[string]any{"items": change(items)})
	}}
}

// cut carries the request out and sends half of the answer.
func cut(w http.ResponseWriter, items []map[string]any) {
	text, _ := json.Marshal(map[string]any{"items": items})
	w.Write(text[:len(text)/2])
}

// hangUp closes the connection without an answer.
func hangUp(w http.ResponseWriter) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		conn.Close()
	}
}
