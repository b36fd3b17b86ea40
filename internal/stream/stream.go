// Package stream is what carries records between the stages: NATS JetStream,
// embedded in the process or on a cluster, with the names of streams, subjects and
// buckets in one place. It is the record of truth: candidates, classified
// records, decisions, parked items, cursors and the run ledger live here and
// nowhere else; the index is made from it and can be made again.
//
// An embedded server never listens on a port, syncs to disk before it
// acknowledges, and refuses when it is full instead of dropping the oldest.
package stream

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Names of the streams and buckets. One review has one data directory or one
// NATS account of its own, so the names need no review in them.
const (
	Candidates = "CANDIDATES"
	Classified = "CLASSIFIED"
	Decisions  = "DECISIONS"
	Scores     = "SCORES"
	Parked     = "PARKED"
	// Alerts is what saved searches have told, by review and alert.
	Alerts = "ALERTS"

	// The roles that one process holds at a time; see Bus.Lease.
	RoleHarvester = "harvester"
	RoleIndexer   = "indexer"
	RoleScheduler = "scheduler"
	RoleTrainer   = "trainer"
	RoleAlerts    = "alerts"

	runsBucket   = "RUNS"
	leasesBucket = "LEASES"
	leasesStream = "KV_" + leasesBucket

	// Runs is the stream in which the bucket of cursors and the run ledger lies.
	Runs = "KV_" + runsBucket
)

// Config says which JetStream to use. The zero value of a field means its default.
type Config struct {
	// Dir holds the embedded server's files; used when URL is empty.
	Dir string `yaml:"-"`
	// Stays says that this process, if it starts the embedded server, keeps it for
	// long enough that others may join it. They wait for one that does not.
	Stays bool `yaml:"-"`
	// URL of a NATS server or cluster with JetStream, "nats://host:4222"; several
	// separated by commas.
	URL string `yaml:"url"`
	// CredentialsFile is a NATS .creds file for URL.
	CredentialsFile string `yaml:"credentials_file"`
	// Replicas of each stream on a cluster (default 1).
	Replicas int `yaml:"replicas"`
	// MaxBytes is the size at which a stream refuses more: candidates and classified
	// records each, a sixteenth of it for the others. The default is 64 GiB embedded;
	// on a server it is the server's own limit, because a server sets aside what a
	// stream might need.
	MaxBytes int64 `yaml:"max_bytes"`
}

const defaultMaxBytes = 64 << 30

// patience is how long a request to JetStream may take. On a busy disk a sync takes
// seconds, and the library's own 5 s end a start that would have gone well.
const patience = 30 * time.Second

// Bus is an open connection to the streams. Its methods may be called from
// several goroutines at once.
type Bus struct {
	nc       *nats.Conn
	js       jetstream.JetStream
	embedded *embedded // nil unless this process owns the server
	attached bool
	streams  map[string]jetstream.Stream
	runs     jetstream.KeyValue
	leases   jetstream.KeyValue
}

// Open connects to the streams of c and creates those that are missing. With no
// URL it starts the embedded server on c.Dir; where another process of this
// machine has done so already, it joins that process through its socket (see
// Attached). Errors name the server or directory and the way out.
func Open(ctx context.Context, c Config) (*Bus, error) {
	b, err := connect(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := b.prepare(ctx, c); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// connect reaches the server of c, or starts the embedded one.
func connect(ctx context.Context, c Config) (b *Bus, err error) {
	b = &Bus{}
	if c.URL != "" {
		b.nc, err = connectURL(ctx, c)
	} else {
		err = b.openDir(ctx, c)
	}
	return b, err
}

func connectURL(ctx context.Context, c Config) (*nats.Conn, error) {
	opts := connectOptions()
	if c.CredentialsFile != "" {
		if _, err := os.Stat(c.CredentialsFile); err != nil {
			return nil, fmt.Errorf("nats.credentials_file: %w", err)
		}
		opts = append(opts, nats.UserCredentials(c.CredentialsFile))
	}
	// A broker that starts a moment after us is normal; one that is not there at all
	// must be said soon.
	var last error
	for range 20 {
		nc, err := nats.Connect(c.URL, opts...)
		if err == nil {
			return nc, nil
		}
		last = err
		if errors.Is(err, nats.ErrAuthorization) {
			break
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
	return nil, fmt.Errorf("NATS at %s: %w: start it, or set nats.url in the configuration (leave it empty for the embedded server)", redactURL(c.URL), last)
}

// connectOptions make a connection that never gives up: the default stops after
// two minutes and leaves consumers dead without a word.
func connectOptions() []nats.Option {
	return []nats.Option{
		nats.Name("polyglean"),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(500 * time.Millisecond),
	}
}

func (b *Bus) prepare(ctx context.Context, c Config) error {
	js, err := jetstream.New(b.nc, jetstream.WithDefaultTimeout(patience))
	if err != nil {
		return fmt.Errorf("JetStream: %w", err)
	}
	b.js = js
	if err := refuseHalfRestored(ctx, js); err != nil {
		return err
	}
	configs := streamConfigs(c)
	b.streams = make(map[string]jetstream.Stream, len(configs))
	for _, sc := range configs {
		s, err := js.CreateOrUpdateStream(ctx, sc)
		if err != nil {
			return fmt.Errorf("stream %s: %w%s", sc.Name, err, hint(err))
		}
		b.streams[sc.Name] = s
	}
	if b.runs, err = js.CreateOrUpdateKeyValue(ctx, runsConfig(c)); err != nil {
		return fmt.Errorf("bucket %s: %w", runsBucket, err)
	}
	leases := jetstream.KeyValueConfig{
		Bucket: leasesBucket, Replicas: max(c.Replicas, 1), TTL: leaseTTL, Storage: jetstream.FileStorage,
	}
	if c.URL == "" {
		// Whoever holds a lease on an embedded server dies with it.
		leases.Storage = jetstream.MemoryStorage
	}
	if b.leases, err = js.CreateOrUpdateKeyValue(ctx, leases); err != nil {
		return fmt.Errorf("bucket %s: %w", leasesBucket, err)
	}
	return nil
}

// limits are the sizes at which the logs of records and the other streams refuse
// more, in bytes.
func (c Config) limits() (logs, others int64) {
	switch {
	case c.MaxBytes == 0 && c.URL != "":
		return -1, -1
	case c.MaxBytes == 0:
		return defaultMaxBytes, defaultMaxBytes / 16
	}
	return c.MaxBytes, c.MaxBytes / 16
}

// streamConfigs are the streams, in the order in which records pass them.
func streamConfigs(c Config) []jetstream.StreamConfig {
	logs, others := c.limits()
	base := jetstream.StreamConfig{
		Storage:   jetstream.FileStorage,
		Retention: jetstream.LimitsPolicy,
		// The default drops the oldest messages when full, without an error.
		Discard:  jetstream.DiscardNew,
		Replicas: max(c.Replicas, 1),
		// An economy against repeats after a crash; correctness does not rest on it.
		Duplicates: 24 * time.Hour,
		MaxMsgSize: -1,
	}
	candidates, classified, decisions, scores, parked, alerts := base, base, base, base, base, base
	candidates.Name, candidates.Subjects, candidates.MaxBytes = Candidates, []string{"candidate.*"}, logs
	classified.Name, classified.Subjects, classified.MaxBytes = Classified, []string{"classified.*"}, logs
	decisions.Name, decisions.Subjects, decisions.MaxBytes = Decisions, []string{"decision.*"}, others
	scores.Name, scores.Subjects, scores.MaxBytes = Scores, []string{"score.*"}, others
	parked.Name, parked.Subjects, parked.MaxBytes = Parked, []string{"parked.>"}, others
	// One subject for each thing parked: parking it again replaces it.
	parked.MaxMsgsPerSubject = 1
	alerts.Name, alerts.Subjects, alerts.MaxBytes = Alerts, []string{"alert.*.*"}, others
	return []jetstream.StreamConfig{candidates, classified, decisions, scores, parked, alerts}
}

// runsConfig is the bucket of cursors and the run ledger.
func runsConfig(c Config) jetstream.KeyValueConfig {
	_, others := c.limits()
	return jetstream.KeyValueConfig{
		Bucket: runsBucket, Replicas: max(c.Replicas, 1), MaxBytes: others, Storage: jetstream.FileStorage,
	}
}

func hint(err error) string {
	if errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrJetStreamNotEnabled) {
		return ": start the NATS server with JetStream (nats-server -js)"
	}
	return ""
}

// Attached says that another process owns the server and this one has joined it.
// That process then runs the stages, and its index cannot be opened here.
func (b *Bus) Attached() bool { return b.attached }

// Conn is the connection itself, for requests between processes.
func (b *Bus) Conn() *nats.Conn { return b.nc }

// Healthy returns the reason why the streams cannot take messages now, or nil.
func (b *Bus) Healthy() error {
	if b.embedded != nil {
		return b.embedded.healthy()
	}
	if !b.nc.IsConnected() {
		return fmt.Errorf("not connected to NATS (%s)", b.nc.Status())
	}
	return nil
}

// Close ends the connection and stops an embedded server, waiting until its files are
// closed. A server that is stuck is left to the end of the process after half a minute,
// and holds the data directory until then: what it acknowledged is on disk already. Close
// may be called twice.
func (b *Bus) Close() {
	if b.nc != nil {
		b.nc.Close()
	}
	if b.embedded != nil {
		b.embedded.stop()
		b.embedded = nil
	}
}
