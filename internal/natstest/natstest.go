// Package natstest starts NATS servers for tests. They listen on loopback alone, keep
// their streams in directories of the test, and end with it.
package natstest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Options are those of a server with JetStream on a port of its own.
func Options(t *testing.T) *server.Options {
	t.Helper()
	return &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), SyncAlways: true, NoSigs: true, NoLog: true,
	}
}

// Start starts a server, which takes connections when it returns, unless it is one of a
// cluster.
func Start(t *testing.T, o *server.Options) *server.Server {
	t.Helper()
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if o.Cluster.Name == "" && !s.ReadyForConnections(time.Minute) {
		t.Fatal("the NATS server did not start")
	}
	return s
}

// URL starts a server and returns its address.
func URL(t *testing.T) string {
	t.Helper()
	return Start(t, Options(t)).ClientURL()
}

// Cluster starts three servers that are one JetStream, and returns the address of one.
func Cluster(t *testing.T) string {
	t.Helper()
	var routes []*url.URL
	ports := make([]int, 3)
	for i := range ports {
		ports[i] = freePort(t)
		routes = append(routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("127.0.0.1:%d", ports[i])})
	}
	var servers []*server.Server
	for i, port := range ports {
		o := Options(t)
		o.SyncAlways = false // what one loses the others have
		o.ServerName = fmt.Sprintf("n%d", i)
		o.Cluster = server.ClusterOpts{Name: "test", Host: o.Host, Port: port}
		o.Routes = routes
		servers = append(servers, Start(t, o))
	}
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		for _, s := range servers {
			if len(s.JetStreamClusterPeers()) == len(servers) { // the leader alone knows them
				return servers[0].ClientURL()
			}
		}
		if time.Now().After(end) {
			t.Fatal("the servers did not become one cluster")
		}
	}
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
