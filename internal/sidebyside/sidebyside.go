// Package sidebyside does many small pieces of work on all processors.
package sidebyside

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
)

// Do calls do with 0 … n-1 on all processors and returns when all is done. A goroutine
// takes a handful of them at a time: one where each is worth a goroutine, more where
// taking would cost as much as doing.
func Do(n, handful int, do func(i int)) {
	var taken atomic.Int64
	take := func() {
		for from := int(taken.Add(int64(handful))) - handful; from < n; from = int(taken.Add(int64(handful))) - handful {
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

// Map returns what do makes of 0 … n-1, each of them worth a goroutine, in their order. The
// others are done when one fails, and the error is that of all which failed.
func Map[T any](n int, do func(i int) (T, error)) ([]T, error) {
	out, errs := make([]T, n), make([]error, n)
	Do(n, 1, func(i int) { out[i], errs[i] = do(i) })
	return out, errors.Join(errs...)
}
