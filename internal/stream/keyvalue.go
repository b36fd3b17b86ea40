package stream

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// SaveState writes v as JSON under a key of the run ledger and returns when it is
// on disk. Keys are letters, digits, '-', '_', '/' and '.'.
func (b *Bus) SaveState(ctx context.Context, key string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("state %s: %w", key, err)
	}
	if _, err := ask(ctx, func(ctx context.Context) (uint64, error) { return b.runs.Put(ctx, key, raw) }); err != nil {
		return fmt.Errorf("state %s: %w%s", key, err, fullHint(err))
	}
	return nil
}

// LoadState reads what SaveState wrote; false when there is nothing.
func (b *Bus) LoadState(ctx context.Context, key string, v any) (bool, error) {
	revision, err := b.LoadRevision(ctx, key, v)
	return revision > 0, err
}

// UpdateState is SaveState for a state that was loaded or saved at a revision, 0 for
// one that was not there. It returns the new revision, or ErrChanged when another
// process has saved the state since.
func (b *Bus) UpdateState(ctx context.Context, key string, v any, revision uint64) (uint64, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return 0, fmt.Errorf("state %s: %w", key, err)
	}
	var next uint64
	if revision == 0 {
		next, err = b.runs.Create(ctx, key, raw) // also where one was deleted
	} else {
		next, err = b.runs.Update(ctx, key, raw, revision)
	}
	if err != nil {
		return 0, fmt.Errorf("state %s: %w%s", key, orChanged(err), fullHint(err))
	}
	return next, nil
}

// LoadRevision is LoadState with the revision for UpdateState, 0 when there is
// nothing.
func (b *Bus) LoadRevision(ctx context.Context, key string, v any) (uint64, error) {
	entry, err := ask(ctx, func(ctx context.Context) (jetstream.KeyValueEntry, error) { return b.runs.Get(ctx, key) })
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("state %s: %w", key, err)
	}
	if err := json.Unmarshal(entry.Value(), v); err != nil {
		return 0, fmt.Errorf("state %s: %w", key, err)
	}
	return entry.Revision(), nil
}

// ErrChanged means that another process saved a state in between.
var ErrChanged = errors.New("another process has changed it")

// orChanged is ErrChanged in place of a server's word for it, and any other error itself.
func orChanged(err error) error {
	var api *jetstream.APIError
	if errors.Is(err, jetstream.ErrKeyExists) || errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence {
		return ErrChanged
	}
	return err
}

// DeleteState removes what SaveState wrote, with nothing of it left in the bucket. That
// there is nothing is no error.
func (b *Bus) DeleteState(ctx context.Context, key string) error {
	if err := patiently(ctx, func(ctx context.Context) error { return b.runs.Purge(ctx, key) }); err != nil {
		return fmt.Errorf("state %s: %w", key, err)
	}
	return nil
}

// EachState calls fn with every key that matches the pattern, where "*" stands
// for one part between dots and ">" for the rest, in order of writing.
func (b *Bus) EachState(ctx context.Context, pattern string, fn func(key string, raw []byte) error) error {
	var w jetstream.KeyWatcher
	err := patiently(ctx, func(context.Context) (err error) { // what is watched with ends with its context
		w, err = b.runs.Watch(ctx, pattern, jetstream.IgnoreDeletes())
		return err
	})
	if err != nil {
		return fmt.Errorf("states %s: %w", pattern, err)
	}
	defer func() { _ = w.Stop() }()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case entry, open := <-w.Updates():
			if !open {
				return fmt.Errorf("states %s: %w", pattern, nats.ErrConnectionClosed)
			}
			// A nil entry says that all there was has been given.
			if entry == nil {
				return nil
			}
			if err := fn(entry.Key(), entry.Value()); err != nil {
				return err
			}
		}
	}
}

// leaseTTL is how long a lease outlives its last renewal.
const leaseTTL = 10 * time.Second

// Lease waits until this process alone holds the named role, then runs work
// until it ends or the lease is lost, in which case work's context is cancelled
// and the wait begins again. Two processes may believe for a moment that they
// hold it; what they do must be safe even then.
func (b *Bus) Lease(ctx context.Context, role, owner string, work func(ctx context.Context) error) error {
	holder := []byte(owner + " " + rand.Text()) // told apart from others of the same name
	for {
		revision, err := b.leases.Create(ctx, role, holder)
		if err == nil {
			lost, err := b.hold(ctx, role, holder, revision, work)
			if !lost || ctx.Err() != nil {
				return err
			}
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(leaseTTL / 20):
		}
	}
}

func (b *Bus) hold(ctx context.Context, role string, holder []byte, revision uint64, work func(context.Context) error) (lost bool, err error) {
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- work(working) }()
	tick := time.NewTicker(leaseTTL / 4)
	defer tick.Stop()
	renewed := time.Now()
	for {
		select {
		case err := <-done:
			// Others need not wait for the lease to run out.
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			_ = b.leases.Delete(end, role, jetstream.LastRevision(revision))
			cancel()
			return false, err
		case <-tick.C:
			next, err := b.renew(working, role, holder, revision)
			if err == nil {
				revision, renewed = next, time.Now()
				continue
			}
			if time.Since(renewed) > leaseTTL*3/4 {
				cancel()
				<-done
				return true, nil
			}
		}
	}
}

// renew writes a lease again, and returns its new revision.
func (b *Bus) renew(ctx context.Context, role string, holder []byte, revision uint64) (uint64, error) {
	ctx, stop := context.WithTimeout(ctx, leaseTTL/4)
	defer stop()
	next, err := b.leases.Update(ctx, role, holder, revision)
	if err == nil {
		return next, nil
	}
	// An earlier renewal may have come to the disk, and its answer too late.
	entry, e := b.leases.Get(ctx, role)
	if e == nil && entry.Revision() > revision && bytes.Equal(entry.Value(), holder) {
		return entry.Revision(), nil
	}
	return 0, err
}
