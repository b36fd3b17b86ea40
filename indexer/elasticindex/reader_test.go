package elasticindex

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"polyglean/indexer"
)

// onSearch meddles with searches alone.
func (p *proxy) onSearch(meddle func(w http.ResponseWriter, r *http.Request)) {
	p.set(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/_search") {
			meddle(w, r)
			return
		}
		p.forward.ServeHTTP(w, r)
	})
}

// plain is carryOut for an answer that is not compressed.
func (p *proxy) plain(r *http.Request) *httptest.ResponseRecorder {
	r.Header.Set("Accept-Encoding", "identity")
	return p.carryOut(r)
}

// TestReadersDuringFaults: in whatever state Elasticsearch is, a reader soon has all that
// was asked for or an error, never a part of it, and is told what is the matter; one that
// takes no writes is read as ever. An engineer who asks for its state is told what helps.
// When it is over, nothing is lost.
func TestReadersDuringFaults(t *testing.T) {
	realAddress(t)
	const few = 500 * time.Millisecond // the most that an answer may take
	busy := say(429, "application/json", `{"error":{"type":"es_rejected_execution_exception","reason":"queue full"},"status":429}`)
	for name, fault := range map[string]struct {
		on, off func(p *proxy, x *Index)
		// says is a part of the reader's error, "" where all is found; ready of what
		// Ready says, "" where it takes writes.
		says, ready string
	}{
		"red": {
			on: func(_ *proxy, x *Index) { makeRed(t, x) }, // which leaves it empty
			off: func(_ *proxy, x *Index) {
				admin(t, "PUT", "/"+x.name+"/_settings", `{"index.routing.allocation.require._name":null}`)
			},
			says:  "the index is red; GET /_cluster/allocation/explain tells",
			ready: "the index is red",
		},
		"disk full": {
			on: func(_ *proxy, x *Index) {
				admin(t, "PUT", "/"+x.name+"/_settings", `{"index.blocks.read_only_allow_delete":true}`)
			},
			off: func(_ *proxy, x *Index) {
				admin(t, "PUT", "/"+x.name+"/_settings", `{"index.blocks.read_only_allow_delete":null}`)
			},
			ready: "free disk space",
		},
		"rejects searches": {on: func(p *proxy, _ *Index) { p.onSearch(busy) }, says: "it has more to do than it can"},
		"rejects all":      {on: func(p *proxy, _ *Index) { p.set(busy) }, says: "it has more to do than it can", ready: "it has more to do than it can"},
		"cuts answers": {
			on: func(p *proxy, _ *Index) {
				p.onSearch(func(w http.ResponseWriter, r *http.Request) {
					answer := p.plain(r)
					maps.Copy(w.Header(), answer.Header())
					w.Write(answer.Body.Bytes()[:answer.Body.Len()/2])
				})
			},
			says: "see that it runs and can be reached",
		},
		"cuts answers between hits": {
			on: func(p *proxy, _ *Index) {
				p.onSearch(func(w http.ResponseWriter, r *http.Request) {
					answer := p.plain(r)
					w.Header().Set("X-Elastic-Product", "Elasticsearch")
					io.WriteString(w, answer.Body.String()[:strings.Index(answer.Body.String(), `},{`)+1])
				})
			},
			says: "see that it runs and can be reached",
		},
		"never answers": {
			on: func(p *proxy, _ *Index) {
				p.onSearch(func(_ http.ResponseWriter, r *http.Request) {
					io.Copy(io.Discard, r.Body)
					<-r.Context().Done()
				})
			},
			says: "no answer within",
		},
		"stops in the middle": {
			on: func(p *proxy, _ *Index) {
				p.onSearch(func(w http.ResponseWriter, r *http.Request) {
					answer := p.plain(r)
					w.Header().Set("X-Elastic-Product", "Elasticsearch")
					w.Write(answer.Body.Bytes()[:answer.Body.Len()/2])
					w.(http.Flusher).Flush()
					<-r.Context().Done()
				})
			},
			says: "no answer within",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProxy(t)
			cfg := freshConfig(t)
			cfg.Addresses = []string{p.URL}
			x, err := open(t.Context(), cfg, impatient, impatient)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { x.Close() })
			mustApply(t, x, puts("a", "b", "c")...)
			want := "3 3"
			if name == "red" {
				want = "0 0"
			}
			all := func(ctx context.Context) (string, error) {
				found, err := x.Find(ctx, indexer.Plan{Query: indexer.All{}, Size: 10})
				if err != nil {
					return "", err
				}
				return fmt.Sprint(found.Total, len(found.Hits)), nil
			}
			x.timeout = few
			fault.on(p, x)
			began := time.Now()
			got, err := all(t.Context())
			if took := time.Since(began); took > time.Duration(impatient.tries+2)*few+5*time.Second {
				t.Errorf("the reader waited %v", took)
			}
			switch {
			case fault.says == "" && (err != nil || got != want):
				t.Errorf("found %s, error %v; want all", got, err)
			case fault.says != "" && (!errors.Is(err, indexer.ErrUnavailable) || !strings.Contains(err.Error(), fault.says) || !strings.Contains(err.Error(), p.URL)):
				t.Errorf("found %q, error %v; want %q", got, err, fault.says)
			}
			if err := x.Ready(t.Context()); (err != nil) != (fault.ready != "") || err != nil && !strings.Contains(err.Error(), fault.ready) {
				t.Errorf("its state is told as %v, want %q", err, fault.ready)
			}
			// A reader's patience is shorter than the index's own.
			ctx, cancel := context.WithTimeout(t.Context(), few/10)
			if _, err := all(ctx); fault.says == "no answer within" && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("after the reader's own time: %v", err)
			}
			cancel()

			p.set(nil)
			x.timeout = requestTimeout
			if fault.off != nil {
				fault.off(p, x)
			}
			for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
				if got, err = all(t.Context()); got == want {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("afterwards %q is found, error %v", got, err)
				}
			}
			mustApply(t, x, puts("a", "b", "c", "d")...)
			if got, err := all(t.Context()); err != nil || got != "4 4" {
				t.Errorf("after another write %q is found, error %v", got, err)
			}
		})
	}
}

// TestPartOfAnAnswer: an answer in which a part of the index did not take part, or none,
// is an error, also when it comes as a success.
func TestPartOfAnAnswer(t *testing.T) {
	for name, answer := range map[string]string{
		"out of time":    `{"timed_out":true,"_shards":{"total":1,"successful":1,"failed":0},"hits":{"total":{"value":0},"hits":[]}}`,
		"a shard failed": `{"timed_out":false,"_shards":{"total":2,"successful":1,"failed":1},"hits":{"total":{"value":0},"hits":[]}}`,
		"another answer": `{"acknowledged":true}`,
		"nothing":        `{}`,
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/polyglean/_search" {
					say(http.StatusOK, "application/json", answer)(w, r)
					return
				}
				f.ServeHTTP(w, r)
			}))
			t.Cleanup(s.Close)
			x, err := open(t.Context(), Config{Addresses: []string{s.URL}}, impatient, impatient)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { x.Close() })
			found, err := x.Find(t.Context(), indexer.Plan{Query: indexer.All{}, Size: 5})
			if !errors.Is(err, indexer.ErrUnavailable) || !strings.Contains(err.Error(), s.URL) {
				t.Errorf("found %+v, error %v; want none, and that it is not there", found, err)
			}
		})
	}
}
