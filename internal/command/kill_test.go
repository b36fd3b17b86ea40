package command

import (
	"math/rand/v2"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"polyglean/internal/demo"
)

// TestKill kills a harvest of 2,000 records twenty times at random moments and
// restarts it each time. Then every record served is indexed exactly once, what
// cannot be read is parked, and the ledger balances.
func TestKill(t *testing.T) {
	const kills, poison = 20, 5
	s := newSite(t, 1000, poison, "")
	// Slow enough that the harvest is still going on at the last kill.
	s.server.SetLatency(350 * time.Millisecond)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	landed := 0
	for range kills {
		cmd := s.command("harvest")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(100+rng.IntN(900)) * time.Millisecond)
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if killed(cmd) {
			landed++
		}
	}
	if landed < kills {
		t.Errorf("%d of %d harvests were still running when they were to be killed: the test is too fast to mean anything", landed, kills)
	}
	s.server.SetLatency(0)
	var run runReport
	s.runJSON(exitComplete, &run, "harvest")
	s.checkAll()

	total := run.Totals
	want := len(s.server.Corpus().IDs())
	if total.Announced != want+poison || total.Received != want+poison || total.New != want || total.Unchanged != 0 || total.Parked != poison {
		t.Errorf("the ledger says %+v, served were %d good and %d bad", total, want, poison)
	}
	t.Logf("%d kills, %d records, %d requests to OpenAlex and %d to OAI-PMH, run %s",
		landed, want, s.server.Stats()[demo.OpenAlex].Requests, s.server.Stats()[demo.OAI].Requests, run.ID)

	// What was harvested is harvested: asked for all of it again, it has nothing new.
	var again runReport
	s.runJSON(exitComplete, &again, "harvest", "--full")
	if again.ID == run.ID || again.Totals.New != 0 || again.Totals.Unchanged != want {
		t.Errorf("second run: %+v", again.Totals)
	}
}

func killed(cmd *exec.Cmd) bool {
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// TestStopSignal: a harvest that is asked to stop does so soon, and says that it
// can be gone on with.
func TestStopSignal(t *testing.T) {
	s := newSite(t, 200, 0, "")
	s.server.SetLatency(300 * time.Millisecond)
	cmd := s.command("harvest")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the harvest to be under way", func() bool { return s.server.Stats()[demo.OpenAlex].Requests > 1 })
	start := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitPartial {
		t.Errorf("exit code %d, want %d", code, exitPartial)
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("it took %s to stop", took)
	}
	s.server.SetLatency(0)
	s.run(exitComplete, "harvest")
	s.checkAll()
}
