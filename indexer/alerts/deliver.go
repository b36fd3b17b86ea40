package alerts

import (
	"context"
	"regexp"
	"strings"
	"time"

	"polyglean/internal/untrusted"
)

// Status is how an alert fares. It is kept in KV: what servers answer can name people.
type Status struct {
	Schema int `json:"v"`
	// Checked is when the alert was last looked at, Matching how many studies it found.
	Checked  time.Time `json:"checked,omitzero"`
	Matching int       `json:"matching"`
	// Served is up to when daily digests have been made.
	Served time.Time `json:"served,omitzero"`
	// Failure is why the last look failed, nil where it did not.
	Failure *Trouble `json:"failure,omitempty"`
	// Targets are those to which the last try to send failed, by ID.
	Targets map[string]Trouble `json:"targets,omitempty"`
}

// Trouble is what fails at present, and is tried again.
type Trouble struct {
	Tries int       `json:"tries"`
	Tried time.Time `json:"tried"`
	Error string    `json:"error"`
}

// again is the trouble after another try that failed.
func (t Trouble) again(why string) Trouble {
	return Trouble{Tries: t.Tries + 1, Tried: time.Now().UTC().Truncate(time.Millisecond), Error: why}
}

// next is when it is tried again.
func (t Trouble) next(p pace) time.Time {
	return t.Tried.Add(min(p.retry<<min(t.Tries-1, 10), p.mostRetry))
}

// Status is how an alert fares, as the process that tells news last noted it.
func (s *Service) Status(ctx context.Context, a *Alert) (Status, error) {
	var st Status
	_, err := s.bus.LoadState(ctx, statusKeys+a.ID, &st)
	return st, err
}

func (s *Service) saveStatus(ctx context.Context, a *Alert, st Status) error {
	st.Schema = 1
	return s.bus.SaveState(ctx, statusKeys+a.ID, st)
}

// deliver sends a target all that it has yet to get, the oldest first, and returns how many
// digests it took. The first that fails ends it: others would fail likewise.
func (s *Service) deliver(ctx context.Context, a *Alert, t Target) (sent int, err error) {
	l := s.ledger(a)
	for _, d := range l.waiting(t.ID) {
		items, err := l.load(ctx, d)
		if err != nil {
			return sent, err
		}
		m := s.message(a, d, items)
		if t.Channel == ByMail {
			err = s.opts.Mail.send(ctx, m, t)
		} else {
			err = s.opts.Webhook.send(ctx, m, t)
		}
		if err != nil {
			return sent, err
		}
		// A process that is told to stop now has sent the message, and says so.
		noting, cancel := context.WithTimeout(context.WithoutCancel(ctx), notePatience)
		err = l.sent(noting, d.Number, t.ID)
		cancel()
		if err != nil {
			return sent, err
		}
		sent++
	}
	return sent, nil
}

// notePatience is how long it may take to note that a message was sent.
const notePatience = 10 * time.Second

// address is what looks like a mail address in what a server answered.
var address = regexp.MustCompile(`[^\s<>"'(]+@[^\s<>"')]+`)

// hideAddress takes addresses out of what went wrong, for the log.
func hideAddress(text string, t Target) string {
	return untrusted.Line(address.ReplaceAllString(strings.ReplaceAll(text, t.Address, t.ID), t.ID))
}
