package build

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"polyglean/classifier/language/ngram"
)

var update = flag.Bool("update", false, "make the whole table anew (2 minutes)")

const tableFile = "../table.bin"

// models is lingua-go's folder language-models.
func models(t *testing.T) string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/pemistahl/lingua-go").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "language-models")
}

// TestTable makes the small parts anew and looks for them in the table; all of it
// with -update.
func TestTable(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("skipped: other processors round logarithms otherwise; run it on amd64")
	}
	dir := models(t)
	if *update {
		table := ngram.Header()
		for _, group := range Groups {
			var err error
			if table, err = group.AppendTo(table, dir); err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: table has %d bytes", group.Script, len(table))
		}
		if err := os.WriteFile(tableFile, table, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	table, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range Groups[2:] {
		part, err := group.AppendTo(nil, dir)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(table, part) {
			t.Errorf("%s: the table has another part; run go generate in classifier/language and see what changed", group.Script)
		}
	}
}
