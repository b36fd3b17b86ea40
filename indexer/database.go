package indexer

import (
	"strings"

	"polyglean/internal/record"
)

// ImportedFrom is the database that an imported record was exported from, as its import
// named it; "" for a record that was not imported, or whose import named none.
func ImportedFrom(c *record.Candidate) string {
	if c.Route != record.RouteImport {
		return ""
	}
	if name := strings.Join(strings.Fields(c.Query), " "); name != "" {
		return name
	}
	return ImportSlug(c.SourceID)
}

// ImportSlug is the name of the database in the ID that an imported record has at its
// source, in small letters and figures of any script with hyphens between them; "" where
// there is none.
func ImportSlug(sourceID string) string {
	slug, _, ok := strings.Cut(sourceID, ":")
	if !ok {
		return ""
	}
	return slug
}

// SourceOf is where a record was found: its source, or the database that it was imported
// from. A database that goes by the name of a source is marked, for what was exported
// from PubMed by hand and what PubMed was asked for are two searches.
func SourceOf(c *record.Candidate) string {
	database := ImportedFrom(c)
	switch {
	case database == "":
		return c.Source
	case record.SourceNamed(database) != "":
		return database + " (imported)"
	}
	return database
}

// Sources are where the study was found: see SourceOf.
func (s *Study) Sources() []string {
	return union(s, func(r *record.Classified) []string { return []string{SourceOf(&r.Candidate)} })
}
