package stream

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"polyglean/internal/natstest"
)

// What asks a server for messages may be lost without a word, where one of several
// servers has not heard yet who asks. Who reads a log asks again, and reads all of it.
// Here it is lost because the server forbids it for a while.
func TestALostRequestIsMadeAgain(t *testing.T) {
	o := natstest.Options(t)
	deny := &server.SubjectPermission{Allow: []string{">"}, Deny: []string{"$JS.API.CONSUMER.MSG.NEXT.>"}}
	o.Users = []*server.User{{Username: "reader", Password: "synthetic", Permissions: &server.Permissions{Publish: deny}}}
	s := natstest.Start(t, o)
	b := open(t, Config{URL: "nats://reader:synthetic@" + s.Addr().String()})
	publish(t, b, candidates(3, "a synthetic record"))
	lost := make(chan error, 1)
	b.nc.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
		select {
		case lost <- err:
		default:
		}
	})
	read, n := make(chan error, 1), 0
	go func() {
		read <- b.EachMessage(t.Context(), Candidates, 0, math.MaxUint64, func(Message) error { n++; return nil })
	}()
	select {
	case err := <-lost:
		if !errors.Is(err, nats.ErrPermissionViolation) {
			t.Fatal(err)
		}
	case err := <-read:
		t.Fatalf("%d messages were read that the server does not give, error %v", n, err)
	}
	free := o.Clone()
	free.Users = []*server.User{{Username: "reader", Password: "synthetic"}}
	if err := s.ReloadOptions(free); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-read:
		if err != nil || n == 0 {
			t.Errorf("%d messages, error %v", n, err)
		}
	case <-time.After(time.Minute):
		t.Error("the reader still waits for what was lost")
	}
}
