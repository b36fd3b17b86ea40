package indexer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"polyglean/indexer"
	"polyglean/internal/strategy"
)

// Who asks another process for a search is told what is wrong with it as plainly as who
// has the index: commands end with another exit code for a slip of their own.
func TestRemoteErrors(t *testing.T) {
	l := newLogbook(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	unasked := func(context.Context) (indexer.Verification, error) {
		return indexer.Verification{}, errors.New("not asked for")
	}
	large := func(context.Context) (indexer.Verification, error) {
		return indexer.Verification{Problems: []indexer.Problem{{What: strings.Repeat("long", 5<<20)}}}, nil
	}
	go func() {
		done <- indexer.Answer(ctx, l.bus.Conn(), indexer.NewLibrary(l.index), unasked, large)
	}()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	remote := indexer.NewRemote(l.bus.Conn())
	patient, giveUp := context.WithTimeout(t.Context(), time.Minute)
	defer giveUp()
	if r, err := remote.Search(patient, indexer.Query{}); err != nil || r.Total == 0 {
		t.Fatalf("%d studies, error %v", r.Total, err)
	}
	search := func(q indexer.Query) error {
		_, err := remote.Search(patient, q)
		return err
	}
	var syntax *strategy.SyntaxError
	if err := search(indexer.Query{Text: "(exit"}); !errors.As(err, &syntax) || syntax.Fix == "" {
		t.Errorf("a query that cannot be read: %v", err)
	}
	var query *indexer.QueryError
	bad := indexer.Query{Filters: map[string][]string{indexer.FacetFlag: {"foo"}}}
	if err := search(bad); !errors.As(err, &query) || query.Part != "filters" || query.Problem == "" || query.Hint == "" {
		t.Errorf("a flag that does not exist: %v", err)
	}
	if err := search(indexer.Query{After: "zzz"}); !errors.Is(err, indexer.ErrPage) {
		t.Errorf("a page that does not exist: %v", err)
	}
	if _, err := remote.Study(patient, "nowhere"); !errors.Is(err, indexer.ErrNotFound) {
		t.Errorf("a study that does not exist: %v", err)
	}
	if _, err := remote.Verify(patient); err == nil || !strings.Contains(err.Error(), "max_payload") {
		t.Errorf("an answer that is larger than a message may be: %v", err)
	}
}
