package demo

import (
	"fmt"
	"slices"
	"strings"
)

// link asks for works by their citations or identifiers, as OpenAlex filters do:
// those that cite one of the works, those one of them cites, those with one of the
// DOIs or PMIDs.
type link struct{ cites, citedBy, doi, pmid string }

// set notes a filter; false when it is none of these.
func (l *link) set(name, value string) bool {
	switch name {
	case "cites", "referenced_works":
		l.cites = value
	case "cited_by":
		l.citedBy = value
	case "doi":
		l.doi = value
	case "pmid":
		l.pmid = value
	default:
		return false
	}
	return true
}

// holds says whether the copy is one that is asked for; values part alternatives by
// bars.
func (l link) holds(c *Corpus, cp *Copy) bool {
	among := func(values, value string) bool {
		return value != "" && slices.Contains(strings.Split(values, "|"), value)
	}
	return (l.doi == "" || among(l.doi, cp.doi())) &&
		(l.pmid == "" || among(l.pmid, cp.pmid())) &&
		(l.cites == "" || slices.ContainsFunc(cp.Cites, func(n int) bool { return among(l.cites, workID(n)) })) &&
		(l.citedBy == "" || slices.ContainsFunc(c.Records, func(r *Record) bool {
			return among(l.citedBy, workID(r.N)) && slices.Contains(r.Cites, cp.N)
		}))
}

// workID is the ID OpenAlex has, or would have, for the work of that number.
func workID(n int) string { return fmt.Sprintf("W%d", 9900000000+n) }

// checkCitations refuses a citation of a work that is not there, and by a seed: what
// a real study cites is no matter of invention.
func (c *Corpus) checkCitations() error {
	for _, r := range c.Records {
		for _, n := range r.Cites {
			switch {
			case r.Seed > 0:
				return fmt.Errorf("record %d %q: seeds are bare facts and cite nothing", r.N, r.Title)
			case !slices.ContainsFunc(c.Records, func(cited *Record) bool { return cited.N == n }):
				return fmt.Errorf("record %d %q cites %d, which is not there", r.N, r.Title, n)
			}
		}
	}
	return nil
}
