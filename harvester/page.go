package harvester

import (
	"context"
	"errors"
	"fmt"
	"time"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// handPage makes a page durable and then, in st alone, counts it and moves the
// cursor; the caller saves st.
func (h *Harvester) handPage(ctx context.Context, st *QueryState, page Page) error {
	// A query that starts over counts anew.
	if st.Cursor == "" {
		h.restart(st)
	}
	next := *st
	origin := stream.Origin{Run: st.Run, Source: st.Source, Query: st.Query}
	now := time.Now().UTC()

	bad := page.Bad
	var news []record.Candidate
	var marks []stream.Mark
	changes := map[string]bool{}
	for _, c := range page.Records {
		c.Schema, c.Source, c.Route, c.Query, c.Harvested = record.Schema, st.Source, st.Route, st.Query, now
		c.ID = record.MakeID(c.Source, c.SourceID)
		if c.SourceID == "" {
			bad = append(bad, Bad{Reason: "the record has no identifier", Raw: []byte(c.Title())})
			continue
		}
		if c.Version == 0 {
			c.Version = now.UnixMilli()
		}
		if c.Deleted {
			next.Deleted++
		}
		mark := stream.MarkOf(&c)
		verdict, paths := h.seen.look(mark, st.Query, st.LastSeq)
		c.Paths = paths
		switch verdict {
		case known:
			next.Unchanged++
			continue
		case countedAnew:
			// Published by this query just before a kill, but not counted yet.
			next.New++
			continue
		case changed:
			next.Changed++
			changes[c.ID] = true
		case otherPath:
			// It stays the find of the query that found it.
			kept, found, err := h.seen.kept(ctx, mark, c.ID, paths)
			if err != nil {
				return err
			}
			if found {
				c = kept
			}
			next.Changed++
			changes[c.ID] = true
		case unknown:
			next.New++
		}
		h.seen.expect(mark)
		news, marks = append(news, c), append(marks, mark)
	}
	if err := h.publish(ctx, origin, news, marks, changes, &next, &bad); err != nil {
		return err
	}
	for _, b := range bad {
		if err := h.park(ctx, origin, b); err != nil {
			return err
		}
	}
	next.Parked += len(bad)
	next.Pages++
	next.mend(page.Mended)
	next.Received += len(page.Records) + len(page.Bad)
	if page.Announced >= 0 {
		h.Progress.Announced.Add(int64(page.Announced - max(next.Announced, 0)))
		next.Announced = page.Announced
	}
	if next.Sent == "" {
		next.Sent = page.Sent
	}
	next.Cursor = page.Next
	*st = next
	h.Progress.Received.Add(int64(len(page.Records) + len(page.Bad)))
	h.Progress.Parked.Add(int64(len(bad)))
	return nil
}

func (h *Harvester) restart(st *QueryState) {
	h.Progress.Received.Add(-int64(st.Received))
	h.Progress.Parked.Add(-int64(st.Parked))
	st.Pages, st.Received, st.New, st.Changed, st.Unchanged, st.Parked, st.Deleted = 0, 0, 0, 0, 0, 0, 0
	st.LastSeq, st.Mended = 0, nil
}

// publish writes the new records to the log. A record too large for a message is
// taken out and parked, and the others go on.
func (h *Harvester) publish(ctx context.Context, o stream.Origin, news []record.Candidate, marks []stream.Mark, changes map[string]bool, st *QueryState, bad *[]Bad) error {
	for len(news) > 0 {
		err := h.bus.PublishCandidates(ctx, o, news, marks, func(n int, seq uint64) {
			for i, m := range marks[:n] {
				h.seen.add(m, seq, news[i].Paths)
			}
			st.LastSeq = seq
			h.Progress.Published.Add(int64(n))
			news, marks = news[n:], marks[n:]
		})
		var large *stream.TooLargeError
		if !errors.As(err, &large) {
			return err
		}
		for i := range news {
			if news[i].ID == large.ID {
				*bad = append(*bad, Bad{SourceID: news[i].SourceID, Reason: large.Error(), Raw: []byte(news[i].Title())})
				// It was counted when it was looked at.
				if changes[large.ID] {
					st.Changed--
				} else {
					st.New--
				}
				news = append(news[:i:i], news[i+1:]...)
				marks = append(marks[:i:i], marks[i+1:]...)
				break
			}
		}
	}
	return nil
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
