package command

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"polyglean/internal/natstest"
)

// TestAClusterLosesServers runs the stages on three NATS servers that keep everything
// three times. In the middle of a harvest one after the other is stopped and comes back,
// the one that the processes are connected to among them, and then all of them at once:
// every record is indexed once, a backup is whole, and who serves goes on serving.
func TestAClusterLosesServers(t *testing.T) {
	cluster := natstest.StartCluster(t)
	s := newSite(t, 3000, 3, fmt.Sprintf("nats: {url: %q, replicas: 3}\n", cluster.URL()))
	serving := s.serve()
	harvested := make(chan error, 1)
	go func() {
		// One that was given up, because the servers needed longer than it waits, goes on
		// where it stopped.
		var err error
		for range 5 {
			var out []byte
			if out, err = s.command("harvest").CombinedOutput(); err == nil {
				break
			}
			err = fmt.Errorf("harvest: %w\n%s", err, out)
			t.Log(err)
		}
		harvested <- err
	}()
	for _, which := range [][]int{{0}, {1}, {2}, {0, 1, 2}} {
		time.Sleep(time.Second)
		cluster.Restart(2*time.Second, which...)
	}
	if err := <-harvested; err != nil {
		t.Fatal(err)
	}
	s.awaitAll()
	s.run(exitComplete, "backup", "whole.tar")
	resp, err := http.Get("http://" + serving.addr + "/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}
