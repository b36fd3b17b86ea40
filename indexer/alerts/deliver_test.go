package alerts

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"polyglean/indexer"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// parts reads a message as a mail program does.
func parts(t *testing.T, l letter) (header mail.Header, text, html string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(l.text))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q, error %v", m.Header.Get("Content-Type"), err)
	}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m.Header, text, html
		}
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			html = string(raw)
		} else {
			text = string(raw)
		}
	}
}

func subject(t *testing.T, h mail.Header) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A message says why the study is here, in its own language and the others, and leaves out
// what its licence reserves and what a source wrote to do harm.
func TestMail(t *testing.T) {
	d := newDesk(t, nil)
	d.opts.Names = protocol.Names{Concepts: map[string]string{"exit_sex_trade": "leaving the sex trade"}}
	d.restart()
	d.alert("exits", func(a *Alert) {
		a.Title = "Salidas\r\nBcc: all@example.org"
		a.Query = indexer.Query{Text: "salir"}
	})
	w := newWork("scielo:1").title("Salir de la trata <script>alert(1)</script>\u202e\r\nX-Injected: yes", "es").languages("es", "en").doi("10.5555/salir")
	w.Candidate.Titles = append(w.Candidate.Titles, record.Text{Text: "Leaving trafficking", Lang: "en"})
	w.Candidate.Authors = []record.Author{{Name: "Autora Sintética"}}
	w.Candidate.URL = "javascript:alert(1)"
	w.Concepts = []record.ConceptHit{{Concept: "exit_sex_trade", Evidence: []record.Evidence{{Field: record.FieldTitle, Start: 0, End: 5, Words: "Salir", Lang: "es"}}}}
	w.Findings = []record.Finding{{Flag: record.FlagKeywordMiss, Reason: record.OtherLanguage, Detail: "The Spanish title says it."}}
	d.put(w.abstract("A reserved abstract of which nobody may have a copy.").license("All rights reserved"), newWork("a:2"))
	d.ranNow("exits")
	got := d.mail.received("")
	if len(got) != 1 {
		t.Fatalf("%d letters, want 1", len(got))
	}
	header, text, html := parts(t, got[0])
	if got[0].to != "reader@example.org" || got[0].from != "review@example.org" {
		t.Errorf("from %s to %s", got[0].from, got[0].to)
	}
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "To": "<reader@example.org>", "From": `"Review" <review@example.org>`,
		"X-Injected": "", "Bcc": "", "List-Unsubscribe": "",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if id := header.Get("Message-Id"); !strings.HasPrefix(id, "<exits-") || !strings.HasSuffix(id, "-1.mail-1@example.org>") {
		t.Errorf("Message-ID %q", id)
	}
	if got, want := subject(t, header), "Salidas Bcc: all@example.org: 1 new"; got != want {
		t.Errorf("subject %q, want %q", got, want)
	}
	study := "https://review.example.org/study/" + record.StudyID("scielo:1")
	for _, part := range []string{
		"1. Salir de la trata <script>alert(1)</script> X-Injected: yes [Spanish]", "Leaving trafficking [English]", "Autora Sintética · 2020",
		"leaving the sex trade: “Salir”", "The Spanish title says it.", "Abstract: withheld", "Languages: Spanish, English", "Found in: SciELO", study, "https://doi.org/10.5555/salir",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the text lacks %q:\n%s", part, text)
		}
	}
	for _, part := range []string{`lang="es"`, `href="` + study + `"`, "&lt;script&gt;", "leaving the sex trade", "withheld"} {
		if !strings.Contains(html, part) {
			t.Errorf("the page lacks %q:\n%s", part, html)
		}
	}
	for _, bad := range []string{"reserved abstract", "javascript:", "\u202e", "number 2"} {
		if strings.Contains(text+html, bad) {
			t.Errorf("the message has %q", bad)
		}
	}
	if strings.Contains(html, "<script") {
		t.Error("the page has a script")
	}
}

// A server that can be trusted gets the password, and one that cannot gets neither that nor
// the message.
func TestMailLogin(t *testing.T) {
	d := newDesk(t, nil)
	d.put(newWork("a:1"))
	d.opts.Mail.TLS, d.opts.Mail.Username, d.opts.Mail.Password = "", "review", "letmein"
	d.restart()
	d.alert("all", func(a *Alert) { a.All = true })
	if len(d.mail.logins) != 0 || len(d.mail.received("")) != 0 {
		t.Errorf("a server that nobody vouches for got %q and %d messages", d.mail.logins, len(d.mail.received("")))
	}
	d.opts.Mail.CAFile = d.mail.caFile
	d.restart()
	if ran := d.ranNow("all"); ran.Sent != 1 {
		t.Errorf("ran: %+v", ran)
	}
	if got := d.mail.logins; len(got) != 1 || got[0] != "review letmein" {
		t.Errorf("logins %q", got)
	}
}

// hook is a receiver of webhooks.
type hook struct {
	*httptest.Server
	mu       sync.Mutex
	status   int
	location string
	requests []*http.Request
	bodies   [][]byte
}

func openHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{status: http.StatusNoContent}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.requests, h.bodies = append(h.requests, r), append(h.bodies, body)
		if h.location != "" {
			w.Header().Set("Location", h.location)
		}
		w.WriteHeader(h.status)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) answer(status int, location string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.status, h.location = status, location
}

func (h *hook) got() ([]*http.Request, [][]byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.requests, h.bodies
}

// A webhook is signed, says the same under the same key when it is sent again, and goes to
// the address that was given and to no other.
func TestWebhook(t *testing.T) {
	d := newDesk(t, nil)
	h, other := openHook(t), openHook(t)
	a := d.alert("hooked", func(a *Alert) { a.Targets = []Target{{"webhook-1", ByWebhook, h.URL + "/in?k=v"}} })
	d.put(newWork("a:1").abstract("An open abstract."))
	h.answer(http.StatusTemporaryRedirect, other.URL)
	if ran := d.ranNow("hooked"); !strings.Contains(ran.Failed["webhook-1"], "redirects are not followed") {
		t.Errorf("ran: %+v", ran)
	}
	h.answer(http.StatusInternalServerError, "")
	if ran := d.ranNow("hooked"); !strings.Contains(ran.Failed["webhook-1"], "500") || ran.Sent != 0 {
		t.Errorf("ran: %+v", ran)
	}
	if st, err := d.service.Status(t.Context(), a); err != nil || st.Targets["webhook-1"].Tries != 2 {
		t.Errorf("status %+v, error %v", st, err)
	}
	h.answer(http.StatusNoContent, "")
	if ran := d.ranNow("hooked"); len(ran.Failed) != 0 || ran.Sent != 1 {
		t.Errorf("ran: %+v", ran)
	}
	if st, err := d.service.Status(t.Context(), a); err != nil || len(st.Targets) != 0 {
		t.Errorf("status %+v, error %v", st, err)
	}
	requests, bodies := h.got()
	if elsewhere, _ := other.got(); len(requests) != 3 || len(elsewhere) != 0 {
		t.Fatalf("%d requests, %d to the redirect", len(requests), len(elsewhere))
	}
	for i, r := range requests {
		mac := hmac.New(sha256.New, []byte("shared key"))
		mac.Write([]byte(r.Header.Get("Polyglean-Timestamp") + "."))
		mac.Write(bodies[i])
		if want := "v1=" + hex.EncodeToString(mac.Sum(nil)); r.Header.Get("Polyglean-Signature") != want {
			t.Errorf("signature %s, want %s", r.Header.Get("Polyglean-Signature"), want)
		}
		if !bytes.Equal(bodies[i], bodies[0]) || r.Header.Get("Idempotency-Key") != a.ID+"-1" || r.URL.RawQuery != "k=v" {
			t.Errorf("request %d differs: %v", i, r.Header)
		}
	}
	var m Message
	if err := json.Unmarshal(bodies[0], &m); err != nil {
		t.Fatal(err)
	}
	if m.Digest != a.ID+"-1" || m.Counts[NewStudy] != 1 || len(m.Studies) != 1 || m.Studies[0].ID != record.StudyID("a:1") ||
		m.Studies[0].Abstract.Text != "An open abstract." || m.Studies[0].Records[0] != "a:1" {
		t.Errorf("message %+v", m)
	}
}

// A server that takes nothing for one address holds up no other, is tried again by itself,
// and what it missed comes in order. No address is in the log.
func TestFailuresHoldUpNothing(t *testing.T) {
	d := newDesk(t, nil)
	var log safeBuffer
	d.opts.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	d.restart()
	a := d.alert("all", func(a *Alert) {
		a.add(ByMail, "second@example.org")
		a.add(ByWebhook, "http://127.0.0.1:1/closed")
	})
	d.mail.set(func(to string) error {
		if to == "reader@example.org" {
			return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 0}, Message: "mailbox of <READER@example.org> is busy"}
		}
		return nil
	})
	end := d.serve()
	for i, id := range []string{"a:1", "a:2"} {
		d.put(newWork(id))
		d.wait("the second address to be told", func() bool { return len(d.mail.received("second@example.org")) == i+1 })
	}
	d.wait("three tries", func() bool {
		st, err := d.service.Status(t.Context(), a)
		return err == nil && st.Targets["mail-1"].Tries >= 3 && st.Targets["webhook-1"].Tries >= 3
	})
	d.mail.set(nil)
	d.wait("the first address to be told", func() bool { return len(d.mail.received("reader@example.org")) == 2 })
	end() // and it is noted that it was told
	for i, l := range d.mail.received("reader@example.org") {
		if _, text, _ := parts(t, l); !strings.Contains(text, []string{"number 1", "number 2"}[i]) {
			t.Errorf("letter %d is out of order:\n%s", i, text)
		}
	}
	st, err := d.service.Status(t.Context(), a)
	if err != nil || len(st.Targets) != 1 || !strings.Contains(st.Targets["webhook-1"].Error, "refused") {
		t.Errorf("status %+v, error %v", st, err)
	}
	if text := log.String(); !strings.Contains(text, "mailbox of") || strings.Contains(text, "@") || strings.Contains(text, "/closed") {
		t.Errorf("the log has no reason, or an address:\n%s", text)
	}
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// serve has the service tell news until the function it returns is called.
func (d *desk) serve() (end func()) {
	d.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	service := d.service
	go func() { done <- service.Run(ctx, "test") }()
	end = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			d.t.Error(err)
		}
	})
	d.t.Cleanup(end)
	return end
}

func (d *desk) wait(what string, ok func() bool) {
	d.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			d.t.Fatalf("gave up waiting for %s", what)
		}
	}
}

// A receiver that does not answer is given up, and of one whose answer does not end little is
// read.
func TestHostileReceivers(t *testing.T) {
	d := newDesk(t, nil)
	done := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	defer silent.Close()
	defer close(done)
	var written atomic.Int64
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for chunk := make([]byte, 16<<10); r.Context().Err() == nil; {
			n, err := w.Write(chunk)
			if written.Add(int64(n)); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	d.opts.Webhook.Timeout = time.Second
	d.restart()
	d.alert("all", func(a *Alert) {
		a.Targets = []Target{{"webhook-1", ByWebhook, silent.URL}, {"webhook-2", ByWebhook, endless.URL}}
	})
	d.put(newWork("a:1"))
	begun := time.Now()
	ran := d.ranNow("all")
	if ran.Sent != 1 || !strings.Contains(ran.Failed["webhook-1"], "deadline exceeded") {
		t.Errorf("ran: %+v", ran)
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
	// What the buffers of two sockets hold is not read.
	if n := written.Load(); n > 32<<20 {
		t.Errorf("%d bytes of an answer were taken", n)
	}
}
