package wholefile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFileAppearsWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.svg")
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("whole"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("it is there before it is finished: %v", err)
	}
	if err := f.Finish(path); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); string(got) != "whole" {
		t.Errorf("it holds %q, %v", got, err)
	}

	if f, err = Create(path); err != nil {
		t.Fatal(err)
	}
	f.Abandon()
	if f, err = Create(path); err != nil {
		t.Fatal(err)
	}
	if err := f.Finish(filepath.Join(dir, "nowhere", "report.svg")); err == nil {
		t.Error("a folder that is not there takes a file")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left, want the finished one", len(left))
	}
}
