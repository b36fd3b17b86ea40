package protocol

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"polyglean/internal/strategy"
)

func openDefault(file string) ([]byte, error) { return embedded.ReadFile(defaultFolder + file) }

func promote(t *testing.T, text []byte, term, block, lang string, records ...string) ([]byte, *Protocol) {
	t.Helper()
	next, p, err := Promote(defaultFile, text, openDefault, Promoted{
		Term: term, Block: block, Lang: lang, Date: "2026-03-01", By: "reviewer-1", Records: records,
	})
	if err != nil {
		t.Fatal(err)
	}
	return next, p
}

func TestPromoteIntoTheStrategy(t *testing.T) {
	old := Default()
	next, p := promote(t, DefaultYAML(), `"human trafficking"`, "sex trafficking", "en", "openalex:W1", "import:scopus:2-s2.0-1")
	if p.Version != "2" || p.Digest == old.Digest {
		t.Errorf("version %q, digest %s", p.Version, p.Digest)
	}
	const want = `(sex traffick* OR forced prostitution OR commercial sexual exploitation OR "human trafficking") AND (survivor OR exit OR recovery)`
	if got := p.Strategy.Node.String(); got != want {
		t.Errorf("strategy %s", got)
	}
	if got := p.Baseline.Node.String(); got != old.Strategy.Node.String() {
		t.Errorf("the baseline is %s, want what was published", got)
	}
	if len(p.Promoted) != 1 || p.Promoted[0].Version != "2" || p.Promoted[0].By != "reviewer-1" ||
		!slices.Equal(p.Promoted[0].Records, []string{"openalex:W1", "import:scopus:2-s2.0-1"}) {
		t.Errorf("origin %+v", p.Promoted)
	}
	// All that is not about the term is as it was, comments too.
	var lost []string
	kept := string(next)
	for line := range strings.Lines(string(DefaultYAML())) {
		if !strings.Contains(kept, line) {
			lost = append(lost, line)
		}
	}
	if len(lost) != 2 || !strings.HasPrefix(lost[0], `version: "1"`) || !strings.HasPrefix(lost[1], "  text: (sex traffick*") {
		t.Errorf("lines are gone: %q", lost)
	}

	// A second one keeps the first published text and the first origin.
	_, p = promote(t, next, "leaving", "leaving and surviving", "en")
	if p.Version != "3" || len(p.Promoted) != 2 || p.Baseline.Node.String() != old.Strategy.Node.String() ||
		!strings.HasSuffix(p.Strategy.Node.String(), "recovery OR leaving)") {
		t.Errorf("second: version %s, strategy %s, baseline %s", p.Version, p.Strategy.Node, p.Baseline.Node)
	}
}

func TestPromoteIntoTheSearchOfALanguage(t *testing.T) {
	_, p := promote(t, DefaultYAML(), `"tráfico sexual"`, "sex trafficking", "es")
	i := slices.IndexFunc(p.Searches, func(s Search) bool { return s.Lang == "es" })
	and := p.Searches[i].Node.(*strategy.And)
	if !strings.HasSuffix(and.Parts[0].String(), `OR "tráfico sexual"`) || strings.Contains(and.Parts[1].String(), "sexual") {
		t.Errorf("search %s", p.Searches[i].Node)
	}
	if p.Strategy.Node.String() != Default().Strategy.Node.String() {
		t.Errorf("the strategy changed: %s", p.Strategy.Node)
	}
}

func TestPromoteBeginsASearch(t *testing.T) {
	next, p := promote(t, DefaultYAML(), "usafirishaji haramu", "sex trafficking", "sw")
	last := p.Searches[len(p.Searches)-1]
	if last.Name != "sw" || last.Lang != "sw" || last.Node.String() != "usafirishaji haramu" {
		t.Fatalf("search %+v", last)
	}
	_, p = promote(t, next, "manusura", "leaving and surviving", "sw")
	if last = p.Searches[len(p.Searches)-1]; last.Node.String() != "usafirishaji haramu AND manusura" {
		t.Errorf("with a term of the other block: %s", last.Node)
	}
}

func TestPromoteIntoAFileOfAnotherForm(t *testing.T) {
	text, err := os.ReadFile("../../testdata/load/protocol.yaml")
	if err != nil {
		t.Fatal(err)
	}
	lexicon := func(file string) ([]byte, error) { return os.ReadFile("../../testdata/load/" + file) }
	// Lists on one line, no baseline, lines that end as on Windows, no end to the last.
	text = []byte(strings.TrimRight(strings.ReplaceAll(string(text), "\n", "\r\n"), "\r\n"))
	for _, term := range []string{"escape*", `"no way: out"`, "traffick* NEAR/3 girls", "no"} {
		next, p, err := Promote("load.yaml", text, lexicon, Promoted{Term: term, Block: "leaving", Lang: "en", Date: "2026-03-01", By: "a: b"})
		if err != nil {
			t.Fatalf("%s: %v", term, err)
		}
		if !holds(p.Strategy.Node, p.Promoted[0].Node) || strings.Count(string(next), "\n") != strings.Count(string(next), "\r\n") {
			t.Errorf("%s: %s\n%s", term, p.Strategy.Node, next)
		}
		if p.Baseline.Node.String() != "(sex traffick* OR forced prostitution) AND (survivor OR exit OR recovery)" {
			t.Errorf("baseline %s", p.Baseline.Node)
		}
	}
}

func TestPromoteRefuses(t *testing.T) {
	try := func(text []byte, term, block, lang string) error {
		_, _, err := Promote(defaultFile, text, openDefault, Promoted{Term: term, Block: block, Lang: lang, Date: "2026-03-01", By: "x"})
		return err
	}
	for _, c := range []struct{ term, block, lang, want string }{
		{"survivor", "leaving and surviving", "en", "has it already"},
		{"survivor", "nothing", "en", `name one of "sex trafficking", "leaving and surviving"`},
		{"víctima", "leaving and surviving", "es", "has it already"},
	} {
		err := try(DefaultYAML(), c.term, c.block, c.lang)
		var refused *PromoteError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s into %s: %v, want %q", c.term, c.block, err, c.want)
		}
	}
	var syntax *strategy.SyntaxError
	if err := try(DefaultYAML(), "(a", "sex trafficking", "en"); !errors.As(err, &syntax) {
		t.Errorf("a broken term: %v", err)
	}
	var fault *Error
	if err := try([]byte("name: x"), "leaving", "sex trafficking", "en"); !errors.As(err, &fault) {
		t.Errorf("a file with faults: %v", err)
	}
	// A list within braces has no line to put a term on.
	text := strings.Replace(string(DefaultYAML()), "\nbaseline:\n", "\nbaseline: {until: \"2019-07\"}\nother:\n", 1)
	from, to := strings.Index(text, "\nother:\n"), strings.Index(text, "\n# Languages told apart")
	text = text[:from] + text[to:]
	var refused *PromoteError
	if err := try([]byte(text), "leaving", "leaving and surviving", "en"); !errors.As(err, &refused) || !strings.Contains(err.Error(), "one a line") {
		t.Errorf("a baseline on one line: %v", err)
	}
}

func TestNextVersion(t *testing.T) {
	for v, want := range map[string]string{"1": "2", "9": "10", "1.9": "1.10", "2026-a": "2026-a.1", "v3": "v4", "099": "100"} {
		if got := nextVersion(v); got != want {
			t.Errorf("after %s comes %s, want %s", v, got, want)
		}
	}
}
