package alerts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"polyglean/indexer"
	"polyglean/internal/stream"
)

// ErrNotNow means that the index cannot be compared with what was told at present: it is
// being made anew, or has not read the logs as far as it had before.
var ErrNotNow = errors.New("the index is being built from the log: alerts are looked at when that is done")

// Evaluation is what came of looking at an alert.
type Evaluation struct {
	// Matching is how many studies the search finds.
	Matching int `json:"matching"`
	// Told counts the studies that news were written of, by kind.
	Told map[Kind]int `json:"told"`
	// Noted are studies that were noted and told to nobody: what matched when the alert was
	// made, and news of kinds that it does not tell.
	Noted int `json:"noted"`
}

// evaluationTries is how often an evaluation is repeated when another process writes to the
// ledger.
const evaluationTries = 5

// Evaluate compares what the search finds now with what was told, and writes what is news to
// the ledger. ErrNotNow says that the index is not ready.
func (s *Service) Evaluate(ctx context.Context, a *Alert) (Evaluation, error) {
	for range evaluationTries {
		e, err := s.evaluate(ctx, a)
		if !errors.Is(err, stream.ErrChanged) {
			return e, err
		}
	}
	return Evaluation{}, fmt.Errorf("alert %s: other processes keep telling news of it: let one run", a.Name)
}

func (s *Service) evaluate(ctx context.Context, a *Alert) (Evaluation, error) {
	before, err := s.state(ctx)
	if err != nil {
		return Evaluation{}, err
	}
	if err := s.ready(ctx, before); err != nil {
		return Evaluation{}, err
	}
	l := s.ledger(a)
	v, err := l.look(ctx)
	if err != nil {
		return Evaluation{}, err
	}
	if !v.based {
		if err := s.filled(ctx, before); err != nil {
			return Evaluation{}, err
		}
	}
	items, e, err := s.find(ctx, a, v)
	if err != nil {
		return Evaluation{}, err
	}
	// A rebuild may have begun under the search.
	if after, err := s.state(ctx); err != nil || after.behind(before) {
		return Evaluation{}, errors.Join(err, ErrNotNow)
	}
	if err := s.remember(ctx, before); err != nil {
		return Evaluation{}, err
	}
	return e, l.tell(ctx, v, items)
}

// Preview is the message that an evaluation would tell now. Nothing is written.
func (s *Service) Preview(ctx context.Context, a *Alert) (*Message, error) {
	l := s.ledger(a)
	v, err := l.look(ctx)
	if err != nil {
		return nil, err
	}
	items, _, err := s.find(ctx, a, v)
	if err != nil {
		return nil, err
	}
	items = slices.DeleteFunc(items, func(item Item) bool { return len(item.Kinds) == 0 })
	d := Digest{Number: len(l.closedDigests()) + 1, At: time.Now().UTC().Truncate(time.Second)}
	return s.message(a, d, items), nil
}

// pageStudies is how many studies are in memory at once, and in one message where another
// process has the index.
const pageStudies = 100

// find runs the search whole. Its order is that of dates and IDs, which stays while
// documents come and go; one by relevance would not.
func (s *Service) find(ctx context.Context, a *Alert, v view) ([]Item, Evaluation, error) {
	e := Evaluation{Told: map[Kind]int{}}
	var items []Item
	q := a.Query
	q.Order, q.Size, q.After, q.Facets, q.Suggest = indexer.Newest, pageStudies, "", nil, false
	// Records that are in an item: their study may be joined to another under the search, or
	// come to another page.
	seen := map[string]bool{}
	for {
		q.Bare = true
		page, err := s.searcher.Search(ctx, q)
		if err != nil {
			return nil, e, fmt.Errorf("search of alert %s: %w", a.Name, err)
		}
		if q.After == "" {
			e.Matching = page.Total
		}
		var found []Item
		var studies []*indexer.Study
		for i := range page.Hits {
			study := &page.Hits[i].Study
			kinds, changes := compare(study, v.print)
			if len(kinds) == 0 || slices.ContainsFunc(study.Members, func(m indexer.Member) bool { return seen[m.Record.Candidate.ID] }) {
				continue
			}
			item := Item{Study: study.ID, Records: printsOf(study)}
			for _, p := range item.Records {
				seen[p.Record] = true
			}
			if v.based || a.All {
				for _, k := range Kinds {
					if a.wants(k) && slices.Contains(kinds, k) {
						item.Kinds = append(item.Kinds, k)
						e.Told[k]++
					}
				}
			}
			if len(item.Kinds) == 0 {
				e.Noted++
				items = append(items, item)
				continue
			}
			item.Story = &Story{Changes: changes}
			found, studies = append(found, item), append(studies, study)
		}
		if len(found) > 0 {
			snippets, err := s.snippets(ctx, q)
			if err != nil {
				return nil, e, fmt.Errorf("search of alert %s: %w", a.Name, err)
			}
			for i := range found {
				found[i].Story = s.story(studies[i], snippets[found[i].Study], found[i].Story.Changes)
			}
			items = append(items, found...)
		}
		if page.Next == "" || len(page.Hits) == 0 {
			return items, e, nil
		}
		q.After = page.Next
	}
}

// snippets are the passages that the search found on a page, by study. Most pages have no
// news, and passages cost most of the time of a long list.
func (s *Service) snippets(ctx context.Context, q indexer.Query) (map[string][]indexer.Snippet, error) {
	q.Bare = false
	page, err := s.searcher.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	snippets := map[string][]indexer.Snippet{}
	for _, h := range page.Hits {
		snippets[h.Study.ID] = h.Snippets
	}
	return snippets, nil
}
