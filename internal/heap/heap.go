// Package heap lets memory grow where there is little of it in use, so that less of the
// processors goes into collecting garbage, and not where there is much.
package heap

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// percent is how far memory may grow over what is in use, below the limit. Go's own is 100.
	percent = 200
	// room is the limit in bytes of all memory that Go manages while a third of it is free.
	room = 440 << 20
)

// Tune sets how often garbage is collected from now on, unless the environment says it
// (GOGC, GOMEMLIMIT). It is called once.
func Tune() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(percent)
	debug.SetMemoryLimit(room)
	afterCollection()
}

// afterCollection raises the limit when collecting has left more than two thirds of it in
// use: a program at its limit would do little but collect. It goes on after each collection.
func afterCollection() {
	runtime.AddCleanup(new(*byte), func(int) {
		debug.SetMemoryLimit(limit(live()))
		afterCollection()
	}, 0)
}

// limit leaves what is in use half as much room again.
func limit(live uint64) int64 { return max(room, int64(live/2*3)) }

// live is the memory that was in use at the last collection.
func live() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
