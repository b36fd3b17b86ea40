package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// PeakMemory is the most memory this process has had resident so far, in bytes
// (VmHWM). Only Linux tells it; getrusage is no substitute, because its figure
// begins with that of the process which started this one.
func PeakMemory() (int64, error) {
	const file = "/proc/self/status"
	raw, err := os.ReadFile(file)
	if err != nil {
		return 0, fmt.Errorf("peak memory: this system does not tell it: %w", err)
	}
	for line := range strings.Lines(string(raw)) {
		rest, ok := strings.CutPrefix(line, "VmHWM:")
		if !ok {
			continue
		}
		kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("peak memory: %s: %w", file, err)
		}
		return kilobytes << 10, nil
	}
	return 0, fmt.Errorf("peak memory: %s has no line VmHWM", file)
}

// DirSize adds up the files under dir, in bytes.
func DirSize(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err != nil {
			return err
		}
		size += info.Size()
		return nil
	})
	return size, err
}

// SettledSize waits until the size of a directory has not changed for a second, as that of
// an open index does while it merges and removes, and returns it.
func SettledSize(ctx context.Context, dir string) (int64, error) {
	const still = time.Second
	last, since := int64(-1), time.Now()
	for {
		size, err := DirSize(dir)
		if err != nil {
			return 0, err
		}
		if size != last {
			last, since = size, time.Now()
		}
		if time.Since(since) >= still {
			return size, nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(still / 10):
		}
	}
}
