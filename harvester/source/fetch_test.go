package source

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// testFetcher is a Fetcher that may talk to this machine and does not dawdle.
func testFetcher(t testing.TB, c FetchConfig) *Fetcher {
	t.Helper()
	c.AllowPrivate = true
	if c.Backoff == 0 {
		c.Backoff = time.Millisecond
	}
	f, err := NewFetcher(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func serve(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

func request(t testing.TB, address string) Request {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return Request{URL: u, PerSecond: 10_000}
}

func gzipped(t testing.TB, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGetSendsTheRequestAsGiven(t *testing.T) {
	const query = `verb=ListRecords&resumptionToken=a%2Fb%2Bc%3Dd%7Ce%26f&q=%22%D0%B0%22+OR+x*`
	var got *http.Request
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"})
		fmt.Fprint(w, "data")
	})
	f := testFetcher(t, FetchConfig{})
	r := request(t, address+"/oai?"+query)
	r.Header = http.Header{"X-Extra": {"yes"}, "Host": {"elsewhere.example"}}
	resp, err := f.Get(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if got.URL.RawQuery != query {
		t.Errorf("query arrived as %s, sent %s", got.URL.RawQuery, query)
	}
	if got.Header.Get("X-Extra") != "yes" || got.Header.Get("User-Agent") != defaultUserAgent {
		t.Errorf("headers arrived as %v", got.Header)
	}
	if got.Header.Get("Accept-Encoding") != "gzip" {
		t.Errorf("Accept-Encoding is %q", got.Header.Get("Accept-Encoding"))
	}
	if "http://"+got.Host != address {
		t.Errorf("sent under the name of another host, %s", got.Host)
	}
	if string(resp.Body) != "data" || resp.Status != 200 || resp.URL != address+"/oai?"+query {
		t.Errorf("response is %d %q from %s", resp.Status, resp.Body, resp.URL)
	}
	if _, err := f.Get(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if len(got.Cookies()) > 0 {
		t.Error("a cookie came back on the second request")
	}
}

func TestNewFetcherRefusesCollyVariables(t *testing.T) {
	t.Setenv("COLLY_MAX_BODY_SIZE", "10")
	t.Setenv("COLLY_FOLLOW_REDIRECTS", "yes")
	_, err := NewFetcher(FetchConfig{})
	if err == nil || !strings.Contains(err.Error(), "COLLY_MAX_BODY_SIZE") || !strings.Contains(err.Error(), "COLLY_FOLLOW_REDIRECTS") {
		t.Fatalf("error is %v, want one naming both variables", err)
	}
}

func TestNewFetcherRefusesNegativeSettings(t *testing.T) {
	if _, err := NewFetcher(FetchConfig{MaxWait: -1}); err == nil || !strings.Contains(err.Error(), "max_wait") {
		t.Fatalf("error is %v, want one naming max_wait", err)
	}
}

func TestGetRefusesWhatIsNoWebAddress(t *testing.T) {
	f := testFetcher(t, FetchConfig{})
	for _, address := range []string{"ftp://example.org/x", "file:///etc/passwd", "/relative", "http:///nohost"} {
		_, err := f.Get(t.Context(), request(t, address))
		if _, ok := errors.AsType[*RefusedError](err); !ok {
			t.Errorf("%s: error is %v, want a *RefusedError", address, err)
		}
	}
	if _, err := f.Get(t.Context(), Request{}); err == nil {
		t.Error("a request without URL was accepted")
	}
}

// Colly's own limit cuts at 10 MiB without an error.
func TestLargeBodyArrivesWhole(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 12<<20/16)
	for _, encoding := range []string{"", "gzip"} {
		address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if encoding == "gzip" {
				w.Header().Set("Content-Encoding", "gzip")
				_, _ = w.Write(gzipped(t, body))
				return
			}
			_, _ = w.Write(body)
		})
		resp, err := testFetcher(t, FetchConfig{}).Get(t.Context(), request(t, address))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(resp.Body, body) {
			t.Errorf("encoding %q: %d bytes arrived of %d", encoding, len(resp.Body), len(body))
		}
	}
}

func TestBodyOverTheLimitIsAnError(t *testing.T) {
	exact := bytes.Repeat([]byte("x"), 1000)
	for _, c := range []struct {
		name string
		body []byte
		ok   bool
	}{{"at the limit", exact, true}, {"a byte over", append(slices.Clone(exact), 'x'), false}} {
		t.Run(c.name, func(t *testing.T) {
			asked := 0
			address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				asked++
				_, _ = w.Write(c.body)
			})
			_, err := testFetcher(t, FetchConfig{MaxBody: 1000}).Get(t.Context(), request(t, address))
			_, tooLarge := errors.AsType[*TooLargeError](err)
			if c.ok && err != nil || !c.ok && !tooLarge {
				t.Errorf("error is %v", err)
			}
			if asked != 1 {
				t.Errorf("asked %d times; asking again cannot help", asked)
			}
		})
	}
}

func TestBombsAreStoppedInTime(t *testing.T) {
	const size = 200 << 20
	var z bytes.Buffer
	pack := func(w io.WriteCloser) []byte {
		zeros := make([]byte, 1<<20)
		for range size >> 20 {
			if _, err := w.Write(zeros); err != nil {
				t.Fatal(err)
			}
		}
		w.Close()
		return bytes.Clone(z.Bytes())
	}
	gz := pack(gzip.NewWriter(&z))
	z.Reset()
	zl := pack(zlib.NewWriter(&z))
	for _, c := range []struct {
		name, path, encoding, media string
		body                        []byte
	}{
		{"gzip", "/x", "gzip", "text/xml", gz},
		{"deflate", "/x", "deflate", "text/xml", zl},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.media)
				w.Header().Set("Content-Encoding", c.encoding)
				_, _ = w.Write(c.body)
			})
			f := testFetcher(t, FetchConfig{MaxBody: 1 << 20})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := f.Get(t.Context(), request(t, address+c.path))
			runtime.ReadMemStats(&after)
			if _, ok := errors.AsType[*TooLargeError](err); !ok {
				t.Fatalf("error is %v, want a *TooLargeError", err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
				t.Errorf("%d MiB were allocated for a limit of 1 MiB", used>>20)
			}
		})
	}
}

// Colly unpacks whatever a path or a type calls gzip, past every limit.
func TestGzipByNameIsLeftAlone(t *testing.T) {
	packed := gzipped(t, bytes.Repeat([]byte("x"), 4096))
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/gzip")
		_, _ = w.Write(packed)
	})
	resp, err := testFetcher(t, FetchConfig{MaxBody: 1024}).Get(t.Context(), request(t, address+"/dump.xml.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(resp.Body, packed) {
		t.Errorf("body of %d bytes was changed to %d", len(packed), len(resp.Body))
	}
}

func TestEncodings(t *testing.T) {
	plain := []byte("<a>Ελληνικά, 日本語</a>")
	var zl, fl bytes.Buffer
	zw := zlib.NewWriter(&zl)
	_, _ = zw.Write(plain)
	zw.Close()
	fw, _ := flate.NewWriter(&fl, 6)
	_, _ = fw.Write(plain)
	fw.Close()
	for _, c := range []struct {
		encoding string
		body     []byte
		ok       bool
	}{
		{"gzip", gzipped(t, plain), true},
		{"X-GZIP", gzipped(t, plain), true},
		{"deflate", zl.Bytes(), true},
		{"deflate", fl.Bytes(), true},
		{"identity", plain, true},
		{"br", plain, false},
		{"gzip", plain, false},
		{"gzip", nil, false},
	} {
		address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", c.encoding)
			_, _ = w.Write(c.body)
		})
		resp, err := testFetcher(t, FetchConfig{Attempts: 2}).Get(t.Context(), request(t, address))
		if c.ok != (err == nil) {
			t.Errorf("%s: error is %v", c.encoding, err)
		}
		if c.ok && !bytes.Equal(resp.Body, plain) {
			t.Errorf("%s: body is %q", c.encoding, resp.Body)
		}
	}
}

// A charset in the header would make Colly recode the body, and the XML decoder
// would then do it again.
func TestBytesAreNotRecoded(t *testing.T) {
	body := []byte("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9\xe8</a>")
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml; charset=ISO-8859-1")
		_, _ = w.Write(body)
	})
	resp, err := testFetcher(t, FetchConfig{}).Get(t.Context(), request(t, address))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(resp.Body, body) {
		t.Errorf("body became %q", resp.Body)
	}
	if resp.Header.Get("Content-Type") != "text/xml; charset=ISO-8859-1" {
		t.Errorf("Content-Type became %q", resp.Header.Get("Content-Type"))
	}
}

func TestFaultsAreTriedAgain(t *testing.T) {
	whole := []byte(`{"records":[1,2,3]}`)
	hijack := func(answer string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, rw, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			_, _ = rw.WriteString(answer)
			_ = rw.Flush()
		}
	}
	status := func(code int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
			fmt.Fprint(w, "in trouble")
		}
	}
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
	}
	for name, fault := range map[string]http.HandlerFunc{
		"429":                    status(429),
		"429 with Retry-After":   status(429, "Retry-After", "0"),
		"403 with Retry-After":   status(403, "Retry-After", "0"),
		"500":                    status(500),
		"503":                    status(503),
		"reset":                  hijack(""),
		"short of its length":    hijack("HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{\"rec"),
		"chunked, cut":           hijack("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"rec\r\n"),
		"gzip, cut":              hijack("HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + string(gzipped(t, whole)[:20])),
		"valid so far, cut":      hijack("HTTP/1.0 200 OK\r\n\r\n{\"records\":[1,2"),
		"empty":                  body(""),
		"web page for an answer": body("<!DOCTYPE html><title>Just a moment</title>"),
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			address := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) <= 2 {
					fault(w, r)
					return
				}
				_, _ = w.Write(whole)
			})
			f := testFetcher(t, FetchConfig{})
			r := request(t, address)
			r.Check = func(b []byte) error {
				if !bytes.HasSuffix(b, []byte("}")) {
					return errors.New("JSON cut short")
				}
				return nil
			}
			resp, err := f.Get(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(resp.Body, whole) {
				t.Errorf("body is %q", resp.Body)
			}
			stats := f.Stats()[r.URL.Host]
			if stats.Requests != 3 || stats.Retries != 2 || stats.Bytes < int64(len(whole)) {
				t.Errorf("stats are %+v, want 3 requests with 2 retries", stats)
			}
		})
	}
}

func TestAttemptsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		asked   int32
		want    func(error) bool
	}{
		"500 for ever": {
			func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "database is down", 500) },
			3, func(err error) bool {
				e, ok := errors.AsType[*StatusError](err)
				return ok && e.Status == 500 && e.Excerpt == "database is down"
			},
		},
		"404 once": {
			func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "Resource not found.", 404) },
			1, func(err error) bool {
				e, ok := errors.AsType[*StatusError](err)
				return ok && e.Status == 404 && e.Excerpt == "Resource not found."
			},
		},
		"204 once": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
			1, func(err error) bool {
				e, ok := errors.AsType[*StatusError](err)
				return ok && e.Status == 204
			},
		},
		"redirect to nowhere": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(302) },
			1, func(err error) bool {
				e, ok := errors.AsType[*StatusError](err)
				return ok && e.Status == 302
			},
		},
		"web page for ever": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, "\ufeff<!-- x --><html><head><style>p{}</style><title>Log in</title></head>")
			},
			3, func(err error) bool {
				e, ok := errors.AsType[*RefusedError](err)
				return ok && e.Excerpt == "Log in"
			},
		},
		"wrong type for ever": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/csv; header=present")
				fmt.Fprint(w, "a,b")
			},
			3, func(err error) bool {
				e, ok := errors.AsType[*RefusedError](err)
				return ok && strings.Contains(e.Reason, "text/csv")
			},
		},
		"broken for ever": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "100")
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, "{")
			},
			3, func(err error) bool {
				return errors.Is(err, io.ErrUnexpectedEOF) && strings.Contains(err.Error(), "3 attempts")
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			address := serve(t, func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				c.handler(w, r)
			})
			r := request(t, address)
			r.Accept = []string{"application/json", "text/plain"}
			_, err := testFetcher(t, FetchConfig{Attempts: 3}).Get(t.Context(), r)
			if err == nil || !c.want(err) {
				t.Errorf("error is %T: %v", err, err)
			}
			if asked.Load() != c.asked {
				t.Errorf("asked %d times, want %d", asked.Load(), c.asked)
			}
		})
	}
}

func TestTimeoutBoundsAnAttempt(t *testing.T) {
	for name, slow := range map[string]http.HandlerFunc{
		"headers": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"body": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "half")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			address := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) == 1 {
					slow(w, r)
					return
				}
				fmt.Fprint(w, "whole")
			})
			resp, err := testFetcher(t, FetchConfig{Timeout: time.Second}).Get(t.Context(), request(t, address))
			if err != nil || string(resp.Body) != "whole" {
				t.Fatalf("got %v, %v", resp, err)
			}
		})
	}
}

func TestCancelEndsEveryWait(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	fail := func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "", http.StatusServiceUnavailable) }
	later := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "200")
		http.Error(w, "", http.StatusServiceUnavailable)
	}
	good := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "good") }
	for name, c := range map[string]struct {
		handler   http.HandlerFunc
		perSecond float64
	}{
		"for the answer":      {hang, 1000},
		"for the next try":    {fail, 1000},
		"as told by a host":   {later, 1000},
		"for the host's turn": {good, 0.001},
	} {
		t.Run(name, func(t *testing.T) {
			address := serve(t, c.handler)
			f := testFetcher(t, FetchConfig{Backoff: time.Hour, MaxWait: time.Hour})
			r := request(t, address)
			r.PerSecond = c.perSecond
			if name == "for the host's turn" {
				if _, err := f.Get(t.Context(), r); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			if name == "for the host's turn" {
				// Without a deadline, that the limiter could see in advance.
				cancel()
				ctx, cancel = context.WithCancel(t.Context())
				time.AfterFunc(100*time.Millisecond, cancel)
			}
			defer cancel()
			start := time.Now()
			_, err := f.Get(ctx, r)
			if !errors.Is(err, ctx.Err()) || err == nil {
				t.Errorf("error is %v, want %v", err, ctx.Err())
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("took %s to stop", took)
			}
		})
	}
}

func TestRedirects(t *testing.T) {
	const key = "CANARY-key-77"
	var at http.HandlerFunc
	var seen []*http.Request
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r)
		at(w, r)
	})
	elsewhere := strings.Replace(address, "127.0.0.1", "localhost", 1)
	get := func(t *testing.T, h http.HandlerFunc) (*Response, error) {
		t.Helper()
		at, seen = h, nil
		r := request(t, address+"/start?api_key="+key)
		r.Header = http.Header{"X-Api-Key": {key}, "Authorization": {"Bearer " + key}}
		return testFetcher(t, FetchConfig{}).Get(t.Context(), r)
	}
	refused := func(t *testing.T, err error, why string) {
		t.Helper()
		if e, ok := errors.AsType[*RefusedError](err); !ok || !strings.Contains(e.Reason, why) {
			t.Errorf("error is %v, want a *RefusedError about %q", err, why)
		}
		if err != nil && strings.Contains(err.Error(), key) {
			t.Errorf("the key is in the error: %v", err)
		}
	}

	t.Run("same host", func(t *testing.T) {
		resp, err := get(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/start" {
				http.Redirect(w, r, "/end?token=SESSION99&page=2", http.StatusFound)
				return
			}
			fmt.Fprint(w, "data")
		})
		if err != nil {
			t.Fatal(err)
		}
		if resp.URL != address+"/end?token=REDACTED&page=2" {
			t.Errorf("URL is %s", resp.URL)
		}
		if ref := seen[1].Header.Get("Referer"); ref != "" {
			t.Errorf("Referer is %s", ref)
		}
		if seen[1].Header.Get("X-Api-Key") != key {
			t.Error("the key did not stay with its host")
		}
	})
	t.Run("other site", func(t *testing.T) {
		_, err := get(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/start" {
				http.Redirect(w, r, elsewhere+"/end", http.StatusFound)
				return
			}
			fmt.Fprint(w, "data")
		})
		refused(t, err, "another site")
		if len(seen) != 1 {
			t.Errorf("%d requests were sent, want 1", len(seen))
		}
	})
	t.Run("other scheme", func(t *testing.T) {
		_, err := get(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "gopher://127.0.0.1/")
			w.WriteHeader(302)
		})
		refused(t, err, "not an http or https address")
	})
	t.Run("in circles", func(t *testing.T) {
		_, err := get(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/start", http.StatusMovedPermanently)
		})
		refused(t, err, "5 allowed")
		if len(seen) != 6 {
			t.Errorf("%d requests were sent, want the first and 5 redirects", len(seen))
		}
	})
	t.Run("out of https", func(t *testing.T) {
		srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, strings.Replace(address, "https:", "http:", 1), http.StatusFound)
		}))
		defer srv.Close()
		f := testFetcher(t, FetchConfig{})
		f.transport.base.TLSClientConfig = srv.Client().Transport.(*http.Transport).TLSClientConfig
		_, err := f.Get(t.Context(), request(t, srv.URL))
		refused(t, err, "not encrypted")
	})
	t.Run("keys stay behind on another host of the site", func(t *testing.T) {
		first, _ := http.NewRequest(http.MethodGet, "https://api.example.org/a?api_key="+key, nil)
		next, _ := http.NewRequest(http.MethodGet, "https://www.example.org/b", nil)
		next.Header = http.Header{"X-Api-Key": {key}, "Authorization": {key}, "Crossref-Plus-Api-Token": {key}, "Referer": {first.URL.String()}}
		if err := checkRedirect(next, []*http.Request{first}); err != nil {
			t.Fatal(err)
		}
		if len(next.Header) != 0 {
			t.Errorf("headers sent on: %v", next.Header)
		}
	})
}

func TestSite(t *testing.T) {
	for address, want := range map[string]string{
		"https://oai.openedition.org/x":    "openedition.org",
		"https://www.ebi.ac.uk/":           "ebi.ac.uk",
		"https://eutils.ncbi.nlm.nih.gov.": "nih.gov",
		"http://10.0.0.1:8080/":            "10.0.0.1",
		"http://[::1]:80/":                 "::1",
		"http://localhost/":                "localhost",
		"https://user.github.io/":          "user.github.io",
		"https://オアイ.例え.jp/":               "例え.jp",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := site(u); got != want {
			t.Errorf("site(%s) = %s, want %s", address, got, want)
		}
	}
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	asked := false
	address := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	port := address[strings.LastIndex(address, ":"):]
	f, err := NewFetcher(FetchConfig{Attempts: 2, Backoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, host := range []string{
		"127.0.0.1", "0x7f.1", "2130706433", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0",
		"10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "[fe80::1]", "[fd00::1]", "100.64.0.1",
	} {
		_, err := f.Get(t.Context(), request(t, "http://"+host+port+"/?api_key=CANARY-5"))
		if e, ok := errors.AsType[*RefusedError](err); !ok || !strings.Contains(e.Reason, "private network") {
			t.Errorf("%s: error is %v, want a *RefusedError", host, err)
		}
		if err != nil && strings.Contains(err.Error(), "CANARY") {
			t.Errorf("the key is in the error: %v", err)
		}
	}
	if asked {
		t.Error("a request got through")
	}
}

func TestIsPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "130.14.29.110": true, "2606:4700::1111": true, "2a00:1450::1": true,
		"127.0.0.1": false, "::1": false, "::": false, "0.0.0.0": false, "10.0.0.1": false,
		"172.31.255.255": false, "172.32.0.1": true, "192.168.0.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "100.128.0.1": true, "198.18.0.1": false, "224.0.0.1": false,
		"255.255.255.255": false, "::ffff:10.0.0.1": false, "::ffff:8.8.8.8": true,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "fe80::1%eth0": false, "fc00::1": false,
		"ff02::1": false, "2001:db8::1": false, "::7f00:1": false, "2001::1": false,
	} {
		if got := isPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("isPublic(%s) = %t", address, got)
		}
	}
}

// Whatever goes wrong, and however hostile the server, no error holds the key.
func TestNoErrorHoldsAKey(t *testing.T) {
	const key = "CANARY/key+9="
	echo := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "bad key %s at %s", r.URL.Query().Get("api_key"), r.URL)
	}
	hijacked := func(w http.ResponseWriter, r *http.Request) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprintf(rw, "HTTP/1.1 %s\r\n\r\n", r.URL.Query().Get("api_key"))
		_ = rw.Flush()
	}
	for name, h := range map[string]http.HandlerFunc{
		"403": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403); echo(w, r) },
		"500": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500); echo(w, r) },
		"429 for long": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "99999")
			w.WriteHeader(429)
			echo(w, r)
		},
		"web page":   func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html>"); echo(w, r) },
		"wrong type": func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Type", "text/plain"); echo(w, r) },
		"malformed":  hijacked,
		"hang":       func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/?"+r.URL.RawQuery, http.StatusFound)
		},
		"failed check":    func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Type", "text/xml"); echo(w, r) },
		"too large":       func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(make([]byte, 5000)) },
		"unreadable gzip": func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Encoding", "gzip"); echo(w, r) },
	} {
		t.Run(name, func(t *testing.T) {
			address := serve(t, h)
			r := request(t, strings.Replace(address, "http://", "http://user:CANARYpass@", 1)+
				"/?mailto=someone@example.org&api_key="+url.QueryEscape(key))
			r.Header = http.Header{"Authorization": {"Bearer " + key}}
			r.Accept = []string{"text/xml"}
			r.Check = func(b []byte) error { return fmt.Errorf("not XML: %s", b) }
			f := testFetcher(t, FetchConfig{Attempts: 2, Timeout: 200 * time.Millisecond, MaxBody: 4000})
			_, err := f.Get(t.Context(), r)
			if err == nil {
				t.Fatal("no error")
			}
			for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err)} {
				if strings.Contains(text, "CANARY") {
					t.Errorf("the key is in %s", text)
				}
			}
			if name != "malformed" && name != "redirect" && !strings.Contains(err.Error(), "127.0.0.1") && !strings.Contains(err.Error(), "429") {
				t.Errorf("the error does not say where: %v", err)
			}
		})
	}
}

func TestRedactURL(t *testing.T) {
	for raw, want := range map[string]string{
		"https://a.example/x?api_key=K&q=a%2Fb+c":         "https://a.example/x?api_key=REDACTED&q=a%2Fb+c",
		"https://u:p@a.example/x?q=1&API%5FKEY=K;x":       "https://a.example/x?q=1&API%5FKEY=REDACTED",
		"https://a.example/?mailto=m@b.example&key=K":     "https://a.example/?mailto=m@b.example&key=REDACTED",
		"https://a.example/?resumptionToken=T&keyword=k":  "https://a.example/?resumptionToken=T&keyword=k",
		"https://a.example/?email=e@b.example&apikey=&x=": "https://a.example/?email=e@b.example&apikey=REDACTED&x=",
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := redactURL(u); got != want {
			t.Errorf("redactURL(%s) = %s, want %s", raw, got, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := excerpt([]byte(strings.Repeat("日本語 ", 200)))
	if len(long) > maxExcerpt || len(long) < maxExcerpt-8 || strings.Contains(long, "\ufffd") {
		t.Errorf("long excerpt has %d bytes: %q", len(long), long)
	}
	for body, want := range map[string]string{
		"":                        "",
		" a\r\n\tb\x00\x1b[31mc ": "a b [31mc",
		"x\u202egnp.exe\u200f":    "x gnp.exe",
		"\xff\xfebad":             "bad",
		"<html><script>x()</script><title>T</title><p>bot &amp; wall": "T bot & wall",
	} {
		if got := excerpt([]byte(body)); got != want {
			t.Errorf("excerpt(%q) = %q, want %q", body, got, want)
		}
	}
}

func TestIsHTML(t *testing.T) {
	for body, want := range map[string]bool{
		"<!doctype HTML>": true, "\ufeff \n<HTML lang=en>": true, "<html>": true,
		`<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">`: true,
		"<!-- a --><!-- b --><html>":     true,
		`<?xml version="1.0"?><OAI-PMH>`: false, "<!DOCTYPE PubmedArticleSet>": false, "<htmlish>": false,
		`{"a":"<html>"}`: false, "": false, "<?": false, "<!--": false,
	} {
		if got := isHTML([]byte(body)); got != want {
			t.Errorf("isHTML(%q) = %t", body, got)
		}
	}
}
