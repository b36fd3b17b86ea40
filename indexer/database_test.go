package indexer_test

import (
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

func TestSourceOf(t *testing.T) {
	for _, test := range []struct {
		name string
		c    record.Candidate
		want string
	}{
		{"harvested", record.Candidate{Source: "openalex", Route: record.RouteSearch, Query: "en", SourceID: "W1"}, "openalex"},
		{"imported", record.Candidate{Source: "import", Route: record.RouteImport, Query: "Sociological Abstracts", SourceID: "sociological-abstracts:1"}, "Sociological Abstracts"},
		{"spaces", record.Candidate{Source: "import", Route: record.RouteImport, Query: "  CNKI \t (中国知网) ", SourceID: "cnki:1"}, "CNKI (中国知网)"},
		{"named by its ID alone", record.Candidate{Source: "import", Route: record.RouteImport, SourceID: "scopus:2-s2.0-1"}, "scopus"},
		{"not named", record.Candidate{Source: "import", Route: record.RouteImport, SourceID: "1"}, "import"},
		{"called like a source", record.Candidate{Source: "import", Route: record.RouteImport, Query: "EuropePMC", SourceID: "europepmc:1"}, "EuropePMC (imported)"},
		{"called as a source calls itself", record.Candidate{Source: "import", Route: record.RouteImport, Query: "europe pmc", SourceID: "europe-pmc:1"}, "europe pmc (imported)"},
	} {
		if got := indexer.SourceOf(&test.c); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
