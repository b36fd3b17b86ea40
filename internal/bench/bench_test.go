package bench

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"testing"

	"polyglean/internal/protocol"
)

func TestExpression(t *testing.T) {
	for _, c := range []struct {
		pattern, text, want string
	}{
		{"traffick* in persons", "of Trafficking in Persons.", "Trafficking in Persons"},
		{"exit", "the exit of", "exit"},
		{"exit", "an exitus", ""},
		{"*handel", "der Menschenhandel ist", "Menschenhandel"},
		{"выход*", "о Выходе из", "Выходе"},
		{"脱離", "からの脱離過程", "脱離"},
		{"a+b", "aab", ""},
	} {
		re := regexp.MustCompile(expression(c.pattern))
		if got := re.FindString(c.text); got != c.want {
			t.Errorf("%s in %q: %q, want %q", c.pattern, c.text, got, c.want)
		}
	}
}

func TestTermsAreSpreadOverTheTable(t *testing.T) {
	l := protocol.Default().Lexicon
	terms, err := Terms(l, 200)
	if err != nil || len(terms) != 200 {
		t.Fatalf("%d terms, error %v", len(terms), err)
	}
	distinct := map[string]bool{}
	for _, re := range terms {
		distinct[re.String()] = true
	}
	if len(distinct) < 190 {
		t.Errorf("only %d of 200 expressions differ", len(distinct))
	}
	all, err := Terms(l, 1<<20)
	if err != nil || len(all) < 1000 {
		t.Fatalf("%d terms of the whole lexicon, error %v", len(all), err)
	}
	if found := Find(all, "Survivors of sex trafficking"); !slices.ContainsFunc(found, func(s string) bool { return s == "sex trafficking" }) {
		t.Errorf("found %q", found)
	}
}

func TestPeakMemoryGrows(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("skipped: only Linux tells the peak memory of a process")
	}
	before, err := PeakMemory()
	if err != nil {
		t.Fatal(err)
	}
	block := bytes.Repeat([]byte{1}, 64<<20)
	after, err := PeakMemory()
	if err != nil {
		t.Fatal(err)
	}
	if after-before < 48<<20 || after-before > 512<<20 {
		t.Errorf("peak went from %d to %d bytes over a block of %d", before, after, len(block))
	}
	runtime.KeepAlive(block)
}

func TestDirSize(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "a", "b"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, n := range map[string]int{"one": 10, "a/two": 200, "a/b/three": 3000} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), make([]byte, n), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := SettledSize(t.Context(), dir); n != 3210 || err != nil {
		t.Errorf("settled at %d bytes, %v; want 3210", n, err)
	}
	if n, err := DirSize(dir); n != 3210 || err != nil {
		t.Errorf("%d bytes, error %v; want 3210", n, err)
	}
	if _, err := DirSize(filepath.Join(dir, "none")); err == nil {
		t.Error("no error for a folder that is not there")
	}
}
