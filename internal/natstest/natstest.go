// Package natstest starts NATS servers for tests. They listen on loopback alone, keep
// their streams in directories of the test, and end with it.
package natstest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Options are those of a server with JetStream on a port of its own.
func Options(t *testing.T) *server.Options {
	t.Helper()
	return &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), SyncAlways: true, NoSigs: true, NoLog: true,
		MaxPayload: 8 << 20, // as deploy/nats.conf has it
	}
}

// Start starts a server, which takes connections when it returns.
func Start(t *testing.T, o *server.Options) *server.Server {
	t.Helper()
	s := begin(t, o)
	if !s.ReadyForConnections(time.Minute) {
		t.Fatal("the NATS server did not start")
	}
	return s
}

func begin(t *testing.T, o *server.Options) *server.Server {
	t.Helper()
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { stop(s) })
	return s
}

func stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

// URL starts a server and returns its address.
func URL(t *testing.T) string {
	t.Helper()
	return Start(t, Options(t)).ClientURL()
}

// freePort is a port on which nobody listens. It is below those that systems give to
// who asks for any, so that it stays free until a server takes it.
func freePort(t *testing.T) int {
	t.Helper()
	for range 1000 {
		port := 20_000 + rand.IntN(10_000)
		if l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("there is no free port from 20000 to 29999")
	return 0
}
