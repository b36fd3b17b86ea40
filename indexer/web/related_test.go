package web

import (
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/indexer/merge"
)

func TestStudyPageSaysWhyRecordsWereMergedAndWhatBelongsToThem(t *testing.T) {
	a := makeRecord("crossref", "10.5555/synthetic.why.1", "en", 2010, "A made-up study of leaving", "")
	b := makeRecord("pubmed", "1", "en", 2010, "A made-up study of leaving.", "")
	st := study(a, b)
	st.Members[0].Why = "same title, same authors: pubmed:1"
	st.Links = []indexer.Link{
		{Kind: merge.LinkCorrection, Record: a.Candidate.ID, Study: "sother", Why: "same title, a notice about the work"},
		{Kind: merge.LinkCorrection, Record: b.Candidate.ID, Study: "sother", Why: "same title, a notice about the work"},
	}
	v := (&site{}).study(&st)
	if got := v.Members[0].Why; got != "Same title, same authors: pubmed:1" {
		t.Errorf("why %q", got)
	}
	if len(v.Related) != 1 || v.Related[0].Study != "sother" || !strings.HasPrefix(v.Related[0].How, "A correction") {
		t.Errorf("related %+v", v.Related)
	}
}
