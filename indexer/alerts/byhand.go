package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"polyglean/internal/stream"
)

// subjectRun asks the process that tells news to look at alerts now.
const subjectRun = "polyglean.alerts.run"

// Ran is what came of running an alert by hand.
type Ran struct {
	Alert string `json:"alert"`
	Evaluation
	// Sent are the digests that targets took, Failed what kept others from being sent, each
	// with its target.
	Sent   int               `json:"sent"`
	Failed map[string]string `json:"failed,omitempty"`
}

// listen takes requests of other processes.
func (s *Service) listen() (<-chan *nats.Msg, func(), error) {
	asked := make(chan *nats.Msg, 16)
	sub, err := s.bus.Conn().ChanSubscribe(subjectRun, asked)
	if err != nil {
		return nil, nil, fmt.Errorf("alerts: %w", err)
	}
	return asked, func() { _ = sub.Unsubscribe() }, nil
}

// runNow looks at an alert whatever its hour and sends what waits whatever failed before.
func (w *watch) runNow(ctx context.Context, name string) (Ran, error) {
	ran := Ran{Alert: name, Failed: map[string]string{}}
	a, err := w.Alert(ctx, name)
	if err != nil {
		return ran, err
	}
	now, err := w.Service.state(ctx)
	if err != nil {
		return ran, err
	}
	if _, err := w.load(ctx, &a); err != nil {
		return ran, err
	}
	if ran.Evaluation, err = w.look(ctx, &a, now); err != nil {
		return ran, err
	}
	w.wait.Wait() // what is being sent is not to be sent twice
	for _, t := range a.Targets {
		n, err := w.sendTo(ctx, &a, t)
		ran.Sent += n
		if err != nil {
			ran.Failed[t.ID] = hideAddress(err.Error(), t)
		}
	}
	return ran, nil
}

// reply is the wire form of an answer to subjectRun.
type reply struct {
	Ran    Ran    `json:"ran"`
	Error  string `json:"error,omitempty"`
	Absent bool   `json:"absent,omitempty"`
	NotNow bool   `json:"not_now,omitempty"`
}

func (w *watch) answer(ctx context.Context, m *nats.Msg) {
	ran, err := w.runNow(ctx, string(m.Data))
	r := reply{Ran: ran, Absent: errors.Is(err, ErrNoAlert), NotNow: errors.Is(err, ErrNotNow)}
	if err != nil {
		r.Error = err.Error()
	}
	raw, err := json.Marshal(r)
	if err == nil {
		err = m.Respond(raw)
	}
	if err != nil {
		w.log.Warn("answer to a command", "error", err)
	}
}

// RunNow runs an alert by hand: in the process that tells news where there is one, else
// here.
func (s *Service) RunNow(ctx context.Context, name, owner string) (Ran, error) {
	for {
		m, err := s.ask(ctx, name)
		if err == nil {
			return read(m)
		}
		if !errors.Is(err, nats.ErrNoResponders) {
			return Ran{}, fmt.Errorf("ask the process that serves alerts: %w", err)
		}
		if ran, had, err := s.runHere(ctx, name, owner); had || ctx.Err() != nil {
			return ran, err
		}
	}
}

// ask has the process that tells news run an alert.
func (s *Service) ask(ctx context.Context, name string) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*lookPatience)
	defer cancel()
	return s.bus.Conn().RequestWithContext(ctx, subjectRun, []byte(name))
}

// turnPatience is how long is waited for the turn to tell news, before it is asked again
// whether a process has it that answers: one may just have begun.
const turnPatience = 3 * time.Second

// runHere runs an alert in this process; false when the turn to do so did not come.
func (s *Service) runHere(ctx context.Context, name, owner string) (ran Ran, had bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var decided atomic.Bool // whether the turn came or the patience ended
	patience := time.AfterFunc(turnPatience, func() {
		if decided.CompareAndSwap(false, true) {
			cancel()
		}
	})
	defer patience.Stop()
	err = s.bus.Lease(ctx, stream.RoleAlerts, owner, func(ctx context.Context) error {
		if !had && !decided.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		had = true
		var err error
		ran, err = s.newWatch().runNow(ctx, name)
		return err
	})
	return ran, had, err
}

// read is the answer of the process that tells news.
func read(m *nats.Msg) (Ran, error) {
	var r reply
	if err := json.Unmarshal(m.Data, &r); err != nil {
		return Ran{}, fmt.Errorf("answer of the process that serves alerts: %w", err)
	}
	switch {
	case r.Absent:
		return r.Ran, ErrNoAlert
	case r.NotNow:
		return r.Ran, ErrNotNow
	case r.Error != "":
		return r.Ran, errors.New(r.Error)
	}
	return r.Ran, nil
}
