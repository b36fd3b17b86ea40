package evaluate

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"polyglean/indexer/merge"
	"polyglean/internal/bench"
	"polyglean/internal/record"
)

// BenchmarkDedup merges every labelled set, as polyglean evaluate dedup does, and with
// bib-dedupe, the deduplicator of PyPI. Both are given the same records, read and taken
// to fields beforehand, and are timed from there to the groups; both are scored by the
// same pairs (F1). Each is a process of its own: records/s is what it does at once, with
// all tables yet to be made, again-records/s what it does the second time, cpu-µs/record
// what both times took of the processors, which holds still on a machine that is busy with
// other things, and MB the most memory it has resident. The two records of a judged pair
// are merged by themselves. Ours comes last, says how many times as fast it was in each of
// these ways, and fails when it scores less.
//
// bib-dedupe takes part where a Python that has it is to be found: python3, or the one
// that POLYGLEAN_BIBDEDUPE_PYTHON names. To make one:
//
//	python3 -m venv /tmp/bibdedupe && /tmp/bibdedupe/bin/pip install bib-dedupe==0.11.0
//	POLYGLEAN_BIBDEDUPE_PYTHON=/tmp/bibdedupe/bin/python go test -run '^$' -bench Dedup -benchtime 3x ./indexer/evaluate
func BenchmarkDedup(b *testing.B) {
	need(b, dedupData)
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	python := bench.Python(b.Context(), "POLYGLEAN_BIBDEDUPE_PYTHON", "bib_dedupe")
	for _, set := range mergeSets(b) {
		b.Run(strings.ReplaceAll(set.name, " ", "-"), func(b *testing.B) {
			var theirs *mergeContest
			b.Run("bib-dedupe", func(b *testing.B) {
				if python == "" {
					b.Skip("no Python with bib-dedupe is to be found: name one in POLYGLEAN_BIBDEDUPE_PYTHON to measure it as well")
				}
				theirs = contend(b, set, exec.Command(python, filepath.Join("testdata", "merge_with_bibdedupe.py")), set.forBibDedupe())
			})
			b.Run("ours", func(b *testing.B) {
				ours := contend(b, set, exec.Command(self, "-test.run", "^TestMergeContender$"), set.lists)
				if theirs == nil {
					return
				}
				b.ReportMetric(ours.first/theirs.first, "x-bib-dedupe")
				b.ReportMetric(ours.again/theirs.again, "again-x-bib-dedupe")
				b.ReportMetric(theirs.cpu/ours.cpu, "cpu-x-bib-dedupe")
				if ours.f1 < theirs.f1 {
					b.Errorf("F1 of %s is %.4f, of bib-dedupe %.4f", set.name, ours.f1, theirs.f1)
				}
			})
		})
	}
}

// mergeSet is a labelled set as lists of records that are merged with each other.
type mergeSet struct {
	name   string
	lists  [][]record.Candidate
	labels []string
}

func mergeSets(tb testing.TB) []mergeSet {
	tb.Helper()
	var out []mergeSet
	for _, f := range labelledFiles() {
		set := mergeSet{name: f.name, lists: make([][]record.Candidate, 1)}
		for _, row := range f.rows(tb) {
			set.lists[0] = append(set.lists[0], Candidate(row))
			set.labels = append(set.labels, row.Get("cluster"))
		}
		out = append(out, set)
	}
	for _, pairs := range pairSets(tb) {
		set := mergeSet{name: pairs.name}
		for n, p := range pairs.pairs {
			set.lists = append(set.lists, []record.Candidate{p.a, p.b})
			set.labels = append(set.labels, p.labels(n)...)
		}
		out = append(out, set)
	}
	return out
}

// forBibDedupe gives the records the fields that bib-dedupe knows. It looks for the
// container in one or another of two fields by the type.
func (s *mergeSet) forBibDedupe() [][]map[string]string {
	out := make([][]map[string]string, len(s.lists))
	for n, list := range s.lists {
		for i := range list {
			c := &list[i]
			var authors []string
			for _, a := range c.Authors {
				if a.Family != "" {
					a.Name = strings.TrimSuffix(a.Family+", "+a.Given, ", ")
				}
				authors = append(authors, a.Name)
			}
			kind, year := "article", c.Date
			if strings.Contains(c.Type, "proceedings") || strings.Contains(c.Type, "conference") {
				kind = "inproceedings"
			}
			if c.Year != 0 {
				year = strconv.Itoa(c.Year)
			}
			out[n] = append(out[n], map[string]string{
				"ID": c.ID, "ENTRYTYPE": kind, "title": c.Title(), "author": strings.Join(authors, " and "), "year": year,
				"journal": c.Container, "booktitle": c.Container, "volume": c.Volume, "number": c.Issue, "pages": c.Pages, "doi": c.IDs.DOI,
			})
		}
	}
	return out
}

// score compares the groups that came of each list with the labels. A record that is
// in none is alone.
func (s *mergeSet) score(tb testing.TB, groups [][][]string) *DedupScores {
	tb.Helper()
	if len(groups) != len(s.lists) {
		tb.Fatalf("%d lists were merged of %d", len(groups), len(s.lists))
	}
	scores := &DedupScores{Records: len(s.labels)}
	var group []int
	for n, list := range s.lists {
		at := make(map[string]int, len(list))
		for i := range list {
			at[list[i].ID] = len(group)
			group = append(group, len(group))
		}
		for _, members := range groups[n] {
			for _, id := range members {
				i, known := at[id]
				if !known {
					tb.Fatalf("there is no record %q", id)
				}
				group[i] = at[members[0]]
			}
		}
	}
	scores.compare(s.labels, group, func(int, int, bool) {})
	return scores
}

// mergeContest is how one contender did: records a second the first time and the
// second, seconds of processors for a record, the most memory in MB, and its score.
type mergeContest struct{ first, again, cpu, peak, f1 float64 }

// mergeAnswer is what a contender says: see testdata/merge_with_bibdedupe.py.
type mergeAnswer struct {
	First  float64      `json:"first"`
	Again  float64      `json:"again"`
	CPU    float64      `json:"cpu"`
	PeakMB float64      `json:"peak_mb"`
	Groups [][][]string `json:"groups"`
}

// contend lets a contender merge a set, each time in a process of its own, and reports
// how it did.
func contend(b *testing.B, set mergeSet, command *exec.Cmd, lists any) *mergeContest {
	b.Helper()
	var c mergeContest
	first, again := 0.0, 0.0
	for b.Loop() {
		a := mergeOnce(b, command, lists)
		first, again, c.cpu, c.peak = first+a.First, again+a.Again, c.cpu+a.CPU, max(c.peak, a.PeakMB)
		c.f1 = set.score(b, a.Groups).F1
	}
	records := float64(len(set.labels) * b.N)
	c.first, c.again, c.cpu = records/first, records/again, c.cpu/(2*records)
	b.ReportMetric(c.first, "records/s")
	b.ReportMetric(c.again, "again-records/s")
	b.ReportMetric(1e6*c.cpu, "cpu-µs/record")
	b.ReportMetric(c.peak, "MB")
	b.ReportMetric(c.f1, "F1")
	b.ReportMetric(0, "ns/op")
	return &c
}

// mergeOnce runs a contender: it says "idle", is given the lists as a line of JSON, and
// answers with one.
func mergeOnce(b *testing.B, command *exec.Cmd, lists any) (a mergeAnswer) {
	b.Helper()
	cmd := exec.Command(command.Path, command.Args[1:]...)
	cmd.Env = append(os.Environ(), contenderKey+"=ours")
	in, answers, err := bench.StartContender(cmd)
	if err != nil {
		b.Fatal(err)
	}
	if err := json.NewEncoder(in).Encode(lists); err != nil {
		b.Fatal(err)
	}
	if err := json.NewDecoder(answers).Decode(&a); err != nil {
		b.Fatalf("%s: %v", command, err)
	}
	if err := cmd.Wait(); err != nil {
		b.Fatalf("%s: %v", command, err)
	}
	return a
}

const contenderKey = "POLYGLEAN_MERGE_CONTENDER"

// TestMergeContender is our side of BenchmarkDedup, which starts it; by itself it has
// nothing to do.
func TestMergeContender(t *testing.T) {
	if os.Getenv(contenderKey) == "" {
		return // it is the benchmark's own process, not a test
	}
	fmt.Println("idle")
	var lists [][]record.Candidate
	if err := json.NewDecoder(os.Stdin).Decode(&lists); err != nil {
		t.Fatal(err)
	}
	timed := func() (float64, [][][]string) {
		groups := make([][][]string, len(lists))
		began := time.Now()
		for n, list := range lists {
			for _, g := range merge.Cluster(merge.NewAll(list), merge.Rulings{}) {
				groups[n] = append(groups[n], g.Members)
			}
		}
		return time.Since(began).Seconds(), groups
	}
	var a mergeAnswer
	busy := processorSeconds(t)
	a.First, a.Groups = timed()
	a.Again, _ = timed()
	a.CPU = processorSeconds(t) - busy
	if peak, err := bench.PeakMemory(); err == nil {
		a.PeakMB = float64(peak) / 1e6
	}
	if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
		t.Fatal(err)
	}
}

// processorSeconds is how long this process has kept processors busy.
func processorSeconds(t *testing.T) float64 {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
