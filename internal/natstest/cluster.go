package natstest

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Cluster is three servers that are one JetStream.
type Cluster struct {
	t       *testing.T
	options []*server.Options
	servers []*server.Server
}

// StartCluster starts three servers and returns when they are one JetStream.
func StartCluster(t *testing.T) *Cluster {
	t.Helper()
	c := &Cluster{t: t}
	var routes []*url.URL
	for i := range 3 {
		o := Options(t)
		o.Port = freePort(t) // the same when it starts again
		o.SyncAlways = false // what one loses the others have
		o.ServerName = fmt.Sprintf("n%d", i)
		o.Cluster = server.ClusterOpts{Name: "test", Host: o.Host, Port: freePort(t)}
		routes = append(routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("%s:%d", o.Host, o.Cluster.Port)})
		c.options = append(c.options, o)
	}
	for _, o := range c.options {
		o.Routes = routes
		c.servers = append(c.servers, begin(t, o.Clone()))
	}
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		for _, s := range c.servers {
			if len(s.JetStreamClusterPeers()) == len(c.servers) { // the leader alone knows them
				return c
			}
		}
		if time.Now().After(end) {
			t.Fatal("the servers did not become one cluster")
		}
	}
}

// URL is the addresses of the servers, as a client takes them.
func (c *Cluster) URL() string {
	var all []string
	for _, o := range c.options {
		all = append(all, fmt.Sprintf("nats://%s:%d", o.Host, o.Port))
	}
	return strings.Join(all, ",")
}

// Restart stops servers, leaves them down for a while and starts them with what they have
// on disk.
func (c *Cluster) Restart(down time.Duration, which ...int) {
	c.t.Helper()
	for _, i := range which {
		stop(c.servers[i])
	}
	time.Sleep(down)
	for _, i := range which {
		c.servers[i] = begin(c.t, c.options[i].Clone())
	}
}
