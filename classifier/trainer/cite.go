package trainer

import (
	"cmp"
	"fmt"

	"polyglean/internal/record"
)

// maxCited is how many citations are named as grounds.
const maxCited = 5

// citations find the included studies that a record cites or is cited by.
type citations struct {
	// byID leads from an identifier to the included study that has it, citing to those
	// that cite the work that has it.
	byID   map[string]*reading
	citing map[string][]*reading
	// byStudy leads from the ID of a study, as paths of snowballing name it.
	byStudy map[string]*reading
}

func newCitations(includes []*reading) *citations {
	c := &citations{byID: map[string]*reading{}, citing: map[string][]*reading{}, byStudy: map[string]*reading{}}
	for _, r := range includes {
		c.byStudy[record.StudyID(r.Candidate.ID)] = r
		for _, id := range r.identifiers() {
			if c.byID[id] == nil {
				c.byID[id] = r
			}
		}
		for _, id := range r.Candidate.References {
			c.citing[id] = append(c.citing[id], r)
		}
	}
	return c
}

// grounds are the citations that link a record with included studies, each study once.
// Where both cite each other the record is said to cite.
func (c *citations) grounds(r *reading) []record.Ground {
	var out []record.Ground
	seen := map[string]bool{work(r): true}
	add := func(how record.Citation, s *reading) {
		if s == nil || seen[work(s)] || len(out) == maxCited {
			return
		}
		seen[work(s)] = true
		out = append(out, record.Ground{
			Kind: record.GroundCited, Text: cmp.Or(s.title(), s.Candidate.ID), Study: record.StudyID(s.Candidate.ID), Seed: s.Seed, How: how,
		})
	}
	for _, id := range r.Candidate.References {
		add(record.CitedBy, c.byID[id])
	}
	for _, p := range r.Candidate.Paths {
		add(p.How, c.byStudy[p.Study])
	}
	for _, id := range r.identifiers() {
		for _, s := range c.citing[id] {
			add(record.Cites, s)
		}
	}
	return out
}

// work is the same for records that are copies of one seed or have one title.
func work(r *reading) string {
	if r.Seed > 0 {
		return fmt.Sprintf("seed %d", r.Seed)
	}
	return cmp.Or(r.foldedTitle(), r.Candidate.ID)
}
