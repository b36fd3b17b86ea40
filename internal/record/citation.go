package record

import "strings"

// Citation is a direction in which the citations of a study are followed.
type Citation string

// The directions, as seen from the study that is followed.
const (
	// CitedBy leads to the works that cite it.
	CitedBy Citation = "cited-by"
	// Cites leads to the works it cites.
	Cites Citation = "cites"
)

// Citations are both directions.
var Citations = []Citation{CitedBy, Cites}

// Query is the name of the query that follows a study's citations, "cited-by:s…". It
// stands in Candidate.Query of all that was found so, and tells which study led there.
func (c Citation) Query(study string) string { return string(c) + ":" + study }

// FollowedBy takes the name of a query apart into the direction and the study that
// was followed; false when it follows none.
func FollowedBy(query string) (c Citation, study string, ok bool) {
	how, study, ok := strings.Cut(query, ":")
	c = Citation(how)
	return c, study, ok && study != "" && (c == CitedBy || c == Cites)
}

// Path is a way by which following citations led to a record.
type Path struct {
	// How says what the record is to the study, as seen from the study.
	How Citation `json:"how"`
	// Study is the ID of the study that was followed.
	Study string `json:"study"`
	// Round of the snowballing that followed it, from 1; 0 is not known.
	Round int `json:"round,omitempty"`
}

// Query is the name of the query that took the path.
func (p Path) Query() string { return p.How.Query(p.Study) }
