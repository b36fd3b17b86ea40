package backup

import (
	"archive/tar"
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"polyglean/internal/stream"
)

// archive is an archive of one file.
func archive(t *testing.T, name string, body []byte) []byte {
	t.Helper()
	var w bytes.Buffer
	a := tar.NewWriter(&w)
	if err := writeEntry(a, name, body, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return w.Bytes()
}

// freePort is a port on which nobody listens. It is below those that systems give to
// who asks for any, so that it stays free until a server takes it.
func freePort(t *testing.T) int {
	t.Helper()
	for range 1000 {
		port := 20_000 + rand.IntN(10_000)
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("there is no free port from 20000 to 29999")
	return 0
}

// cluster starts three servers that are one JetStream.
func cluster(t *testing.T) stream.Config {
	t.Helper()
	var routes []*url.URL
	ports := make([]int, 3)
	for i := range ports {
		ports[i] = freePort(t)
		routes = append(routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("127.0.0.1:%d", ports[i])})
	}
	var servers []*server.Server
	for i, port := range ports {
		s, err := server.NewServer(&server.Options{
			ServerName: fmt.Sprintf("n%d", i), Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(),
			Cluster: server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: port}, Routes: routes, NoSigs: true, NoLog: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
		servers = append(servers, s)
	}
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		led := false
		for _, s := range servers {
			led = led || len(s.JetStreamClusterPeers()) == len(servers) // the leader alone knows them
		}
		if led {
			return stream.Config{URL: servers[0].ClientURL(), Replicas: 3}
		}
		if time.Now().After(end) {
			t.Fatal("the servers did not become one cluster")
		}
	}
}

// patiently calls do until it succeeds, for some minutes: three servers that stood still
// choose leaders anew, and refuse for a moment.
func patiently(t *testing.T, do func() error) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		err := do()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
		t.Logf("again after %v", err)
	}
}
