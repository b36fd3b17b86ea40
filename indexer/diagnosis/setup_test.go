package diagnosis

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// bees is a protocol small enough to be checked by hand.
const bees = `name: bees
version: "1"
title: Synthetic review of hives
question: Why do hives die?
lexicon: bees.tsv
strategy:
  language: en
  mode: inflected
  text: (hive OR apiary OR skep) AND (loss OR death)
  blocks:
    - name: hives
      terms: [hive, apiary, skep]
      concepts: [hive]
    - name: losses
      terms: [loss, death]
      concepts: [loss]
baseline:
  databases: [Synthetic Abstracts]
  languages: [en]
  until: "2015-06"
rule:
  core: {concepts: [hive]}
  support: {concepts: [loss]}
searches:
  - {name: wide, language: en, text: bees AND (loss OR collapse)}
  - {name: es, language: es, text: (colmena OR apiario) AND (pérdida OR muerte)}
seeds:
  - {number: 1, authors: [Synthetic], year: 2010, title: Loss of the hive}
  - {number: 2, authors: [Synthetic], year: 2012, title: Collapse of bees}
  - {number: 3, authors: [Synthetic], year: 2014, title: Winter among beekeepers}
sources:
  - name: openalex
  - name: doaj
`

const beesLexicon = `concept_id	facet	lang	pattern	strength	source
hive	topic	en	hive*	strong	author
hive	topic	en	colon*	strong	author
hive	topic	en	bee yard*	strong	author
hive	topic	es	colmena*	strong	author
loss	outcome	en	loss*	strong	author
loss	outcome	es	pérdida*	strong	author
orchard	setting	en	orchard*	weak	author
`

func beeProtocol(t testing.TB, text string) *protocol.Protocol {
	t.Helper()
	p, err := protocol.Parse("bees.yaml", []byte(text), func(file string) ([]byte, error) {
		if file == "bees.tsv" {
			return []byte(beesLexicon), nil
		}
		return nil, os.ErrNotExist
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// shelf is a small index.
type shelf []*indexer.Study

func (s shelf) scan(_ context.Context, fn func(*indexer.Study) error) error {
	for _, st := range s {
		if err := fn(st); err != nil {
			return err
		}
	}
	return nil
}

// rec describes a record: "source:id", a title, and more.
type rec struct {
	id, title, abstract string
	lang                string // "en" where it is empty
	year                int
	seed                int
	route               record.Route // search where it is empty
	query               string
	miss                bool
	matched             bool
	aside               bool
	setting             string
	journal             string // the country of the journal
}

// study makes a study of its records; verdicts are "include" or "exclude", by account.
func study(verdict record.Verdict, records ...rec) *indexer.Study {
	s := &indexer.Study{ID: record.StudyID(records[0].id)}
	for _, r := range records {
		if r.lang == "" {
			r.lang = "en"
		}
		if r.route == "" {
			r.route = record.RouteSearch
		}
		source, id, _ := strings.Cut(r.id, ":")
		c := record.Classified{
			Candidate: record.Candidate{
				ID: r.id, Source: source, SourceID: id, Route: r.route, Query: r.query, Year: r.year,
				Titles: []record.Text{{Text: r.title, Lang: r.lang}}, JournalCountry: r.journal,
			},
			Language:  record.LanguageLedger{Languages: []string{r.lang}},
			Seed:      r.seed,
			Strategy:  record.StrategyMatch{Matched: r.matched},
			Selection: record.Selected,
		}
		detect := func(field record.Field, text string) {
			c.Language.Detected = append(c.Language.Detected, record.Detection{Field: field, End: len(text), Lang: r.lang, Confidence: 1})
		}
		detect(record.FieldTitle, r.title)
		if r.abstract != "" {
			c.Candidate.Abstracts = []record.Text{{Text: r.abstract, Lang: r.lang}}
			detect(record.FieldAbstract, r.abstract)
		}
		if r.miss {
			c.Findings = []record.Finding{{Flag: record.FlagKeywordMiss, Reason: record.OtherWords}}
		}
		if r.aside {
			c.Selection = record.SetAside
		}
		if r.setting != "" {
			c.Concepts = []record.ConceptHit{{Concept: r.setting, Facet: "setting"}}
		}
		s.Members = append(s.Members, indexer.Member{Record: c})
		s.Aliases = append(s.Aliases, record.StudyID(r.id))
	}
	if verdict != "" {
		s.Decisions = []indexer.LoggedDecision{{Seq: 1, Decision: record.Decision{
			Study: s.ID, Stage: record.StageFullText, Verdict: verdict, By: "reviewer-1",
		}}}
	}
	return s
}

// more makes n studies off the topic.
func more(n int) shelf {
	var out shelf
	for i := range n {
		out = append(out, study("", rec{id: fmt.Sprintf("doaj:off-%d", i), title: "A synthetic record of weather in the valley", aside: true, route: record.RouteHarvest}))
	}
	return out
}
