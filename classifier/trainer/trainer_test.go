package trainer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"polyglean/classifier/relevance"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

func open(t *testing.T) *stream.Bus {
	t.Helper()
	b, err := stream.Open(t.Context(), stream.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// classified is a synthetic record with an English title and abstract.
func classified(id, title, abstract string, change ...func(*record.Classified)) record.Classified {
	r := record.Classified{
		Candidate: record.Candidate{
			Schema: record.Schema, ID: "test:" + id, Source: "test", SourceID: id, Version: 1,
			Titles: []record.Text{{Text: title}}, Abstracts: []record.Text{{Text: abstract}},
		},
		Language: record.LanguageLedger{
			Languages: []string{"en"},
			Detected: []record.Detection{
				{Field: record.FieldTitle, End: len(title), Lang: "en"}, {Field: record.FieldAbstract, End: len(abstract), Lang: "en"},
			},
		},
		Selection: record.SetAside,
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

func seed(n int) func(*record.Classified) {
	return func(r *record.Classified) { r.Seed = n }
}

// The synthetic review is on keeping bees over winter; the others are on other
// matters.
var (
	onTopic = []string{
		"Beekeepers lose hives in winter when mites weaken the colony",
		"Winter losses of honey bee hives among small beekeepers",
		"Why colonies of bees die in winter: what beekeepers say of mites",
		"Feeding hives in autumn and the loss of bee colonies in winter",
		"Beekeepers counted dead colonies after winter and treated mites",
	}
	offTopic = []string{
		"Noise of road traffic and sleep in towns", "Bread made of rye and wheat in three bakeries",
		"Tides and sand on northern beaches", "Old bridges of stone and their repair", "Reading aloud in primary schools",
		"Prices of houses near railway stations", "Migrating geese and wind farms", "Paint in churches of the coast",
	}
)

// pool is n records off topic, from number from on.
func pool(from, n int) []record.Classified {
	out := make([]record.Classified, n)
	for i := range out {
		text := offTopic[(from+i)%len(offTopic)]
		out[i] = classified(fmt.Sprintf("off-%04d", from+i), fmt.Sprintf("%s, part %d", text, from+i), "A study of "+strings.ToLower(text)+" with figures of a year.")
	}
	return out
}

// kindred is n records on topic that nobody has decided on.
func kindred(n int) []record.Classified {
	out := make([]record.Classified, n)
	for i := range out {
		a, b := strings.Fields(onTopic[i%len(onTopic)]), strings.Fields(onTopic[(i/len(onTopic)+i+1)%len(onTopic)])
		title := strings.Join(append(slices.Clone(a[:6]), b[2:]...), " ")
		out[i] = classified(fmt.Sprintf("kin-%02d", i), title, fmt.Sprintf("Beekeepers of district %d tell of hives and winter.", i))
	}
	return out
}

func seeds() []record.Classified {
	var out []record.Classified
	for i, text := range onTopic {
		out = append(out, classified(fmt.Sprintf("seed-%d", i), text, text+". Beekeepers were asked about winter and mites.", seed(i+1)))
	}
	return out
}

var envelopes uint64

func publish(t *testing.T, b *stream.Bus, records ...record.Classified) {
	t.Helper()
	envelopes++
	if err := b.PublishClassified(t.Context(), stream.Origin{Run: "r", Source: "test"}, envelopes, "v", records); err != nil {
		t.Fatal(err)
	}
}

// scored are the scores in the log, by record, and how many there are.
func scored(t *testing.T, b *stream.Bus) (byRecord map[string]record.Score, n int) {
	t.Helper()
	ctx := t.Context()
	name := fmt.Sprintf("reader-%d", time.Now().UnixNano())
	sub, err := b.Subscribe(ctx, stream.Scores, name, 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	byRecord = map[string]record.Score{}
	read := map[uint64]bool{} // an envelope comes again if the test stood still
	for {
		lag, err := b.Lag(ctx, stream.Scores, name)
		if err != nil {
			t.Fatal(err)
		}
		if lag == 0 {
			return byRecord, n
		}
		got, err := sub.Fetch(ctx, 100, 50*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range got {
			for _, raw := range d.Records {
				var s record.Score
				if err := json.Unmarshal(raw, &s); err != nil {
					t.Fatal(err)
				}
				byRecord[s.Record] = s
				if !read[d.Seq] {
					n++
				}
			}
			read[d.Seq] = true
			if err := d.Done(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func settle(t *testing.T, b *stream.Bus) State {
	t.Helper()
	if err := New(b, Options{Review: "bees", Threshold: "balanced"}).Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := Load(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func decide(t *testing.T, b *stream.Bus, id string, v record.Verdict) {
	t.Helper()
	d := record.Decision{Review: "bees", Study: record.StudyID("test:" + id), Stage: record.StageTitleAbstract, Verdict: v, By: "a1", At: time.Unix(1, 0)}
	if _, err := b.Decide(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

const missTitle = "Winter losses of bee colonies: beekeepers say that mites weaken hives"

func TestSettle(t *testing.T) {
	b := open(t)
	if got := settle(t, b); got.Training != 0 || got.Promise() == "" {
		t.Errorf("trained on empty logs: %+v", got)
	}
	publish(t, b, seeds()...)
	publish(t, b, pool(0, 300)...)
	publish(t, b, classified("miss", missTitle, "Beekeepers were asked about winter and mites."))
	publish(t, b, kindred(40)...)
	first := settle(t, b)
	if first.Model == "" || first.Training != 1 || first.Includes != 5 || first.Records != 346 || len(first.Recall) != len(recalls) {
		t.Fatalf("state %+v", first)
	}
	scores, n := scored(t, b)
	if n != 346 {
		t.Errorf("%d scores of 346 records", n)
	}
	miss := scores["test:miss"]
	if !miss.Flag || miss.Model != first.Model || miss.Value <= scores["test:off-0000"].Value || miss.Review != "bees" {
		t.Errorf("the miss has %+v", miss)
	}
	var kinds []record.GroundKind
	for _, g := range miss.Grounds {
		kinds = append(kinds, g.Kind)
		for _, e := range g.Evidence {
			if text := missTitle; e.Field == record.FieldTitle && text[e.Start:e.End] != e.Words {
				t.Errorf("evidence %+v is not where it says", e)
			}
		}
	}
	if !slices.Contains(kinds, record.GroundWord) || !slices.Contains(kinds, record.GroundNear) {
		t.Errorf("its grounds are %+v", miss.Grounds)
	}
	flagged := 0
	for id, s := range scores {
		if s.Flag && strings.Contains(id, "off-") {
			flagged++
		}
	}
	if flagged > 3 {
		t.Errorf("%d of 300 records off topic are flagged", flagged)
	}

	// Nothing new: nothing published, in this process or another.
	if again := settle(t, b); again.Training != 1 {
		t.Errorf("trained again without need: %+v", again)
	}
	if _, n := scored(t, b); n != 346 {
		t.Errorf("%d scores after nothing new", n)
	}

	// A new record is scored by the model in force, which another process makes anew.
	publish(t, b, classified("new", "Why hives die in winter: what beekeepers say of mites and of feeding", "Beekeepers were asked about winter and mites."))
	if after := settle(t, b); after.Model != first.Model || after.Training != 1 || after.Records != 347 {
		t.Errorf("after one new record: %+v", after)
	}
	scores, n = scored(t, b)
	if fresh := scores["test:new"]; n != 347 || !fresh.Flag || fresh.Model != first.Model {
		t.Errorf("%d scores, the new record's is %+v", n, fresh)
	}

	// A decision makes a new model; the scores of the old one go.
	decide(t, b, "miss", record.Include)
	second := settle(t, b)
	if second.Model == first.Model || second.Training != 2 || second.Includes != 6 {
		t.Errorf("after a decision: %+v", second)
	}
	scores, n = scored(t, b)
	for id, s := range scores {
		if s.Training != 2 || s.Model != second.Model {
			t.Fatalf("%s has a score of training %d", id, s.Training)
		}
	}
	if n != 347 || len(scores) != 347 {
		t.Errorf("%d scores of %d records", n, len(scores))
	}

	// A decision that says nothing new to the model brings no new scores.
	end, err := b.End(t.Context(), stream.Scores)
	if err != nil {
		t.Fatal(err)
	}
	decide(t, b, "off-0001", record.Maybe)
	if third := settle(t, b); third.Model != second.Model || third.Training != 2 || third.Decided != 2 {
		t.Errorf("after a maybe: %+v", third)
	}
	if now, err := b.End(t.Context(), stream.Scores); err != nil || now != end {
		t.Errorf("the log of scores went from %+v to %+v, %v", end, now, err)
	}

	// Grown by more than a tenth.
	publish(t, b, pool(1000, 100)...)
	if grown := settle(t, b); grown.Training != 3 || grown.Records != 447 {
		t.Errorf("after the log grew: %+v", grown)
	}
}

// The logs are the same, and so is the model, whatever came between.
func TestSameLogsGiveTheSameModel(t *testing.T) {
	var models []string
	for range 2 {
		b := open(t)
		publish(t, b, pool(0, 100)...)
		publish(t, b, seeds()...)
		if len(models) == 0 {
			settle(t, b)
		}
		decide(t, b, "off-0003", record.Exclude)
		models = append(models, settle(t, b).Model)
	}
	if models[0] != models[1] {
		t.Errorf("models %v", models)
	}
}

// A process that was killed while it published leaves scores that nobody put in force.
func TestKilledWhilePublishing(t *testing.T) {
	b := open(t)
	publish(t, b, append(seeds(), pool(0, 50)...)...)
	stray := []record.Score{{Schema: record.Schema, Record: "test:off-0001", Model: "stray", Training: 1, Flag: true}}
	if _, err := b.PublishScores(t.Context(), "bees", stray); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := New(b, Options{Review: "bees", Threshold: "balanced"}).Settle(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	s := settle(t, b)
	scores, n := scored(t, b)
	if n != 55 || scores["test:off-0001"].Model != s.Model {
		t.Errorf("%d scores, %+v", n, scores["test:off-0001"])
	}
}

func TestNoIncludes(t *testing.T) {
	b := open(t)
	publish(t, b, pool(0, 20)...)
	s := settle(t, b)
	if s.Model != "" || !strings.Contains(s.Promise(), relevance.ErrNoIncludes.Error()) {
		t.Errorf("%+v: %s", s, s.Promise())
	}
	if _, n := scored(t, b); n != 0 {
		t.Errorf("%d scores without a model", n)
	}
	// With one include there is an order, and no line.
	decide(t, b, "off-0001", record.Include)
	s = settle(t, b)
	if s.Model == "" || s.Flagged != 0 || !strings.Contains(s.Promise(), relevance.ErrFewIncludes.Error()) {
		t.Errorf("%+v: %s", s, s.Promise())
	}
	// Taken back, the scores are taken back, too.
	decide(t, b, "off-0001", record.Exclude)
	if s = settle(t, b); s.Model != "" || s.Training != 2 {
		t.Errorf("%+v", s)
	}
	scores, n := scored(t, b)
	for id, score := range scores {
		if score.Model != "" || score.Training != 2 {
			t.Errorf("%s still has %+v", id, score)
		}
	}
	if n != 20 {
		t.Errorf("%d scores taken back, want 20", n)
	}
}

// Another threshold makes other scores.
func TestThresholdIsPartOfTheModel(t *testing.T) {
	b := open(t)
	publish(t, b, append(seeds(), pool(0, 200)...)...)
	balanced := settle(t, b)
	if err := New(b, Options{Review: "bees", Threshold: "wide"}).Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	wide, err := Load(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if wide.Model == balanced.Model || wide.Flagged < balanced.Flagged || wide.Training != 2 {
		t.Errorf("balanced %+v, wide %+v", balanced, wide)
	}
}

// Run trains when the logs have been quiet, and again after a decision.
func TestRun(t *testing.T) {
	b := open(t)
	publish(t, b, append(seeds(), pool(0, 100)...)...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		done <- New(b, Options{Review: "bees", Threshold: "balanced", Quiet: 20 * time.Millisecond, Owner: "one"}).Run(ctx)
	}()
	wait := func(training int64) {
		t.Helper()
		// There is a rest after a training, of many times as long as it took.
		for end := time.Now().Add(10 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
			s, err := Load(ctx, b)
			if err != nil {
				t.Fatal(err)
			}
			if s.Training == training {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("no training %d: %+v", training, s)
			}
		}
	}
	wait(1)
	decide(t, b, "off-0002", record.Exclude)
	wait(2)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestReadDecisions(t *testing.T) {
	var all []record.Decision
	say := func(study, by string, stage record.Stage, v record.Verdict) {
		all = append(all, record.Decision{Study: study, By: by, Stage: stage, Verdict: v})
	}
	say("twice", "a", record.StageTitleAbstract, record.Include)
	say("twice", "a", record.StageTitleAbstract, record.Exclude)
	say("full", "a", record.StageFullText, record.Exclude)
	say("full", "b", record.StageTitleAbstract, record.Include)
	say("apart", "a", record.StageTitleAbstract, record.Include)
	say("apart", "b", record.StageTitleAbstract, record.Exclude)
	say("maybe", "a", record.StageTitleAbstract, record.Maybe)
	say("split", "a", "", record.Split)
	got, err := readDecisions(func(fn func(record.Decision) error) error {
		for _, d := range all {
			if err := fn(d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := labels{"twice": {relevance.Exclude}, "full": {relevance.Exclude}, "apart": {relevance.Include, relevance.Exclude}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The sample is of a bounded size and the same in whatever order records come.
func TestSample(t *testing.T) {
	ids := func(order func(i int) int) []string {
		s := &sample{at: map[string]*sampledReading{}}
		const n = sampleSize + 5000
		for i := range n {
			r := &reading{}
			r.Candidate.ID = fmt.Sprintf("test:%d", order(i))
			s.put(r)
		}
		var out []string
		for _, r := range s.heap {
			out = append(out, r.Candidate.ID)
		}
		slices.Sort(out)
		if len(out) != sampleSize || len(s.at) != sampleSize {
			t.Errorf("%d and %d in the sample", len(out), len(s.at))
		}
		return out
	}
	rising := ids(func(i int) int { return i })
	falling := ids(func(i int) int { return sampleSize + 4999 - i })
	if !slices.Equal(rising, falling) {
		t.Error("the sample depends on the order")
	}
	s := &sample{at: map[string]*sampledReading{}}
	for i := range 100 {
		r := &reading{}
		r.Candidate.ID = fmt.Sprint(i)
		s.put(r)
	}
	for i := range 100 {
		s.remove(fmt.Sprint((i * 37) % 100))
	}
	if len(s.heap)+len(s.at) != 0 {
		t.Errorf("%d and %d left", len(s.heap), len(s.at))
	}
}

// Copies of included records are no evidence of what is not relevant.
func TestGatherLeavesCopiesOut(t *testing.T) {
	b := open(t)
	doi := func(v string) func(*record.Classified) {
		return func(r *record.Classified) { r.Candidate.IDs.DOI = v }
	}
	publish(t, b,
		classified("a", "Bees in winter", "", seed(1), doi("10.5555/1")), classified("b", "Bees in winter, again", "", doi("10.5555/1")),
		classified("c", "BEES in Winter.", ""), classified("d", "Bees in summer", ""),
		classified("e", "An old copy", ""), classified("e", "A new copy", "", func(r *record.Classified) { r.Candidate.Version = 2 }),
		classified("e", "An old copy that comes late", ""),
	)
	g, err := gather(t.Context(), b, 100, 100)
	if err != nil {
		t.Fatal(err)
	}
	var others []string
	for _, r := range g.others {
		others = append(others, r.title())
	}
	slices.Sort(others)
	if want := []string{"A new copy", "Bees in summer"}; !slices.Equal(others, want) || len(g.includes) != 1 {
		t.Errorf("others %q, %d includes", others, len(g.includes))
	}
}

func TestCitations(t *testing.T) {
	make := func(id, title string, change func(*reading)) *reading {
		r := &reading{}
		r.Candidate.ID = id
		r.Candidate.Titles = []record.Text{{Text: title}}
		change(r)
		return r
	}
	one := make("test:1", "Seed one", func(r *reading) {
		r.Seed, r.Candidate.IDs.DOI, r.Candidate.References = 1, "10.5555/one", []string{"10.5555/old"}
	})
	again := make("test:1b", "Seed one", func(r *reading) { r.Seed, r.Candidate.IDs.OpenAlex = 1, "W1" })
	two := make("test:2", "Include two", func(r *reading) { r.Candidate.IDs.PMID = "22" })
	c := newCitations([]*reading{one, again, two})
	got := func(change func(*reading)) string {
		var out []string
		for _, g := range c.grounds(make("test:x", "Another", change)) {
			out = append(out, fmt.Sprintf("%s %s %d", g.How, g.Text, g.Seed))
		}
		return strings.Join(out, ", ")
	}
	for _, test := range []struct {
		name, want string
		change     func(*reading)
	}{
		{"nothing", "", func(r *reading) { r.Candidate.References = []string{"10.5555/none"} }},
		{"cites both copies of a seed", "cited-by Seed one 1", func(r *reading) { r.Candidate.References = []string{"10.5555/one", "W1"} }},
		{"cites two", "cited-by Seed one 1, cited-by Include two 0", func(r *reading) { r.Candidate.References = []string{"W1", "22"} }},
		{"is cited", "cites Seed one 1", func(r *reading) { r.Candidate.IDs.DOI = "10.5555/old" }},
		{"was followed", "cites Include two 0", func(r *reading) {
			r.Candidate.Paths = []record.Path{{How: record.Cites, Study: record.StudyID("test:2"), Round: 1}}
		}},
		{"was followed from what is no longer included", "", func(r *reading) {
			r.Candidate.Paths = []record.Path{{How: record.Cites, Study: "sgone", Round: 1}}
		}},
		{"is a copy of the seed", "", func(r *reading) { r.Seed, r.Candidate.References = 1, []string{"W1"} }},
	} {
		if got := got(test.change); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
