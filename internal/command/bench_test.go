package command

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"polyglean/classifier/language"
	"polyglean/internal/demo"
	"polyglean/internal/lexicon"
	"polyglean/internal/protocol"
)

// runBenchCommand runs the real program, because bench starts itself anew for every
// measurement, and returns the rows it printed. Nothing may be left behind.
func runBenchCommand(t *testing.T, args ...string) []benchRow {
	t.Helper()
	program, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	cmd := exec.Command(program, append([]string{"bench", "--json"}, args...)...)
	cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "TMPDIR="+temp)
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("bench %v: %v\n%s%s", args, err, out, errOut.String())
	}
	var report struct {
		Machine machine
		Texts   texts
		Rows    []benchRow
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&report); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if m := report.Machine; m.Go == "" || m.OS == "" || m.Arch == "" || m.CPUs < 1 {
		t.Errorf("machine %+v", m)
	}
	if report.Texts.Records < 100 || report.Texts.Characters < 100 {
		t.Errorf("texts %+v", report.Texts)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind in the temporary directory: %v, error %v", left, err)
	}
	return report.Rows
}

func TestBench(t *testing.T) {
	rows := runBenchCommand(t, "--records", "200", "--only", "publish,index")
	var names []string
	for _, row := range rows {
		names = append(names, row.Name)
		if row.Ours == nil || row.Plain == nil || row.Ratio == nil || *row.Ours <= 0 || *row.Plain <= 0 || *row.Ratio <= 0 {
			t.Errorf("a figure is missing or not above 0 in %+v", row)
			continue
		}
		ratio := *row.Ours / *row.Plain
		if row.Unit == "MB" {
			ratio = *row.Plain / *row.Ours
		}
		if math.Abs(ratio-*row.Ratio) > 1e-9 {
			t.Errorf("%s: %g and %g give a ratio of %g, want %g", row.Name, *row.Ours, *row.Plain, *row.Ratio, ratio)
		}
		if row.Records != 200 || row.PlainRecords != 200 || row.Goal == "" || row.Note == "" {
			t.Errorf("row %+v", row)
		}
	}
	if got := strings.Join(names, " "); got != "publish index index-disk" {
		t.Errorf("rows %s", got)
	}
}

func TestBenchWithoutTheStraightforwardWay(t *testing.T) {
	rows := runBenchCommand(t, "--records", "100", "--only", "match", "--no-baseline")
	if len(rows) != 1 || rows[0].Ours == nil || rows[0].Plain != nil || rows[0].Ratio != nil || !strings.Contains(rows[0].Note, "--no-baseline") {
		t.Errorf("rows %+v", rows)
	}
}

// TestBenchReport: what was not measured has no number and no ratio, and says why.
func TestBenchReport(t *testing.T) {
	b := benchmark{name: "work", note: "one against the other", figures: []figure{speed("≥ 2x"), memory("≤ 9 MB")}}
	r := newBenchReport(demo.Generate(50, 1))
	r.add(b, result{measurement: measurement{Records: 300, Seconds: 2}}, result{measurement: measurement{Records: 20, Seconds: 4, PeakBytes: 5e6}})
	r.add(b, result{measurement: measurement{Records: 300, Seconds: 2, PeakBytes: 2e6}}, result{err: errors.New("out of memory")})
	if len(r.Rows) != 4 {
		t.Fatalf("%d rows", len(r.Rows))
	}
	if row := r.Rows[0]; *row.Ours != 150 || *row.Plain != 5 || *row.Ratio != 30 || row.Note != b.note {
		t.Errorf("speed %+v", row)
	}
	if row := r.Rows[1]; row.Ours != nil || *row.Plain != 5 || row.Ratio != nil || !strings.Contains(row.Note, "ours not measured: this system") {
		t.Errorf("memory the system does not tell: %+v", row)
	}
	if row := r.Rows[3]; *row.Ours != 2 || row.Plain != nil || row.Ratio != nil || !strings.Contains(row.Note, "plain not measured: out of memory") {
		t.Errorf("memory of a side that failed: %+v", row)
	}
	var out strings.Builder
	printBench(&out, r)
	for _, want := range []string{"50 generated records of", "work-memory", "30.0x", "–", "out of memory", "300 and 20 records"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
}

// TestBenchRecords: the generated records are in the language they are said to be in, by
// the language engine, and about as many as are on topic name a concept of it.
func TestBenchRecords(t *testing.T) {
	engine, terms := language.New(), protocol.Default().Lexicon
	var texts, right, onTopic, named, offTopic, misnamed int
	languages := map[string]bool{}
	for _, r := range demo.Generate(3000, 5).Records {
		lang := cmp.Or(r.Meta, r.Lang)
		text := r.Title + "\n" + r.Abstract
		if r.Abstract != "" {
			texts++
			languages[lang] = true
			if got := engine.Detect(text, language.Options{}).Lang; got == lang {
				right++
			} else {
				t.Logf("%s, taken for %s: %.120s", lang, got, text)
			}
		}
		topical := slices.ContainsFunc(terms.Match(text, lang), func(h lexicon.Hit) bool { return h.Facet == "topic" })
		counted, all := &misnamed, &offTopic
		if r.Theme == demo.Topic {
			counted, all = &named, &onTopic
		}
		*all++
		if topical {
			*counted++
		}
	}
	if share := float64(right) / float64(texts); share < .995 || len(languages) < 14 {
		t.Errorf("%.4f of %d texts are in their language, in %d languages", share, texts, len(languages))
	}
	on, off := float64(named)/float64(onTopic), float64(misnamed)/float64(offTopic)
	t.Logf("%.3f of the records on topic name it, %.3f of the others", on, off)
	if on < .85 || off > .1 {
		t.Errorf("%.3f of the records on topic name it, and %.3f of the others", on, off)
	}
}

func TestBenchUsage(t *testing.T) {
	for _, o := range []benchOptions{{records: 0}, {records: 10, only: []string{"publish", "speed"}}} {
		var usage usageError
		err := runBench(t.Context(), o, &strings.Builder{}, &strings.Builder{})
		if !errors.As(err, &usage) {
			t.Errorf("%+v: error %v, want a usage error", o, err)
		}
	}
}
