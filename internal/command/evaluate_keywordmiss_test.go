package command

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEvaluateKeywordMiss runs the command on an invented review, its strategy as a
// text and as a file in another syntax.
func TestEvaluateKeywordMiss(t *testing.T) {
	folder := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	records := write("records.csv", `id,title,abstract,included
1,Leaving the sex trade,Survivors of trafficking speak,1
2,Recovery of survivors,Trafficking and recovery,1
3,Survivors of trafficking rebuild,Recovery in a shelter,1
4,Leaving the sex trade in a shelter,Recovery and shelter,1
5,Stars and dust,A telescope survey,0
6,Dust of a galaxy,A telescope survey,0
7,Trafficking of stars,A survivor of dust,0
`)
	run := func(args ...string) (string, error) {
		var out strings.Builder
		root := newRoot()
		root.SetArgs(append([]string{"evaluate", "keyword-miss"}, args...))
		root.SetOut(&out)
		root.SetErr(&out)
		err := root.Execute()
		return out.String(), err
	}

	out, err := run(records, "--strategy", "traffick* AND surviv*", "--json")
	if err != nil {
		t.Fatal(err)
	}
	var scores struct {
		Records, Included, Matched, Misses, Pool int
		RecallAt10                               float64 `json:"recall_at_10pct"`
	}
	if err := json.Unmarshal([]byte(out), &scores); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if scores.Records != 7 || scores.Included != 4 || scores.Matched != 4 || scores.Misses != 1 || scores.Pool != 3 || scores.RecallAt10 != 1 {
		t.Errorf("scores are %+v", scores)
	}

	out, err = run(records, "--strategy", write("strategy.txt", "TITLE-ABS-KEY(traffick* AND surviv*)"), "--match", "inflected", "--recall", "0.9")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"7 records, 4 included", "mode inflected", "it misses 1 in a pool of 3", "where a recall of 0.90 is expected"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}

	for want, args := range map[string][]string{
		"--strategy is missing":         {records},
		"want exact or inflected":       {records, "--strategy", "x", "--match", "fuzzy"},
		"want a part of 1":              {records, "--strategy", "x", "--recall", "90"},
		"none of the 4 included ones":   {records, "--strategy", "galaxies"},
		`there is no column "included"`: {write("unlabelled.csv", "id,title\n1,Stars\n"), "--strategy", "x"},
		"no such file":                  {filepath.Join(folder, "nowhere.csv"), "--strategy", "x"},
		"there are no records in it":    {write("empty.jsonl", ""), "--strategy", "x"},
		"no record is included":         {write("none.csv", "id,title,included\n1,Stars,0\n"), "--strategy", "stars"},
	} {
		_, err := run(args...)
		var usage usageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives the error %v, want a usage error with %q", args[1:], err, want)
		}
	}
}
