package harvester

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// State says how far a query of a run has come, or how it ended.
type State string

// A query ends complete, partial or blocked. Complete means that the source
// delivered all it announced; a source that failed never looks like one that has
// nothing.
const (
	StateRunning  State = "running"
	StateComplete State = "complete"
	// StatePartial: some pages came, and then something ended the query, or fewer
	// records came than were announced; the next run goes on from its cursor.
	StatePartial State = "partial"
	// StateBlocked: nothing came at all.
	StateBlocked State = "blocked"
)

// Run is one pass over the queries of a protocol.
type Run struct {
	Schema int `json:"v"`
	// ID sorts by time: "20260102T150405Z-xxxx".
	ID       string    `json:"id"`
	Protocol string    `json:"protocol"`
	Version  string    `json:"version"`
	Digest   string    `json:"digest"`
	Started  time.Time `json:"started"`
	// Ended is zero while the run is going on, or was cut short and can be resumed.
	// A run ends when every query has been asked, whatever came of it.
	Ended time.Time `json:"ended,omitzero"`
	// Since bounds an incremental run; zero for a first fill.
	Since time.Time `json:"since,omitzero"`
	// Input identifies what was read beside the protocol, if anything.
	Input string `json:"input,omitempty"`
	// Round is that of the snowballing the run belongs to, from 1; 0 for other runs.
	Round int `json:"round,omitempty"`
	// Previous is the run whose cursors this one takes over, if any.
	Previous string `json:"previous,omitempty"`
	// Sources names the sources of the run, in order.
	Sources []string `json:"sources"`
	// Queries are filled in by Runs and Report; they are stored apart, so that a
	// page costs one small write.
	Queries []QueryState `json:"-"`

	// resumed says that the run was begun before.
	resumed bool
}

// QueryState is the ledger's line for one query, and its cursor: both are saved in
// one write, after the page they speak of is on disk.
type QueryState struct {
	Schema int          `json:"v"`
	Run    string       `json:"run"`
	Source string       `json:"source"`
	Query  string       `json:"query"`
	Route  record.Route `json:"route"`
	Lang   string       `json:"lang,omitempty"`
	// Window names the dates of a part of a query that was too large to be asked
	// whole; Parts is set on the whole, whose own counts are then empty, and Whole is
	// what the source announced for it.
	Window string `json:"window,omitempty"`
	Parts  int    `json:"parts,omitempty"`
	Whole  int    `json:"whole,omitempty"`
	// From and Until are the dates asked for; zero is open.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Sent is the first request of the query exactly as sent, without secrets.
	Sent   string `json:"sent,omitempty"`
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"`
	Cursor string `json:"cursor,omitempty"`
	Pages  int    `json:"pages"`
	// Announced is what the source said it has, -1 when it did not say.
	Announced int `json:"announced"`
	// Carried records were received by the run before, whose cursor this one took
	// over; they are not counted again.
	Carried int `json:"carried,omitempty"`
	// Received = New + Changed + Unchanged + Parked. Unchanged records were in the
	// log already as they are, from an earlier run or another query of this one. Those
	// that another study led to now count as changed.
	Received  int `json:"received"`
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Parked    int `json:"parked"`
	// Deleted is how many of the received are marked as deleted by their source.
	Deleted int `json:"deleted"`
	// Mended counts what had to be put right to read the answers, by what it was.
	Mended map[string]int `json:"mended,omitempty"`
	// LastSeq is the position of the query's last envelope in the candidate log.
	LastSeq uint64    `json:"last_seq,omitempty"`
	Started time.Time `json:"started"`
	// Begun is when the asking began that this query goes on with, in an earlier run
	// whose cursor or windows it took over; zero is Started.
	Begun   time.Time `json:"begun,omitzero"`
	Updated time.Time `json:"updated"`
}

// begun is when the first of the records was asked for: what the source changed since
// may not be among them.
func (q *QueryState) begun() time.Time {
	if q.Begun.IsZero() {
		return q.Started
	}
	return q.Begun
}

// startOver gives up what was taken over from an earlier run.
func (q *QueryState) startOver() { q.Cursor, q.Carried, q.Begun = "", 0, time.Time{} }

// mend counts what was put right. The map may be shared with another copy of q, and is
// left as it is.
func (q *QueryState) mend(counts map[string]int) {
	if len(counts) == 0 {
		return
	}
	all := maps.Clone(q.Mended)
	if all == nil {
		all = map[string]int{}
	}
	for what, n := range counts {
		all[what] += n
	}
	q.Mended = all
}

// Balanced says whether the counts add up.
func (q *QueryState) Balanced() bool {
	return q.Received == q.New+q.Changed+q.Unchanged+q.Parked
}

// Ended says that the query is not to be asked again in this run.
func (q *QueryState) Ended() bool { return q.State == StateComplete }

// Partial says whether any query of the run did not end complete.
func (r *Run) Partial() bool {
	return slices.ContainsFunc(r.Queries, func(q QueryState) bool { return q.State != StateComplete })
}

// Totals adds up the lines of a run. Announced counts sources that said a number.
func (r *Run) Totals() QueryState {
	var t QueryState
	for _, q := range r.Queries {
		t.Announced += max(q.Announced, 0)
		t.Received += q.Received
		t.New += q.New
		t.Changed += q.Changed
		t.Unchanged += q.Unchanged
		t.Parked += q.Parked
		t.Deleted += q.Deleted
		t.Pages += q.Pages
		t.mend(q.Mended)
	}
	return t
}

// Ledger is the run ledger in the stream.
type Ledger struct{ bus *stream.Bus }

// NewLedger opens the ledger of a bus.
func NewLedger(bus *stream.Bus) *Ledger { return &Ledger{bus: bus} }

// Runs lists all runs with their queries, oldest first.
func (l *Ledger) Runs(ctx context.Context) ([]Run, error) {
	runs, err := l.headers(ctx)
	if err != nil {
		return nil, err
	}
	for i := range runs {
		if err := l.fill(ctx, &runs[i]); err != nil {
			return nil, err
		}
	}
	return runs, nil
}

// LastEnded is when the latest run that is through ended, zero when there is none.
func (l *Ledger) LastEnded(ctx context.Context) (time.Time, error) {
	runs, err := l.headers(ctx)
	for _, r := range slices.Backward(runs) {
		if !r.Ended.IsZero() {
			return r.Ended, nil
		}
	}
	return time.Time{}, err
}

// headers lists all runs without their queries, of which there may be thousands,
// oldest first.
func (l *Ledger) headers(ctx context.Context) ([]Run, error) {
	var runs []Run
	err := l.bus.EachState(ctx, "run.*", func(_ string, raw []byte) error {
		var r Run
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		runs = append(runs, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("run ledger: %w", err)
	}
	// Runs that began within one second have IDs in no order.
	slices.SortFunc(runs, func(a, b Run) int { return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.ID, b.ID)) })
	return runs, nil
}

// Run returns one run with its queries; false when there is none of that ID.
func (l *Ledger) Run(ctx context.Context, id string) (Run, bool, error) {
	var r Run
	found, err := l.bus.LoadState(ctx, "run."+id, &r)
	if err != nil || !found {
		return r, false, err
	}
	return r, true, l.fill(ctx, &r)
}

func (l *Ledger) fill(ctx context.Context, r *Run) error {
	r.Queries = nil
	err := l.bus.EachState(ctx, "query."+r.ID+".*", func(_ string, raw []byte) error {
		var q QueryState
		if err := json.Unmarshal(raw, &q); err != nil {
			return err
		}
		r.Queries = append(r.Queries, q)
		return nil
	})
	if err != nil {
		return fmt.Errorf("run ledger: %w", err)
	}
	rank := func(q QueryState) int { return slices.Index(r.Sources, q.Source) }
	slices.SortStableFunc(r.Queries, func(a, b QueryState) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), a.Started.Compare(b.Started), strings.Compare(a.Query, b.Query))
	})
	return nil
}

// previous finds how a query ended in the run before, of the same protocol and
// sources.
func (l *Ledger) previous(ctx context.Context, run Run, source string, q Query) (QueryState, bool, error) {
	if run.Previous == "" {
		return QueryState{}, false, nil
	}
	return l.query(ctx, run.Previous, source, q)
}

// open returns the unfinished run of the same protocol and sources to go on with,
// or begins a new one.
func (l *Ledger) open(ctx context.Context, want Run, fresh bool) (Run, error) {
	runs, err := l.headers(ctx)
	if err != nil {
		return Run{}, err
	}
	for _, r := range slices.Backward(runs) {
		if fresh || r.Digest != want.Digest || !slices.Equal(r.Sources, want.Sources) || !r.Since.Equal(want.Since) || r.Input != want.Input {
			continue
		}
		if r.Ended.IsZero() {
			r.resumed = true
			return r, nil
		}
		want.Previous = r.ID
		break
	}
	want.Schema = record.Schema
	want.Started = time.Now().UTC()
	salt := record.StudyID(want.Started.String() + want.Digest)
	want.ID = want.Started.Format("20060102T150405Z") + "-" + salt[1:5]
	return want, l.saveRun(ctx, want)
}

func (l *Ledger) saveRun(ctx context.Context, r Run) error {
	return l.bus.SaveState(ctx, "run."+r.ID, r)
}

func (l *Ledger) saveQuery(ctx context.Context, q QueryState) error {
	q.Schema = record.Schema
	q.Updated = time.Now().UTC()
	return l.bus.SaveState(ctx, queryKey(q.Run, q.Source, q.Query, q.Window), q)
}

func (l *Ledger) query(ctx context.Context, run, source string, q Query) (QueryState, bool, error) {
	var st QueryState
	found, err := l.bus.LoadState(ctx, queryKey(run, source, q.Name, q.window()), &st)
	return st, found, err
}

func queryKey(run, source, query, window string) string {
	return "query." + run + "." + hashKey(source, query, window)
}

// hashKey keeps names, which may hold anything, out of a key.
func hashKey(names ...string) string {
	h := fnv.New128a()
	_, _ = h.Write([]byte(strings.Join(names, "\x00")))
	return hex.EncodeToString(h.Sum(nil))
}
