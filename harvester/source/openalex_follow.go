package source

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"polyglean/harvester"
	"polyglean/internal/record"
)

// OpenAlex filters works by those they cite (cites) and those they are cited by
// (cited_by). Both want its own IDs: a study of which only a DOI or a PMID is known
// is looked up first.

// Follow implements harvester.Follower.
func (s *openAlexSource) Follow(studies []harvester.Followed) []harvester.Query {
	var queries []harvester.Query
	for _, f := range studies {
		if openAlexWorks(f) == nil && openAlexLookup(f) == "" {
			continue
		}
		for _, how := range record.Citations {
			queries = append(queries, harvester.Link{How: how, Followed: f}.Query())
		}
	}
	return queries
}

// openAlexMost is how many values a filter may have.
const openAlexMost = 50

// openAlexWorks are the works at OpenAlex that are the study.
func openAlexWorks(f harvester.Followed) []string {
	var works []string
	for _, ids := range f.IDs {
		works = appendNew(works, openAlexID(ids.OpenAlex))
	}
	return works[:min(len(works), openAlexMost)]
}

// openAlexLookup is the filter that finds the works that are the study, "" when it
// has no identifier to look for. A DOI with a comma or a bar cannot be written in a
// filter.
func openAlexLookup(f harvester.Followed) string {
	var dois, pmids []string
	for _, ids := range f.IDs {
		if !strings.ContainsAny(ids.DOI, ",|") {
			dois = appendNew(dois, normalDOI(ids.DOI))
		}
		pmids = appendNew(pmids, normalPMID(ids.PMID))
	}
	switch {
	case dois != nil:
		return "doi:" + strings.Join(dois[:min(len(dois), openAlexMost)], "|")
	case pmids != nil:
		return "pmid:" + strings.Join(pmids[:min(len(pmids), openAlexMost)], "|")
	}
	return ""
}

// followPage fetches a page of what cites the study or what it cites.
func (s *openAlexSource) followPage(ctx context.Context, l *harvester.Link, cursor string) (harvester.Page, error) {
	works := openAlexWorks(l.Followed)
	if works == nil {
		found, err := s.list(ctx, url.Values{
			"filter": {openAlexLookup(l.Followed)}, "select": {"id"}, "per_page": {strconv.Itoa(openAlexMost)},
		}, openAlexListCost)
		if err != nil {
			return harvester.Page{}, fmt.Errorf("look up study %s: %w", l.Study, err)
		}
		for _, c := range found.Records {
			works = append(works, c.SourceID)
		}
		switch {
		case works == nil && found.Announced > 0:
			return harvester.Page{}, fmt.Errorf("look up study %s: %s announces %d works and gives none", l.Study, found.Sent, found.Announced)
		case works == nil:
			// It is not at OpenAlex, and so are no citations of it.
			return harvester.Page{Sent: found.Sent}, nil
		}
	}
	name := "cites:"
	if l.How == record.Cites {
		name = "cited_by:"
	}
	return s.page(ctx, name+strings.Join(works, "|"), cursor, openAlexListCost)
}
