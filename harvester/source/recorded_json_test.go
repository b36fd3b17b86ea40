package source

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func init() {
	recordedHooks["openalex"] = recordedHook{
		answers: func(t *testing.T, i interaction) []interaction {
			if _, list := jsonObject(t, i.body)["results"]; !list {
				i.body = fmt.Appendf(nil, `{"meta":{"count":1,"next_cursor":null},"results":[%s]}`, i.body)
			}
			return []interaction{i}
		},
		holds: func(t *testing.T, body []byte) []map[string]bool {
			o := jsonObject(t, body)
			works, list := o["results"].([]any)
			if !list {
				works = []any{o}
			}
			return each(works, openAlexHolds)
		},
		follow: []string{"cursor"},
	}
	recordedHooks["crossref"] = recordedHook{
		answers: func(t *testing.T, i interaction) []interaction {
			if !json.Valid(i.body) {
				// A citation as text, asked for within the same recording.
				i.body, i.Headers = []byte(`{"status":"ok","message":{"total-results":0,"items":[]}}`), nil
				i.File = "empty.json"
				return []interaction{i}
			}
			o := jsonObject(t, i.body)
			if m, ok := o["message"].(map[string]any); ok && m["items"] == nil {
				one, err := json.Marshal(m)
				if err != nil {
					t.Fatal(err)
				}
				i.body = fmt.Appendf(nil, `{"status":"ok","message":{"total-results":1,"items":[%s]}}`, one)
			}
			return []interaction{i}
		},
		holds: func(t *testing.T, body []byte) []map[string]bool {
			var o map[string]any
			if json.Unmarshal(body, &o) != nil {
				return nil
			}
			m, ok := o["message"].(map[string]any)
			if !ok {
				return nil
			}
			works, list := m["items"].([]any)
			if !list {
				works = []any{m}
			}
			return each(works, crossrefHolds)
		},
		follow: []string{"cursor"},
	}
	recordedHooks["europepmc"] = recordedHook{
		holds: func(t *testing.T, body []byte) []map[string]bool {
			list, _ := jsonObject(t, body)["resultList"].(map[string]any)
			records, _ := list["result"].([]any)
			return each(records, europePMCHolds)
		},
		follow: []string{"cursorMark"},
	}
}

func jsonObject(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal(body, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func jsonBytes(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func each(records []any, holds func(any) map[string]bool) []map[string]bool {
	var out []map[string]bool
	for _, r := range records {
		h := holds(r)
		if !h["bad"] {
			delete(h, "bad")
		}
		out = append(out, h)
	}
	return out
}

// leaves are the texts and numbers at a path, through all lists on the way; a
// path that is not there has none.
func leaves(v any, path ...string) []string {
	switch v := v.(type) {
	case []any:
		var out []string
		for _, one := range v {
			out = append(out, leaves(one, path...)...)
		}
		return out
	case map[string]any:
		if len(path) == 0 {
			return nil
		}
		return leaves(v[path[0]], path[1:]...)
	case nil:
		return nil
	}
	if s := strings.TrimSpace(fmt.Sprint(v)); s != "" && len(path) == 0 {
		return []string{s}
	}
	return nil
}

// has says that something stands at one of the paths, written with dots.
func has(v any, paths ...string) bool {
	for _, p := range paths {
		if len(leaves(v, strings.Split(p, ".")...)) > 0 {
			return true
		}
	}
	return false
}

// hasISSN says that one of the values is an ISSN by its check digit: publishers
// try out registries with 9999-9999.
func hasISSN(values []string) bool {
	for _, s := range values {
		sum, weight := 0, 8
		for _, r := range strings.ToUpper(s) {
			switch {
			case r >= '0' && r <= '9':
				sum += int(r-'0') * weight
				weight--
			case r == 'X':
				sum += 10 * weight
				weight--
			}
		}
		if weight == 0 && sum%11 == 0 {
			return true
		}
	}
	return false
}

func openAlexHolds(w any) map[string]bool {
	o, _ := w.(map[string]any)
	index, _ := o["abstract_inverted_index"].(map[string]any)
	return map[string]bool{
		"bad":        !has(w, "id"),
		"titles":     has(w, "title", "display_name"),
		"abstracts":  len(index) > 0,
		"keywords":   has(w, "keywords.display_name", "mesh.descriptor_name"),
		"authors":    has(w, "authorships.raw_author_name", "authorships.author.display_name"),
		"orcid":      has(w, "authorships.raw_orcid", "authorships.author.orcid"),
		"languages":  has(w, "language"),
		"year":       has(w, "publication_year", "publication_date"),
		"date":       has(w, "publication_year", "publication_date"),
		"container":  has(w, "primary_location.source.display_name", "primary_location.raw_source_name"),
		"volume":     has(w, "biblio.volume"),
		"issue":      has(w, "biblio.issue"),
		"pages":      has(w, "biblio.first_page", "biblio.last_page"),
		"publisher":  has(w, "primary_location.source.host_organization_name"),
		"country":    false,
		"type":       has(w, "type"),
		"doi":        has(w, "doi", "ids.doi"),
		"pmid":       has(w, "ids.pmid"),
		"pmcid":      has(w, "ids.pmcid"),
		"openalex":   true,
		"other":      has(w, "ids.mag"),
		"issn":       hasISSN(append(leaves(w, "primary_location", "source", "issn"), leaves(w, "primary_location", "source", "issn_l")...)),
		"references": has(w, "referenced_works"),
		"url":        true,
		"license":    has(w, "primary_location.license", "best_oa_location.license"),
		"retracted":  o["is_retracted"] == true,
		"deleted":    false,
		"version":    has(w, "updated_date"),
	}
}

// namesCountry tells the places in the recorded answers that a country stands behind.
func namesCountry(place string) bool {
	return strings.HasSuffix(place, "USA") || strings.HasSuffix(place, "UK")
}

func crossrefHolds(w any) map[string]bool {
	var dated bool
	for _, p := range []string{"issued", "published", "published-print", "published-online", "posted"} {
		dated = dated || has(w, p+".date-parts")
	}
	retracted := false
	o, _ := w.(map[string]any)
	by, _ := o["updated-by"].([]any)
	for _, u := range by {
		if t := leaves(u, "type"); len(t) > 0 && (t[0] == "retraction" || t[0] == "withdrawal" || t[0] == "removal") {
			retracted = true
		}
	}
	titles := map[string]bool{}
	for _, t := range append(leaves(w, "title"), leaves(w, "original-title")...) {
		titles[t] = true
	}
	return map[string]bool{
		"bad":        !has(w, "DOI"),
		"titles":     has(w, "title", "original-title"),
		"titles2":    len(titles) > 1,
		"abstracts":  has(w, "abstract"),
		"keywords":   has(w, "subject"),
		"authors":    has(w, "author.family", "author.given", "author.name"),
		"orcid":      has(w, "author.ORCID"),
		"languages":  has(w, "language"),
		"year":       dated,
		"date":       dated,
		"container":  has(w, "container-title", "short-container-title"),
		"volume":     has(w, "volume"),
		"issue":      has(w, "issue"),
		"pages":      has(w, "page", "article-number"),
		"publisher":  has(w, "publisher"),
		"country":    slices.ContainsFunc(leaves(w, "publisher-location"), namesCountry),
		"type":       has(w, "type"),
		"doi":        true,
		"other":      has(w, "ISBN"),
		"issn":       hasISSN(leaves(w, "ISSN")),
		"references": has(w, "reference.DOI", "reference.unstructured", "reference.article-title", "reference.author", "reference.volume-title", "reference.journal-title", "update-to.DOI"),
		"relations": has(w, "relation.has-review.id", "relation.has-preprint.id", "relation.is-preprint-of.id", "relation.is-version-of.id",
			"relation.is-identical-to.id", "relation.is-part-of.id", "relation.has-part.id", "relation.has-translation.id", "relation.is-translation-of.id",
			"relation.is-supplement-to.id", "relation.is-supplemented-by.id", "relation.has-version.id", "relation.is-same-as.id", "relation.is-comment-on.id",
			"relation.has-comment.id", "relation.is-reply-to.id", "relation.is-review-of.id", "relation.is-replaced-by.id", "relation.replaces.id",
			"relation.is-manifestation-of.id", "relation.has-manifestation.id", "relation.is-variant-form-of.id", "relation.has-format.id", "relation.is-format-of.id",
			"updated-by.DOI", "update-to.DOI"),
		"url":       has(w, "URL", "resource.primary.URL"),
		"license":   has(w, "license.URL"),
		"retracted": retracted,
		"deleted":   false,
		"version":   has(w, "indexed.timestamp"),
	}
}

func europePMCHolds(r any) map[string]bool {
	types := strings.ToLower(strings.Join(append(leaves(r, "pubTypeList", "pubType"), leaves(r, "pubType")...), ";"))
	return map[string]bool{
		"bad":       !has(r, "id") || !has(r, "source"),
		"titles":    has(r, "title"),
		"abstracts": has(r, "abstractText"),
		"keywords":  has(r, "keywordList.keyword", "meshHeadingList.meshHeading.descriptorName"),
		"authors":   has(r, "authorList.author.fullName", "authorList.author.collectiveName", "authorString"),
		"orcid":     has(r, "authorList.author.authorId.value"),
		"languages": has(r, "language"),
		"year":      has(r, "pubYear", "firstPublicationDate", "journalInfo.yearOfPublication", "bookOrReportDetails.yearOfPublication"),
		"date":      has(r, "pubYear", "firstPublicationDate", "journalInfo.yearOfPublication", "bookOrReportDetails.yearOfPublication"),
		"container": has(r, "journalInfo.journal.title", "journalTitle"),
		"volume":    has(r, "journalInfo.volume", "journalVolume"),
		"issue":     has(r, "journalInfo.issue", "issue"),
		"pages":     has(r, "pageInfo"),
		"publisher": has(r, "bookOrReportDetails.publisher"),
		"country":   false,
		"type":      has(r, "pubTypeList.pubType", "pubType"),
		"doi":       has(r, "doi"),
		"pmid":      has(r, "pmid"),
		"pmcid":     has(r, "pmcid"),
		"issn":      has(r, "journalInfo.journal.issn", "journalInfo.journal.essn", "journalIssn"),
		"url":       true,
		"license":   has(r, "license"),
		"retracted": strings.Contains(types, "retracted publication"),
		"deleted":   false,
		"version":   has(r, "firstIndexDate", "dateOfRevision"),
	}
}
