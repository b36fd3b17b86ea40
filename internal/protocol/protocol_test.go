package protocol

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"polyglean/internal/strategy"
)

func TestDefault(t *testing.T) {
	p := Default()
	if p.Name != "exit-sex-trafficking" || p.Title == "" || p.Question == "" || p.Version == "" {
		t.Errorf("default has name %q, version %q, title %q", p.Name, p.Version, p.Title)
	}
	if p != Default() {
		t.Error("Default parses its file anew")
	}
	if got := len(p.Strategy.Blocks); got != 2 {
		t.Fatalf("default has %d blocks, want 2", got)
	}
	if p.Strategy.Mode != strategy.Inflected || p.Strategy.Lang != "en" {
		t.Errorf("default strategy is %s in %q", p.Strategy.Mode, p.Strategy.Lang)
	}
	if got := len(p.Seeds); got != 13 {
		t.Errorf("default has %d seeds, want 13", got)
	}
	for i, s := range p.Seeds {
		if s.Number != i+1 || len(s.Authors) == 0 || s.Title == "" || s.Year == 0 || s.Journal == "" {
			t.Errorf("seed %d is incomplete: %+v", i+1, s)
		}
	}
	var sources []string
	formats := map[string]string{}
	for _, s := range p.Sources {
		sources = append(sources, s.Name)
		for _, set := range s.Sets {
			if s.Name == "oai" && !strings.HasPrefix(set.Endpoint, "https://") {
				t.Errorf("set %s has endpoint %q", set.Name, set.Endpoint)
			}
			formats[set.Name] = set.Format
		}
	}
	if formats["kci"] != "oai_kci" || formats["ssoar"] != "" {
		t.Errorf("formats of the sets are %v", formats)
	}
	if want := []string{
		"openalex", "crossref", "europepmc", "pubmed", "doaj", "hal", "openaire", "lilacs", "jstage", "scielo", "oai",
		"datacite", "core", "semanticscholar", "clinicaltrials", "arxiv", "cinii",
	}; !slices.Equal(sources, want) {
		t.Errorf("default sources are %v, want %v", sources, want)
	}
	for name, set := range map[string]map[string]bool{
		"core": p.Rule.Core, "side": p.Rule.Side, "support": p.Rule.Support, "negative": p.Rule.Negative,
		"named": p.Definition.Named, "settled": p.Definition.Settled,
	} {
		if len(set) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	if p.Rule.Core["modern_slavery"] || !p.Rule.Core["sex_trafficking"] || !p.Rule.Side["modern_slavery"] {
		t.Error("rule: modern_slavery is to be taken from the core facet and put at the side")
	}
}

func TestDefaultSearches(t *testing.T) {
	p := Default()
	want := strings.Fields("published wide es pt fr de it nl sv pl ru uk tr ar fa hi bn zh ja ko vi id th")
	var got []string
	for _, s := range p.Searches {
		got = append(got, s.Name)
		if s.Node == nil {
			t.Errorf("search %s has no strategy", s.Name)
		}
		if n := utf8.RuneCountInString(s.Text); n > 500 {
			t.Errorf("search %s has %d characters, more than 500: some sources refuse long addresses", s.Name, n)
		}
		if s.Lang != s.Name && s.Lang != "en" {
			t.Errorf("search %s is in %q", s.Name, s.Lang)
		}
		if and, ok := s.Node.(*strategy.And); !ok || len(and.Parts) != 2 {
			t.Errorf("search %s does not ask for a topic AND a person or way out: %s", s.Name, s.Node)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("searches are %v, want %v", got, want)
	}
	if p.Searches[0].Text != p.Strategy.Text {
		t.Errorf("the first search asks %q, not the published strategy", p.Searches[0].Text)
	}
}

// Each term of the searches in other languages must be a word its own search finds.
func TestSearchesMatchTheirOwnWords(t *testing.T) {
	for _, s := range Default().Searches {
		and := s.Node.(*strategy.And)
		m := strategy.Compile(s.Node, strategy.Inflected, s.Lang)
		doc := strategy.NewDoc()
		for _, topic := range strategy.Terms(and.Parts[0]) {
			doc.Reset()
			way := strategy.Terms(and.Parts[1])[0]
			title := strings.ReplaceAll(strings.Join(topic.Words, " ")+" — "+strings.Join(way.Words, " "), "*", "")
			doc.Add(strategy.Title, 0, title, s.Lang)
			if ok, _ := m.Match(doc); !ok {
				t.Errorf("search %s does not find the title %q", s.Name, title)
			}
		}
	}
}

// A protocol in a file of its own is the same as the one compiled in.
func TestLoad(t *testing.T) {
	folder := t.TempDir()
	name, table := DefaultLexicon()
	write(t, filepath.Join(folder, "review.yaml"), DefaultYAML())
	write(t, filepath.Join(folder, name), table)
	p, err := Load(filepath.Join(folder, "review.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Digest != Default().Digest || p.Name != Default().Name {
		t.Errorf("loaded %s %s, want %s %s", p.Name, p.Digest, Default().Name, Default().Digest)
	}

	write(t, filepath.Join(folder, name), append(table, "\n"...))
	changed, err := Load(filepath.Join(folder, "review.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if changed.Digest == p.Digest {
		t.Error("a change of the lexicon does not show in the digest")
	}
}

func TestLoadStaysInItsFolder(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "secret"), []byte("concept_id\n"))
	if err := os.Mkdir(filepath.Join(folder, "reviews"), 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "reviews", "review.yaml")
	write(t, path, []byte(strings.ReplaceAll(string(DefaultYAML()), "lexicon: trafficking.tsv", "lexicon: ../secret")))
	_, err := Load(path)
	var fault *Error
	if !errors.As(err, &fault) || !strings.Contains(fault.Problem, "cannot be read") {
		t.Errorf("a lexicon outside the folder gives %v", err)
	}
}

func TestLoadMissing(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"))
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("a missing file gives %v", err)
	}
}

var wantLine = regexp.MustCompile(`(?m)^# want: (.*)$`)

// Every file in testdata/bad begins with the messages it must give, one a line.
func TestBadProtocols(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no bad protocols: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, m := range wantLine.FindAllStringSubmatch(string(text), -1) {
				want = append(want, m[1])
			}
			_, err = Parse("bad.yaml", text, testLexicon)
			if err == nil {
				t.Fatal("it is accepted")
			}
			if got := strings.Split(err.Error(), "\n"); !slices.Equal(got, want) {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// testLexicon serves a lexicon of an unrelated topic: nothing in the program
// depends on the default's concepts.
func testLexicon(file string) ([]byte, error) {
	switch file {
	case "beekeeping.tsv":
		return os.ReadFile("testdata/beekeeping.tsv")
	case "broken.tsv":
		return []byte("concept_id\tfacet\tlang\tpattern\tstrength\tsource\nhive\ttopic\ten\thive*\tstout\tsynthetic\n"), nil
	}
	return nil, fmt.Errorf("open %s: %w", file, os.ErrNotExist)
}

func TestGoodProtocolOfAnotherTopic(t *testing.T) {
	text, err := os.ReadFile("testdata/beekeeping.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse("beekeeping.yaml", text, testLexicon)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Searches) != 1 || p.Searches[0].Name != "published" || !p.Rule.Core["hive"] || p.Rule.Core["mite"] {
		t.Errorf("read %+v", p)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(DefaultYAML())
	files, _ := filepath.Glob("testdata/*/*.yaml")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Parse("fuzz.yaml", text, testLexicon)
		if (p == nil) == (err == nil) {
			t.Errorf("protocol %v with error %v", p, err)
		}
	})
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
