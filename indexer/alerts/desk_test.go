package alerts

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"polyglean/indexer"
	"polyglean/indexer/bleveindex"
	"polyglean/indexer/elasticindex"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// desk is a pipeline's end: a real log, a real index with the stage that fills it, a real
// mail server, and the service that tells news. All records are synthetic.
type desk struct {
	t       testing.TB
	dir     string
	bus     *stream.Bus
	index   indexer.Index
	service *Service
	mail    *postOffice
	opts    Options
	seq     uint64
	stop    func()
}

// elsewhere makes an index on a server; nil is the embedded one.
type elsewhere func(t testing.TB) indexer.Index

func newDesk(t testing.TB, place elsewhere) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir(), mail: openPostOffice(t)}
	d.opts = Options{
		Review: "synthetic review", Title: "A synthetic review", BaseURL: "https://review.example.org/",
		Mail:    MailConfig{Host: "127.0.0.1", Port: d.mail.port, TLS: "none", From: "Review <review@example.org>", Timeout: 10 * time.Second},
		Webhook: WebhookConfig{Secret: "shared key"},
	}
	var err error
	if d.bus, err = stream.Open(t.Context(), stream.Config{Dir: d.dir}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.bus.Close)
	if place == nil {
		d.index = d.openBleve(t.TempDir())
	} else {
		d.index = place(t)
	}
	d.run()
	return d
}

func (d *desk) openBleve(dir string) indexer.Index {
	d.t.Helper()
	index, err := bleveindex.Open(dir)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = index.Close() })
	return index
}

// run starts the stage on the index, and a service on both.
func (d *desk) run() {
	d.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- indexer.NewRunner(d.bus, d.index, "test", nil).Run(ctx) }()
	d.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			d.t.Error(err)
		}
	})
	d.t.Cleanup(d.stop)
	d.restart()
}

// restart makes a service that knows nothing but what is kept.
func (d *desk) restart() {
	d.service = New(d.bus, indexer.NewLibrary(d.index), d.opts)
	d.service.pace = pace{tick: 10 * time.Millisecond, settle: 50 * time.Millisecond, longest: 10 * time.Second, retry: 50 * time.Millisecond, mostRetry: time.Second}
}

// settle waits until the index has all that is in the logs.
func (d *desk) settle() {
	d.t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		lag := 0
		for _, log := range logs {
			n, err := d.bus.Lag(d.t.Context(), log, indexer.Stage)
			if err != nil {
				d.t.Fatal(err)
			}
			lag += n
		}
		if lag == 0 {
			return
		}
		if time.Now().After(end) {
			d.t.Fatal("the index does not catch up")
		}
	}
}

// work is a record in the making.
type work struct{ record.Classified }

func newWork(id string) *work {
	source, sourceID, _ := strings.Cut(id, ":")
	return &work{record.Classified{
		Candidate: record.Candidate{
			Schema: record.Schema, ID: id, Source: source, SourceID: sourceID, Route: record.RouteSearch,
			Titles: []record.Text{{Text: "A synthetic record on leaving, number " + sourceID, Lang: "en"}}, Year: 2020,
		},
		Language: record.LanguageLedger{Languages: []string{"en"}}, Selection: record.Selected,
	}}
}

func (w *work) doi(doi string) *work   { w.Candidate.IDs.DOI = doi; return w }
func (w *work) year(year int) *work    { w.Candidate.Year = year; return w }
func (w *work) license(l string) *work { w.Candidate.License = l; return w }
func (w *work) languages(l ...string) *work {
	w.Language.Languages = l
	return w
}

func (w *work) title(text, lang string) *work {
	w.Candidate.Titles = []record.Text{{Text: text, Lang: lang}}
	return w
}

func (w *work) abstract(text string) *work {
	w.Candidate.Abstracts = []record.Text{{Text: text, Lang: "en"}}
	return w
}

func (w *work) retracted() *work {
	w.Candidate.Retracted = true
	return w
}

// put writes records to the log and waits until they are indexed.
func (d *desk) put(works ...*work) {
	d.t.Helper()
	d.log(works...)
	d.settle()
}

func (d *desk) log(works ...*work) {
	d.t.Helper()
	var records []record.Classified
	for _, w := range works {
		d.seq++
		c := w.Classified
		c.Candidate.Version = int64(d.seq)
		c.Candidate.Harvested = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		records = append(records, c)
	}
	o := stream.Origin{Run: "r", Source: "made-up", Query: "q"}
	if err := d.bus.PublishClassified(d.t.Context(), o, d.seq, "v1", records); err != nil {
		d.t.Fatal(err)
	}
}

// rule has a reviewer join or split records.
func (d *desk) rule(verdict record.Verdict, records, others []string) {
	d.t.Helper()
	_, err := d.bus.Decide(d.t.Context(), record.Decision{
		Review: d.opts.Review, Study: record.StudyID(records[0]), Verdict: verdict, Records: records, Others: others, By: "reviewer", At: time.Now().UTC(),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.settle()
}

// alert makes an alert on all studies and takes its baseline.
func (d *desk) alert(name string, change func(*Alert)) *Alert {
	d.t.Helper()
	a, err := NewAlert(name, "", []string{"reader@example.org"}, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	a.Kinds = Kinds
	if change != nil {
		change(&a)
	}
	if err := d.service.Save(d.t.Context(), a); err != nil {
		d.t.Fatal(err)
	}
	d.ranNow(name)
	return &a
}

func (d *desk) ranNow(name string) Ran {
	d.t.Helper()
	ran, err := d.service.RunNow(d.t.Context(), name, "test")
	if err != nil {
		d.t.Fatal(err)
	}
	return ran
}

// told is what an alert has told, as "kind+kind record,record", digest by digest.
func (d *desk) told(a *Alert) []string {
	d.t.Helper()
	digests, _, err := d.service.Digests(d.t.Context(), a)
	if err != nil {
		d.t.Fatal(err)
	}
	all := []string{}
	for _, digest := range digests {
		items, err := d.service.ledger(a).load(d.t.Context(), digest)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, item := range items {
			var kinds, records []string
			for _, k := range item.Kinds {
				kinds = append(kinds, string(k))
			}
			for _, p := range item.Records {
				records = append(records, p.Record)
			}
			all = append(all, strings.Join(kinds, "+")+" "+strings.Join(records, ","))
		}
	}
	return all
}

func (d *desk) wantTold(a *Alert, want ...string) {
	d.t.Helper()
	if got := d.told(a); !slices.Equal(got, want) {
		d.t.Fatalf("told %q, want %q", got, want)
	}
}

// onBothBackends runs a test on the embedded index and, where there is one, on a real
// Elasticsearch.
func onBothBackends(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Run("bleve", func(t *testing.T) { test(t, newDesk(t, nil)) })
	t.Run("elasticsearch", func(t *testing.T) { test(t, newDesk(t, onElasticsearch)) })
}

func onElasticsearch(t testing.TB) indexer.Index {
	const variable = "POLYGLEAN_TEST_ELASTICSEARCH"
	address := os.Getenv(variable)
	if address == "" {
		t.Skipf("skipped: alerts on a real Elasticsearch; start one (../shared/elasticsearch/start) and set %s to its URL, or run .ci/run", variable)
	}
	config := elasticindex.Config{Addresses: []string{address}, Index: fmt.Sprintf("alerts-%d", time.Now().UnixNano())}
	index, err := elasticindex.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = index.Close()
		if err := elasticindex.Remove(context.Background(), config); err != nil {
			t.Error(err)
		}
	})
	return index
}

// sometimes is a searcher that is away while it is down.
type sometimes struct {
	indexer.Searcher
	down atomic.Bool
}

func (s *sometimes) Search(ctx context.Context, q indexer.Query) (indexer.Result, error) {
	if s.down.Load() {
		return indexer.Result{}, indexer.ErrUnavailable
	}
	return s.Searcher.Search(ctx, q)
}

// letter is a message as the mail server got it.
type letter struct{ from, to, text string }

// postOffice is a mail server on this machine.
type postOffice struct {
	port int
	// caFile is the certificate by which it is trusted.
	caFile string

	mu      sync.Mutex
	letters []letter
	// refuse makes an error of a recipient; after is called when a message was taken, before
	// the answer.
	refuse func(to string) error
	after  func()
	logins []string
}

func openPostOffice(t testing.TB) *postOffice {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &postOffice{port: l.Addr().(*net.TCPAddr).Port, caFile: filepath.Join(t.TempDir(), "ca.pem")}
	// Its certificate is that of Go's test server, which is for 127.0.0.1.
	web := httptest.NewTLSServer(nil)
	web.Close()
	if err := os.WriteFile(p.caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(p)
	server.TLSConfig = &tls.Config{Certificates: web.TLS.Certificates}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return p
}

// received are the messages for an address, all for "".
func (p *postOffice) received(to string) []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	var got []letter
	for _, l := range p.letters {
		if to == "" || l.to == to {
			got = append(got, l)
		}
	}
	return got
}

func (p *postOffice) set(refuse func(string) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = refuse
}

// NewSession implements smtp.Backend.
func (p *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{office: p}, nil }

type session struct {
	office *postOffice
	letter letter
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		s.office.mu.Lock()
		defer s.office.mu.Unlock()
		s.office.logins = append(s.office.logins, username+" "+password)
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.letter = letter{from: from}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.office.mu.Lock()
	defer s.office.mu.Unlock()
	if s.office.refuse != nil {
		if err := s.office.refuse(to); err != nil {
			return err
		}
	}
	s.letter.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.letter.text = string(raw)
	s.office.mu.Lock()
	s.office.letters = append(s.office.letters, s.letter)
	after := s.office.after
	s.office.mu.Unlock()
	if after != nil {
		after()
	}
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }
