// Package cputime measures work by the processor time it takes. What else runs on the
// machine lengthens the time on the clock and not this one, so that a test of how work
// grows fails for the work alone.
package cputime

import (
	"syscall"
	"time"
)

// Used is the processor time that this process has taken so far, in all its threads. It
// panics where the system does not tell.
func Used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic("cputime: " + err.Error())
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
