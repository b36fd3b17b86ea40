package heap

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestTune(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	was := debug.SetGCPercent(100)
	t.Cleanup(func() {
		debug.SetGCPercent(was)
		debug.SetMemoryLimit(math.MaxInt64)
	})
	Tune()
	if now := debug.SetMemoryLimit(-1); now != room {
		t.Errorf("the limit is %d bytes, want %d while little is in use", now, room)
	}
	// What leaves less room than it takes raises it.
	for _, held := range []int{room, room / 8 * 9} {
		data := make([]byte, held)
		for debug.SetMemoryLimit(-1) < int64(held/2*3) {
			runtime.GC()
			time.Sleep(time.Millisecond) // cleanups run beside the program
		}
		runtime.KeepAlive(data)
	}
	// And what is let go lowers it.
	for debug.SetMemoryLimit(-1) > room {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

func TestTuneLeavesTheEnvironmentItsWay(t *testing.T) {
	t.Setenv("GOGC", "50")
	was := debug.SetGCPercent(50)
	defer debug.SetGCPercent(was)
	Tune()
	if now := debug.SetGCPercent(50); now != 50 {
		t.Errorf("garbage is collected at %d percent, not at the 50 that the environment says", now)
	}
}
