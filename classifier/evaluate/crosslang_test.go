package evaluate

import (
	"bytes"
	"testing"

	"polyglean/internal/golden"
	"polyglean/internal/protocol"
)

// TestCrossLanguage ranks synthetic records in ten languages by the review's seeds,
// in their own language and in English: a reviewer who reads English must not lose
// what is written in another language.
func TestCrossLanguage(t *testing.T) {
	rows := read(t, "testdata/crosslang.tsv", CrossLanguageColumns...)
	s, err := CrossLanguage(newClassifier(t), protocol.Default(), rows)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	s.Print(&b)
	golden.Check(t, "testdata/eval/crosslang.golden", b.Bytes())
	if s.Records < 300 || len(s.PerLanguage) < 10 {
		t.Errorf("%d records in %d languages, want 300 or more in 10 or more", s.Records, len(s.PerLanguage))
	}
	if s.Ratio < .95 {
		t.Errorf("recall at 10 %% on the originals is %.3f of that in English, want .95 or more", s.Ratio)
	}
	if s.Originals.FlagRecall < .90 || s.Originals.FalseRate > .10 {
		t.Errorf("flagged are %.3f of the relevant and %.3f of the others, want .90 or more and .10 or less", s.Originals.FlagRecall, s.Originals.FalseRate)
	}
}
