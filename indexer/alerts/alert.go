package alerts

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"polyglean/indexer"
	"polyglean/internal/stream"
	"polyglean/internal/untrusted"
)

// Alert is a saved search and whom it tells of what.
type Alert struct {
	Schema int `json:"v"`
	// ID is that of the ledger. An alert that takes the name of one that was removed has
	// another.
	ID string `json:"id"`
	// Name is short and fit for an address: small letters of a to z, figures and hyphens.
	Name string `json:"name"`
	// Title is what people read, in any script.
	Title string        `json:"title"`
	Query indexer.Query `json:"query"`
	// Kinds are the news that are told, in the order of Kinds.
	Kinds []Kind `json:"kinds"`
	// Daily says that news wait for the hour of Hour, 0 to 23, in the zone of the schedule;
	// else they are told at once.
	Daily bool `json:"daily,omitempty"`
	Hour  int  `json:"hour,omitempty"`
	// All says that what matches when the alert is made is told, too.
	All     bool      `json:"all,omitempty"`
	Targets []Target  `json:"targets,omitempty"`
	Made    time.Time `json:"made"`
}

// Target is where news are sent. There is no target for Atom, which is fetched.
type Target struct {
	// ID names the target within its alert, in the ledger and in logs: "mail-1".
	ID      string  `json:"id"`
	Channel Channel `json:"channel"`
	// Address is a mail address or a URL: personal data, or a secret.
	Address string `json:"address"`
}

// Channel is a way of sending.
type Channel string

// The channels.
const (
	ByMail    Channel = "mail"
	ByWebhook Channel = "webhook"
)

// Kind is a kind of news.
type Kind string

// The kinds of news.
const (
	// NewStudy: no record of the study was ever told by this alert.
	NewStudy Kind = "new"
	// AbstractArrived: the study was told without an abstract, and has one.
	AbstractArrived Kind = "abstract"
	// Changed: the best title, abstract or year is another, or there is a further language.
	Changed Kind = "changed"
	// Retracted: the study was told, and is retracted.
	Retracted Kind = "retracted"
)

// Kinds are all kinds of news, those that are told first before the others.
var Kinds = []Kind{Retracted, NewStudy, AbstractArrived, Changed}

// ParseKinds reads names of kinds; none means all.
func ParseKinds(names []string) ([]Kind, error) {
	if len(names) == 0 {
		return Kinds, nil
	}
	for _, name := range names {
		if !slices.Contains(Kinds, Kind(name)) {
			return nil, fmt.Errorf("kind of news %q: want new, abstract, changed, retracted", name)
		}
	}
	return slices.DeleteFunc(slices.Clone(Kinds), func(k Kind) bool { return !slices.Contains(names, string(k)) }), nil
}

// nameForm is what an alert can be called: the name is a part of keys and addresses.
var nameForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)

// NewAlert makes an alert of a name, a title (empty: the name), mail addresses and URLs. It
// is not saved yet.
func NewAlert(name, title string, addresses, hooks []string) (Alert, error) {
	if !nameForm.MatchString(name) {
		return Alert{}, fmt.Errorf("alert %q: a name is made of small letters from a to z, figures and hyphens, 40 at most; --title is free", name)
	}
	a := Alert{
		Schema: 1, ID: name + "-" + strings.ToLower(rand.Text()[:8]), Name: name,
		Title: untrusted.Line(cmp.Or(strings.TrimSpace(title), name)), Made: time.Now().UTC().Truncate(time.Second),
	}
	for _, text := range addresses {
		parsed, err := mail.ParseAddress(text)
		if err != nil {
			return Alert{}, fmt.Errorf("%q is no mail address", text)
		}
		a.add(ByMail, parsed.Address)
	}
	for _, text := range hooks {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
			return Alert{}, fmt.Errorf("%q is no address of a webhook: want https://host/path, without a password", text)
		}
		a.add(ByWebhook, u.String())
	}
	return a, nil
}

// add adds an address once.
func (a *Alert) add(c Channel, address string) {
	n := 1
	for _, t := range a.Targets {
		if t.Channel != c {
			continue
		}
		if t.Address == address {
			return
		}
		n++
	}
	a.Targets = append(a.Targets, Target{ID: fmt.Sprintf("%s-%d", c, n), Channel: c, Address: address})
}

// wants says whether a kind of news is told.
func (a *Alert) wants(k Kind) bool { return slices.Contains(a.Kinds, k) }

// ErrNoAlert means that there is no alert of a name.
var ErrNoAlert = errors.New("there is no such alert")

// ErrExists means that the name is taken.
var ErrExists = errors.New("there is an alert of that name already")

const (
	savedKeys  = "alerts.saved."
	statusKeys = "alerts.status."
)

// Save saves a new alert; ErrExists where its name is taken.
func (s *Service) Save(ctx context.Context, a Alert) error {
	_, err := s.bus.UpdateState(ctx, savedKeys+a.Name, a, 0)
	if errors.Is(err, stream.ErrChanged) {
		return ErrExists
	}
	return err
}

// Alert returns the alert of a name; ErrNoAlert where there is none.
func (s *Service) Alert(ctx context.Context, name string) (Alert, error) {
	var a Alert
	if !nameForm.MatchString(name) {
		return a, ErrNoAlert
	}
	found, err := s.bus.LoadState(ctx, savedKeys+name, &a)
	if err == nil && !found {
		err = ErrNoAlert
	}
	return a, err
}

// Alerts returns all alerts in order of name.
func (s *Service) Alerts(ctx context.Context) ([]Alert, error) {
	var all []Alert
	err := s.bus.EachState(ctx, savedKeys+"*", func(key string, raw []byte) error {
		var a Alert
		if err := json.Unmarshal(raw, &a); err != nil {
			return fmt.Errorf("state %s: %w", key, err)
		}
		all = append(all, a)
		return nil
	})
	slices.SortFunc(all, func(a, b Alert) int { return cmp.Compare(a.Name, b.Name) })
	return all, err
}

// Remove removes an alert with its addresses. What it told stays in the log, which names
// nobody.
func (s *Service) Remove(ctx context.Context, name string) error {
	a, err := s.Alert(ctx, name)
	if err != nil {
		return err
	}
	if err := s.bus.DeleteState(ctx, savedKeys+name); err != nil {
		return err
	}
	return s.bus.DeleteState(ctx, statusKeys+a.ID)
}
