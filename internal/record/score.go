package record

import (
	"encoding/json"
	"fmt"
)

// The reasons of a keyword miss that a Score gives.
const (
	// LikeTheSeeds: the relevance model finds the record like the seed studies and
	// those that reviewers included.
	LikeTheSeeds Reason = "like-the-seeds"
	// Cited: the record cites a seed or included study, or is cited by one.
	Cited Reason = "cited"
)

// GroundKind says what a Ground is.
type GroundKind string

// The kinds of grounds.
const (
	// GroundWord is a word or two of the record.
	GroundWord GroundKind = "word"
	// GroundConcept is a concept of the lexicon, in whatever words.
	GroundConcept GroundKind = "concept"
	// GroundNear is the included study that the record is most like.
	GroundNear GroundKind = "near"
	// GroundCited is an included study that is linked to the record by a citation.
	GroundCited GroundKind = "cited"
)

// Ground is something a score rests on.
type Ground struct {
	Kind GroundKind `json:"kind"`
	// Text is the word as it stands in the record, the ID of the concept, or the title
	// of the study.
	Text string `json:"text"`
	// Weight of a word or concept is what it adds to the score of the model, in standard
	// deviations; that of a near study how like it is, from 0 to 1.
	Weight float64 `json:"weight,omitempty"`
	// Study is an ID that the study of the ground answers to.
	Study string `json:"study,omitempty"`
	// Seed is the number of the protocol's seed study that it is, 0 if none.
	Seed int `json:"seed,omitempty"`
	// How says what the record is to the study, of a ground that is a citation.
	How Citation `json:"how,omitempty"`
	// Evidence is where the word or concept stands.
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Score is what the relevance model makes of a record. It travels by itself: a
// retraining sends scores and no records.
type Score struct {
	Schema int    `json:"v"`
	Review string `json:"review"`
	// Record is the ID of the record.
	Record string `json:"record"`
	// Model is the version of the model, "" when there is none any more: the record then
	// has no score.
	Model string `json:"model"`
	// Training is the number of the training that the model comes from. It rises, and
	// the score of the latest training holds.
	Training int64 `json:"training"`
	// Value is the probability, between 0 and 1, that reviewers would include the record.
	Value float64 `json:"value"`
	// Flag says that the record lies above the line drawn by the protocol's threshold.
	Flag    bool     `json:"flag,omitempty"`
	Grounds []Ground `json:"grounds,omitempty"`

	Unknown map[string]json.RawMessage `json:"-"`
}

type plainScore Score

// UnmarshalJSON implements json.Unmarshaler; see Candidate.
func (s *Score) UnmarshalJSON(raw []byte) error {
	unknown, err := decode(raw, (*plainScore)(s))
	if err != nil {
		return err
	}
	s.Unknown = unknown
	if s.Schema > Schema {
		return &SchemaError{Got: s.Schema}
	}
	return nil
}

// MarshalJSON implements json.Marshaler; see Candidate.
func (s Score) MarshalJSON() ([]byte, error) {
	return encode(plainScore(s), s.Unknown)
}

// Findings are what the score says of a record that the published strategy does not
// find: the reasons LikeTheSeeds and Cited, with their evidence.
func (s *Score) Findings() []Finding {
	var out []Finding
	if s.Flag {
		f := Finding{Flag: FlagKeywordMiss, Reason: LikeTheSeeds, Detail: "It reads like the studies that belong to the review."}
		for _, g := range s.Grounds {
			switch g.Kind {
			case GroundWord, GroundConcept:
				f.Evidence = append(f.Evidence, g.Evidence...)
			case GroundNear:
				f.Study = g.Study
				f.Detail = fmt.Sprintf("It reads like the studies that belong to the review, most of all like %s.", g.study())
			}
		}
		out = append(out, f)
	}
	for _, g := range s.Grounds {
		if g.Kind != GroundCited {
			continue
		}
		f := Finding{Flag: FlagKeywordMiss, Reason: Cited, Study: g.Study, Detail: fmt.Sprintf("It cites %s.", g.study())}
		if g.How == Cites {
			f.Detail = fmt.Sprintf("It is cited by %s.", g.study())
		}
		out = append(out, f)
	}
	return out
}

// study names the study of a ground.
func (g *Ground) study() string {
	if g.Seed > 0 {
		return fmt.Sprintf("seed study %d, “%s”", g.Seed, g.Text)
	}
	return fmt.Sprintf("the included study “%s”", g.Text)
}
