package indexer

import (
	"context"
	"errors"
	"slices"

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

// Emptied says whether the index has nothing of what the logs have been read for: its
// directory was removed, or somebody deleted it on the server. Who finds nothing in it
// would take that for an answer.
func Emptied(ctx context.Context, bus *stream.Bus, index Index) (bool, error) {
	n, err := index.Count(ctx)
	if err != nil || n > 0 {
		return false, err
	}
	readers, err := bus.Readers(ctx, stream.Classified)
	if err != nil || !slices.ContainsFunc(readers, func(r stream.Reader) bool { return r.Name == Stage && r.Done > 0 }) {
		return false, err
	}
	// All that was read may have been parked.
	v, err := Count(ctx, bus, index)
	return v.Missing > 0, err
}

// begin sets the readers of the logs to where the runner is to go on.
func (r *Runner) begin(ctx context.Context) error {
	if r.begun == nil {
		anew, err := r.anew(ctx)
		if err != nil || !anew {
			return err
		}
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

// anew says whether the index has to be made from the start of the logs. Until their
// readers are there that is remembered.
func (r *Runner) anew(ctx context.Context) (bool, error) {
	var cutOff bool
	if _, err := r.bus.LoadState(ctx, rebuilding, &cutOff); err != nil {
		return false, err
	}
	if cutOff {
		r.log.Warn("an index was being made anew and was not finished: reading the logs from their start")
		return true, nil
	}
	emptied, err := Emptied(ctx, r.bus, r.index)
	if errors.Is(err, ErrUnavailable) {
		return false, nil // an index that is away is not lost, and is waited for
	}
	if err != nil || !emptied {
		return false, err
	}
	r.log.Warn("the index is empty and the logs are not: reading them from their start")
	return true, BeginRebuild(ctx, r.bus)
}

// Rebuilding says whether an index is being made anew, or was and has to be again.
func Rebuilding(ctx context.Context, bus *stream.Bus) (bool, error) {
	var is bool
	_, err := bus.LoadState(ctx, rebuilding, &is)
	return is, err
}
