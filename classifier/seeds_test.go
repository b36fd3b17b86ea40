package classifier

import (
	"testing"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

func TestSeeds(t *testing.T) {
	withDOI := []protocol.Seed{{Number: 1, Authors: []string{"Synthetic"}, Title: "On leaving", Year: 2001, DOI: "10.1000/182"}}
	defaults := protocol.Default().Seeds
	author := func(names ...string) (out []record.Author) {
		for _, n := range names {
			out = append(out, record.Author{Name: n})
		}
		return out
	}
	for _, tt := range []struct {
		name  string
		seeds []protocol.Seed
		title string
		year  int
		by    []record.Author
		doi   string
		want  int
	}{
		{"as in the list", defaults, defaults[8].Title, 2017, author("Kristine E. Hickle"), "", 9},
		{"title alone", defaults, defaults[8].Title, 0, nil, "", 9},
		{"case, quotation marks, dashes", defaults, "\"After your honor is gone...\" : exploration of developmental trajectories and life experiences of women working in Mumbai’s red light brothel districts", 2016, nil, "", 6},
		{"printed a year later", defaults, defaults[7].Title, 2018, author("Gonzalez, M. J."), "", 8},
		{"another year", defaults, defaults[8].Title, 2010, nil, "", 0},
		{"another author", defaults, defaults[8].Title, 2017, author("Smith, A."), "", 0},
		{"a double name cut", defaults, defaults[9].Title, 2017, []record.Author{{Name: "L. Cordisco Tsai", Family: "Tsai", Given: "Laura Cordisco"}}, "", 10},
		{"an apostrophe lost", defaults, defaults[10].Title, 2018, author("Jennifer E. OBrien"), "", 11},
		{"a name inside another", defaults, defaults[0].Title, 2010, author("Williamson, Celia"), "", 0},
		{"subtitle missing", defaults, "On the continuum of exit", 2018, author("Wilson, Bincy"), "", 13},
		{"subtitle missing, nothing to confirm it", defaults, "On the continuum of exit", 2018, nil, "", 0},
		{"a short main title is not enough", defaults, "Moving to restoration", 2017, author("Gonzalez"), "", 0},
		{"subtitle added", defaults, "Resiliency and women exiting sex trade industry work: a qualitative study", 2017, author("Hickle"), "", 9},
		{"same words, other order", defaults, "Women exiting sex trade industry work and resiliency", 2017, author("Hickle"), "", 0},
		{"DOI", withDOI, "Something else", 1990, nil, "10.1000/182", 1},
		{"DOI in capitals", []protocol.Seed{{Number: 2, Title: "On leaving", DOI: "10.1000/ABC"}}, "", 0, nil, "10.1000/abc", 2},
		{"same title, other DOI", withDOI, "On leaving", 2001, nil, "10.1000/999", 0},
		{"same title, no DOI", withDOI, "On leaving", 2001, nil, "", 1},
		{"no title", defaults, "", 2017, nil, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := record.Candidate{Titles: []record.Text{{Text: tt.title}}, Year: tt.year, Authors: tt.by, IDs: record.Identifiers{DOI: tt.doi}}
			if got := newSeedIndex(tt.seeds).find(&r); got != tt.want {
				t.Errorf("seed %d, want %d", got, tt.want)
			}
		})
	}
}
