package evaluate

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"polyglean/internal/golden"
	"polyglean/internal/protocol"
	"polyglean/internal/table"
)

// TestFlagsOfTitles keeps the score sheet of the default protocol over real titles,
// labelled by a reader: a change of rule, lexicon or language detection shows as a
// difference. It names rows by line, because the titles are not ours to copy.
func TestFlagsOfTitles(t *testing.T) {
	s := scoreFlags(t, shared+"trafficking-titles/dev.tsv")
	var b bytes.Buffer
	printFlagCounts(&b, s)
	fmt.Fprintf(&b, "\nmissed: %s\nfalse: %s\n", lineList(s.Missed), lineList(s.False))
	golden.Check(t, "testdata/eval/flags.golden", b.Bytes())
	if s.Recall < .90 || s.FalseRate > .10 {
		t.Errorf("recall %.3f and false rate %.3f, want .90 or more and .10 or less", s.Recall, s.FalseRate)
	}
	// What no word of a title tells, no lexicon can: these name helping, victims,
	// reintegration or women sent home, and nothing of what happened to them.
	unsaid := map[int]string{
		8:  "ways to give fitting help",
		61: "coming home: reintegration in the family",
		68: "author in full, victim in full",
		97: "women's migration from Nigeria, and those sent back",
	}
	for _, m := range s.Missed {
		if unsaid[m.Line] == "" {
			t.Errorf("line %d is missed, though it names the topic: %s", m.Line, m.Title)
		}
	}
}

// TestFlagsOfSyntheticTitles does the same over titles written for it: at least six
// on the topic and four that only look like it, in each of 32 languages.
func TestFlagsOfSyntheticTitles(t *testing.T) {
	s := scoreFlags(t, "testdata/titles.tsv")
	var b bytes.Buffer
	s.Print(&b)
	golden.Check(t, "testdata/eval/flags-synthetic.golden", b.Bytes())
	if len(s.PerLanguage) < 25 {
		t.Errorf("%d languages, want 25 or more", len(s.PerLanguage))
	}
	for _, lang := range slices.Sorted(maps.Keys(s.PerLanguage)) {
		if l := s.PerLanguage[lang]; l.Relevant < 6 || l.Records-l.Relevant < 4 || l.Recall < .8 || l.FalseRate > .25 {
			t.Errorf("%s: %+v", lang, l)
		}
	}
}

func scoreFlags(t *testing.T, path string) *FlagScores {
	t.Helper()
	s, err := Flags(newClassifier(t), protocol.Default().Names, read(t, path, FlagColumns...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// printFlagCounts is the score sheet without the titles.
func printFlagCounts(w io.Writer, s *FlagScores) {
	without := *s
	without.Missed, without.False = nil, nil
	without.Print(w)
}

func lineList(rows []FlaggedRow) string {
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprintf("%d(%s)", r.Line, r.Lang))
	}
	return strings.Join(out, " ")
}

func TestFlagsRefusesBadLabels(t *testing.T) {
	for name, c := range map[string]struct{ rows, want string }{
		"neither yes nor no": {"title\tlang\trelevant\nOn leaving\ten\tperhaps\n", `line 2: relevant is "perhaps": write yes or no`},
		"nothing to judge":   {"title\tlang\trelevant\n\ten\tyes\n", "line 2 has neither a title nor an abstract"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bad.tsv")
			if err := os.WriteFile(path, []byte(c.rows), 0o644); err != nil {
				t.Fatal(err)
			}
			rows, err := table.Read(path, FlagColumns...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Flags(newClassifier(t), protocol.Names{}, rows); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}
