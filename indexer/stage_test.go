package indexer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"polyglean/indexer"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// What is in the log and is no record is parked with its reason; the records beside it,
// and those after it, go in.
func TestPoisonIsParkedAlone(t *testing.T) {
	l := newLogbook(t)
	js, err := jetstream.New(l.bus.Conn())
	if err != nil {
		t.Fatal(err)
	}
	good, err := json.Marshal(recordOf(9, "good", "1", record.Identifiers{}).Record)
	if err != nil {
		t.Fatal(err)
	}
	newer := strings.Replace(string(good), `"v":1`, `"v":99`, 1)
	if newer == string(good) {
		t.Fatalf("the record has no version: %s", good)
	}
	records := []string{`{"candidate":{"v":1,"id":""}}`, `{"candidate":17}`, newer, string(good), `{}`}
	body := fmt.Sprintf(`{"v":1,"source":"poison","records":[%s]}`, strings.Join(records, ","))
	if _, err := js.Publish(t.Context(), "classified.poison", []byte(body)); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "classified.poison", []byte("<html>no envelope</html>")); err != nil {
		t.Fatal(err)
	}
	runner := l.run(indexer.NewRunner(l.bus, l.index, "test", nil))
	l.another("1")
	l.settle()
	l.end(runner)
	var reasons []string
	err = l.bus.EachParked(t.Context(), func(p record.Parked) error {
		if p.Stage == indexer.Stage && (p.Source == "poison" || p.Source == "classified.poison") {
			reasons = append(reasons, p.Reason)
		}
		return nil
	})
	if err != nil || len(reasons) != len(records) {
		t.Fatalf("parked: %q, error %v; want %d reasons", reasons, err, len(records))
	}
	for _, part := range []string{"the record has no ID", "update polyglean", "not a readable classified record", "not an envelope"} {
		if !strings.Contains(strings.Join(reasons, "\n"), part) {
			t.Errorf("no reason says %q: %q", part, reasons)
		}
	}
	library := indexer.NewLibrary(l.index)
	for _, id := range []string{"good:1", "g:1"} {
		if _, err := library.Study(t.Context(), record.StudyID(id)); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// down is an index that is not there.
type down struct{ indexer.Index }

func (down) Find(context.Context, indexer.Plan) (indexer.Found, error) {
	return indexer.Found{}, fmt.Errorf("%w: as asked", indexer.ErrUnavailable)
}

// While the index is away the stage has a bounded part of the log in hand, says that it is
// not ready, and ends at once when it is told to.
func TestIndexAwayIsWaitedForInBoundedMemory(t *testing.T) {
	l := newLogbook(t)
	for i := range 400 {
		l.another(fmt.Sprint(i))
	}
	runner := indexer.NewRunner(l.bus, down{l.index}, "test", nil)
	if err := runner.Ready(); err != nil {
		t.Fatalf("before anything was tried: %v", err)
	}
	work := l.run(runner)
	js, err := jetstream.New(l.bus.Conn())
	if err != nil {
		t.Fatal(err)
	}
	inHand := 0
	for deadline := time.Now().Add(2 * time.Minute); inHand < 64 || runner.Ready() == nil; time.Sleep(10 * time.Millisecond) {
		c, err := js.Consumer(t.Context(), stream.Classified, indexer.Stage)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("%d in hand, ready: %v, error %v", inHand, runner.Ready(), err)
		}
		inHand = c.CachedInfo().NumAckPending
		if inHand > 256 {
			t.Fatalf("%d envelopes in hand", inHand)
		}
	}
	if !errors.Is(runner.Ready(), indexer.ErrUnavailable) {
		t.Errorf("ready: %v", runner.Ready())
	}
	l.end(work)
	back := l.run(indexer.NewRunner(l.bus, l.index, "test", nil))
	l.settle()
	l.end(back)
	l.whole("when it is back", l.index, 6+400)
}
