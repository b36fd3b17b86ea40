package indexer_test

import (
	"slices"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// A preprint and its article look like copies. Linked they are in whatever order they
// and what is said of them arrive, and no longer once it is taken back.
func TestStatedRelationsLinkStudies(t *testing.T) {
	article := recordOf(1, "first", "article", record.Identifiers{DOI: "10.5555/article"})
	copied := recordOf(2, "second", "article", record.Identifiers{DOI: "10.5555/article"})
	preprint := recordOf(3, "third", "preprint", record.Identifiers{})
	preprint.Record.Candidate.Relations = []record.Relation{{Type: record.PreprintOf, ID: "doi:10.5555/article"}}
	for _, order := range [][]indexer.Member{{article, copied, preprint}, {preprint, copied, article}, {copied, preprint, article}} {
		b := newBench(t)
		for _, m := range order {
			b.put([]indexer.Member{m})
		}
		if studies := b.studies(); len(studies) != 2 {
			t.Fatalf("the studies are %v", studies)
		}
		err := indexer.EachStudy(t.Context(), b.index, func(s *indexer.Study) error {
			for _, l := range s.Links {
				if l.Kind != "version" || l.Why == "" || slices.Contains(s.Aliases, l.Study) {
					t.Errorf("study %s has the link %+v", s.ID, l)
				}
			}
			if len(s.Links) == 0 {
				t.Errorf("study %s has no link", s.ID)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		taken := preprint
		taken.Seq, taken.Record.Candidate.Version, taken.Record.Candidate.Relations = 4, 4, nil
		taken.Record.Candidate.IDs.DOI = "10.5555/article"
		b.put([]indexer.Member{taken})
		if studies := b.studies(); len(studies) != 1 {
			t.Errorf("without the statement the studies are %v", studies)
		}
	}
}
