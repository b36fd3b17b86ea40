package language

import (
	"strings"
	"testing"

	"github.com/pemistahl/lingua-go"

	"polyglean/internal/cputime"
)

// TestAgainstLingua compares with lingua-go as it comes, all its languages loaded:
// at least as good on every set, better on titles, and many times as fast.
func TestAgainstLingua(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: lingua-go takes half a minute and 2 GB; run without -short")
	}
	names, sets := labelledSets(t)
	stock := lingua.NewLanguageDetectorBuilder().FromAllLanguages().WithPreloadedLanguageModels().Build()
	e := New()
	for _, name := range names {
		rows := sets[name]
		switch name { // the sets that lingua-go takes longest for
		case "abstracts":
			rows = everyNth(rows, 10)
		case "titles":
			rows = everyNth(rows, 3)
		}
		theirs := make([]string, 0, len(rows))
		began := cputime.Used()
		theirAccuracy, _ := accuracy(rows, func(r row) string {
			lang := Undetermined
			if l, ok := stock.DetectLanguageOf(r.text); ok {
				lang = fromLingua(l)
			}
			theirs = append(theirs, lang)
			return lang
		})
		theirTime := cputime.Used() - began
		agreed, next := 0, 0
		const rounds = 10 // ours is too fast for one to be timed
		began = cputime.Used()
		for range rounds {
			for _, r := range rows {
				e.Detect(r.text, Options{})
			}
		}
		ourTime := (cputime.Used() - began) / rounds
		ourAccuracy, _ := accuracy(rows, func(r row) string {
			lang := e.Detect(r.text, Options{}).Lang
			if lang == theirs[next] {
				agreed++
			}
			next++
			return lang
		})
		faster := float64(theirTime) / float64(ourTime)
		t.Logf("%s: %.4f, lingua-go %.4f; the same answer for %.4f; %.0f times as fast", name, ourAccuracy, theirAccuracy, float64(agreed)/float64(len(rows)), faster)
		if ourAccuracy < theirAccuracy || name == "titles" && ourAccuracy == theirAccuracy {
			t.Errorf("%s: %.4f right, lingua-go %.4f", name, ourAccuracy, theirAccuracy)
		}
		if float64(agreed) < 0.75*float64(len(rows)) {
			t.Errorf("%s: the answer of lingua-go for only %d of %d", name, agreed, len(rows))
		}
		if least := map[string]float64{"titles": 50, "abstracts": 100}[name]; faster < least {
			t.Errorf("%s: %.0f times as fast as lingua-go, want %.0f", name, faster, least)
		}
	}
}

func everyNth(rows []row, n int) (some []row) {
	for i := 0; i < len(rows); i += n {
		some = append(some, rows[i])
	}
	return some
}

func fromLingua(l lingua.Language) string {
	code := strings.ToLower(l.IsoCode639_1().String())
	if code == "nb" || code == "nn" {
		return "no"
	}
	return code
}
