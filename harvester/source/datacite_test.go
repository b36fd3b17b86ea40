package source

import (
	"strings"
	"testing"
)

func init() {
	// Most were recorded by asking for a single DOI.
	results := func(t *testing.T, body []byte) []any {
		data := jsonObject(t, body)["data"]
		if list, ok := data.([]any); ok {
			return list
		}
		return []any{data}
	}
	recordedHooks["datacite"] = recordedHook{
		answers: func(t *testing.T, i interaction) []interaction {
			if _, list := jsonObject(t, i.body)["data"].([]any); !list {
				i.body = jsonBytes(t, map[string]any{"data": results(t, i.body), "meta": map[string]any{"total": 1}})
			}
			return []interaction{i}
		},
		holds: func(t *testing.T, body []byte) []map[string]bool { return each(results(t, body), dataCiteHolds) },
	}
}

func dataCiteHolds(d any) map[string]bool {
	o, _ := d.(map[string]any)
	a, _ := o["attributes"].(map[string]any)
	// where lists the texts of those elements of a list of which a field has a value.
	where := func(list, field, value, text string) (out []string) {
		all, _ := a[list].([]any)
		for _, one := range all {
			if kind := leaves(one, field); len(kind) > 0 && strings.EqualFold(kind[0], value) {
				out = append(out, leaves(one, text)...)
			}
		}
		return out
	}
	issns := append(where("relatedIdentifiers", "relatedIdentifierType", "ISSN", "relatedIdentifier"), leaves(a, "container", "identifier")...)
	repository := leaves(a, "container", "type")
	// Thai repositories count the years of the Buddhist era: 2549 is no year of ours.
	year := len(leaves(a, "publicationYear")) > 0 && leaves(a, "publicationYear")[0] < "2100"
	return map[string]bool{
		"bad":       !has(d, "id"),
		"titles":    has(a, "titles.title"),
		"abstracts": len(where("descriptions", "descriptionType", "Abstract", "description")) > 0,
		"keywords":  has(a, "subjects.subject"),
		"authors":   has(a, "creators.name"),
		"orcid":     has(a, "creators.nameIdentifiers.nameIdentifier"),
		"languages": has(a, "language"),
		"year":      year,
		"date":      year,
		"container": has(a, "container.title") && (len(repository) == 0 || repository[0] != "DataRepository"),
		"volume":    has(a, "container.volume"),
		"issue":     has(a, "container.issue"),
		"pages":     has(a, "container.firstPage", "container.lastPage"),
		"publisher": has(a, "publisher"),
		"type":      has(a, "types.resourceTypeGeneral", "types.resourceType"),
		"doi":       true,
		"issn":      hasISSN(issns),
		"license":   has(a, "rightsList.rights", "rightsList.rightsUri"),
		"url":       true,
		"retracted": false,
		"deleted":   false,
		"version":   has(a, "updated"),
	}
}
