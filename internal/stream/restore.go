package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// restoring marks the candidate log, as metadata, while a restore is at work. It is
// made first and loses the mark last: as long as it has it, what lies in the streams
// is a part of a backup and nothing else.
const restoring = "polyglean-restoring"

// refuseHalfRestored is an error where a restore was begun and not ended.
func refuseHalfRestored(ctx context.Context, js jetstream.JetStream) error {
	file, err := halfRestored(ctx, js)
	if err == nil && file != "" {
		err = fmt.Errorf("a restore of %s was begun here and has not ended: wait for it, or run polyglean restore again", file)
	}
	return err
}

func halfRestored(ctx context.Context, js jetstream.JetStream) (file string, err error) {
	s, err := js.Stream(ctx, Candidates)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("stream %s: %w%s", Candidates, err, hint(err))
	}
	return s.CachedInfo().Config.Metadata[restoring], nil
}

// Restored is what a stream is to hold after a restore.
type Restored struct {
	Name string
	Extent
	// Bytes is about what it takes on disk, and Largest the size of its largest
	// message.
	Bytes, Largest int64
}

// Restore fills empty streams with the messages of others. Until it is finished, Open
// refuses them.
type Restore struct {
	bus    *Bus
	config Config
	js     jetstream.JetStream
	want   map[string]Restored
	next   map[string]uint64
	gaps   map[string]bool
	recent map[string]bool

	waiting []sent
	size    int
}

// OpenRestore connects as Open does, to streams that hold nothing, or what an
// interrupted restore left. Nothing is changed yet.
func OpenRestore(ctx context.Context, c Config) (*Restore, error) {
	b, err := connect(ctx, c)
	if err != nil {
		return nil, err
	}
	r := &Restore{bus: b, config: c, next: map[string]uint64{}, gaps: map[string]bool{}, recent: map[string]bool{}, want: map[string]Restored{}}
	if err := r.check(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return r, nil
}

// place names where the streams are, for errors.
func (c Config) place() string {
	if c.URL != "" {
		return "the NATS server " + redactURL(c.URL)
	}
	return "the data directory " + c.Dir
}

func (r *Restore) check(ctx context.Context) error {
	if r.bus.attached {
		return fmt.Errorf("a polyglean is at work on %s: stop it first", r.config.Dir)
	}
	js, err := jetstream.New(r.bus.nc, jetstream.WithDefaultTimeout(patience), jetstream.WithPublishAsyncMaxPending(2*sentMessages),
		jetstream.WithPublishAsyncTimeout(2*patience))
	if err != nil {
		return fmt.Errorf("JetStream: %w", err)
	}
	r.js = js
	file, err := halfRestored(ctx, js)
	if err != nil || file != "" {
		return err
	}
	for _, name := range Whole() {
		s, err := js.Stream(ctx, name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("stream %s: %w%s", name, err, hint(err))
		}
		if n := s.CachedInfo().State.Msgs; n > 0 {
			return fmt.Errorf("%s is not empty: %s holds %d messages, and a restore overwrites nothing; choose an empty data directory with --data, or streams of their own with nats.url", r.config.place(), name, n)
		}
		if err := idle(ctx, s); err != nil {
			return err
		}
	}
	return r.unleased(ctx)
}

// idle is an error where a stage waits for messages of a stream.
func idle(ctx context.Context, s jetstream.Stream) error {
	list := s.ListConsumers(ctx)
	var err error
	for c := range list.Info() {
		if c.NumWaiting > 0 {
			err = fmt.Errorf("a polyglean %s is at work on these streams: stop it first", c.Name)
		}
	}
	return cmp.Or(err, list.Err())
}

// unleased is an error where another process holds a role on a server.
func (r *Restore) unleased(ctx context.Context) error {
	if r.config.URL == "" {
		return nil // the only process there is
	}
	leases, err := r.js.KeyValue(ctx, leasesBucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("bucket %s: %w", leasesBucket, err)
	}
	roles, err := leases.Keys(ctx)
	if errors.Is(err, jetstream.ErrNoKeysFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("bucket %s: %w", leasesBucket, err)
	}
	return fmt.Errorf("a polyglean %s is at work on these streams: stop it first", strings.Join(roles, ", "))
}

// Close ends the connection; what was not finished can be begun anew.
func (r *Restore) Close() { r.bus.Close() }
