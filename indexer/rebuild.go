package indexer

import (
	"context"

	"polyglean/internal/stream"
)

// rebuilding is the state that says whether an index is being made anew.
const rebuilding = Stage + ".rebuilding"

// BeginRebuild is called before an index is made anew, and before the one in use is
// touched. From then until EndRebuild what a runner acknowledges may be in the new index
// alone; should the rebuilding be cut off, the next runner therefore reads the logs from
// their start.
func BeginRebuild(ctx context.Context, bus *stream.Bus) error {
	return bus.SaveState(ctx, rebuilding, true)
}

// EndRebuild is called when the new index is the one in use.
func EndRebuild(ctx context.Context, bus *stream.Bus) error {
	return bus.SaveState(ctx, rebuilding, false)
}

// FromStart makes Run read the logs from their start, into an empty index. The channel
// is closed when it has its turn to write and has begun: before that the logs are as far
// as another process has read them for its own index.
func (r *Runner) FromStart() (begun <-chan struct{}) {
	if r.begun == nil {
		r.begun = make(chan struct{})
	}
	return r.begun
}

// begin sets the readers of the logs to where the runner is to go on.
func (r *Runner) begin(ctx context.Context) error {
	if r.begun == nil {
		var cutOff bool
		if _, err := r.bus.LoadState(ctx, rebuilding, &cutOff); err != nil || !cutOff {
			return err
		}
		r.log.Warn("an index was being made anew and was not finished: reading the logs from their start")
	}
	for _, log := range []string{stream.Classified, stream.Decisions, stream.Scores} {
		if err := r.bus.Rewind(ctx, log, Stage); err != nil {
			return err
		}
	}
	if r.begun == nil {
		return EndRebuild(ctx, r.bus)
	}
	select {
	case <-r.begun: // the turn was lost and has come back
	default:
		close(r.begun)
	}
	return nil
}
