package source

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"polyglean/harvester"
	"polyglean/internal/record"
)

// Europe PMC finds the works that cite a record by a field of its search (CITES), and
// lists what a record cites at an address of its own, in short. Those in the list
// that it has a record of are then searched for by their IDs, for the whole record.

// europePMCListed is how many references are read at once: as many IDs as the address
// of a search has room for.
const europePMCListed = 100

// Follow implements harvester.Follower.
func (s *europePMC) Follow(studies []harvester.Followed) []harvester.Query {
	var queries []harvester.Query
	for _, f := range studies {
		if europePMCIDs(f) == nil {
			continue
		}
		for _, how := range record.Citations {
			queries = append(queries, harvester.Link{How: how, Followed: f}.Query())
		}
	}
	return queries
}

// europePMCIDs are the IDs of the study's records at Europe PMC, "MED/123". It holds
// all of PubMed under its own numbers.
func europePMCIDs(f harvester.Followed) []string {
	var ids []string
	for _, r := range f.Records {
		if id, ok := strings.CutPrefix(r, "europepmc:"); ok && strings.Count(id, "/") == 1 {
			ids = appendNew(ids, id)
		}
	}
	for _, i := range f.IDs {
		if pmid := normalPMID(i.PMID); pmid != "" {
			ids = appendNew(ids, "MED/"+pmid)
		}
	}
	return ids
}

func (s *europePMC) followPage(ctx context.Context, l *harvester.Link, cursor string) (harvester.Page, error) {
	ids := europePMCIDs(l.Followed)
	if l.How == record.Cites {
		return s.cited(ctx, ids, cursor)
	}
	terms := make([]string, len(ids))
	for i, id := range ids {
		collection, number, _ := strings.Cut(id, "/")
		terms[i] = "CITES:" + number + "_" + strings.ToLower(collection)
	}
	return s.search(ctx, strings.Join(terms, " OR "), cursor, s.pageSize)
}

// cited fetches a page of what a study cites. The cursor is "record/page": the place
// of the record among those of the study, and the page of its list of references.
//
// Europe PMC says how many references there are, and not of how many it has a record,
// so that nothing is announced.
func (s *europePMC) cited(ctx context.Context, ids []string, cursor string) (harvester.Page, error) {
	at, number := 0, 1
	if cursor != "" {
		a, n, _ := strings.Cut(cursor, "/")
		var err1, err2 error
		at, err1 = strconv.Atoi(a)
		number, err2 = strconv.Atoi(n)
		if err1 != nil || err2 != nil || at < 0 || at >= len(ids) || number < 1 {
			return harvester.Page{}, fmt.Errorf("europepmc: cursor %q is none of this study's: start the query anew", cursor)
		}
	}
	collection, id, _ := strings.Cut(ids[at], "/")
	size := min(s.pageSize, europePMCListed)
	params := url.Values{"format": {"json"}, "page": {strconv.Itoa(number)}, "pageSize": {strconv.Itoa(size)}}
	got, err := s.getAt(ctx, s.base.JoinPath("..", collection, id, "references"), params)
	if err != nil {
		return harvester.Page{}, err
	}
	count, listed, err := decodeEuropePMCReferences(got.Body)
	if err != nil {
		return harvester.Page{}, fmt.Errorf("%s: %w", got.sent, err)
	}
	page, err := s.records(ctx, listed)
	if err != nil {
		return harvester.Page{}, err
	}
	page.Sent, page.Announced = got.sent, -1
	switch {
	case number*size < count:
		page.Next = fmt.Sprintf("%d/%d", at, number+1)
	case at+1 < len(ids):
		page.Next = fmt.Sprintf("%d/1", at+1)
	}
	return page, nil
}

// europePMCReference is an entry of a list of references that Europe PMC has a record
// of.
type europePMCReference struct {
	id, collection string
	raw            jsontext.Value
}

// decodeEuropePMCReferences reads a page of a list of references; count is how many
// are on all pages, also those that Europe PMC has no record of.
func decodeEuropePMCReferences(body []byte) (count int, listed []europePMCReference, err error) {
	var answer struct {
		Count *jsonInt `json:"hitCount"`
		List  struct {
			References []jsontext.Value `json:"reference"`
		} `json:"referenceList"`
		ErrorMessage jsonText `json:"errMsg"`
	}
	if err := readJSON(body, &answer); err != nil {
		return 0, nil, err
	}
	switch {
	case answer.ErrorMessage != "":
		return 0, nil, fmt.Errorf("the source says %q", answer.ErrorMessage.line())
	case answer.Count == nil || *answer.Count > 0 && answer.List.References == nil:
		return 0, nil, errors.New("the answer is no list of references: it lacks hitCount or referenceList")
	}
	for _, raw := range answer.List.References {
		var r struct {
			ID     jsonText `json:"id"`
			Source jsonText `json:"source"`
		}
		if err := decodeRecord(raw, &r); err != nil {
			return 0, nil, err
		}
		id, collection := r.ID.line(), r.Source.line()
		if europePMCWord(id) && europePMCWord(collection) {
			listed = append(listed, europePMCReference{id, collection, raw})
		}
	}
	return int(*answer.Count), listed, nil
}

// europePMCWord says whether an ID can stand in a search as it is.
func europePMCWord(s string) bool {
	return s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// records fetches the whole records of references. One that Europe PMC refers to and
// does not give is kept as it stood in the list.
func (s *europePMC) records(ctx context.Context, listed []europePMCReference) (harvester.Page, error) {
	if len(listed) == 0 {
		return harvester.Page{}, nil
	}
	left := make(map[string]europePMCReference, len(listed))
	var terms []string
	for _, r := range listed {
		key := r.collection + "/" + r.id
		if _, twice := left[key]; !twice {
			terms = append(terms, "(EXT_ID:"+r.id+" AND SRC:"+r.collection+")")
		}
		left[key] = r
	}
	page, err := s.search(ctx, strings.Join(terms, " OR "), "", len(terms))
	if err != nil {
		return harvester.Page{}, err
	}
	for _, c := range page.Records {
		delete(left, c.SourceID)
	}
	for _, b := range page.Bad {
		delete(left, b.SourceID)
	}
	for _, r := range listed {
		key := r.collection + "/" + r.id
		if _, missing := left[key]; missing {
			delete(left, key)
			page.Bad = append(page.Bad, harvester.Bad{
				SourceID: key, Reason: "it stands in a list of references, and Europe PMC gives no record of it", Raw: r.raw,
			})
		}
	}
	page.Next = ""
	return page, nil
}
