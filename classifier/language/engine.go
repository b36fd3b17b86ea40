package language

import (
	"math"
	"strings"
	"sync"

	"github.com/pemistahl/lingua-go"
)

// Engine names languages. It is safe for concurrent use.
type Engine struct{ model func() lingua.LanguageDetector }

// New returns an engine for all languages.
func New() *Engine {
	return &Engine{sync.OnceValue(func() lingua.LanguageDetector {
		return lingua.NewLanguageDetectorBuilder().FromAllLanguages().WithLowAccuracyMode().Build()
	})}
}

// Detect names the language of a text that is all in one language.
func (e *Engine) Detect(text string, o Options) Result {
	var best Score
	best.LogP = math.Inf(-1)
	for _, s := range e.Scores(text, o.Among, nil) {
		if s.LogP > best.LogP {
			best = s
		}
	}
	if best.Lang == "" {
		return Result{Lang: Undetermined, Why: NoLetters}
	}
	return Result{Lang: best.Lang, Confidence: math.Exp(best.LogP)}
}

// Scores appends to dst how well the text fits each language among those given,
// all for the empty set.
func (e *Engine) Scores(text string, among Set, dst []Score) []Score {
	for _, v := range e.model().ComputeLanguageConfidenceValues(text) {
		code := strings.ToLower(v.Language().IsoCode639_1().String())
		if code == "nb" || code == "nn" {
			code = "no"
		}
		if among.Empty() || among.Has(code) {
			dst = append(dst, Score{code, math.Log(v.Value() + 1e-9)})
		}
	}
	return dst
}
