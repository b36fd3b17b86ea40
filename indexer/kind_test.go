package indexer

import (
	"slices"
	"testing"
)

func TestKindsOfDocumentsHaveOneNameEach(t *testing.T) {
	for in, want := range map[string][]string{
		"journal-article": {"journal-article"}, "Journal Article": {"journal-article"}, "article": {"journal-article"},
		"info:eu-repo/semantics/article":                            {"journal-article"},
		"Journal Article; Research Support, Non-U.S. Gov't; Review": {"journal-article", "review"},
		"DoctoralThesis": {"dissertation"}, "posted-content": {"preprint"}, "Text": nil, "": nil,
		"phdthesis": {"dissertation"}, "mastersthesis": {"dissertation"}, "Thesis": {"dissertation"}, "inproceedings": {"conference-paper"},
		"Conference Paper": {"conference-paper"}, "incollection": {"book-chapter"}, "Book Section": {"book-chapter"},
		"techreport": {"report"}, "unpublished": {"unpublished"}, "Unpublished Work": {"unpublished"},
		"Статья": {"статья"}, "something-new": {"something-new"},
	} {
		if got := kindsOf(in); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
