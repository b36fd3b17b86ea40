package record

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"polyglean/internal/golden"

	"github.com/google/go-cmp/cmp"
)

// full is a synthetic record with every field filled, so that a field that stops
// travelling shows.
func full() Classified {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	ev := Evidence{Field: FieldTitle, Index: 1, Start: 0, End: 8, Words: "Salir de", Concept: "exit_sex_trade", Lang: "es"}
	return Classified{
		Candidate: Candidate{
			Schema: Schema, ID: "oai:oai:demo.example:1", Source: "oai", SourceID: "oai:demo.example:1",
			Route: RouteHarvest, Query: "north", Paths: []Path{{How: CitedBy, Study: "sabc", Round: 1}},
			Titles:    []Text{{Text: "Synthetic title"}, {Text: "Salir de un registro sintético", Lang: "es"}},
			Abstracts: []Text{{Text: "合成的摘要。", Lang: "zh-hans"}}, Keywords: []Text{{Text: "synthetic record", Lang: "en"}},
			Authors:   []Author{{Name: "Demo, A.", Family: "Demo", Given: "A.", ORCID: "0000-0000-0000-0000"}},
			Languages: []string{"es"}, Year: 2020, Date: "2020-05", Container: "Synthetic Journal", Volume: "1", Issue: "2",
			Pages: "3-4", Publisher: "Demonstration", JournalCountry: "BR", Type: "journal-article",
			IDs:  Identifiers{DOI: "10.5555/demo", PMID: "1", PMCID: "PMC1", OpenAlex: "W1", Other: map[string]string{"hal": "hal-1"}},
			ISSN: []string{"0000-0000"}, References: []string{"10.5555/other"}, Relations: []Relation{{Type: TranslationOf, ID: "doi:10.5555/original"}}, URL: "https://demo.example/1", License: "CC0",
			Retracted: true, Deleted: true, Harvested: at, Version: at.UnixMilli(),
		},
		Language: LanguageLedger{
			Declared: []string{"es"},
			Detected: []Detection{
				{Field: FieldTitle, Index: 0, Start: 0, End: 15, Lang: Undetermined, How: "model", Why: "several languages fit"},
				{Field: FieldTitle, Index: 1, Start: 0, End: 31, Lang: "es", Confidence: 0.98, How: "model"},
				{Field: FieldAbstract, Index: 0, Start: 0, End: 18, Lang: "zh", Tag: "zh-Hans", Confidence: 1, How: "script"},
			},
			Languages: []string{"es", "zh"}, Work: "es", WorkFrom: WorkDeclared, Class: LanguageOther, Conflict: true,
		},
		Strategy:  StrategyMatch{Matched: false, Mode: "inflected", Blocks: []BlockMatch{{Block: "exit", Matched: true, Evidence: []Evidence{ev}}}},
		Concepts:  []ConceptHit{{Concept: "exit_sex_trade", Facet: "exit", Strong: true, Evidence: []Evidence{ev}}},
		Findings:  []Finding{{Flag: FlagKeywordMiss, Reason: OtherLanguage, Detail: "Says it in Spanish.", Evidence: []Evidence{ev}}, {Flag: FlagNonEnglish, Detail: "Not in English."}},
		Selection: Selected, Seed: 3,
		Versions: Versions{Protocol: "p", Lexicon: "l", Classifier: "1"},
	}
}

func TestWireFormIsGolden(t *testing.T) {
	values := map[string]any{
		"classified.json": full(),
		"decision.json": Decision{
			Schema: Schema, Review: "demo", Study: "sabc", Stage: StageFullText, Verdict: Exclude,
			Reason: "wrong design", By: "local", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		},
		"score.json": fullScore(),
		"ruling.json": Decision{
			Schema: Schema, Review: "demo", Study: "sabc", Verdict: Split, Records: []string{"oai:1"}, Others: []string{"crossref:2"},
			By: "local", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		},
	}
	for name, v := range values {
		path := filepath.Join("testdata", name)
		got, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, '\n')
		golden.Check(t, path, got)
	}
}

func TestEveryFieldTravels(t *testing.T) {
	want := full()
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Classified
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownFieldsSurvive(t *testing.T) {
	const raw = `{"candidate":{"v":1,"id":"a:1","source":"a","source_id":"1","route":"search","ids":{},"harvested":"2026-01-02T03:04:05Z","version":5,"mood":{"x":[1,2]}},"language":{"languages":["und"]},"strategy":{"matched":false,"mode":"exact"},"selection":"selected","versions":{"protocol":"","lexicon":"","classifier":""},"later":"ok"}`
	var c Classified
	if err := json.Unmarshal([]byte(raw), &c); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != raw {
		t.Errorf("round trip:\n%s\n%s", raw, out)
	}
}

func TestNewerFormatIsRefused(t *testing.T) {
	var c Candidate
	err := json.Unmarshal([]byte(`{"v":2,"id":"a:1"}`), &c)
	var schema *SchemaError
	if !errors.As(err, &schema) || schema.Got != 2 {
		t.Errorf("error %v", err)
	}
}

func TestContentHashSeesContentOnly(t *testing.T) {
	a, b := full().Candidate, full().Candidate
	b.Harvested, b.Version, b.Query, b.Route, b.Paths = time.Now(), 99, "other", RouteSearch, nil
	if a.ContentHash() != b.ContentHash() {
		t.Error("found again by another query, and taken for changed")
	}
	b.Abstracts = []Text{{Text: "合成的摘要.", Lang: "zh-hans"}}
	if a.ContentHash() == b.ContentHash() {
		t.Error("another abstract, and taken for unchanged")
	}
}

func TestStudyIDIsFitForAnything(t *testing.T) {
	seen := map[string]bool{}
	for _, id := range []string{"a:1", "a:2", "oai:oai:x/y?z=ü", "crossref:10.1000/" + strings.Repeat("x", 5000)} {
		s := StudyID(id)
		if len(s) != 21 || s[0] != 's' || strings.Trim(s, "abcdefghijkmnpqrstuvwxyz23456789") != "" {
			t.Errorf("%.40q has the ID %q", id, s)
		}
		if seen[s] {
			t.Errorf("%q twice", s)
		}
		seen[s] = true
	}
}

func TestFlagsAndReasonsAreDistinct(t *testing.T) {
	c := Classified{Findings: []Finding{
		{Flag: FlagKeywordMiss, Reason: OtherWords},
		{Flag: FlagKeywordMiss, Reason: MissingBlock},
		{Flag: FlagNonEnglish},
	}}
	if diff := cmp.Diff([]Flag{FlagKeywordMiss, FlagNonEnglish}, c.Flags()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Reason{OtherWords, MissingBlock}, c.Reasons()); diff != "" {
		t.Error(diff)
	}
}
