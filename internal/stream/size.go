package stream

import (
	"context"
)

// Size is how full a stream is.
type Size struct {
	Name     string
	Messages int
	// Bytes on disk; MaxBytes is where it refuses more, 0 or less for no limit of its
	// own.
	Bytes, MaxBytes int64
}

// Sizes of all streams, in the order records pass them.
func (b *Bus) Sizes(ctx context.Context) ([]Size, error) {
	var sizes []Size
	for _, name := range []string{Candidates, Classified, Decisions, Scores, Parked, Alerts} {
		info, err := infoOf(ctx, b.streams[name])
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, Size{
			Name: name, Messages: int(info.State.Msgs), Bytes: int64(info.State.Bytes), MaxBytes: info.Config.MaxBytes,
		})
	}
	return sizes, nil
}
