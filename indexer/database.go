package indexer

import (
	"cmp"
	"strings"

	"polyglean/internal/record"
)

// ImportedFrom is the database that an imported record was exported from, as its import
// named it; "" for a record that was not imported.
func ImportedFrom(c *record.Candidate) string {
	if c.Route != record.RouteImport {
		return ""
	}
	return cmp.Or(c.Query, ImportSlug(c.SourceID))
}

// ImportSlug is the name of the database in the ID that an imported record has at its
// source, in small letters and figures of any script with hyphens between them.
func ImportSlug(sourceID string) string {
	slug, _, _ := strings.Cut(sourceID, ":")
	return slug
}

// Databases are where the study was found: the sources by the names they have here, and
// in the place of the import the databases that its files are from.
func (s *Study) Databases() []string {
	return union(s, func(r *record.Classified) []string {
		return []string{cmp.Or(ImportedFrom(&r.Candidate), r.Candidate.Source)}
	})
}
