package command

import (
	"context"
	"strings"

	"polyglean/classifier"
	"polyglean/classifier/language"
	"polyglean/internal/bench"
	"polyglean/internal/lexicon"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// titleOf is the title of a record alone.
func titleOf(c *record.Candidate) string {
	return bench.Text(&record.Candidate{Titles: c.Titles})
}

// languageOurs asks the language engine for the one language of a text.
func languageOurs(text func(*record.Candidate) string) func(context.Context, workload) (measurement, error) {
	return func(ctx context.Context, w workload) (measurement, error) {
		engine := language.New()
		return w.clockNamed(ctx, func(c *record.Candidate) bool {
			return engine.Detect(text(c), language.Options{}).Lang != language.Undetermined
		})
	}
}

// languagePlain asks lingua-go.
func languagePlain(text func(*record.Candidate) string) func(context.Context, workload) (measurement, error) {
	return func(ctx context.Context, w workload) (measurement, error) {
		detector := bench.Languages()
		return w.clockNamed(ctx, func(c *record.Candidate) bool {
			_, ok := detector.DetectLanguageOf(text(c))
			return ok
		})
	}
}

// clockNamed times asking for the language of every record, and fails when none is
// named.
func (w workload) clockNamed(ctx context.Context, named func(*record.Candidate) bool) (measurement, error) {
	n := 0
	m, err := w.clock(ctx, func(page []record.Candidate) error {
		for i := range page {
			if named(&page[i]) {
				n++
			}
		}
		return nil
	})
	if err == nil && n == 0 {
		err = errNothing
	}
	return m, err
}

// ledgerOurs classifies by a protocol that is all but empty, so that the languages
// are nearly all there is to do.
func ledgerOurs(ctx context.Context, w workload) (m measurement, err error) {
	p := *protocol.Default()
	p.Lexicon, err = lexicon.Read(strings.NewReader("concept_id\tfacet\tlang\tpattern\tstrength\tsource\nnone\tnone\ten\tabracadabra\tstrong\tauthor\n"), "bench")
	if err != nil {
		return m, err
	}
	p.Strategy.Node = &strategy.Term{Words: []string{"abracadabra"}}
	p.Strategy.Blocks = []protocol.Block{{Name: "none", Node: p.Strategy.Node}}
	p.Seeds = nil
	c, err := classifier.New(&p, classifier.Options{})
	if err != nil {
		return m, err
	}
	return w.clockNamed(ctx, func(r *record.Candidate) bool {
		r.Keywords = nil
		return c.Classify(*r).Language.Languages[0] != record.Undetermined
	})
}
