package record

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fullScore is a synthetic score with every field filled.
func fullScore() Score {
	return Score{
		Schema: Schema, Review: "demo", Record: "oai:1", Model: "0123456789abcdef", Training: 2, Value: 0.75, Flag: true,
		Grounds: []Ground{
			{Kind: GroundWord, Text: "leaving", Weight: 1.5, Evidence: []Evidence{{Field: FieldTitle, Start: 0, End: 7, Words: "Leaving"}}},
			{Kind: GroundConcept, Text: "exit_sex_trade", Weight: 0.5, Evidence: []Evidence{{Field: FieldAbstract, Start: 3, End: 8, Words: "salir", Concept: "exit_sex_trade", Lang: "es"}}},
			{Kind: GroundNear, Text: "A synthetic seed", Weight: 0.25, Study: "sabc", Seed: 3},
			{Kind: GroundCited, Text: "A synthetic include", Study: "sdef", How: CitedBy},
			{Kind: GroundCited, Text: "A synthetic seed", Study: "sabc", Seed: 3, How: Cites},
		},
	}
}

func TestScoreTravels(t *testing.T) {
	want := fullScore()
	want.Unknown = map[string]json.RawMessage{"later": json.RawMessage(`[1]`)}
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Score
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var schema *SchemaError
	if err := json.Unmarshal([]byte(`{"v":2,"record":"a:1"}`), &got); !errors.As(err, &schema) {
		t.Errorf("a score of a newer format: %v", err)
	}
}

func TestScoreFindings(t *testing.T) {
	s := fullScore()
	want := []Finding{
		{
			Flag: FlagKeywordMiss, Reason: LikeTheSeeds, Study: "sabc",
			Detail:   "It reads like the studies that belong to the review, most of all like seed study 3, “A synthetic seed”.",
			Evidence: []Evidence{s.Grounds[0].Evidence[0], s.Grounds[1].Evidence[0]},
		},
		{Flag: FlagKeywordMiss, Reason: Cited, Study: "sdef", Detail: "It cites the included study “A synthetic include”."},
		{Flag: FlagKeywordMiss, Reason: Cited, Study: "sabc", Detail: "It is cited by seed study 3, “A synthetic seed”."},
	}
	if diff := cmp.Diff(want, s.Findings()); diff != "" {
		t.Error(diff)
	}
	s.Flag, s.Grounds = false, s.Grounds[:3]
	if got := s.Findings(); len(got) != 0 {
		t.Errorf("a record below the line: %+v", got)
	}
}
