package harvester

import (
	"context"
	"errors"
	"fmt"
	"time"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// handPages makes pages durable and then, in st alone, counts them and moves the
// cursor; the caller saves st.
func (h *Harvester) handPages(ctx context.Context, st *QueryState, pages []Page) error {
	// A query that starts over counts anew.
	if st.Cursor == "" {
		h.restart(st)
	}
	in := intake{
		h: h, now: time.Now().UTC(), counts: *st,
		origin: stream.Origin{Run: st.Run, Source: st.Source, Query: st.Query},
	}
	for i := range pages {
		if err := in.take(ctx, &pages[i]); err != nil {
			h.seen.giveUp(in.news)
			return err
		}
	}
	if err := in.publish(ctx); err != nil {
		h.seen.giveUp(in.news)
		return err
	}
	received := in.counts.Received - st.Received
	h.Progress.Announced.Add(int64(max(in.counts.Announced, 0) - max(st.Announced, 0)))
	h.Progress.Received.Add(int64(received))
	h.Progress.Parked.Add(int64(len(in.bad)))
	*st = in.counts
	return nil
}

// intake is pages on their way to the log.
type intake struct {
	h      *Harvester
	origin stream.Origin
	now    time.Time
	// counts is how the query stands when all of it is on disk.
	counts QueryState
	// news are the records to be published, and paths those of each.
	news  []stream.Item
	paths [][]record.Path
	bad   []Bad
}

// take looks at the records of a page and sorts out what is news.
func (in *intake) take(ctx context.Context, page *Page) error {
	for i := range page.Records {
		c := &page.Records[i]
		if c.SourceID == "" {
			in.bad = append(in.bad, Bad{Reason: "the record has no identifier", Raw: []byte(c.Title())})
			continue
		}
		if err := in.takeRecord(ctx, c); err != nil {
			return err
		}
	}
	in.bad = append(in.bad, page.Bad...)
	received := len(page.Records) + len(page.Bad)
	page.Records, page.Bad = nil, nil // what goes on is their wire form
	in.counts.Pages++
	in.counts.mend(page.Mended)
	in.counts.Received += received
	if page.Announced >= 0 {
		in.counts.Announced = page.Announced
	}
	if in.counts.Sent == "" {
		in.counts.Sent = page.Sent
	}
	in.counts.Cursor = page.Next
	return nil
}

func (in *intake) takeRecord(ctx context.Context, c *record.Candidate) error {
	st, seen := &in.counts, in.h.seen
	c.Schema, c.Source, c.Route, c.Query, c.Harvested = record.Schema, st.Source, st.Route, st.Query, in.now
	c.ID = record.MakeID(c.Source, c.SourceID)
	if c.Version == 0 {
		c.Version = in.now.UnixMilli()
	}
	if c.Deleted {
		st.Deleted++
	}
	item, fits, err := in.encode(c)
	if err != nil || !fits {
		return err
	}
	mark := item.Mark
	verdict, paths := seen.look(mark, st.Query, st.LastSeq)
	switch verdict {
	case known:
		st.Unchanged++
		return nil
	case countedAnew:
		// Published by this query just before a kill, but not counted yet.
		st.New++
		return nil
	case otherPath:
		// It stays the find of the query that found it.
		kept, found, err := seen.kept(ctx, mark, c.ID, paths)
		if err != nil {
			return err
		}
		if found {
			c = &kept
		}
	}
	if paths != nil {
		// They are no part of the content, and the mark stays.
		c.Paths = paths
		if item, fits, err = in.encode(c); err != nil || !fits {
			return err
		}
		item.Mark = mark
	}
	if verdict == unknown {
		st.New++
	} else {
		st.Changed++
	}
	seen.expect(mark)
	in.news, in.paths = append(in.news, item), append(in.paths, paths)
	return nil
}

// encode makes the wire form of a record. One too large for a message is parked, and the
// others go on.
func (in *intake) encode(c *record.Candidate) (item stream.Item, fits bool, err error) {
	item, err = in.h.bus.Encode(c)
	var large *stream.TooLargeError
	if errors.As(err, &large) {
		in.bad = append(in.bad, Bad{SourceID: c.SourceID, Reason: large.Error(), Raw: []byte(c.Title())})
		return item, false, nil
	}
	return item, err == nil, err
}

// publish writes the news to the log, and parks what is bad.
func (in *intake) publish(ctx context.Context) error {
	h := in.h
	at := 0
	err := h.bus.PublishCandidates(ctx, in.origin, in.news, func(n int, seq uint64) {
		for range n {
			h.seen.add(in.news[at].Mark, seq, in.paths[at])
			at++
		}
		in.counts.LastSeq = seq
		h.Progress.Published.Add(int64(n))
	})
	if err != nil {
		return err
	}
	for _, b := range in.bad {
		if err := h.park(ctx, in.origin, b); err != nil {
			return err
		}
	}
	in.counts.Parked += len(in.bad)
	return nil
}

func (h *Harvester) restart(st *QueryState) {
	h.Progress.Received.Add(-int64(st.Received))
	h.Progress.Parked.Add(-int64(st.Parked))
	st.Pages, st.Received, st.New, st.Changed, st.Unchanged, st.Parked, st.Deleted = 0, 0, 0, 0, 0, 0, 0
	st.LastSeq, st.Mended = 0, nil
}

func (h *Harvester) park(ctx context.Context, o stream.Origin, b Bad) error {
	p := record.Parked{
		Stage: "harvester", Source: o.Source, Reason: b.Reason, Raw: b.Raw, Run: o.Run,
		Key: o.Source + ":" + b.SourceID,
	}
	if b.SourceID == "" {
		p.Key = fmt.Sprintf("%s#%016x", o.Source, record.Hash64(string(b.Raw)))
	} else {
		p.RecordID = record.MakeID(o.Source, b.SourceID)
	}
	return h.bus.Park(ctx, p)
}
