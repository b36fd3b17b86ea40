package relevance

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// synthetic makes records of two topics from their words: about leaving something
// behind, and about stars. All are invented.
func synthetic(n int) (records []Record, about []bool) {
	topics := [2]string{
		"leaving exit survivors shelter recovery women brothel debt family support hope prostitution",
		"stars galaxy telescope spectrum orbit planets light dust mass redshift survey cluster",
	}
	random := rand.New(rand.NewPCG(1, 1))
	for i := range n {
		topic := i % 2
		words := strings.Fields(topics[topic])
		both := strings.Fields("the study of results and methods in a sample we found that analysis shows")
		var text []string
		for range 40 {
			if random.IntN(3) == 0 {
				text = append(text, words[random.IntN(len(words))])
			} else {
				text = append(text, both[random.IntN(len(both))])
			}
		}
		records = append(records, Record{
			ID: fmt.Sprintf("synthetic:%03d", i),
			Texts: []Text{
				{Text: strings.Join(text[:8], " "), Lang: "en", Title: true},
				{Text: strings.Join(text[8:], " "), Lang: "en"},
			},
		})
		about = append(about, topic == 0)
	}
	return records, about
}

func space(t testing.TB, records []Record) *Space {
	t.Helper()
	s, err := NewSpace(records)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func train(t testing.TB, s *Space, labels []Labelled) *Model {
	t.Helper()
	m, err := s.Train(labels)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// includes labels the first k records of the topic.
func includes(records []Record, about []bool, k int) []Labelled {
	var labels []Labelled
	for i, r := range records {
		if about[i] && len(labels) < k {
			labels = append(labels, Labelled{r.ID, Include})
		}
	}
	return labels
}

// TestFewAndManyIncludes: whatever the number of includes, the topic is told from
// the other one.
func TestFewAndManyIncludes(t *testing.T) {
	records, about := synthetic(200)
	s := space(t, records)
	for _, k := range []int{1, 2, 3, 5, 8, 14, 15, 40} {
		m := train(t, s, includes(records, about, k))
		if m.Includes() != k {
			t.Errorf("%d includes are counted as %d", k, m.Includes())
		}
		lowest, highest := math.Inf(1), math.Inf(-1)
		for i, r := range records {
			score := m.Score(s.Vector(r))
			if p := m.Probability(score); !(p >= 0 && p <= 1) {
				t.Fatalf("%d includes: a score of %v has the probability %v", k, score, p)
			}
			if about[i] {
				lowest = min(lowest, score)
			} else {
				highest = max(highest, score)
			}
		}
		if lowest <= highest {
			t.Errorf("%d includes: a record on the topic scores %v, one off it %v", k, lowest, highest)
		}
		balanced, err := m.Line(Balanced)
		if k < minIncludes {
			if !errors.Is(err, ErrFewIncludes) || !math.IsInf(balanced, 1) {
				t.Errorf("%d includes: the line is %v with the error %v, want none and ErrFewIncludes", k, balanced, err)
			}
			if _, err := m.LineForRecall(0.9); !errors.Is(err, ErrFewIncludes) {
				t.Errorf("%d includes: the line for a recall has the error %v", k, err)
			}
			continue
		}
		wide, _ := m.Line(Wide)
		strict, _ := m.Line(Strict)
		if err != nil || !(wide <= balanced && balanced <= strict) {
			t.Errorf("%d includes: lines strict %v, balanced %v, wide %v, %v", k, strict, balanced, wide, err)
		}
		last := math.Inf(1)
		for _, recall := range []float64{0, 0.5, 0.75, 0.9, 1} {
			line, err := m.LineForRecall(recall)
			if err != nil || line > last {
				t.Errorf("%d includes: the line for a recall of %v is %v, %v; want at most %v", k, recall, line, err, last)
			}
			last = line
		}
	}
}

func TestNothingToLearnFrom(t *testing.T) {
	records, _ := synthetic(20)
	records = append(records, Record{ID: "synthetic:empty", Texts: []Text{{Title: true}}})
	s := space(t, records)
	for name, labels := range map[string][]Labelled{
		"no labels":               nil,
		"exclusions only":         {{records[0].ID, Exclude}},
		"an include not here":     {{"elsewhere:1", Include}},
		"an include sans words":   {{"synthetic:empty", Include}},
		"an include contradicted": {{records[0].ID, Include}, {records[0].ID, Exclude}},
	} {
		if _, err := s.Train(labels); !errors.Is(err, ErrNoIncludes) {
			t.Errorf("%s: error %v, want ErrNoIncludes", name, err)
		}
	}
	if _, err := s.Train([]Labelled{{records[0].ID, "perhaps"}}); err == nil || !strings.Contains(err.Error(), "perhaps") {
		t.Errorf("an unknown label gives the error %v, want one that names it", err)
	}
	if s := space(t, nil); s.Len() != 0 {
		t.Errorf("a space of nothing has %d records", s.Len())
	} else if _, err := s.Train(nil); !errors.Is(err, ErrNoIncludes) {
		t.Errorf("training on nothing gives the error %v", err)
	}
}

func TestIDs(t *testing.T) {
	for _, records := range [][]Record{{{ID: "a"}, {ID: "b"}, {ID: "a"}}, {{ID: ""}}} {
		if _, err := NewSpace(records); err == nil || !strings.Contains(err.Error(), "ID") {
			t.Errorf("%d records: error %v, want one about the ID", len(records), err)
		}
	}
}

// TestConflicts: labels that contradict each other are not learnt from, and said.
func TestConflicts(t *testing.T) {
	records, about := synthetic(60)
	twin := records[0]
	twin.ID = "synthetic:twin"
	records = append(records, twin)
	about = append(about, true)
	s := space(t, records)
	labels := append(includes(records, about, 6),
		Labelled{twin.ID, Exclude},
		Labelled{records[1].ID, Exclude}, Labelled{records[1].ID, Include},
		Labelled{"elsewhere:1", Exclude})
	m := train(t, s, labels)
	if m.Includes() != 5 {
		t.Errorf("learned from %d includes, want 5: the sixth has an excluded copy", m.Includes())
	}
	said := strings.Join(m.Unlearnt(), "\n")
	for _, want := range []string{"synthetic:000, synthetic:twin have the same text", "synthetic:001 is labelled include and exclude", "elsewhere:1"} {
		if !strings.Contains(said, want) {
			t.Errorf("what was not learnt from does not say %q:\n%s", want, said)
		}
	}
}

// TestSameInputSameModel: neither the order of records and labels nor the number of
// processors changes a bit of the model.
func TestSameInputSameModel(t *testing.T) {
	records, about := synthetic(1200)
	labels := includes(records, about, 30)
	labels = append(labels, Labelled{records[1].ID, Exclude}, Labelled{records[3].ID, Exclude})
	first := train(t, space(t, records), labels)

	random := rand.New(rand.NewPCG(9, 9))
	shuffled, relabelled := slices.Clone(records), slices.Clone(labels)
	random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	random.Shuffle(len(relabelled), func(i, j int) { relabelled[i], relabelled[j] = relabelled[j], relabelled[i] })
	second := train(t, space(t, shuffled), relabelled)

	if first.Version() != second.Version() {
		t.Errorf("versions %s and %s", first.Version(), second.Version())
	}
	if !slices.Equal(first.weights, second.weights) || first.offset != second.offset {
		t.Error("the weights differ")
	}
	if !slices.Equal(first.heldOut(), second.heldOut()) || first.curve() != second.curve() {
		t.Error("the thresholds or probabilities differ")
	}
	if third := train(t, space(t, records), labels[1:]); third.Version() == first.Version() {
		t.Error("other labels have the same version")
	}
	records[0].Texts[1].Text += " more"
	if fourth := train(t, space(t, records), labels); fourth.Version() == first.Version() {
		t.Error("other texts have the same version")
	}
}

// TestRowsAreVectors: a record of the space reads the same when it comes again.
func TestRowsAreVectors(t *testing.T) {
	records, _ := synthetic(1000)
	records[0].Concepts = []string{"exit", "prostitution"}
	records[1].Concepts = []string{"exit"}
	records[2].Concepts = []string{"prostitution"}
	records = append(records, Record{ID: "synthetic:none"})
	s := space(t, records)
	for _, r := range records {
		row, v := s.Row(s.Index(r.ID)), s.Vector(r)
		if !slices.Equal(row.features, v.features) || !slices.Equal(row.weights, v.weights) {
			t.Fatalf("%s reads differently the second time", r.ID)
		}
		if !slices.IsSorted(v.features) {
			t.Fatalf("%s: the features are not in order", r.ID)
		}
		if length := v.Cosine(v); len(v.features) > 0 && math.Abs(length-1) > 1e-5 {
			t.Fatalf("%s has the length %v", r.ID, length)
		}
	}
}

func TestWords(t *testing.T) {
	for _, test := range []struct{ name, text, lang, want string }{
		{"stems", "Women's survivors exiting", "en", "women survivor exit"},
		{"words of one letter are left out", "a b exit", "en", "exit"},
		{"other scripts", "жертвы Прости́туции", "ru", "жертв проституц"},
		{"no stemmer", "ofiary handlu", "pl", "ofiary handlu"},
		{"unknown language", "survivors", "", "survivors"},
		{"Chinese", "性工作者 人", "zh", "性工 工作 作者 人"},
		{"Thai", "หญิง", "th", "หญิ ญิง"},
		{"Korean", "성매매를 떠난 집", "ko", "성매 매매 매를 떠난 집"},
		{"Latin inside", "性survivor者", "ja", "性 survivor 者"},
		{"nothing", "… — !", "en", ""},
		{"not UTF-8", "exit\xffing", "en", "exit ing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stems []string
			reader := newReader(func(stem string) int32 {
				stems = append(stems, stem)
				return int32(len(stems))
			})
			var spans []string
			reader.read(nil, test.text, test.lang, func(start, end int) { spans = append(spans, test.text[start:end]) })
			if got := strings.Join(stems, " "); got != test.want {
				t.Errorf("reads %q, want %q", got, test.want)
			}
			if len(spans) != len(stems) {
				t.Errorf("%d words stand at %d places", len(stems), len(spans))
			}
		})
	}
}

// TestConceptsCrossLanguages: from English includes, a record in another language
// is found by its concepts, and says so.
func TestConceptsCrossLanguages(t *testing.T) {
	records, about := synthetic(80)
	for i := range records {
		if about[i] {
			records[i].Concepts = []string{"exit", "survivor"}
		} else if i%3 == 0 {
			records[i].Concepts = []string{"astronomy"}
		}
	}
	foreign := Record{
		ID:       "synthetic:de",
		Texts:    []Text{{Text: "Wege aus der Zwangsprostitution: Erfahrungen von Überlebenden", Lang: "de", Title: true}},
		Concepts: []string{"survivor", "exit"},
	}
	other := Record{ID: "synthetic:de2", Texts: []Text{{Text: "Sterne und Staub ferner Galaxien", Lang: "de", Title: true}}, Concepts: []string{"astronomy"}}
	for _, k := range []int{3, 20} {
		m := train(t, space(t, records), includes(records, about, k))
		s := m.space
		if a, b := m.Score(s.Vector(foreign)), m.Score(s.Vector(other)); a <= b || a <= 0 {
			t.Errorf("%d includes: the German record on the topic scores %v, the other %v", k, a, b)
		}
		grounds := m.Explain(foreign, 5)
		if len(grounds) == 0 || grounds[0].Concept == "" {
			t.Errorf("%d includes: the grounds are %+v, want concepts", k, grounds)
		}
	}
}

// TestExplain: grounds are words of the record, at their places, the strongest first.
func TestExplain(t *testing.T) {
	records, about := synthetic(200)
	for _, k := range []int{4, 30} {
		m := train(t, space(t, records), includes(records, about, k))
		r := records[100]
		grounds := m.Explain(r, 6)
		if len(grounds) != 6 {
			t.Fatalf("%d grounds, want 6", len(grounds))
		}
		topic := 0
		for i, g := range grounds {
			if got := r.Texts[g.Text].Text[g.Start:g.End]; got != g.Words || g.Words == "" {
				t.Errorf("ground %q points at %q", g.Words, got)
			}
			if i > 0 && g.Weight > grounds[i-1].Weight {
				t.Errorf("%q with %v comes after %v", g.Words, g.Weight, grounds[i-1].Weight)
			}
			for _, o := range grounds[:i] {
				if o.covers(g) {
					t.Errorf("%q is shown beside %q", g.Term, o.Term)
				}
			}
			if strings.ContainsAny(g.Words, "abcdefghijklmnopqrstuvwxyz") && strings.Contains("leaving exit survivors shelter recovery women brothel debt family support hope prostitution", strings.Fields(g.Words)[0]) {
				topic++
			}
		}
		if topic < 3 {
			t.Errorf("%d of 6 grounds begin with a word of the topic: %+v", topic, grounds)
		}
	}
}

func TestNearest(t *testing.T) {
	records, about := synthetic(50)
	s := space(t, records)
	m := train(t, s, includes(records, about, 5))
	twin := records[4]
	twin.ID = "synthetic:twin"
	if id, cosine := m.Nearest(twin.ID, s.Vector(twin)); id != records[4].ID || cosine < 0.999 {
		t.Errorf("nearest to a copy of %s is %s with %v", records[4].ID, id, cosine)
	}
	if id, _ := m.Nearest(records[4].ID, s.Row(4)); id == records[4].ID || id == "" {
		t.Errorf("nearest to %s is %q", records[4].ID, id)
	}
}

// TestHugeText: what no record has is read in bounded time and memory.
func TestHugeText(t *testing.T) {
	records, about := synthetic(30)
	records[0].Texts[1].Text = strings.Repeat("exit survivors ", 1<<20)
	records[1].Texts[1].Text = strings.Repeat("性", 1<<20)
	records[2].Texts[1].Text = strings.Repeat("x", 4<<20)
	s := space(t, records)
	m := train(t, s, includes(records, about, 4))
	for _, r := range records[:3] {
		if score := m.Score(s.Vector(r)); math.IsNaN(score) || math.IsInf(score, 0) {
			t.Errorf("%s scores %v", r.ID, score)
		}
	}
}
