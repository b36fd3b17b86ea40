package alerts

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"polyglean/indexer"
	"polyglean/internal/protocol"
	"polyglean/internal/stream"
)

// Options are what a Service is told besides where the log and the index are.
type Options struct {
	// Review is the protocol's name, and Title what people call the review.
	Review, Title string
	// Names are what the protocol calls the concepts of its lexicon.
	Names protocol.Names
	// BaseURL is where readers open the pages, "" where that is not known.
	BaseURL string
	// Zone is whose clocks daily digests go by; nil means UTC.
	Zone    *time.Location
	Mail    MailConfig
	Webhook WebhookConfig
	// Log receives what goes wrong, without any address; nil is silent.
	Log *slog.Logger
}

// Service keeps the alerts of a review. Its methods may be called from several goroutines
// and processes at once; Run is at work in one of them.
type Service struct {
	bus      *stream.Bus
	searcher indexer.Searcher
	opts     Options
	log      *slog.Logger
	zone     *time.Location
	pace     pace

	mu      sync.Mutex
	ledgers map[string]*ledger // by ID of the alert
}

// New makes a service. The searcher may be nil where nothing is evaluated.
func New(bus *stream.Bus, searcher indexer.Searcher, opts Options) *Service {
	s := &Service{
		bus: bus, searcher: searcher, opts: opts, log: opts.Log, zone: opts.Zone,
		pace: usual, ledgers: map[string]*ledger{},
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.zone == nil {
		s.zone = time.UTC
	}
	return s
}

// ledger is that of an alert, as far as it was read.
func (s *Service) ledger(a *Alert) *ledger {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.ledgers[a.ID]
	if l == nil {
		l = newLedger(s.bus, s.opts.Review, a.ID)
		s.ledgers[a.ID] = l
	}
	return l
}

// forget drops the ledgers of alerts that are no more.
func (s *Service) forget(all []Alert) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have := map[string]bool{}
	for _, a := range all {
		have[a.ID] = true
	}
	for id := range s.ledgers {
		if !have[id] {
			delete(s.ledgers, id)
		}
	}
}

// Digests are what an alert has told, oldest first, and whether it has noted what matched
// when it was made.
func (s *Service) Digests(ctx context.Context, a *Alert) (digests []Digest, based bool, err error) {
	l := s.ledger(a)
	v, err := l.look(ctx)
	if err != nil {
		return nil, false, err
	}
	return l.closedDigests(), v.based, nil
}
