package merge

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// handful is how many records or pairs a goroutine takes at a time.
const handful = 16

// sideBySide calls do with 0 … n-1 on all processors and returns when all is done.
func sideBySide(n int, do func(i int)) {
	var taken atomic.Int64
	take := func() {
		for from := int(taken.Add(handful)) - handful; from < n; from = int(taken.Add(handful)) - handful {
			for i := from; i < min(from+handful, n); i++ {
				do(i)
			}
		}
	}
	var wg sync.WaitGroup
	for range min((n-1)/handful, runtime.GOMAXPROCS(0)-1) {
		wg.Go(take)
	}
	take() // this goroutine takes part
	wg.Wait()
}
