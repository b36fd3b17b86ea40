package indexer_test

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

const (
	// randomFlips is how many bits TestVerifyAnyByte flips of files it chooses itself.
	randomFlips = 40
	// A flipped store is opened and read within so much time and memory. The sound one
	// takes a fraction of a second and 100 MB.
	flippedTime   = 2 * time.Minute
	flippedMemory = 1 << 30
)

// flip is a bit of a file of a logbook that is changed.
type flip struct {
	Index bool // a file of the index, not of the logs
	File  string
	At    int
	Bit   int
}

func (f flip) String() string {
	return fmt.Sprintf("bit %d of byte %d of %s", f.Bit, f.At, f.File)
}

// do makes a copy of a logbook with the bit flipped.
func (f flip) do(t *testing.T, l logbook) logbook {
	t.Helper()
	l.dir, l.indexDir = copyDir(t, l.dir), copyDir(t, l.indexDir)
	path := filepath.Join(l.dir, f.File)
	if f.Index {
		path = filepath.Join(l.indexDir, f.File)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw[f.At] ^= 1 << f.Bit
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return l
}

// harmfulFlips are those that once made the server spin, fill the memory, or keep a
// reader waiting for ever.
func harmfulFlips(t *testing.T, l *logbook) (flips []flip) {
	t.Helper()
	file := func(parts ...string) string {
		found, err := filepath.Glob(filepath.Join(append([]string{l.dir, "stream", "jetstream", "*", "streams"}, parts...)...))
		if err != nil || len(found) != 1 {
			t.Fatalf("%v: %v, error %v", parts, found, err)
		}
		rel, err := filepath.Rel(l.dir, found[0])
		if err != nil {
			t.Fatal(err)
		}
		return rel
	}
	for _, log := range []string{stream.Candidates, stream.Classified, stream.Decisions, stream.Runs} {
		block := file(log, "msgs", "1.blk")
		raw, err := os.ReadFile(filepath.Join(l.dir, block))
		if err != nil {
			t.Fatal(err)
		}
		second := int(binary.LittleEndian.Uint32(raw) &^ (1 << 31))
		for _, place := range [][2]int{
			{1, 7},                          // the message's length: the block ends early
			{5, 2}, {8, 3}, {9, 1}, {10, 6}, // its position: as many are made up before it
			{11, 5}, {11, 6}, {11, 7}, {4, 2}, // it is taken for a deleted one
		} {
			flips = append(flips, flip{File: block, At: second + place[0], Bit: place[1]})
		}
	}
	// The body of a state: who waits for all states waits for ever.
	block := file(stream.Runs, "msgs", "1.blk")
	info, err := os.Stat(filepath.Join(l.dir, block))
	if err != nil {
		t.Fatal(err)
	}
	return append(flips, flip{File: block, At: int(info.Size()) - 12, Bit: 1})
}

// randomFlip chooses a file of the logs or the index, whatever its size, and a bit of it.
func randomFlip(t *testing.T, rng *rand.Rand, dir, indexDir string) flip {
	t.Helper()
	type file struct {
		flip
		size int64
	}
	var files []file
	for _, root := range []string{dir, indexDir} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, path)
			if info.Size() > 0 {
				files = append(files, file{flip{Index: root == indexDir, File: rel}, info.Size()})
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	chosen := files[rng.IntN(len(files))]
	chosen.At, chosen.Bit = rng.IntN(int(chosen.size)), rng.IntN(8)
	return chosen.flip
}

// outcome is what became of a logbook with a flipped bit.
type outcome struct {
	// Sound says that it was opened and verified without a complaint, and then All is
	// what was in it.
	Sound bool
	All   map[string]string
	// Failed says that it was neither refused nor read, or did not go on.
	Failed string
}

// openFlipped opens a logbook with one bit flipped at a time, in processes that are
// killed when they take too long.
func openFlipped(t *testing.T, l *logbook, flips []flip) []outcome {
	t.Helper()
	outcomes := make([]outcome, len(flips))
	for at := 0; at < len(flips); {
		at += openSome(t, l, flips[at:], outcomes[at:])
	}
	return outcomes
}

// openSome has a process open flipped logbooks until all are done or one is too much for
// it, and returns how many were tried.
func openSome(t *testing.T, l *logbook, flips []flip, outcomes []outcome) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestVerifyAnyByte$", "-test.timeout=0")
	cmd.Env = append(os.Environ(), flippedDirs+"="+l.dir+string(os.PathListSeparator)+l.indexDir)
	var said strings.Builder
	cmd.Stderr = &said
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = in.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	answers := make(chan outcome)
	go func() {
		defer close(answers)
		lines := bufio.NewReader(out)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			var o outcome
			if answer, ok := strings.CutPrefix(line, flippedAnswer); ok && json.Unmarshal([]byte(answer), &o) == nil {
				select {
				case answers <- o:
				case <-t.Context().Done():
					return
				}
			}
		}
	}()
	for i, f := range flips {
		if err := json.NewEncoder(in).Encode(f); err != nil {
			t.Fatal(err)
		}
		select {
		case o, alive := <-answers:
			if !alive {
				_ = cmd.Wait()
				outcomes[i].Failed = fmt.Sprintf("the process died: %.4000s", said.String())
				return i + 1
			}
			outcomes[i] = o
		case <-time.After(flippedTime):
			outcomes[i].Failed = fmt.Sprintf("not read within %v", flippedTime)
			return i + 1
		}
	}
	return len(flips)
}

const (
	// flippedDirs holds the directories of a logbook, and makes TestVerifyAnyByte the
	// process that opens it.
	flippedDirs   = "POLYGLEAN_TEST_FLIPPED"
	flippedAnswer = "flipped: "
)

// answerFlips is the other process of openSome.
func answerFlips(t *testing.T, dirs []string) {
	go limitMemory()
	requests := json.NewDecoder(os.Stdin)
	for {
		var f flip
		if err := requests.Decode(&f); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		l := f.do(t, logbook{t: t, dir: dirs[0], indexDir: dirs[1]})
		v, all, err := l.reopenAndRead(t)
		o := outcome{Sound: err == nil && v.OK(), All: all}
		if o.Sound {
			o.Failed = l.goOn()
		}
		answer, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("%s%s\n", flippedAnswer, answer)
		for _, dir := range []string{l.dir, l.indexDir} {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// goOn logs and indexes one more record, and says what is wrong then.
func (l *logbook) goOn() string {
	l.open()
	defer l.close()
	l.log(7, recordOf(7, "g", "1", record.Identifiers{DOI: "10.5555/g"}))
	l.drain()
	if v := l.verify(); !v.OK() || v.Records != 7 {
		return fmt.Sprintf("one record more: %+v", v)
	}
	return ""
}

// limitMemory ends the process when it has taken too much memory, and says what it was
// at.
func limitMemory() {
	total := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	for range time.Tick(50 * time.Millisecond) {
		if metrics.Read(total); total[0].Value.Uint64() > flippedMemory {
			stacks := make([]byte, 1<<20)
			fmt.Fprintf(os.Stderr, "more than %d MB\n%s", flippedMemory>>20, stacks[:runtime.Stack(stacks, true)])
			os.Exit(1)
		}
	}
}
