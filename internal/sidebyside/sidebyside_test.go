package sidebyside_test

import (
	"errors"
	"fmt"
	"slices"
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

// TestMap: what is made stands in its place, and no error hides another.
func TestMap(t *testing.T) {
	square := func(i int) (int, error) { return i * i, nil }
	for n, want := range [][]int{{}, {0}, {0, 1}, {0, 1, 4}} {
		if got, err := sidebyside.Map(n, square); err != nil || !slices.Equal(got, want) {
			t.Errorf("%d: %v, error %v", n, got, err)
		}
	}
	third, eighth := errors.New("third"), errors.New("eighth")
	got, err := sidebyside.Map(9, func(i int) (string, error) {
		switch i {
		case 3:
			return "", third
		case 8:
			return "", eighth
		}
		return fmt.Sprint(i), nil
	})
	if !errors.Is(err, third) || !errors.Is(err, eighth) {
		t.Errorf("error %v", err)
	}
	if want := []string{"0", "1", "2", "", "4", "5", "6", "7", ""}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
