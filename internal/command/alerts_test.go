package command

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"polyglean/internal/natstest"
	"polyglean/internal/record"
)

// postOffice is a mail server on this machine, which may do something when it has taken a
// message and before it says so.
type postOffice struct {
	port  int
	mu    sync.Mutex
	taken []*mail.Message
	texts []string
	then  func()
}

func openPostOffice(t *testing.T) *postOffice {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &postOffice{port: l.Addr().(*net.TCPAddr).Port}
	server := smtp.NewServer(p)
	server.ErrorLog = quiet{}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return p
}

// quiet is a log that says nothing of clients that were killed.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// NewSession implements smtp.Backend.
func (p *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) { return counter{p}, nil }

// whenTaken sets what is done with the next messages.
func (p *postOffice) whenTaken(then func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.then = then
}

func (p *postOffice) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.taken)
}

type counter struct{ *postOffice }

func (counter) Mail(string, *smtp.MailOptions) error { return nil }
func (counter) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (counter) Reset()                               {}
func (counter) Logout() error                        { return nil }

func (c counter) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.taken, c.texts = append(c.taken, m), append(c.texts, string(raw))
	then := c.then
	c.mu.Unlock()
	if then != nil {
		then()
	}
	return nil
}

// TestAlertOfNames: what a protocol calls things can be typed here as in a search.
func TestAlertOfNames(t *testing.T) {
	s := newSite(t, 10, 0, "")
	s.run(exitComplete, "harvest")
	s.run(exitComplete, "alerts", "add", "topical", "--facet", "topic=sex trafficking")
	var state alertState
	s.runJSON(exitComplete, &state, "alerts", "show", "topical")
	if got := state.Query.Filters["attr:topic"]; !slices.Equal(got, []string{"sex_trafficking"}) || len(state.Query.Filters) != 1 {
		t.Errorf("the alert filters by %v", state.Query.Filters)
	}
}

// TestAlertIsKilled kills the process that tells news when the mail server has taken a
// message and before it is noted: by hand and as it serves. The same message comes again,
// then none does; the address in it opens the study, also when that is joined to another.
func TestAlertIsKilled(t *testing.T) {
	office := openPostOffice(t)
	s := newSite(t, 10, 0, fmt.Sprintf("mail: {host: 127.0.0.1, port: %d, tls: none, from: review@example.org}\nweb: {url: \"http://127.0.0.1:8600\"}\n", office.port))
	s.run(exitComplete, "harvest")
	if out := s.run(exitComplete, "alerts", "add", "news", "--at-once", "--mail", "reader@example.org"); !strings.Contains(out, "10 studies match now") {
		t.Errorf("alerts add says:\n%s", out)
	}
	ris := filepath.Join(s.dir, "new.ris")
	if err := os.WriteFile(ris, []byte("TY  - JOUR\nTI  - Synthetic record: leaving the lantern street\nPY  - 2020\nER  - \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.run(exitComplete, "import", ris, "--database", "Elsewhere")

	byHand := s.command("alerts", "run")
	begun := make(chan struct{})
	office.whenTaken(func() {
		<-begun
		_ = byHand.Process.Signal(syscall.SIGKILL)
	})
	if err := byHand.Start(); err != nil {
		t.Fatal(err)
	}
	close(begun)
	_ = byHand.Wait()
	if !killed(byHand) {
		t.Fatalf("alerts run was not killed: %v", byHand.ProcessState)
	}
	for range 2 {
		var serving *serving
		started := make(chan struct{})
		before := office.count()
		office.whenTaken(func() {
			<-started
			_ = serving.Process.Signal(syscall.SIGKILL)
		})
		serving = s.serve()
		close(started)
		_ = serving.Wait()
		if office.count() != before+1 || !killed(serving.Cmd) {
			t.Fatalf("%d messages before the kill, %d after it: %v", before, office.count(), serving.ProcessState)
		}
	}
	office.whenTaken(nil)
	serving := s.serve()
	var state alertState
	waitFor(t, "the message to be noted", func() bool {
		s.runJSON(exitComplete, &state, "alerts", "show", "news")
		return len(state.Digests) == 1 && len(state.Digests[0].Sent) == 1
	})
	if state.Told != 1 || state.Targets[0].Address != "reader@example.org" || state.Targets[0].Waiting != 0 {
		t.Errorf("the alert says %+v", state)
	}
	if office.count() != 4 {
		t.Errorf("%d messages, want 4", office.count())
	}
	for i, text := range office.texts {
		if text != office.texts[0] {
			t.Errorf("message %d is not the first one:\n%s\n%s", i, office.texts[0], text)
		}
	}
	var runs []alertRun
	s.runJSON(exitComplete, &runs, "alerts", "run") // by the process that serves
	if len(runs) != 1 || runs[0].Sent != 0 || runs[0].Matching != 11 || office.count() != 4 {
		t.Errorf("run again: %+v", runs)
	}

	// The address in the message, and in the feed, when the study is a part of another.
	id := record.StudyID("import:elsewhere:" + memberID(t, s))
	if !strings.Contains(office.texts[0], "/study/"+id) {
		t.Errorf("the message does not name %s:\n%s", id, office.texts[0])
	}
	get := func(path string) (int, string) {
		t.Helper()
		resp, err := http.Get("http://" + serving.addr + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	s.run(exitComplete, "studies", "join", id, record.StudyID(s.server.Corpus().IDs()[0]))
	waitFor(t, "the studies to be one", func() bool {
		code, page := get("/study/" + id)
		return code == http.StatusOK && strings.Contains(page, s.server.Corpus().IDs()[0][len("openalex:"):])
	})
	code, feed := get("/alerts/news.atom")
	var f struct {
		Entries []struct {
			Title string `xml:"title"`
		} `xml:"http://www.w3.org/2005/Atom entry"`
	}
	if err := xml.Unmarshal([]byte(feed), &f); err != nil || code != http.StatusOK || len(f.Entries) != 1 || !strings.Contains(f.Entries[0].Title, "lantern street") {
		t.Errorf("feed: status %d, error %v\n%s", code, err, feed)
	}
	if strings.Contains(feed, "reader@") {
		t.Error("the feed names its reader")
	}
}

// TestAlertsRole runs every role as a process of its own on a NATS server and a real
// Elasticsearch, with two that tell news, of which each is killed in turn.
func TestAlertsRole(t *testing.T) {
	es := os.Getenv("POLYGLEAN_TEST_ELASTICSEARCH")
	if es == "" {
		t.Skip("skipped: the role alerts on a NATS server and a real Elasticsearch; start one (../shared/elasticsearch/start) and set POLYGLEAN_TEST_ELASTICSEARCH to its URL, or run .ci/run")
	}
	office := openPostOffice(t)
	index := fmt.Sprintf("alerts-role-%d", time.Now().UnixNano())
	s := newSite(t, 10, 0, fmt.Sprintf(`nats: {url: %q}
index:
  backend: elasticsearch
  elasticsearch: {addresses: [%q], index: %s}
mail: {host: 127.0.0.1, port: %d, tls: none, from: review@example.org}
`, natstest.URL(t), es, index, office.port))
	t.Cleanup(func() { deleteIndices(t, es, index) })
	s.serve("--roles", "classifier")
	s.serve("--roles", "indexer")
	s.run(exitComplete, "alerts", "add", "news", "--at-once", "--mail", "reader@example.org")
	tellers := []*serving{s.serve("--roles", "alerts"), s.serve("--roles", "alerts")}
	tell := func(title string) {
		t.Helper()
		ris := filepath.Join(s.dir, title+".ris")
		if err := os.WriteFile(ris, []byte("TY  - JOUR\nTI  - Synthetic record: the "+title+" of them\nPY  - 2020\nER  - \n"), 0o600); err != nil {
			t.Fatal(err)
		}
		before := office.count()
		s.run(exitComplete, "import", ris, "--database", "Elsewhere")
		waitFor(t, "news of the "+title, func() bool { return office.count() > before })
	}
	tell("first")
	_ = tellers[0].Process.Signal(syscall.SIGKILL)
	_ = tellers[0].Wait()
	tell("second")
	s.serve("--roles", "alerts")
	_ = tellers[1].Process.Signal(syscall.SIGKILL)
	_ = tellers[1].Wait()
	tell("third")
	var state alertState
	waitFor(t, "the last message to be noted", func() bool {
		s.runJSON(exitComplete, &state, "alerts", "show", "news")
		return len(state.Digests) == 3 && state.Targets[0].Waiting == 0
	})
	ids := map[string]bool{}
	for _, m := range office.taken {
		ids[m.Header.Get("Message-Id")] = true
	}
	if state.Told != 3 || len(ids) != 3 {
		t.Errorf("%d told in %d messages, want 3 in 3", state.Told, len(ids))
	}
}

// memberID is the ID that the imported record has at its database.
func memberID(t *testing.T, s *site) string {
	t.Helper()
	for id := range s.indexedIDs() {
		if rest, ok := strings.CutPrefix(id, "import:elsewhere:"); ok {
			return rest
		}
	}
	t.Fatal("the imported record is not there")
	return ""
}

func TestFaultsOfAlertSettings(t *testing.T) {
	for text, want := range map[string]string{
		`mail: {from: a@example.org}`:                        "mail.host is empty",
		`mail: {host: mail.example.org}`:                     `mail.from is ""`,
		`mail: {host: mail.example.org, from: nobody}`:       `mail.from is "nobody"`,
		`mail: {host: h, from: a@example.org, tls: perhaps}`: `mail.tls is "perhaps": it can be starttls, tls or none`,
		`mail: {host: h, from: a@example.org, username: a}`:  "mail.username and mail.password go together",
		`mail: {host: h, from: a@example.org, port: 99999}`:  "mail.port is 99999",
		`mail: {host: h, from: a@example.org, timeout: -1s}`: "mail.timeout is -1s",
		`webhook: {timeout: -1s}`:                            "webhook.timeout is -1s",
		`web: {url: review.example.org}`:                     `web.url is "review.example.org"`,
		`web: {url: "https://review.example.org/?q=1"}`:      "want where readers open the pages",
	} {
		c := builtinConfig()
		if err := c.read("polyglean.yaml", []byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := c.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %s", text, err, want)
		}
	}
	c := builtinConfig()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("letmein\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := c.environment([]string{"POLYGLEAN_MAIL_PASSWORD_FILE=" + secret, "POLYGLEAN_WEBHOOK_SECRET=key", "POLYGLEAN_WEB_URL=https://review.example.org", "POLYGLEAN_MAIL_CA_FILE=/etc/ca.pem"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Mail.Password.Reveal() != "letmein" || c.Webhook.Secret.Reveal() != "key" || c.Web.URL == "" || c.Mail.CAFile != "/etc/ca.pem" {
		t.Errorf("configuration %+v", c)
	}
	if text := fmt.Sprintf("%+v %#v", c.Mail, c.Webhook); strings.Contains(text, "letmein") || strings.Contains(text, `"key"`) {
		t.Errorf("a secret is printed: %s", text)
	}
}
