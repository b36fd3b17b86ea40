// Package relevance ranks records by how much they resemble those that reviewers
// included. It learns from seeds, imported labels and decisions against everything
// else that was harvested, so that no exclusion is needed to begin with (learning
// from positive and unlabelled examples), and says which words a score rests on.
//
// A Space holds what a set of records says: each record is a vector of the stems
// and pairs of stems of its texts, weighted by TF-IDF, and beside them the
// concepts of the protocol's lexicon it mentions, in whatever language. Words
// carry the ranking within a language, concepts across languages.
//
// A Model is a direction in that space: a linear support vector machine, blended
// with the mean of the included records while those are few, when the mean is the
// better guide. Being linear, a score is the sum of what each term adds, and that
// sum is the explanation.
//
// Everything is computed in the order of the records' IDs from a fixed seed: the
// same records and labels give the same model, bit by bit, in whatever order they
// arrive, and Model.Version names it.
package relevance

import "cmp"

// Record is what the model reads of a record.
type Record struct {
	// ID is unique in a Space.
	ID string
	// Texts are titles, abstracts and keywords.
	Texts []Text
	// Concepts are the lexicon's concepts found in the texts, by ID, each once.
	Concepts []string
}

// Text is one text of a record.
type Text struct {
	Text string
	// Lang is ISO 639-1 or BCP 47; words of unknown languages are not stemmed.
	Lang string
	// Title says that it is a title, which counts twice.
	Title bool
}

// Label is what reviewers say of a record.
type Label string

// The labels. A record that reviewers have not decided on has none.
const (
	Include Label = "include"
	Exclude Label = "exclude"
)

// Labelled is a label with the record it is about.
type Labelled struct {
	ID    string
	Label Label
}

func compareLabelled(a, b Labelled) int {
	return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Label, b.Label))
}
