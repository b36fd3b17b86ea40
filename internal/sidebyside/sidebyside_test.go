package sidebyside_test

import (
	"sync/atomic"
	"testing"

	"polyglean/internal/sidebyside"
)

// TestDo: each number once, whatever the handful.
func TestDo(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 17, 1000} {
		for _, handful := range []int{1, 16, 2000} {
			times := make([]atomic.Int32, n)
			sidebyside.Do(n, handful, func(i int) { times[i].Add(1) })
			for i := range times {
				if got := times[i].Load(); got != 1 {
					t.Errorf("%d of %d in handfuls of %d: %d times", i, n, handful, got)
				}
			}
		}
	}
}
