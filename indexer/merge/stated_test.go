package merge

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"polyglean/internal/record"
)

func TestWhatSourcesStateOfTwoWorks(t *testing.T) {
	says := func(c *record.Candidate, kind record.RelationType, id string) {
		c.Relations = append(c.Relations, record.Relation{Type: kind, ID: id})
	}
	for _, tt := range []struct {
		name string
		kind record.RelationType
		// id is how a names b, whose identifiers by sets.
		id   string
		by   func(b *record.Candidate)
		want Verdict
		link Link
	}{
		{"a preprint that looks like a copy", record.PreprintOf, "doi:10.5555/b", func(b *record.Candidate) { b.IDs.DOI = "10.5555/B" }, Linked, LinkVersion},
		{"a translation with another title", record.TranslationOf, "pmid:7", func(b *record.Candidate) {
			b.IDs.PMID, b.Titles, b.Authors = "7", []record.Text{{Text: "街頭からの出口：架空の研究"}}, nil
		}, Linked, LinkTranslation},
		{"a notice without a word in its title", record.RetractedBy, "pmcid:PMC7", func(b *record.Candidate) { b.IDs.PMCID = "PMC7" }, Linked, LinkRetraction},
		{"a correction", record.Corrects, "openalex:W7", func(b *record.Candidate) { b.IDs.OpenAlex = "W7" }, Linked, LinkCorrection},
		{"a concern", record.HasConcern, "doi:10.5555/b", func(b *record.Candidate) { b.IDs.DOI = "10.5555/b" }, Linked, LinkConcern},
		{"a comment", record.HasComment, "b:1", nil, Linked, LinkReply},
		{"another version of a preprint", record.PreprintOf, "arxiv:2001.00001v2", func(b *record.Candidate) { b.IDs.Other = map[string]string{"arxiv": "2001.00001v1"} }, Linked, LinkVersion},
		{"a version that is no copy", record.VersionOf, "b:1", func(b *record.Candidate) { titled("Quite another title")(b); b.Pages = "7-9" }, Linked, LinkVersion},
		{"a version that is a deposited copy", record.VersionOf, "b:1", nil, Same, ""},
		{"a part is a work of its own", record.PartOf, "b:1", func(b *record.Candidate) { titled("Quite another title")(b); b.Pages = "7-9" }, Apart, ""},
		{"the same as a stranger", record.SameAs, "b:1", func(b *record.Candidate) { titled("Quite another title")(b); b.Pages = "7-9" }, Apart, ""},
		{"of a third work", record.PreprintOf, "doi:10.5555/c", nil, Same, ""},
		{"no identifier", record.PreprintOf, "doi:none", nil, Same, ""},
		{"nothing", record.PreprintOf, "", nil, Same, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := New(synthetic("a:1", func(c *record.Candidate) { says(c, tt.kind, tt.id) }))
			b := New(synthetic("b:1", tt.by))
			j := Compare(a, b)
			if j.Verdict != tt.want || j.Link != tt.link {
				t.Errorf("%s %s (%s), want %s %s", j.Verdict, j.Link, j.Why(), tt.want, tt.link)
			}
			if back := Compare(b, a); back != j {
				t.Errorf("the other way round: %+v, not %+v", back, j)
			}
			if tt.want != Linked {
				return
			}
			if !slices.ContainsFunc(a.Keys(), func(k string) bool { return slices.Contains(b.Keys(), k) }) {
				t.Error("they would never meet: no key in common")
			}
			if groups := Cluster([]*Record{b, a}, Rulings{}); len(groups) != 2 || len(groups[0].Links) != 1 || len(groups[1].Links) != 1 {
				t.Errorf("the groups are %+v", groups)
			}
		})
	}
}

// A notice under the identifier of the work that it is about says nothing of itself, and
// an issue that lists its articles does not lead to all of them.
func TestStatementsThatLeadNowhere(t *testing.T) {
	c := synthetic("a:1", func(c *record.Candidate) {
		c.IDs.DOI = "10.5555/a"
		c.Relations = []record.Relation{{Type: record.Retracts, ID: "doi:10.5555/a"}, {Type: record.Retracts, ID: "a:1"}, {Type: record.Retracts, ID: "url:https://demo.example/a"}}
	})
	if r := New(c); len(r.statements) != 0 {
		t.Errorf("statements %+v", r.statements)
	}
	for i := range 500 {
		c.Relations = append(c.Relations, record.Relation{Type: record.HasVersion, ID: fmt.Sprintf("doi:10.5555/%d", i)})
	}
	if r := New(c); len(r.statements) != maxStatements || len(r.Keys()) > MaxKeys {
		t.Errorf("%d statements, %d keys", len(r.statements), len(r.Keys()))
	}
}

// Of several statements the one that matters most stands, whoever says it.
func TestTheGravestStatementStands(t *testing.T) {
	a, b := synthetic("a:1", nil), synthetic("b:1", nil)
	a.Relations = []record.Relation{{Type: record.HasComment, ID: "b:1"}, {Type: record.HasVersion, ID: "b:1"}}
	b.Relations = []record.Relation{{Type: record.Retracts, ID: "a:1"}}
	for _, pair := range [][2]*record.Candidate{{a, b}, {b, a}} {
		if j := Compare(New(pair[0]), New(pair[1])); j.Link != LinkRetraction {
			t.Errorf("%+v", j)
		}
	}
}

// What is parted by a statement is joined by a reviewer.
func TestAReviewerStandsAboveASource(t *testing.T) {
	a := synthetic("a:1", func(c *record.Candidate) { c.Relations = []record.Relation{{Type: record.PreprintOf, ID: "b:1"}} })
	records := []*Record{New(a), New(synthetic("b:1", nil))}
	var rulings Rulings
	rulings.Rule([]string{"a:1"}, []string{"b:1"}, true)
	groups := Cluster(records, rulings)
	if diff := cmp.Diff([]string{"a:1", "b:1"}, groups[0].Members); diff != "" {
		t.Error(diff)
	}
}
