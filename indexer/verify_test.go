package indexer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	"polyglean/indexer"
	"polyglean/indexer/bleveindex"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// logbook is a log with an index made from it.
type logbook struct {
	t        *testing.T
	dir      string
	bus      *stream.Bus
	indexDir string
	index    *bleveindex.Index
}

// newLogbook logs six records in six envelopes, of which two are one study and one comes
// twice, and decisions of two accounts of which one changes its mind.
func newLogbook(t *testing.T) *logbook {
	t.Helper()
	l := &logbook{t: t, dir: t.TempDir(), indexDir: t.TempDir()}
	l.open()
	l.log(1, aCopy(1, "a"), recordOf(1, "e", "<&>", record.Identifiers{DOI: "10.5555/e"}))
	l.log(2, aCopy(2, "b"))
	l.log(3, recordOf(3, "c", "1", record.Identifiers{DOI: "10.5555/c"}))
	l.log(4, recordOf(4, "d", "выход", record.Identifiers{DOI: "10.5555/d"}))
	l.log(5, recordOf(5, "c", "1", record.Identifiers{DOI: "10.5555/c"}))
	l.log(6, recordOf(6, "f", "1", record.Identifiers{DOI: "10.5555/f"}))
	decide := func(id, by string, verdict record.Verdict) {
		t.Helper()
		d := record.Decision{Review: "test", Study: record.StudyID(id), Stage: record.StageTitleAbstract, Verdict: verdict, By: by, At: time.Unix(9, 0).UTC()}
		if _, err := l.bus.Decide(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	decide("c:1", "x", record.Maybe)
	decide("c:1", "x", record.Include)
	decide("a:1", "y", record.Exclude)
	decide("nobody:1", "y", record.Exclude)
	for _, key := range []string{"cursor.made-up", "run.r", "cursor.made-up"} {
		if err := l.bus.SaveState(t.Context(), key, map[string]int{"synthetic": 1}); err != nil {
			t.Fatal(err)
		}
	}
	l.drain()
	return l
}

// log writes a candidate envelope and what became of it, at a position of both logs.
func (l *logbook) log(seq uint64, members ...indexer.Member) {
	l.t.Helper()
	o := stream.Origin{Run: "r", Source: "made-up", Query: "q"}
	var items []stream.Item
	var classified []record.Classified
	for i := range members {
		item, err := l.bus.Encode(&members[i].Record.Candidate)
		if err != nil {
			l.t.Fatal(err)
		}
		items, classified = append(items, item), append(classified, members[i].Record)
	}
	if err := l.bus.PublishCandidates(l.t.Context(), o, items, func(int, uint64) {}); err != nil {
		l.t.Fatal(err)
	}
	if err := l.bus.PublishClassified(l.t.Context(), o, seq, "v1", classified); err != nil {
		l.t.Fatal(err)
	}
}

func (l *logbook) open() {
	l.t.Helper()
	var err error
	if l.bus, err = stream.Open(l.t.Context(), stream.Config{Dir: l.dir}); err != nil {
		l.t.Fatal(err)
	}
	if l.index, err = bleveindex.Open(l.indexDir); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(l.close)
}

func (l *logbook) close() {
	l.index.Close()
	l.bus.Close()
}

// drain acknowledges the candidates, as a classifier would, and runs the indexer until
// it has nothing more to do.
func (l *logbook) drain() {
	l.t.Helper()
	if err := stageRun(l.t, l.bus, l.index); err != nil {
		l.t.Fatal(err)
	}
}

// rebuild makes the index anew from the log.
func (l *logbook) rebuild() {
	l.t.Helper()
	l.index.Close()
	l.indexDir = l.t.TempDir()
	var err error
	if l.index, err = bleveindex.Open(l.indexDir); err != nil {
		l.t.Fatal(err)
	}
	for _, log := range []string{stream.Classified, stream.Decisions, stream.Scores} {
		if err := l.bus.Rewind(l.t.Context(), log, indexer.Stage); err != nil {
			l.t.Fatal(err)
		}
	}
	l.drain()
}

func (l *logbook) verify() indexer.Verification {
	l.t.Helper()
	v, err := indexer.Verify(l.t.Context(), l.bus, l.index)
	if err != nil {
		l.t.Fatal(err)
	}
	return v
}

func (l *logbook) study(id string) (indexer.Stored, indexer.Study) {
	l.t.Helper()
	stored, err := l.index.Lookup(l.t.Context(), indexer.ExactAlias, []string{record.StudyID(id)})
	if err != nil || len(stored) != 1 {
		l.t.Fatalf("%d studies of %s, error %v", len(stored), id, err)
	}
	var s indexer.Study
	if err := json.Unmarshal(stored[0].Source, &s); err != nil {
		l.t.Fatal(err)
	}
	return stored[0], s
}

// put writes a study under an ID, or nothing.
func (l *logbook) put(id string, s *indexer.Study) {
	l.t.Helper()
	op := indexer.Op{ID: id, Version: 1 << 40}
	if s != nil {
		doc, err := s.Document()
		if err != nil {
			l.t.Fatal(err)
		}
		op.Doc = &doc
	}
	out, err := l.index.Apply(l.t.Context(), []indexer.Op{op})
	if err != nil || out[0].Err != nil || out[0].Stale {
		l.t.Fatalf("%+v, error %v", out, err)
	}
}

// Whatever is wrong with the index is found and named, and an index that is built anew
// has nothing wrong.
func TestVerifyNames(t *testing.T) {
	l := newLogbook(t)
	sound := l.verify()
	if !sound.OK() || sound.Records != 6 || sound.Indexed != 6 || sound.Studies != 5 || sound.Merged != 1 || sound.Parked != 1 || len(sound.Problems) > 0 {
		t.Fatalf("of a sound index: %+v", sound)
	}
	for _, test := range []struct {
		what string
		harm func()
		kind indexer.ProblemKind
		name string
		of   func(indexer.Verification) int
	}{
		{"a title has changed", func() {
			d, s := l.study("d:выход")
			s.Members[0].Record.Candidate.Titles[0].Text += "."
			l.put(d.ID, &s)
		}, indexer.Altered, "d:выход", func(v indexer.Verification) int { return v.Altered }},
		{"a record is an older copy", func() {
			d, s := l.study("c:1")
			s.Members[0].Seq, s.Members[0].Record.Candidate.Version = 3, 3
			l.put(d.ID, &s)
		}, indexer.Altered, "c:1", func(v indexer.Verification) int { return v.Altered }},
		{"a record says it is from a message that has it not", func() {
			d, s := l.study("f:1")
			s.Members[0].Seq = 60
			l.put(d.ID, &s)
		}, indexer.Altered, "f:1", func(v indexer.Verification) int { return v.Altered }},
		{"a study has lost an alias", func() {
			d, s := l.study("a:1")
			s.Aliases = s.Aliases[:1]
			l.put(d.ID, &s)
		}, indexer.Altered, "study " + record.StudyID("a:1"), func(v indexer.Verification) int { return v.Altered }},
		{"a study is gone", func() {
			d, _ := l.study("e:<&>")
			l.put(d.ID, nil)
		}, indexer.Missing, "e:<&>", func(v indexer.Verification) int { return v.Missing }},
		{"a study has lost one of its records", func() {
			d, s := l.study("a:1")
			for i, m := range s.Members {
				if record.StudyID(m.Record.Candidate.ID) != s.ID {
					s.Members, s.Aliases = append(s.Members[:i:i], s.Members[i+1:]...), []string{s.ID}
				}
			}
			l.put(d.ID, &s)
		}, indexer.Missing, ":1", func(v indexer.Verification) int { return v.Missing }},
		{"a record is in two studies", func() {
			d, s := l.study("f:1")
			s.ID = "z" + d.ID
			l.put(s.ID, &s)
		}, indexer.Doubled, "f:1", func(v indexer.Verification) int { return v.Doubled }},
		{"a record was never logged", func() {
			s := indexer.Study{Schema: record.Schema, ID: record.StudyID("g:1"), Aliases: []string{record.StudyID("g:1")}}
			s.Members = []indexer.Member{recordOf(2, "g", "1", record.Identifiers{})}
			l.put(s.ID, &s)
		}, indexer.Stranger, "g:1", func(v indexer.Verification) int { return v.Strangers }},
		{"a decision has another verdict", func() {
			d, s := l.study("c:1")
			s.Decisions[0].Decision.Verdict = record.Exclude
			l.put(d.ID, &s)
		}, indexer.Altered, "decision 2", func(v indexer.Verification) int { return v.AlteredDecisions }},
		{"a decision is gone", func() {
			d, s := l.study("a:1")
			s.Decisions = nil
			l.put(d.ID, &s)
		}, indexer.Missing, "decision 3", func(v indexer.Verification) int { return v.MissingDecisions }},
		{"a decision was never logged", func() {
			d, s := l.study("a:1")
			s.Decisions[0].Seq = 77
			l.put(d.ID, &s)
		}, indexer.Altered, "decision 77", func(v indexer.Verification) int { return v.AlteredDecisions }},
		{"a document is not readable", func() {
			d, _ := l.study("a:1")
			op := indexer.Op{ID: d.ID, Version: 1 << 40, Doc: &indexer.Document{Source: []byte(`{"v":`)}}
			if out, err := l.index.Apply(t.Context(), []indexer.Op{op}); err != nil || out[0].Err != nil {
				t.Fatal(out, err)
			}
		}, indexer.Damaged, "study " + record.StudyID("a:1"), func(v indexer.Verification) int { return v.Damaged }},
	} {
		test.harm()
		v := l.verify()
		if v.OK() || !v.Wrong() || test.of(v) != 1 || !names(v, test.kind, test.name) {
			t.Errorf("%s: %+v", test.what, v)
		}
		l.rebuild()
		if v := l.verify(); !v.OK() || len(v.Problems) > 0 {
			t.Fatalf("%s, then built anew: %+v", test.what, v)
		}
	}
}

func names(v indexer.Verification, kind indexer.ProblemKind, name string) bool {
	for _, p := range v.Problems {
		if p.Kind == kind && strings.Contains(p.Name, name) {
			return true
		}
	}
	return false
}

// Messages that the logs have lost are named by their place, and an index that still
// has what was in them does not pass for sound.
func TestVerifyLostMessages(t *testing.T) {
	for _, test := range []struct {
		log   string
		seq   uint64
		named indexer.ProblemKind
		name  string
	}{
		{stream.Candidates, 4, indexer.Stranger, "d:выход"},
		{stream.Candidates, 1, indexer.Stranger, "a:1"},
		{stream.Classified, 2, indexer.Altered, "b:1"},
		{stream.Classified, 6, indexer.Altered, "f:1"},
		{stream.Decisions, 3, indexer.Altered, "decision 3"},
	} {
		l := newLogbook(t)
		js, err := jetstream.New(l.bus.Conn())
		if err != nil {
			t.Fatal(err)
		}
		s, err := js.Stream(t.Context(), test.log)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.DeleteMsg(t.Context(), test.seq); err != nil {
			t.Fatal(err)
		}
		v := l.verify()
		if v.OK() || v.Lost != 1 || !names(v, indexer.Lost, test.log) || !names(v, test.named, test.name) {
			t.Errorf("message %d of %s is gone: %+v", test.seq, test.log, v)
		}
	}
}

// A flipped byte anywhere in a store, or a file that is cut off, is found: when the
// store is opened or by Verify, which then says so and does not hang.
func TestVerifyDamagedFiles(t *testing.T) {
	l := newLogbook(t)
	l.close()
	for _, test := range []struct{ store, files string }{
		{"index", filepath.Join(l.indexDir, "store", "*.zap")},
		{"candidates", filepath.Join(l.dir, "stream", "jetstream", "*", "streams", stream.Candidates, "msgs", "*.blk")},
		{"classified", filepath.Join(l.dir, "stream", "jetstream", "*", "streams", stream.Classified, "msgs", "*.blk")},
		{"decisions", filepath.Join(l.dir, "stream", "jetstream", "*", "streams", stream.Decisions, "msgs", "*.blk")},
	} {
		files, err := filepath.Glob(test.files)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, error %v", test.store, files, err)
		}
		for _, harm := range []struct {
			what string
			do   func([]byte) []byte
		}{
			{"a flipped byte at the beginning", func(b []byte) []byte { b[len(b)/20] ^= 1; return b }},
			{"a flipped byte in the middle", func(b []byte) []byte { b[len(b)/2] ^= 1; return b }},
			{"a flipped byte at the end", func(b []byte) []byte { b[len(b)-20] ^= 1; return b }},
			{"a file cut to half", func(b []byte) []byte { return b[:len(b)/2] }},
		} {
			copied := *l
			copied.dir, copied.indexDir = copyDir(t, l.dir), copyDir(t, l.indexDir)
			// All of the store's files: one alone may be a segment that the index no longer
			// uses, whose harm has no effect.
			for _, file := range files {
				file = strings.Replace(strings.Replace(file, l.dir, copied.dir, 1), l.indexDir, copied.indexDir, 1)
				raw, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, harm.do(raw), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			v, _, err := copied.reopenAndRead(t)
			switch {
			case err == nil && v.OK():
				t.Errorf("%s in %s: %+v", harm.what, test.store, v)
			case err == nil && test.store == "index" && v.Damaged == 0:
				t.Errorf("%s in %s is not named: %+v", harm.what, test.store, v)
			case err == nil && test.store != "index" && !names(v, indexer.Lost, strings.ToUpper(test.store)):
				t.Errorf("%s in %s is not named: %+v", harm.what, test.store, v)
			case err != nil && !strings.Contains(err.Error(), "polyglean reindex") && !strings.Contains(err.Error(), "polyglean restore"):
				t.Errorf("%s in %s: no way out: %v", harm.what, test.store, err)
			}
		}
	}
}

func copyDir(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// What Verify calls sound is sound: with any byte of any file flipped, either it is
// found, or logs and documents are to the last byte what they were. The stores are opened
// by processes of their own: whatever a flip makes of a store, it neither hangs nor
// takes all the memory there is, and what it calls sound goes on.
func TestVerifyAnyByte(t *testing.T) {
	if dirs := filepath.SplitList(os.Getenv(flippedDirs)); len(dirs) == 2 {
		answerFlips(t, dirs)
		return
	}
	l := newLogbook(t)
	want := l.everything(t, l.bus, l.index)
	l.close()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	flips := harmfulFlips(t, l)
	known := len(flips)
	for range randomFlips {
		flips = append(flips, randomFlip(t, rng, l.dir, l.indexDir))
	}
	found, harmless := 0, 0
	for i, o := range openFlipped(t, l, flips) {
		switch {
		case o.Failed != "":
			t.Errorf("seed %d: %v was flipped: %s", seed, flips[i], o.Failed)
		case !o.Sound:
			found++
		case i < known:
			t.Errorf("%v was flipped, which is not found", flips[i])
		default:
			harmless++
			if diff := cmp.Diff(want, o.All); diff != "" {
				t.Errorf("seed %d: %v was flipped, which Verify does not find (-want +got):\n%.2000s", seed, flips[i], diff)
			}
		}
	}
	t.Logf("%d flips found, %d of no effect", found, harmless)
	if found == known {
		t.Error("of the random ones none was found")
	}
}

// everything is what is in the logs, the run ledger and the index.
func (l *logbook) everything(t *testing.T, bus *stream.Bus, index indexer.Index) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, log := range []string{stream.Candidates, stream.Classified, stream.Decisions} {
		if err := bus.EachMessage(t.Context(), log, 0, 1<<60, func(m stream.Message) error {
			all[fmt.Sprintf("%s %d", log, m.Seq)] = fmt.Sprintf("%s %v %q", m.Subject, m.Header, m.Data)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := bus.EachState(t.Context(), ">", func(key string, raw []byte) error {
		all["state "+key] = string(raw)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := index.Scan(t.Context(), func(d indexer.Stored) error {
		all[d.ID] = string(d.Source)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func (l *logbook) reopenAndRead(t *testing.T) (v indexer.Verification, all map[string]string, err error) {
	bus, err := stream.Open(t.Context(), stream.Config{Dir: l.dir})
	if err != nil {
		return v, nil, err
	}
	defer bus.Close()
	index, err := bleveindex.Open(l.indexDir)
	if err != nil {
		return v, nil, err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	if v, err = indexer.Verify(t.Context(), bus, index); err != nil || !v.OK() {
		return v, nil, err
	}
	return v, l.everything(t, bus, index), nil
}
