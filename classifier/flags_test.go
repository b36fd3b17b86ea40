package classifier

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

var update = flag.Bool("update", false, "rewrite the golden score sheets")

// TestFlagsScore keeps a score sheet of the default protocol over labelled titles:
// a change of rule, lexicon or language detection shows as a difference in it. It
// names rows by number, because the titles are not ours to copy.
func TestFlagsScore(t *testing.T) {
	rows := readTSV(t, "../../shared/data/trafficking-titles/dev.tsv")
	c := newClassifier(t)
	type score struct{ relevant, found, other, flagged, undecided int }
	byLang := make(map[string]*score)
	all := &score{}
	var missed, wrong, undecided []string
	for i, row := range rows {
		got := c.Classify(record.Candidate{ID: fmt.Sprintf("title:%d", i+1), Titles: []record.Text{{Text: row["title"]}}})
		// A title that only cannot be judged is neither found nor wrongly flagged.
		cannotTell := slices.Equal(got.Reasons(), []record.Reason{record.NotJudgeable})
		found := got.Strategy.Matched || len(got.Reasons()) > 0 && !cannotTell
		name := fmt.Sprintf("%d(%s)", i+1, row["lang"])
		if byLang[row["lang"]] == nil {
			byLang[row["lang"]] = &score{}
		}
		for _, s := range []*score{all, byLang[row["lang"]]} {
			switch {
			case row["relevant"] == "yes" && found:
				s.relevant, s.found = s.relevant+1, s.found+1
			case row["relevant"] == "yes":
				s.relevant++
			case found:
				s.other, s.flagged = s.other+1, s.flagged+1
			default:
				s.other++
			}
			if cannotTell {
				s.undecided++
			}
		}
		switch {
		case cannotTell:
			undecided = append(undecided, name)
		case row["relevant"] == "yes" && !found:
			missed = append(missed, name)
		case row["relevant"] != "yes" && found:
			wrong = append(wrong, name)
		}
	}

	var b strings.Builder
	fmt.Fprintf(&b, "titles %d, relevant %d\n", len(rows), all.relevant)
	fmt.Fprintf(&b, "recall %.3f (%d of %d)\n", ratio(all.found, all.relevant), all.found, all.relevant)
	fmt.Fprintf(&b, "false rate %.3f (%d of %d)\n", ratio(all.flagged, all.other), all.flagged, all.other)
	fmt.Fprintf(&b, "\nlanguage: found of relevant, flagged of not relevant, not judgeable\n")
	langs := make([]string, 0, len(byLang))
	for lang := range byLang {
		langs = append(langs, lang)
	}
	slices.Sort(langs)
	for _, lang := range langs {
		s := byLang[lang]
		fmt.Fprintf(&b, "%s: %d of %d, %d of %d, %d\n", lang, s.found, s.relevant, s.flagged, s.other, s.undecided)
	}
	fmt.Fprintf(&b, "\nmissed rows: %s\nfalse rows: %s\nnot judgeable rows: %s\n",
		strings.Join(missed, " "), strings.Join(wrong, " "), strings.Join(undecided, " "))
	golden(t, "testdata/eval/flags.golden", b.String())
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

func newClassifier(tb testing.TB) *Classifier {
	tb.Helper()
	c, err := New(protocol.Default(), Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// golden compares with a file, or writes it under -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the scores changed; if that is meant, run go test ./classifier -update\ngot:\n%s\nwant:\n%s", got, want)
	}
}

// readTSV reads labelled data that lies beside the repository, or skips.
func readTSV(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		t.Skipf("labelled data not there: put it at %s to measure against it", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	var head []string
	var rows []map[string]string
	for lines.Scan() {
		cells := strings.Split(lines.Text(), "\t")
		if head == nil {
			head = cells
			continue
		}
		row := make(map[string]string, len(head))
		for i, cell := range cells[:min(len(cells), len(head))] {
			row[head[i]] = cell
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}
