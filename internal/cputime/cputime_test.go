package cputime

import (
	"testing"
	"time"
)

// Work counts and waiting does not.
func TestUsed(t *testing.T) {
	began := Used()
	time.Sleep(300 * time.Millisecond)
	slept := Used() - began
	if slept > 250*time.Millisecond {
		t.Errorf("a wait of 300 ms took %s of processor time", slept)
	}
	began = Used()
	n := 0
	for start := time.Now(); Used()-began < 20*time.Millisecond; n++ {
		if time.Since(start) > time.Minute {
			t.Fatalf("%d rounds of work have taken %s", n, Used()-began)
		}
	}
}
