package demo

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPhrasebooks(t *testing.T) {
	books, err := readPhrasebooks()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, l := range mix {
		sum += l.of
		b := books[l.lang]
		if b == nil {
			t.Errorf("%s: no phrasebook", l.lang)
			continue
		}
		if len(b.topic) < 4 || len(b.topicTitles) == 0 {
			t.Errorf("%s: %d sentences and %d titles on topic", l.lang, len(b.topic), len(b.topicTitles))
		}
		for _, f := range b.sentences {
			if end := f[len(f)-1].text; end == "" || !strings.ContainsAny(fullStops, end[len(strings.TrimRight(end, fullStops)):]) {
				t.Errorf("%s: a sentence ends in %+v and not in a full stop", l.lang, f[len(f)-1])
			}
		}
	}
	if sum != 1000 {
		t.Errorf("the mix comes to %d of 1000", sum)
	}
	if len(books) != len(mix) {
		t.Errorf("%d phrasebooks for %d languages", len(books), len(mix))
	}
}

func TestPhrasebookIsChecked(t *testing.T) {
	sound := func() *phrasebook {
		return &phrasebook{
			median: 100, journals: parseFrames([]string{"J"}), titles: parseFrames([]string{"{t}"}),
			sentences: parseFrames([]string{"{t}."}), lists: map[string][]frame{"m": parseFrames([]string{"a"}), "h": parseFrames([]string{"b"})},
		}
	}
	if err := sound().check(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*phrasebook){
		"{who}":     func(b *phrasebook) { b.titles = parseFrames([]string{"{t} of {who}"}) },
		"lists.h":   func(b *phrasebook) { b.lists["h"] = nil },
		"median":    func(b *phrasebook) { b.median = 0 },
		"sentences": func(b *phrasebook) { b.sentences = nil },
	} {
		b := sound()
		spoil(b)
		if err := b.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %s", err, want)
		}
	}
}

func TestSplitSentences(t *testing.T) {
	got := splitSentences("The mean was 1.5 of all. St. Mary's was left out! 借金が離脱を妨げていた例が多い。支援が必要であるとされた。 And the rest")
	want := []string{"The mean was 1.5 of all.", "St. Mary's was left out!", "借金が離脱を妨げていた例が多い。", "支援が必要であるとされた。", "And the rest"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// profile is what decides how much work records are.
type profile struct {
	records                       int
	abstractWords, titleWords     []int // sorted
	abstractCharacters            []int // sorted
	withoutAbstract               float64
	different10000, different100k int
}

// profileOf takes titles and abstracts in one language.
func profileOf(texts [][2]string) profile {
	p := profile{records: len(texts)}
	words, seen, bare := 0, map[string]bool{}, 0
	for _, t := range texts {
		p.titleWords = append(p.titleWords, len(strings.Fields(t[0])))
		if t[1] == "" {
			bare++
		} else {
			p.abstractWords = append(p.abstractWords, len(strings.Fields(t[1])))
			p.abstractCharacters = append(p.abstractCharacters, utf8.RuneCountInString(t[1]))
		}
		for w := range strings.FieldsFuncSeq(strings.ToLower(t[0]+" "+t[1]), func(r rune) bool { return !unicode.IsLetter(r) }) {
			words++
			seen[w] = true
			switch words {
			case 10_000:
				p.different10000 = len(seen)
			case 100_000:
				p.different100k = len(seen)
			}
		}
	}
	p.withoutAbstract = float64(bare) / float64(len(texts))
	slices.Sort(p.titleWords)
	slices.Sort(p.abstractWords)
	slices.Sort(p.abstractCharacters)
	return p
}

func percentile(sorted []int, p int) float64 { return float64(sorted[len(sorted)*p/100]) }

// english are the titles, without their numbers, and abstracts of the generated records that
// are in English.
func english(c *Corpus) [][2]string {
	var out [][2]string
	for _, r := range c.Records {
		if r.meta() == "en" {
			out = append(out, [2]string{r.Title[:strings.LastIndex(r.Title, " (")], r.Abstract})
		}
	}
	return out
}

// TestGeneratedShares holds the corpus to what Generate says of it.
func TestGeneratedShares(t *testing.T) {
	const n = 5000
	c := Generate(n, 3)
	languages, scripts := map[string]int{}, map[string]bool{}
	var bare, topic, uncited, translated, bilingual, most int
	for _, r := range c.Records {
		languages[r.Lang]++
		for _, s := range []string{"Latin", "Cyrillic", "Arabic", "Devanagari", "Han", "Hiragana", "Hangul"} {
			if strings.ContainsFunc(r.Title, func(x rune) bool { return unicode.Is(unicode.Scripts[s], x) }) {
				scripts[s] = true
			}
		}
		count := func(n *int, is bool) {
			if is {
				*n++
			}
		}
		count(&bare, r.Abstract == "")
		count(&topic, r.Theme == Topic)
		count(&uncited, len(r.Cites) == 0)
		count(&translated, r.Lang != "en" && r.meta() == "en")
		count(&bilingual, r.AbstractEN != "")
		most = max(most, len(r.people()))
		if len(r.people()) < 1 || len(r.Keywords) < 2 || r.doi() == "" || r.Container == "" || r.Year < 1995 {
			t.Fatalf("record %+v", r)
		}
		if slices.Contains(r.Cites, r.N) {
			t.Errorf("record %d cites itself", r.N)
		}
		if strings.ContainsAny(r.Title+r.Abstract+r.Container+strings.Join(r.Keywords, ""), "{}") || !utf8.ValidString(r.Title+r.Abstract) {
			t.Errorf("record %d: %q %q", r.N, r.Title, r.Abstract)
		}
	}
	others := float64(n - languages["en"])
	for _, s := range []struct {
		name      string
		got, want float64
	}{
		{"papers in English", float64(languages["en"]) / n, .62},
		{"without abstract", float64(bare) / n, 1. / oneNoAbstract},
		{"on topic", float64(topic) / n, 1. / oneOnTopic},
		{"without references", float64(uncited) / n, 1. / oneNoReferences},
		{"texts in English of papers that are not", float64(translated) / others, 1. / oneEnglishTexts},
	} {
		if s.got < s.want*.85 || s.got > s.want*1.15 {
			t.Errorf("%s: %.3f, want about %.3f", s.name, s.got, s.want)
		}
	}
	if len(languages) != len(mix) || len(scripts) != 7 || bilingual < 10 || most != 8 {
		t.Errorf("%d languages, scripts %v, %d bilingual abstracts, at most %d authors", len(languages), scripts, bilingual, most)
	}
}

// TestGeneratedLikeReal compares the generated records in English with those of
// screened reviews.
func TestGeneratedLikeReal(t *testing.T) {
	real := profileOf(screened(t))
	got := profileOf(english(Generate(4000, 3)))
	t.Logf("real: title %.0f, abstract %.0f words, %.0f characters, %d and %d different words", percentile(real.titleWords, 50),
		percentile(real.abstractWords, 50), percentile(real.abstractCharacters, 50), real.different10000, real.different100k)
	t.Logf("here: title %.0f, abstract %.0f words, %.0f characters, %d and %d different words", percentile(got.titleWords, 50),
		percentile(got.abstractWords, 50), percentile(got.abstractCharacters, 50), got.different10000, got.different100k)
	for _, c := range []struct {
		name       string
		got, real  float64
		below, top float64 // how many times the real figure it may be
	}{
		{"words of a title", percentile(got.titleWords, 50), percentile(real.titleWords, 50), .75, 1.25},
		{"words of an abstract", percentile(got.abstractWords, 50), percentile(real.abstractWords, 50), .75, 1.25},
		{"characters of an abstract", percentile(got.abstractCharacters, 50), percentile(real.abstractCharacters, 50), .75, 1.25},
		{"a short abstract", percentile(got.abstractWords, 5), percentile(real.abstractWords, 5), .7, 1.3},
		{"a long abstract", percentile(got.abstractWords, 95), percentile(real.abstractWords, 95), .8, 1.2},
		{"different words in 10,000", float64(got.different10000), float64(real.different10000), .7, 1.3},
		{"different words in 100,000", float64(got.different100k), float64(real.different100k), .65, 1.3},
	} {
		if c.got < c.real*c.below || c.got > c.real*c.top {
			t.Errorf("%s: %.0f, of real records %.0f", c.name, c.got, c.real)
		}
	}
}

// shared is where recorded data is, beside the repository.
const shared = "../../../shared/data"

// screened are titles and abstracts of labelled reviews.
func screened(t *testing.T) [][2]string {
	t.Helper()
	files, err := filepath.Glob(shared + "/keyword-miss/*.jsonl.gz")
	if err != nil || len(files) == 0 {
		t.Skip("skipped: comparing generated records with those of screened reviews; put the shared data beside the repository (../shared/data/keyword-miss)")
	}
	var out [][2]string
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(z)
		lines.Buffer(nil, 1<<24)
		// Of each as many, so that the words are of many subjects.
		for n := 0; n < 300 && lines.Scan(); n++ {
			var r struct{ Title, Abstract string }
			if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			out = append(out, [2]string{r.Title, strings.TrimSpace(r.Abstract)})
		}
	}
	return out
}

// TestGeneratedWorksAreAsLongAsReal compares the JSON of works with that of recorded
// results of searches.
func TestGeneratedWorksAreAsLongAsReal(t *testing.T) {
	total, works := 0, 0
	for _, file := range []string{"fp_search/01.json", "get_random_id_from_openalex/01.json", "get_random_id_from_openalex/02.json"} {
		raw, err := os.ReadFile(filepath.Join(shared, "api/openalex", file))
		if errors.Is(err, fs.ErrNotExist) {
			t.Skip("skipped: comparing generated works with recorded ones; put the shared data beside the repository (../shared/data/api)")
		}
		if err != nil {
			t.Fatal(err)
		}
		var answer struct{ Results []any }
		if err := json.Unmarshal(raw, &answer); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		body, err := json.Marshal(answer.Results)
		if err != nil {
			t.Fatal(err)
		}
		total += len(body)
		works += len(answer.Results)
	}
	if works < 8 {
		t.Fatalf("%d works recorded", works)
	}
	c := Generate(1000, 3)
	results := make([]openAlexWork, len(c.Records))
	for i, cp := range c.Copies(OpenAlex) {
		results[i] = cp.openAlexWork()
	}
	body, err := encodeJSON(results)
	if err != nil {
		t.Fatal(err)
	}
	got, want := len(body)/len(results), total/works
	t.Logf("%d bytes a work, %d recorded", got, want)
	if got < want*7/10 || got > want*13/10 {
		t.Errorf("a work has %d bytes, a recorded one %d", got, want)
	}
}

// TestInvertedIndex reads the index back.
func TestInvertedIndex(t *testing.T) {
	for _, text := range []string{
		"", "one", "to be or not to be", `a "quoted" back\slash and a "quoted" <tag>`, "借金 と 住まい と 借金", "bad \xff byte\x01 here",
	} {
		var got map[string][]int
		if raw := invertedIndex(text); raw != nil {
			if err := json.Unmarshal(raw, &got); err != nil {
				t.Errorf("%q: %v in %s", text, err, raw)
			}
		}
		want := map[string][]int{}
		for i, w := range strings.Fields(strings.ToValidUTF8(text, "�")) {
			want[w] = append(want[w], i)
		}
		if len(got) != len(want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
		for w, places := range want {
			if !slices.Equal(got[w], places) {
				t.Errorf("%q: %q at %v, want %v", text, w, got[w], places)
			}
		}
	}
}
