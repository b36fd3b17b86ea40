package elasticindex

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"polyglean/indexer"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// proxy stands before a real Elasticsearch and does as it is told with a request.
type proxy struct {
	*httptest.Server
	forward http.Handler
	mu      sync.Mutex
	meddle  func(w http.ResponseWriter, r *http.Request)
}

func newProxy(t *testing.T) *proxy {
	t.Helper()
	target, err := url.Parse(realAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	quiet := log.New(io.Discard, "", 0) // it would tell of what the test does to it
	forward.ErrorLog = quiet
	p := &proxy{forward: forward}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		meddle := p.meddle
		p.mu.Unlock()
		if meddle == nil {
			meddle = forward.ServeHTTP
		}
		meddle(w, r)
	}))
	p.Config.ErrorLog = quiet
	p.Start()
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) set(meddle func(http.ResponseWriter, *http.Request)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meddle = meddle
}

// onBulk meddles with bulk requests alone.
func (p *proxy) onBulk(meddle func(w http.ResponseWriter, r *http.Request)) {
	p.set(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/_bulk") {
			meddle(w, r)
			return
		}
		p.forward.ServeHTTP(w, r)
	})
}

// carryOut lets Elasticsearch carry a request out and returns its answer.
func (p *proxy) carryOut(r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	p.forward.ServeHTTP(answer, r)
	return answer
}

func say(status int, contentType, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// busyItems answers that no operation was carried out because there are too many.
func busyItems(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var items []string
	for _, a := range readBulk(string(body)) {
		items = append(items, fmt.Sprintf(`{%q:{"_id":%q,"status":429,"error":{"type":"es_rejected_execution_exception","reason":"queue full"}}}`, a.kind, a.ID))
	}
	say(http.StatusOK, "application/json", `{"errors":true,"items":[`+strings.Join(items, ",")+`]}`)(w, r)
}

func reset(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	hangUp(w)
}

// stage is the indexer between a log and an Elasticsearch behind a proxy.
type stage struct {
	t      *testing.T
	bus    *stream.Bus
	proxy  *proxy
	cfg    Config
	index  *Index
	runner *indexer.Runner
	ended  chan error
	logged *syncBuffer
	seq    uint64
}

// syncBuffer is a buffer for several goroutines.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, cfg: freshConfig(t), proxy: newProxy(t), logged: &syncBuffer{}}
	s.cfg.Addresses = []string{s.proxy.URL}
	var err error
	if s.bus, err = stream.Open(t.Context(), stream.Config{Dir: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.bus.Close)
	s.open()
	return s
}

func (s *stage) open() {
	s.t.Helper()
	var err error
	few := patience{tries: 3, first: time.Millisecond, most: 10 * time.Millisecond}
	if s.index, err = open(s.t.Context(), s.cfg, few, few); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { s.index.Close() })
}

func (s *stage) start() {
	s.runner = indexer.NewRunner(s.bus, s.index, "test", slog.New(slog.NewTextHandler(s.logged, nil)))
	s.ended = make(chan error, 1)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	s.t.Cleanup(func() { stop(); <-ended })
	go func() {
		defer close(ended)
		s.ended <- s.runner.Run(ctx)
	}()
}

// log puts each record into the logs of candidates and of classified records.
func (s *stage) log(candidates ...record.Candidate) {
	s.t.Helper()
	o := stream.Origin{Run: "r", Source: "synthetic", Query: "q"}
	var items []stream.Item
	var classified []record.Classified
	for i := range candidates {
		item, err := s.bus.Encode(&candidates[i])
		if err != nil {
			s.t.Fatal(err)
		}
		items = append(items, item)
		classified = append(classified, record.Classified{
			Candidate: candidates[i], Language: record.LanguageLedger{Languages: []string{"en"}}, Selection: record.Selected,
		})
	}
	s.seq++
	if err := s.bus.PublishCandidates(s.t.Context(), o, items, func(int, uint64) {}); err != nil {
		s.t.Fatal(err)
	}
	if err := s.bus.PublishClassified(s.t.Context(), o, s.seq, "v1", classified); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) decide(id string) {
	s.t.Helper()
	_, err := s.bus.Decide(s.t.Context(), record.Decision{
		Review: "test", Study: record.StudyID(id), Stage: record.StageTitleAbstract, Verdict: record.Include, By: "x", At: time.Unix(9, 0).UTC(),
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// until waits for what is sure to come; it gives up only on what never does.
func (s *stage) until(what string, holds func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		select {
		case err := <-s.ended:
			s.t.Fatalf("the stage ended before %s: %v\n%s", what, err, s.logged)
		default:
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("waited in vain for %s; ready: %v\n%s", what, s.runner.Ready(), s.logged)
		}
	}
}

// drained waits until all of the logs is in the index or parked.
func (s *stage) drained() {
	s.t.Helper()
	for _, log := range []string{stream.Classified, stream.Decisions} {
		s.until("the end of "+log, func() bool {
			lag, err := s.bus.Lag(s.t.Context(), log, indexer.Stage)
			return err == nil && lag == 0
		})
	}
	s.until("the stage to be ready", func() bool { return s.runner.Ready() == nil })
}

// check compares index and logs, and the studies and what is parked with what is wanted.
func (s *stage) check(want string, parked map[string]string) {
	s.t.Helper()
	v, err := indexer.Verify(s.t.Context(), s.bus, s.index)
	if err != nil || !v.OK() || v.ParkedRecords != len(parked) {
		s.t.Errorf("verify: %+v, error %v; want %d parked", v, err, len(parked))
	}
	var lines []string
	err = indexer.EachStudy(s.t.Context(), s.index, func(study *indexer.Study) error {
		var ids []string
		for _, m := range study.Members {
			ids = append(ids, m.Record.Candidate.ID)
		}
		for range study.Decisions {
			ids = append(ids, "decided")
		}
		lines = append(lines, strings.Join(ids, " "))
		return nil
	})
	slices.Sort(lines)
	if got := strings.Join(lines, ", "); err != nil || got != want {
		s.t.Errorf("studies %s, error %v; want %s", got, err, want)
	}
	reasons := map[string]string{}
	if err := s.bus.EachParked(s.t.Context(), func(p record.Parked) error { reasons[p.Key] = p.Reason; return nil }); err != nil {
		s.t.Error(err)
	}
	if !slices.Equal(slices.Sorted(maps.Keys(reasons)), slices.Sorted(maps.Keys(parked))) {
		s.t.Errorf("parked: %q", reasons)
	}
	for id, reason := range parked {
		if !strings.Contains(reasons[id], reason) {
			s.t.Errorf("%s is parked with %q, want %q", id, reasons[id], reason)
		}
	}
}

// candidate is a synthetic record that nothing but identifiers leads to.
func candidate(source, id string, ids record.Identifiers) record.Candidate {
	return record.Candidate{
		Schema: record.Schema, ID: record.MakeID(source, id), Source: source, SourceID: id, Version: 1,
		Titles: []record.Text{{Text: "A synthetic record on leaving, written for tests of faults, number " + id}}, IDs: ids,
	}
}

// TestStageOutlivesFaults: whatever happens between the indexer and Elasticsearch, the
// stage says that it is not ready, why, and what helps; when it is over, every record is
// in the index once and every decision is there.
func TestStageOutlivesFaults(t *testing.T) {
	realAddress(t)
	settings := func(s *stage, body string) { admin(s.t, "PUT", "/"+s.index.name+"/_settings", body) }
	for name, fault := range map[string]struct {
		on, off func(s *stage)
		// says is part of the reason; "" when the stage should get over it by itself.
		says string
	}{
		"disk full": {
			on: func(s *stage) {
				// Elasticsearch, which sees that there is room, may lift the block at any time.
				s.proxy.onBulk(func(w http.ResponseWriter, r *http.Request) {
					block := httptest.NewRequest("PUT", "/"+s.index.name+"/_settings", strings.NewReader(`{"index.blocks.read_only_allow_delete":true}`))
					block.Header.Set("Content-Type", "application/json")
					s.proxy.carryOut(block)
					s.proxy.forward.ServeHTTP(w, r)
				})
			},
			off: func(s *stage) {
				s.proxy.set(nil)
				settings(s, `{"index.blocks.read_only_allow_delete":null}`)
			},
			says: `free disk space, and elasticsearch lifts the block by itself, or lift it: PUT /polyglean-test-`,
		},
		"read-only": {
			on:   func(s *stage) { settings(s, `{"index.blocks.write":true}`) },
			off:  func(s *stage) { settings(s, `{"index.blocks.write":null}`) },
			says: `/_settings {"index.blocks.write":null}`,
		},
		"closed": {
			on:   func(s *stage) { admin(s.t, "POST", "/"+s.index.name+"/_close", "") },
			off:  func(s *stage) { admin(s.t, "POST", "/"+s.index.name+"/_open", "") },
			says: "/_open opens it",
		},
		"rejects requests": {
			on: func(s *stage) {
				s.proxy.onBulk(say(429, "application/json", `{"error":{"type":"es_rejected_execution_exception","reason":"queue full"},"status":429}`))
			},
			says: "it has more to do than it can",
		},
		"rejects operations": {on: func(s *stage) { s.proxy.onBulk(busyItems) }, says: "it has more to do than it can"},
		"cuts answers": {
			on: func(s *stage) {
				s.proxy.onBulk(func(w http.ResponseWriter, r *http.Request) {
					answer := s.proxy.carryOut(r)
					maps.Copy(w.Header(), answer.Header())
					w.Write(answer.Body.Bytes()[:answer.Body.Len()/2])
				})
			},
			says: "see that it runs and can be reached",
		},
		"is sent half of a request": {
			on: func(s *stage) {
				s.proxy.onBulk(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					body = body[:len(body)/2]
					r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
					s.proxy.forward.ServeHTTP(w, r)
				})
			},
			says: "cut or changed on the way",
		},
		"is slow": {
			on: func(s *stage) {
				s.proxy.onBulk(func(w http.ResponseWriter, r *http.Request) {
					io.Copy(io.Discard, r.Body)
					<-r.Context().Done()
				})
			},
			says: "no answer within",
		},
		"resets before it reads": {on: func(s *stage) { s.proxy.set(reset) }, says: "see that it runs and can be reached"},
		"resets after it wrote": {
			on: func(s *stage) {
				s.proxy.onBulk(func(w http.ResponseWriter, r *http.Request) {
					s.proxy.carryOut(r)
					hangUp(w)
				})
			},
			says: "see that it runs and can be reached",
		},
		"resets once": {
			on: func(s *stage) {
				var once sync.Once
				s.proxy.onBulk(func(w http.ResponseWriter, r *http.Request) {
					cut := false
					once.Do(func() { cut = true })
					if cut {
						reset(w, r)
						return
					}
					s.proxy.forward.ServeHTTP(w, r)
				})
			},
		},
		"HTML, well signed":        {on: func(s *stage) { s.proxy.set(say(200, "text/html", "<html>Please log in</html>")) }, says: "see that it runs"},
		"HTML of a proxy":          {on: func(s *stage) { s.proxy.set(say(502, "text/html", "<html><h1>Bad Gateway</h1></html>")) }, says: "Bad Gateway"},
		"JSON of something else":   {on: func(s *stage) { s.proxy.onBulk(say(200, "application/json", `{"items":"none"}`)) }, says: "cannot be read"},
		"JSON of another request":  {on: func(s *stage) { s.proxy.onBulk(say(200, "application/json", `{"items":[]}`)) }, says: "operations speaks of 0"},
		"another writer is faster": {on: func(s *stage) { s.secondWriter() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			if name == "is slow" {
				s.index.timeout = 2 * time.Second
			}
			s.log(
				candidate("a", "1", record.Identifiers{PMID: "7"}), candidate("b", "1", record.Identifiers{DOI: "10.5555/w"}),
				candidate("a", "5", record.Identifiers{PMID: "5"}),
			)
			s.start()
			s.drained()
			fault.on(s)
			// One record makes one study of two, which deletes another; the others are new.
			s.log(candidate("c", "1", record.Identifiers{PMID: "7", DOI: "10.5555/w"}), candidate("c", "2", record.Identifiers{}))
			s.log(candidate("d", "3", record.Identifiers{}))
			s.decide("a:5")
			s.decide("d:3")
			if fault.says != "" {
				s.until("the reason", func() bool {
					err := s.runner.Ready()
					return err != nil && strings.Contains(err.Error(), fault.says)
				})
				if err := s.runner.Ready(); !errors.Is(err, indexer.ErrUnavailable) || !strings.Contains(err.Error(), s.proxy.URL) {
					t.Errorf("the reason is %v", err)
				}
				if !strings.Contains(s.logged.String(), "index unavailable, waiting") {
					t.Errorf("the log says %s", s.logged)
				}
			}
			if fault.off != nil {
				fault.off(s)
			} else if fault.says != "" {
				s.proxy.set(nil)
			}
			s.drained()
			s.check("a:1 b:1 c:1, a:5 decided, c:2, d:3 decided", nil)
		})
	}
}

// secondWriter brings the records of the next bulk request into the index before that is
// carried out.
func (s *stage) secondWriter() {
	direct := mustOpen(s.t, Config{Addresses: []string{realAddress(s.t)}, Index: s.cfg.Index})
	var once sync.Once
	s.proxy.onBulk(func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() {
			err := s.bus.EachEnvelope(context.Background(), stream.Classified, func(seq uint64, e stream.Envelope, err error) error {
				var members []indexer.Member
				for _, raw := range e.Records {
					m := indexer.Member{Seq: seq}
					if err := m.Record.UnmarshalJSON(raw); err != nil {
						return err
					}
					members = append(members, m)
				}
				_, mergeErr := indexer.Merge(context.Background(), direct, members, nil)
				return errors.Join(err, mergeErr)
			})
			if err != nil {
				s.t.Error(err)
			}
		})
		s.proxy.forward.ServeHTTP(w, r)
	})
}

// TestStageParksWhatIsRefused: a document that the mapping does not take, or that is
// longer than what goes through, is parked with its reason; all else goes on, and the
// study that it would have become part of is as it was.
func TestStageParksWhatIsRefused(t *testing.T) {
	realAddress(t)
	s := newStage(t)
	admin(t, "PUT", "/"+s.index.name+"/_mapping", `{"properties":{"x":{"properties":{`+
		fmt.Sprintf(`%q:{"type":"long"}`, indexer.FacetLicense)+`},"type":"object","subobjects":false}}}`)
	s.proxy.onBulk(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > 100_000 {
			say(413, "text/html", "<html><h1>413 Request Entity Too Large</h1></html>")(w, r)
			return
		}
		s.proxy.forward.ServeHTTP(w, r)
	})
	s.log(candidate("a", "1", record.Identifiers{PMID: "7"}), candidate("b", "1", record.Identifiers{DOI: "10.5555/w"}))
	s.start()
	s.drained()
	refused := candidate("c", "1", record.Identifiers{PMID: "7", DOI: "10.5555/w"})
	refused.License = "CC BY 4.0"
	long := candidate("c", "2", record.Identifiers{})
	long.Abstracts = []record.Text{{Text: strings.Repeat("A synthetic abstract without an end. ", 10_000)}}
	s.log(refused, candidate("d", "3", record.Identifiers{}), long, candidate("d", "4", record.Identifiers{}))
	s.decide("a:1")
	s.drained()
	s.check("a:1 decided, b:1, d:3, d:4", map[string]string{"c:1": "document_parsing_exception", "c:2": "too long for elasticsearch"})
}

// TestStageEndsWithoutItsIndex: an index that somebody deleted is not filled with half of
// the log; the error says what to do, and that mends it.
func TestStageEndsWithoutItsIndex(t *testing.T) {
	realAddress(t)
	s := newStage(t)
	s.log(candidate("a", "1", record.Identifiers{}))
	s.start()
	s.drained()
	admin(t, "DELETE", "/"+s.index.name, "")
	s.log(candidate("b", "2", record.Identifiers{}))
	if err := <-s.ended; err == nil || !strings.Contains(err.Error(), "polyglean reindex") {
		t.Fatalf("the stage ended with %v", err)
	}
	s.open()
	for _, log := range []string{stream.Classified, stream.Decisions, stream.Scores} {
		if err := s.bus.Rewind(t.Context(), log, indexer.Stage); err != nil {
			t.Fatal(err)
		}
	}
	s.start()
	s.drained()
	s.check("a:1, b:2", nil)
}

// TestReady: what doctor asks says the same without writing.
func TestReady(t *testing.T) {
	x, _ := openFresh(t)
	for _, step := range []struct {
		method, path, body string
		says               string
	}{
		{"PUT", "/_settings", `{"index.blocks.read_only_allow_delete":true}`, "free disk space"},
		{"PUT", "/_settings", `{"index.blocks.read_only_allow_delete":null,"index.blocks.write":true}`, `{"index.blocks.write":null}`},
		{"PUT", "/_settings", `{"index.blocks.write":null}`, ""},
		{"POST", "/_close", "", "/_open opens it"},
		{"POST", "/_open", "", ""},
	} {
		admin(t, step.method, "/"+x.name+step.path, step.body)
		err := x.Ready(t.Context())
		if step.says == "" && err != nil || step.says != "" && (err == nil || !strings.Contains(err.Error(), step.says) || !errors.Is(err, indexer.ErrUnavailable)) {
			t.Errorf("after %s %s: %v, want %q", step.path, step.body, err, step.says)
		}
	}
	makeRed(t, x)
	if err := x.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "the index is red; GET /_cluster/allocation/explain") {
		t.Errorf("while the index is red: %v", err)
	}
}

// makeRed puts an index whose shard no node may hold in the place of an empty one.
func makeRed(t *testing.T, x *Index) {
	t.Helper()
	admin(t, "DELETE", "/"+x.name, "")
	x.name = baseName(x.alias) + "-2"
	admin(t, "PUT", "/"+x.name+"?wait_for_active_shards=0", fmt.Sprintf(
		`{"settings":{"index.routing.allocation.require._name":"no such node"},"aliases":{%q:{}}}`, x.alias))
}

// TestStageWaitsForARedIndex: while the shard is nowhere nothing is lost, and when it is
// somewhere all is there.
func TestStageWaitsForARedIndex(t *testing.T) {
	realAddress(t)
	s := newStage(t)
	makeRed(t, s.index)
	s.log(candidate("a", "1", record.Identifiers{}), candidate("b", "2", record.Identifiers{}))
	s.decide("a:1")
	s.start()
	s.until("the reason", func() bool {
		err := s.runner.Ready()
		return errors.Is(err, indexer.ErrUnavailable) && strings.Contains(err.Error(), "the index is red")
	})
	admin(t, "PUT", "/"+s.index.name+"/_settings", `{"index.routing.allocation.require._name":null}`)
	s.drained()
	s.check("a:1 decided, b:2", nil)
}
