package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/indexer"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// said is what a command prints for people, and whether it failed.
func said(t *testing.T, config string, args ...string) (text string, failed bool) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, append([]string{"--config", config}, args...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("polyglean %v does not end:\n%s", args, out.String())
	}
	return out.String(), err != nil
}

// filled is a pipeline with some synthetic records, closed, and its configuration.
func filled(t *testing.T, backend string) (*pipeline, string) {
	t.Helper()
	p := oddPipeline(t, backend)
	var records oddSource
	for i := range 5 {
		id := fmt.Sprint("n", i)
		records = append(records, record.Candidate{
			Schema: record.Schema, ID: record.MakeID("odd", id), Source: "odd", SourceID: id, Version: 1,
			Titles: []record.Text{{Text: fmt.Sprintf("A synthetic study of exits, number %d", i)}},
		})
	}
	if _, err := p.gather(t.Context(), []harvester.Source{records}, harvester.Options{Log: p.log}, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	p.Close()
	config := filepath.Join(t.TempDir(), "polyglean.yaml")
	text := fmt.Sprintf("data_dir: %q\nindex:\n  backend: %s\n", p.config.DataDir, backend)
	if backend == backendElasticsearch {
		es := p.config.Index.Elasticsearch
		text += fmt.Sprintf("  elasticsearch: {addresses: [%q], index: %s}\n", es.Addresses[0], es.Index)
	}
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p, config
}

// TestIndexThatCannotBeRead: where the index was made by another version, or is there in
// part, searches, pages and doctor say so and what to do, and doing that mends it.
func TestIndexThatCannotBeRead(t *testing.T) {
	edit := func(name string, change func([]byte) []byte) func(*testing.T, *pipeline) {
		return func(t *testing.T, p *pipeline) {
			files, err := filepath.Glob(filepath.Join(p.bleveDir(), name))
			if err != nil || len(files) == 0 {
				t.Fatalf("%s: %v, error %v", name, files, err)
			}
			raw, err := os.ReadFile(files[0])
			if err == nil {
				err = os.WriteFile(files[0], change(raw), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	half := func(raw []byte) []byte { return raw[:len(raw)/2] }
	for name, fault := range map[string]struct {
		backend string
		spoil   func(*testing.T, *pipeline)
		says    string
		// heals says that serve makes the index anew by itself.
		heals bool
	}{
		"another version": {
			backendBleve, edit("format.json", func([]byte) []byte { return []byte(`{"backend":"bleve","format":1}`) }),
			"is in format 1, this program uses format", false,
		},
		"a later version": {
			backendBleve, edit("format.json", func([]byte) []byte { return []byte(`{"backend":"bleve","format":999}`) }),
			"is in format 999", false,
		},
		"its format half written":  {backendBleve, edit("format.json", half), "format.json is not readable", false},
		"a segment half written":   {backendBleve, edit("store/*.zap", half), "segments can be read", false},
		"the root half written":    {backendBleve, edit("store/root.bolt", func(raw []byte) []byte { return raw[:1000] }), "invalid database", false},
		"nothing written but this": {backendBleve, edit("store/root.bolt", func([]byte) []byte { return nil }), "the index is empty and the log is not", true},
		"made anew half way": {backendBleve, func(t *testing.T, p *pipeline) {
			if err := p.openBus(t.Context()); err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if err := indexer.BeginRebuild(t.Context(), p.bus); err != nil {
				t.Fatal(err)
			}
		}, "making it anew was cut off", true},
		"another mapping": {backendElasticsearch, func(t *testing.T, p *pipeline) {
			es := p.config.Index.Elasticsearch
			ask(t, http.MethodPut, es.Addresses[0]+"/"+es.Index+"/_mapping", `{"_meta":{"polyglean_mapping":1}}`)
		}, "is in format 1, this program uses format", false},
	} {
		t.Run(name, func(t *testing.T) {
			p, config := filled(t, fault.backend)
			fault.spoil(t, p)
			for _, args := range [][]string{{"search", "exits"}, {"doctor"}, {"export", "--format", "ris"}, {"serve", "--addr", "127.0.0.1:0"}} {
				if args[0] == "serve" && fault.heals {
					continue
				}
				text, failed := said(t, config, args...)
				says := fault.says
				if args[0] == "doctor" && fault.heals {
					says = "NOT WELL" // it counts, too
				}
				if !failed || !strings.Contains(text, says) || !strings.Contains(text, "polyglean reindex") {
					t.Errorf("polyglean %s: failed %v:\n%s\nwant %q, and the way out", strings.Join(args, " "), failed, text, fault.says)
				}
			}
			if text, failed := said(t, config, "reindex"); failed || !strings.Contains(text, "5 studies") {
				t.Errorf("polyglean reindex: failed %v:\n%s", failed, text)
			}
			if text, failed := said(t, config, "search", "exits"); failed || !strings.HasPrefix(text, "5 studies") {
				t.Errorf("afterwards: failed %v:\n%s", failed, text)
			}
			if text, failed := said(t, config, "doctor"); failed && strings.Contains(text, "index ") && strings.Contains(text, "reindex") {
				t.Errorf("afterwards doctor says:\n%s", text)
			}
		})
	}
}

// TestIndexBehindTheLog: what is in the log and not yet in the index is told of, by what
// would not find it.
func TestIndexBehindTheLog(t *testing.T) {
	p, config := filled(t, backendBleve)
	if text, failed := said(t, config, "search", "exits"); failed || strings.Contains(text, "behind") {
		t.Errorf("of an index that has all: failed %v:\n%s", failed, text)
	}
	if err := p.openBus(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := record.Candidate{Schema: record.Schema, ID: "odd:late", Source: "odd", SourceID: "late", Titles: []record.Text{{Text: "Another synthetic study of exits"}}}
	item, err := p.bus.Encode(&c)
	if err == nil {
		err = p.bus.PublishCandidates(t.Context(), stream.Origin{Run: "r", Source: "odd", Query: "published"}, []stream.Item{item}, func(int, uint64) {})
	}
	p.Close()
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"search", "doctor"} {
		if text, _ := said(t, config, command); !strings.Contains(text, "behind the log") || !strings.Contains(text, catchUp) {
			t.Errorf("polyglean %s does not say that the index is behind:\n%s", command, text)
		}
	}
}

// ask sends a request to an Elasticsearch of a test.
func ask(t *testing.T, method, url, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err == nil {
		err = resp.Body.Close()
	}
	if err == nil && resp.StatusCode >= 300 {
		err = errors.New(resp.Status)
	}
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
}
