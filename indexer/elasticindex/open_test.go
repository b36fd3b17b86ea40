package elasticindex

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"polyglean/indexer"
)

func openWith(t *testing.T, cfg Config) error {
	t.Helper()
	x, err := open(t.Context(), cfg, impatient, impatient)
	if err == nil {
		x.Close()
	}
	return err
}

// TestOpenAbsent: the error names the address, without the password.
func TestOpenAbsent(t *testing.T) {
	err := openWith(t, Config{Addresses: []string{"http://reader:hush@127.0.0.1:1"}})
	if !errors.Is(err, indexer.ErrUnavailable) {
		t.Fatalf("Open: %v, want unavailable", err)
	}
	if text := err.Error(); strings.Contains(text, "hush") || !strings.Contains(text, "127.0.0.1:1") {
		t.Errorf("the error should name the address and not the password: %s", text)
	}
}

// TestOpenSomethingElse: what is not Elasticsearch 8 is called what it is.
func TestOpenSomethingElse(t *testing.T) {
	for name, test := range map[string]struct {
		header, body string
		unavailable  bool
		says         string
	}{
		"OpenSearch":             {"", `{"version":{"distribution":"opensearch","number":"2.19.1"},"tagline":"The OpenSearch Project"}`, true, "not Elasticsearch 8"},
		"an older Elasticsearch": {"Elasticsearch", `{"version":{"number":"7.17.28"}}`, false, `found version "7.17.28", want 8`},
		"a newer Elasticsearch":  {"Elasticsearch", `{"version":{"number":"9.1.0"}}`, false, `found version "9.1.0", want 8`},
		"version 80":             {"Elasticsearch", `{"version":{"number":"80.0.0"}}`, false, `want 8`},
		"another program":        {"", `<html>It works!</html>`, true, "not Elasticsearch 8"},
		"HTML, signed":           {"Elasticsearch", `<html>It works!</html>`, true, "cannot be read"},
		"JSON of no version":     {"Elasticsearch", `{}`, false, `found version ""`},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if test.header != "" {
					w.Header().Set("X-Elastic-Product", test.header)
				}
				io.WriteString(w, test.body)
			}))
			t.Cleanup(s.Close)
			err := openWith(t, Config{Addresses: []string{s.URL}})
			if err == nil || errors.Is(err, indexer.ErrUnavailable) != test.unavailable {
				t.Fatalf("Open: %v, want unavailable %v", err, test.unavailable)
			}
			if !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), s.URL) {
				t.Errorf("error %q does not say %q and %s", err, test.says, s.URL)
			}
		})
	}
}

// TestOpenChecks: an index that cannot keep the promises is refused.
func TestOpenChecks(t *testing.T) {
	t.Run("writes before they are on disk", func(t *testing.T) {
		f := newFake(t)
		f.durability = "async"
		if err := openWith(t, Config{Addresses: []string{f.URL}}); err == nil || !strings.Contains(err.Error(), `set it to "request"`) {
			t.Errorf("Open: %v, want the way out of async", err)
		}
	})
	t.Run("another mapping", func(t *testing.T) {
		f := newFake(t)
		f.index, f.mapping = "polyglean-v7", 7
		err := openWith(t, Config{Addresses: []string{f.URL}})
		e, ok := errors.AsType[*indexer.VersionError](err)
		if !ok || e.Found != 7 || e.Want != mappingVersion || !strings.Contains(e.Index, "polyglean-v7") {
			t.Errorf("Open: %v, want a version error for polyglean-v7", err)
		}
	})
	t.Run("somebody else's index", func(t *testing.T) {
		f := newFake(t)
		f.mapping = 0
		if err := openWith(t, Config{Addresses: []string{f.URL}}); err == nil || !strings.Contains(err.Error(), "choose another index name") {
			t.Errorf("Open: %v, want the way out", err)
		}
	})
}

// TestOpenTLS: a certificate of one's own is trusted when CAFile holds it, and a
// certificate that is not trusted is not a passing fault.
func TestOpenTLS(t *testing.T) {
	f := newFake(t)
	s := httptest.NewUnstartedServer(f)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it would tell of the refusal we want
	s.StartTLS()
	t.Cleanup(s.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(file, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := openWith(t, Config{Addresses: []string{s.URL}, CAFile: file}); err != nil {
		t.Errorf("with CAFile: %v", err)
	}
	err := openWith(t, Config{Addresses: []string{s.URL}})
	if err == nil || errors.Is(err, indexer.ErrUnavailable) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("without CAFile: %v, want a matter for a person", err)
	}
	if err := os.WriteFile(file, []byte("not a certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := openWith(t, Config{Addresses: []string{s.URL}, CAFile: file}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("with a file of something else: %v, want its name", err)
	}
}

// TestCredentials: they go out in the header, and nowhere else.
func TestCredentials(t *testing.T) {
	var got string
	f := newFake(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Authorization")
		f.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	if err := openWith(t, Config{Addresses: []string{s.URL}, Username: "elastic", Password: "hush"}); err != nil || got != "Basic ZWxhc3RpYzpodXNo" {
		t.Errorf("password: %v, header %q", err, got)
	}
	if err := openWith(t, Config{Addresses: []string{s.URL}, APIKey: "a2V5"}); err != nil || !strings.EqualFold(got, "ApiKey a2V5") {
		t.Errorf("API key: %v, header %q", err, got)
	}
	cfg := Config{Password: "hush", APIKey: "hush"}
	out, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v %#v %s %s", cfg, cfg, cfg, cfg.Password, out); strings.Contains(text, "hush") {
		t.Errorf("a secret was printed: %s", text)
	}
}

func TestConfigErrors(t *testing.T) {
	for name, test := range map[string]struct {
		cfg  Config
		says string
	}{
		"no address":        {Config{}, "http://127.0.0.1:9200"},
		"no scheme":         {Config{Addresses: []string{"reader:hush@host:9200"}}, "address 1 of 1"},
		"not a URL":         {Config{Addresses: []string{"http://127.0.0.1:9200", "http://a b:hush"}}, "address 2 of 2"},
		"index name":        {Config{Addresses: []string{"http://127.0.0.1:1"}, Index: "Ünder/score"}, "lower-case"},
		"two kinds of keys": {Config{Addresses: []string{"http://127.0.0.1:1"}, APIKey: "hush", Password: "hush"}, "one of them"},
		"replicas":          {Config{Addresses: []string{"http://127.0.0.1:1"}, Replicas: -1}, "negative"},
		"certificates":      {Config{Addresses: []string{"https://127.0.0.1:1"}, CAFile: "testdata/absent.pem"}, "testdata/absent.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			err := openWith(t, test.cfg)
			if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "hush") {
				t.Errorf("Open: %v, want %q and no secret", err, test.says)
			}
		})
	}
}
