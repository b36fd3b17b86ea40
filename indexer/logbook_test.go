package indexer_test

import (
	"context"
	"testing"
	"time"

	"polyglean/indexer"
	"polyglean/internal/stream"
)

// stageRun acknowledges all candidates, and runs the indexer until it has read every
// log to its end.
func stageRun(t *testing.T, bus *stream.Bus, index indexer.Index) error {
	t.Helper()
	sub, err := bus.Subscribe(t.Context(), stream.Candidates, "classifier", 100)
	if err != nil {
		return err
	}
	for {
		lag, err := bus.Lag(t.Context(), stream.Candidates, "classifier")
		if err != nil {
			return err
		}
		if lag == 0 {
			break
		}
		batch, err := sub.Fetch(t.Context(), 100, 100*time.Millisecond)
		if err != nil {
			return err
		}
		for _, d := range batch {
			if err := d.Done(t.Context()); err != nil {
				return err
			}
		}
	}
	sub.Close()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- indexer.NewRunner(bus, index, "test", nil).Run(ctx) }()
	for _, log := range []string{stream.Classified, stream.Decisions} {
		for {
			lag, err := bus.Lag(t.Context(), log, indexer.Stage)
			if err != nil {
				return err
			}
			if lag == 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	stop()
	return <-done
}
