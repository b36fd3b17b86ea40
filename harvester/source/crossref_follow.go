package source

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"polyglean/harvester"
	"polyglean/internal/record"
)

// Crossref has the references that publishers deposit with a work; it does not say
// which works cite one. References with a DOI are looked up, many at once: filters
// of one name are alternatives.

// crossrefDOIs is how many DOIs are asked for at once; the address has room for some
// 4 KB.
const crossrefDOIs = 40

// Follow implements harvester.Follower. A study whose references are not known, as
// when it was imported, has them looked up by its DOI.
func (s *crossref) Follow(studies []harvester.Followed) []harvester.Query {
	var queries []harvester.Query
	for _, f := range studies {
		if citedDOIs(f.References) != nil || ownDOIs(f) != nil {
			queries = append(queries, harvester.Link{How: record.Cites, Followed: f}.Query())
		}
	}
	return queries
}

// followPage fetches the next of the works the study cites. They are asked for in
// the order of their DOIs. The cursor is "announced/DOI": how many Crossref had of
// those asked for so far, and the last of them.
func (s *crossref) followPage(ctx context.Context, l *harvester.Link, cursor string) (harvester.Page, error) {
	var announced int
	var last string
	if cursor != "" {
		number, doi, ok := strings.Cut(cursor, "/")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n < 0 {
			return harvester.Page{}, fmt.Errorf("crossref: cursor %q is none of this program's: start the query anew", cursor)
		}
		announced, last = n, doi
	}
	page := harvester.Page{}
	cited := citedDOIs(l.References)
	if cited == nil {
		own, err := s.works(ctx, ownDOIs(l.Followed))
		if err != nil {
			return harvester.Page{}, fmt.Errorf("look up study %s: %w", l.Study, err)
		}
		for _, c := range own.Records {
			cited = append(cited, citedDOIs(c.References)...)
		}
		slices.Sort(cited)
		cited = slices.Compact(cited)
		page.Sent = own.Sent
	}
	at, found := slices.BinarySearch(cited, last)
	if found {
		at++
	}
	batch := cited[at:min(at+min(s.pageSize, crossrefDOIs), len(cited))]
	if len(batch) > 0 {
		var err error
		if page, err = s.works(ctx, batch); err != nil {
			return harvester.Page{}, err
		}
	}
	page.Announced += announced
	if end := at + len(batch); end < len(cited) {
		page.Next = fmt.Sprintf("%d/%s", page.Announced, cited[end-1])
	}
	return page, nil
}

// works fetches the works of some DOIs.
func (s *crossref) works(ctx context.Context, dois []string) (harvester.Page, error) {
	params := url.Values{"filter": {"doi:" + strings.Join(dois, ",doi:")}, "rows": {strconv.Itoa(len(dois))}}
	if s.contact != "" {
		params.Set("mailto", s.contact)
	}
	got, err := s.get(ctx, params)
	if err != nil {
		return harvester.Page{}, err
	}
	page, _, err := decodeCrossref(got.Body)
	return got.page(page, err)
}

// citedDOIs are the DOIs among references, in order and each once. One with a comma
// cannot be written in a filter.
func citedDOIs(references []string) []string {
	var dois []string
	for _, r := range references {
		if doi := normalDOI(r); doi != "" && !strings.Contains(doi, ",") {
			dois = append(dois, doi)
		}
	}
	slices.Sort(dois)
	return slices.Compact(dois)
}

// ownDOIs are the DOIs of the study itself.
func ownDOIs(f harvester.Followed) []string {
	var dois []string
	for _, ids := range f.IDs {
		dois = append(dois, ids.DOI)
	}
	dois = citedDOIs(dois)
	return dois[:min(len(dois), crossrefDOIs)]
}
