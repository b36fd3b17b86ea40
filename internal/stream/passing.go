package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// passing are the errors that pass by themselves: of servers that start again, choose
// another leader or are out of reach for a moment.
var passing = []error{
	context.DeadlineExceeded, nats.ErrTimeout, nats.ErrNoResponders, nats.ErrDisconnected, nats.ErrConnectionReconnecting,
	jetstream.ErrNoHeartbeat, jetstream.ErrNoStreamResponse, jetstream.ErrServerShutdown, jetstream.ErrConsumerLeadershipChanged,
}

// inProcess is what a cluster says of a message that it is about to store, to who was not
// told so in time and sends it again.
const inProcess jetstream.ErrorCode = 10158

// Passes says whether an error is one that passes by itself, so that what it ended may be
// begun again. A full stream or disk does not.
func Passes(err error) bool {
	var api *jetstream.APIError
	if errors.As(err, &api) {
		return api.ErrorCode == inProcess || api.Code >= 500 && fullHint(err) == ""
	}
	for _, p := range passing {
		if errors.Is(err, p) {
			return true
		}
	}
	return false
}

// patiently calls do, again and again while its error is one that passes, for as long as
// servers may take to choose another leader: 4 to 9 seconds by default, and longer where
// one of them starts again. A call has 20 seconds.
func patiently(ctx context.Context, do func(context.Context) error) error {
	for end, try := time.Now().Add(patience), 1; ; try++ {
		once, cancel := context.WithTimeout(ctx, 20*time.Second)
		err := do(once)
		cancel()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case !Passes(err), time.Now().After(end):
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(time.Duration(try)*250*time.Millisecond, 2*time.Second)):
		}
	}
}

// ask is patiently for what has an answer.
func ask[T any](ctx context.Context, do func(context.Context) (T, error)) (answer T, err error) {
	err = patiently(ctx, func(ctx context.Context) (err error) {
		answer, err = do(ctx)
		return err
	})
	return answer, err
}

// The requests that are made in several places.

func (b *Bus) stream(ctx context.Context, name string) (jetstream.Stream, error) {
	s, err := ask(ctx, func(ctx context.Context) (jetstream.Stream, error) { return b.js.Stream(ctx, name) })
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", name, err)
	}
	return s, nil
}

func (b *Bus) reader(ctx context.Context, log, stage string) (jetstream.Consumer, error) {
	return ask(ctx, func(ctx context.Context) (jetstream.Consumer, error) { return b.js.Consumer(ctx, log, stage) })
}

func infoOf(ctx context.Context, s jetstream.Stream) (*jetstream.StreamInfo, error) {
	info, err := ask(ctx, func(ctx context.Context) (*jetstream.StreamInfo, error) { return s.Info(ctx) })
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", s.CachedInfo().Config.Name, err)
	}
	return info, nil
}

func messageAt(ctx context.Context, s jetstream.Stream, seq uint64, opts ...jetstream.GetMsgOpt) (*jetstream.RawStreamMsg, error) {
	return ask(ctx, func(ctx context.Context) (*jetstream.RawStreamMsg, error) { return s.GetMsg(ctx, seq, opts...) })
}

func purge(ctx context.Context, s jetstream.Stream, opts ...jetstream.StreamPurgeOpt) error {
	return patiently(ctx, func(ctx context.Context) error { return s.Purge(ctx, opts...) })
}
