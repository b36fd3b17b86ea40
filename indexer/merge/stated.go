package merge

import (
	"slices"
	"strings"

	"polyglean/internal/record"
)

// statement is what a source says of its record and another.
type statement struct {
	link Link
	// parts says that the two are never copies: a preprint is not the article. Versions
	// are so called by sources that mean deposited copies, too, and may be copies.
	parts bool
	// other is a key of the other record.
	other string
}

// statedLinks say what is made of a relation. Parts, supplements and reviews are
// works of their own, and "same as" is no proof: the records themselves must show it.
var statedLinks = map[record.RelationType]statement{
	record.RetractedBy:    {link: LinkRetraction, parts: true},
	record.Retracts:       {link: LinkRetraction, parts: true},
	record.CorrectedBy:    {link: LinkCorrection, parts: true},
	record.Corrects:       {link: LinkCorrection, parts: true},
	record.HasConcern:     {link: LinkConcern, parts: true},
	record.ConcernAbout:   {link: LinkConcern, parts: true},
	record.TranslationOf:  {link: LinkTranslation, parts: true},
	record.HasTranslation: {link: LinkTranslation, parts: true},
	record.PreprintOf:     {link: LinkVersion, parts: true},
	record.HasPreprint:    {link: LinkVersion, parts: true},
	record.VersionOf:      {link: LinkVersion},
	record.HasVersion:     {link: LinkVersion},
	record.CommentOn:      {link: LinkReply, parts: true},
	record.HasComment:     {link: LinkReply, parts: true},
}

// statedOrder puts the link first that matters most where sources state several.
var statedOrder = []Link{LinkRetraction, LinkConcern, LinkCorrection, LinkTranslation, LinkVersion, LinkReply}

// maxStatements is how many relations of a record are followed. The work that has more
// is an issue or a series.
const maxStatements = 10

// statementsOf reads the relations of a candidate. What it says of itself is left out:
// notices have been seen under the identifier of the work that they are about.
func statementsOf(c *record.Candidate, own []string) []statement {
	var out []statement
	for _, rel := range c.Relations {
		s, ok := statedLinks[rel.Type]
		if s.other = keyOf(rel.ID); !ok || s.other == "" || slices.Contains(own, s.other) || slices.Contains(out, s) {
			continue
		}
		if out = append(out, s); len(out) == maxStatements {
			break
		}
	}
	return out
}

// keyOf is the key that the work with an identifier has (record.Relation.ID), "" where
// records are not known by such identifiers.
func keyOf(id string) string {
	scheme, value, _ := strings.Cut(id, ":")
	switch scheme {
	case "":
		return ""
	case "doi":
		if value = DOI(value); value == "" {
			return ""
		}
		return BoundedKey("doi:" + value)
	case "arxiv":
		return BoundedKey("arxiv:" + arxiv(value))
	case "pmid", "pmcid", "openalex", "hal":
		return BoundedKey(id)
	case "isbn", "handle", "url":
		return ""
	}
	return RecordKey(id)
}

// stated is what the source of one of two records says of both; the zero value where
// neither does.
func stated(a, b *Record) statement {
	var found statement
	look := func(a, b *Record) {
		for _, s := range a.statements {
			if !slices.Contains(b.own, s.other) {
				continue
			}
			if found.link == "" || slices.Index(statedOrder, s.link) < slices.Index(statedOrder, found.link) {
				found.link = s.link
			}
			found.parts = found.parts || s.parts
		}
	}
	look(a, b)
	look(b, a)
	return found
}

// obey lets what sources state about two records stand before what the records show.
func obey(s statement, j Judgement) Judgement {
	if s.link == "" || j.Verdict == Same && !s.parts {
		return j
	}
	return Judgement{Verdict: Linked, Link: s.link, grounds: j.grounds | statedLink}
}
