package harvester

import (
	"context"
	"errors"
)

// Pages are fetched and read while those before them are made durable, and those that
// have come by then are made durable together: one sync of the disk takes as long for
// many pages as for one. So a slow source has each page on disk as soon as it is there,
// and a fast one does not wait for the disk.
const (
	// aheadRecords is about how many records wait to be made durable, and are made
	// durable at once. They are what bounds the memory of a harvest.
	aheadRecords = 1000
	// aheadPages bounds the same where pages hold few records, which may be large.
	aheadPages = 8
)

// Answering is a source that knows the cursor of the next page before it has read the
// records of an answer, so that the next page can be on its way meanwhile.
type Answering interface {
	// Answer is Page in two steps, with the same errors: it returns when the answer has
	// come, and read then reads its records. It is called once at most, and by any
	// goroutine.
	Answer(ctx context.Context, q Query, cursor string) (next string, read func() Page, err error)
}

// answer is what a source said to a request.
type answer struct {
	page Page
	err  error
}

// arrival is an answer with records that are still to be read.
type arrival struct {
	read func() Page
	err  error
}

// ahead is a query's pages, read ahead. It keeps none that it has handed out.
type ahead struct {
	// first are the pages that were there before the reading began.
	first   []Page
	answers <-chan answer
	// failed is an error that came behind pages already handed out.
	failed error
	cancel context.CancelFunc
}

// readAhead goes on with a query behind its first page, until it ends, fails or is
// stopped.
func (h *Harvester) readAhead(ctx context.Context, s Source, q Query, cursor string, first Page, spent *budget) *ahead {
	ctx, cancel := context.WithCancel(ctx)
	waiting := min(aheadRecords/max(len(first.Records), 1), aheadPages) - 1
	answers, arrivals := make(chan answer, max(waiting, 0)), make(chan arrival)
	next := first.Next
	go func() {
		defer close(arrivals)
		trail := way{mark: cursor, limit: 1}
		for next != "" {
			var a arrival
			if trail.closes(next) {
				a.err = errCircle
			} else {
				next, a.read, a.err = h.answer(ctx, s, q, next, spent)
			}
			select {
			case arrivals <- a:
			case <-ctx.Done():
				return
			}
			if a.err != nil {
				return
			}
		}
	}()
	go func() {
		defer close(answers)
		for a := range arrivals {
			got := answer{err: a.err}
			if a.err == nil {
				got.page = a.read()
			}
			select {
			case answers <- got:
			case <-ctx.Done():
			}
		}
	}()
	return &ahead{first: []Page{first}, answers: answers, cancel: cancel}
}

// next waits for a page and returns it with those behind it that are there already. An
// error stands in the place of pages, after those that came before it; with neither, the
// reading was stopped.
func (a *ahead) next() ([]Page, error) {
	pages, records := a.first, 0
	a.first = nil
	if len(pages) > 0 {
		records = len(pages[0].Records)
	}
	for a.failed == nil && (len(pages) == 0 || len(a.answers) > 0 && len(pages) < aheadPages && records < aheadRecords) {
		got, open := <-a.answers
		if !open {
			break
		}
		if got.err != nil {
			a.failed = got.err
			break
		}
		pages = append(pages, got.page)
		records += len(got.page.Records)
	}
	if len(pages) > 0 {
		return pages, nil
	}
	return nil, a.failed
}

// stop ends the reading and waits for it.
func (a *ahead) stop() {
	a.cancel()
	for range a.answers {
	}
}

// errCircle ends a query that would never end.
var errCircle = errors.New("the source gave the same cursor again; going on would never end")

// way finds out that cursors run in a circle, of whatever length, by keeping one of
// them: the mark is moved on after 1, 2, 4, 8 … steps (Brent 1980).
type way struct {
	mark         string
	steps, limit int
}

// closes says whether the next cursor is one that was there before.
func (w *way) closes(next string) bool {
	if next == w.mark {
		return true
	}
	if w.steps++; w.steps == w.limit {
		w.mark, w.steps, w.limit = next, 0, 2*w.limit
	}
	return false
}
