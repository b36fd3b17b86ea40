package backup

import (
	"archive/tar"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/klauspost/compress/zstd"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// Write copies the streams of a bus into w and returns what was copied. Program names
// the writing program and its version. The error names the stream and the way out;
// what w has then is no backup.
func Write(ctx context.Context, w io.Writer, bus *stream.Bus, program string) (Manifest, error) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return Manifest{}, err
	}
	defer z.Close()
	c := &writer{bus: bus, tar: tar.NewWriter(w), zstd: z, created: time.Now().UTC().Truncate(time.Second)}
	err = c.copy(ctx, program)
	if err == nil {
		err = c.tar.Close()
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("write the backup: %w", err)
	}
	return c.manifest, nil
}

type writer struct {
	bus      *stream.Bus
	tar      *tar.Writer
	zstd     *zstd.Encoder
	created  time.Time
	manifest Manifest
	// part is the part that is being made, of the stream of the last Stream of the
	// manifest; parts counts those before it.
	part   []byte
	packed []byte
	parts  int
}

func (w *writer) copy(ctx context.Context, program string) error {
	if err := w.head(program); err != nil {
		return err
	}
	whole := stream.Whole()
	if err := w.latest(ctx, whole[0]); err != nil {
		return err
	}
	// Before the end of the classified records is noted, so that none is left out that
	// counts as classified.
	var err error
	if w.manifest.Readers, err = w.bus.Readers(ctx, stream.Candidates); err != nil {
		return err
	}
	ends := map[string]stream.Extent{}
	for _, name := range whole[1:] {
		if ends[name], err = w.bus.Extent(ctx, name); err != nil {
			return err
		}
	}
	for _, name := range whole[1:] {
		if stream.KeepsPositions(name) {
			err = w.log(ctx, name, ends[name])
		} else {
			err = w.latest(ctx, name)
		}
		if err != nil {
			return err
		}
	}
	return w.end()
}

// log copies a log up to where it ended.
func (w *writer) log(ctx context.Context, name string, end stream.Extent) error {
	w.begin(name)
	s := w.stream()
	s.First, s.Last = end.First, end.Last
	holes := 0
	var after uint64 // the last message that was copied, 0 for none
	err := w.bus.EachMessage(ctx, name, 0, end.Last, func(m stream.Message) error {
		if after == 0 {
			s.First = m.Seq
		} else {
			holes += int(m.Seq - after - 1)
		}
		after = m.Seq
		return w.add(m)
	})
	if err != nil {
		return err
	}
	now, err := w.bus.Extent(ctx, name)
	if err != nil {
		return err
	}
	if after == 0 {
		s.First = end.Last + 1
	}
	holes += int(end.Last - max(after, min(now.First, end.Last+1)-1))
	// The first messages may have been removed while the others were copied.
	if s.First > end.First && now.First == end.First {
		holes += int(s.First - end.First)
	}
	if lost := max(holes-end.Removed, end.Lost); lost > 0 {
		return fmt.Errorf("stream %s is damaged on its disk: %d of its messages cannot be read. There is no backup of what is lost, and none is written: polyglean verify says what it was, and an older backup may have it", name, lost)
	}
	return w.endPart()
}

// latest copies a stream that keeps the last message of each subject: all that can be
// read until nothing new comes.
func (w *writer) latest(ctx context.Context, name string) error {
	w.begin(name)
	s := w.stream()
	subjects := map[uint64]struct{}{}
	for before := uint64(math.MaxUint64); before != s.Last; {
		before = s.Last
		err := w.bus.EachMessage(ctx, name, s.Last, math.MaxUint64, func(m stream.Message) error {
			subjects[record.Hash64(m.Subject)] = struct{}{}
			if s.First == 0 {
				s.First = m.Seq
			}
			s.Last = m.Seq
			return w.add(m)
		})
		if err != nil {
			return err
		}
	}
	// One that was replaced meanwhile is in the file twice.
	s.Messages = len(subjects)
	return w.endPart()
}

func (w *writer) begin(name string) {
	w.manifest.Streams = append(w.manifest.Streams, Stream{Name: name})
	w.parts = 0
}

func (w *writer) stream() *Stream { return &w.manifest.Streams[len(w.manifest.Streams)-1] }

// add takes a message into the part.
func (w *writer) add(m stream.Message) error {
	s, size := w.stream(), sizeOf(m)
	s.Messages++
	s.Bytes += size
	s.Largest = max(s.Largest, size)
	raw, err := encodeLine(m)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	if len(w.part) > 0 && len(w.part)+len(raw) > partBytes {
		if err := w.endPart(); err != nil {
			return err
		}
	}
	w.part = append(w.part, raw...)
	return nil
}

func (w *writer) endPart() error {
	if len(w.part) == 0 {
		return nil
	}
	w.parts++
	w.packed = w.zstd.EncodeAll(w.part, w.packed[:0])
	w.part = w.part[:0]
	return w.listed(fmt.Sprintf("%s/%06d.jsonl.zst", w.stream().Name, w.parts), w.packed)
}

// listed writes a file and lists it in the manifest.
func (w *writer) listed(name string, body []byte) error {
	w.manifest.Files = append(w.manifest.Files, entryOf(name, body))
	return writeEntry(w.tar, name, body, w.created)
}

func (w *writer) head(program string) error {
	raw, err := json.MarshalIndent(Head{Format: Format, Records: record.Schema, Program: program, Created: w.created}, "", "\t")
	if err != nil {
		return err
	}
	return w.listed(headName, append(raw, '\n'))
}

// end writes the manifest and, since nothing lists that, its digest.
func (w *writer) end() error {
	raw, err := json.MarshalIndent(w.manifest, "", "\t")
	if err != nil {
		return err
	}
	raw = append(raw, '\n')
	if err := writeEntry(w.tar, manifestName, raw, w.created); err != nil {
		return err
	}
	return writeEntry(w.tar, digestName, digestOf(raw), w.created)
}

func writeEntry(t *tar.Writer, name string, body []byte, at time.Time) error {
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(body)), ModTime: at}); err != nil {
		return err
	}
	_, err := t.Write(body)
	return err
}
