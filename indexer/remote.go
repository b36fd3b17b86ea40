package indexer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"polyglean/internal/strategy"
)

// The index of one process cannot be opened by a second one. A command that finds
// the pipeline running asks it over the connection they share.
const (
	subjectSearch = "polyglean.search"
	subjectStudy  = "polyglean.study"
	subjectThere  = "polyglean.there"
	subjectCount  = "polyglean.count"
	subjectVerify = "polyglean.verify"

	subjectComplete = "polyglean.complete"
)

// answer is the wire form of a reply.
type answer struct {
	Result json.RawMessage       `json:"result,omitempty"`
	Error  string                `json:"error,omitempty"`
	Syntax *strategy.SyntaxError `json:"syntax,omitempty"`
	Query  *QueryError           `json:"query,omitempty"`
	Page   bool                  `json:"page,omitempty"`
	Absent bool                  `json:"absent,omitempty"`
}

// completing is the wire form of a request for completions.
type completing struct {
	Prefix string `json:"prefix"`
	Size   int    `json:"size"`
}

// Answer serves other processes' requests until ctx ends. Count and verify are Count
// and Verify of the index of s.
func Answer(ctx context.Context, nc *nats.Conn, s Searcher, count, verify func(context.Context) (Verification, error)) error {
	handlers := map[string]func(context.Context, []byte) (any, error){
		subjectSearch: func(ctx context.Context, raw []byte) (any, error) {
			var q Query
			if err := json.Unmarshal(raw, &q); err != nil {
				return nil, fmt.Errorf("query: %w", err)
			}
			return s.Search(ctx, q)
		},
		subjectStudy: func(ctx context.Context, raw []byte) (any, error) { return s.Study(ctx, string(raw)) },
		subjectComplete: func(ctx context.Context, raw []byte) (any, error) {
			var c completing
			if err := json.Unmarshal(raw, &c); err != nil {
				return nil, fmt.Errorf("completion: %w", err)
			}
			return s.Complete(ctx, c.Prefix, c.Size)
		},
		subjectThere:  func(context.Context, []byte) (any, error) { return true, nil },
		subjectCount:  func(ctx context.Context, _ []byte) (any, error) { return count(ctx) },
		subjectVerify: func(ctx context.Context, _ []byte) (any, error) { return verify(ctx) },
	}
	for subject, handle := range handlers {
		sub, err := nc.QueueSubscribe(subject, Stage, func(m *nats.Msg) {
			go func() {
				raw := reply(ctx, m.Data, handle)
				if most := nc.MaxPayload(); int64(len(raw)) > most {
					raw = encodeAnswer(answer{Error: fmt.Sprintf("the answer has %d bytes, and the NATS server takes %d: ask for fewer studies at once, or set its max_payload higher", len(raw), most)})
				}
				_ = m.Respond(raw)
			}()
		})
		if err != nil {
			return fmt.Errorf("answer %s: %w", subject, err)
		}
		defer func() { _ = sub.Unsubscribe() }()
	}
	<-ctx.Done()
	return nil
}

func reply(ctx context.Context, request []byte, handle func(context.Context, []byte) (any, error)) []byte {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	var a answer
	v, err := handle(ctx, request)
	if err == nil {
		a.Result, err = json.Marshal(v)
	}
	if err != nil {
		a.Error = err.Error()
		a.Absent = errors.Is(err, ErrNotFound)
		a.Page = errors.Is(err, ErrPage)
		errors.As(err, &a.Syntax)
		errors.As(err, &a.Query)
	}
	return encodeAnswer(a)
}

func encodeAnswer(a answer) []byte {
	raw, err := json.Marshal(a)
	if err != nil {
		return []byte(`{"error":"the answer could not be written"}`)
	}
	return raw
}

// Remote is a Searcher that asks the process which has the index.
type Remote struct{ nc *nats.Conn }

// NewRemote asks over nc.
func NewRemote(nc *nats.Conn) *Remote { return &Remote{nc: nc} }

// There says whether a process answers, at once.
func (r *Remote) There(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, startup)
	defer cancel()
	_, err := r.nc.RequestWithContext(ctx, subjectThere, nil)
	return err == nil
}

// Search implements Searcher.
func (r *Remote) Search(ctx context.Context, q Query) (Result, error) {
	var result Result
	raw, err := json.Marshal(q)
	if err != nil {
		return result, fmt.Errorf("query: %w", err)
	}
	return result, r.ask(ctx, subjectSearch, raw, &result)
}

// Complete implements Searcher.
func (r *Remote) Complete(ctx context.Context, prefix string, size int) ([]Completion, error) {
	raw, err := json.Marshal(completing{prefix, size})
	if err != nil {
		return nil, fmt.Errorf("completion: %w", err)
	}
	var out []Completion
	return out, r.ask(ctx, subjectComplete, raw, &out)
}

// Study implements Searcher.
func (r *Remote) Study(ctx context.Context, id string) (Study, error) {
	var s Study
	return s, r.ask(ctx, subjectStudy, []byte(id), &s)
}

// Count is Count, done by the process that has the index.
func (r *Remote) Count(ctx context.Context) (Verification, error) {
	var v Verification
	return v, r.ask(ctx, subjectCount, nil, &v)
}

// Verify is Verify, done by the process that has the index.
func (r *Remote) Verify(ctx context.Context) (Verification, error) {
	var v Verification
	return v, r.ask(ctx, subjectVerify, nil, &v)
}

func (r *Remote) ask(ctx context.Context, subject string, request []byte, into any) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	m, err := r.request(ctx, subject, request)
	if errors.Is(err, nats.ErrNoResponders) {
		return errors.New("the running polyglean has no index yet: try again in a moment, or see that it serves the indexer role")
	}
	if err != nil {
		return fmt.Errorf("ask the running polyglean: %w", err)
	}
	var a answer
	if err := json.Unmarshal(m.Data, &a); err != nil {
		return fmt.Errorf("answer of the running polyglean: %w", err)
	}
	switch {
	case a.Syntax != nil:
		return a.Syntax
	case a.Query != nil:
		return a.Query
	case a.Page:
		return ErrPage
	case a.Absent:
		return ErrNotFound
	case a.Error != "":
		return errors.New(a.Error)
	}
	return json.Unmarshal(a.Result, into)
}

// startup is how long is waited for a process that has the streams already, and opens
// the index. It is shorter than MaxTime, so that the reason is told.
const startup = 4 * time.Second

// request asks until somebody answers.
func (r *Remote) request(ctx context.Context, subject string, body []byte) (*nats.Msg, error) {
	for end := time.Now().Add(startup); ; {
		m, err := r.nc.RequestWithContext(ctx, subject, body)
		if !errors.Is(err, nats.ErrNoResponders) || time.Now().After(end) {
			return m, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
