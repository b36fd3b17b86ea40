package source

import (
	"strings"
	"testing"
)

func init() {
	recordedHooks["hal"] = recordedHook{
		holds: func(t *testing.T, body []byte) []map[string]bool {
			response, _ := jsonObject(t, body)["response"].(map[string]any)
			docs, _ := response["docs"].([]any)
			return each(docs, halHolds)
		},
	}
}

func halHolds(d any) map[string]bool {
	o, _ := d.(map[string]any)
	in := func(kind string) bool {
		for name := range o {
			if strings.HasSuffix(name, kind) && has(d, name) {
				return true
			}
		}
		return false
	}
	return map[string]bool{
		"bad":       !has(d, "halId_s"),
		"titles":    in("title_s"),
		"abstracts": in("abstract_s"),
		"keywords":  in("keyword_s"),
		"authors":   has(d, "authFullName_s"),
		"orcid":     false,
		"languages": has(d, "language_s"),
		"year":      has(d, "producedDate_s", "publicationDate_s", "publicationDateY_i"),
		"date":      has(d, "producedDate_s", "publicationDate_s", "publicationDateY_i"),
		"container": has(d, "journalTitle_s", "bookTitle_s", "conferenceTitle_s"),
		"volume":    has(d, "volume_s"),
		"issue":     has(d, "issue_s"),
		"pages":     has(d, "page_s"),
		"publisher": has(d, "journalPublisher_s", "publisher_s"),
		"type":      has(d, "docType_s"),
		"doi":       has(d, "doiId_s"),
		"pmid":      has(d, "pubmedId_s"),
		"other":     true,
		"issn":      hasISSN(append(leaves(d, "journalIssn_s"), leaves(d, "journalEissn_s")...)),
		"license":   has(d, "licence_s"),
		"url":       true,
		"retracted": false,
		"deleted":   false,
		"version":   has(d, "modifiedDate_tdate"),
	}
}

func TestHALCompiles(t *testing.T) {
	for in, want := range map[string]string{
		"ti:(sex traffick* OR sortie)": "title_t:((sex AND traffick*) OR sortie)",
		"exit NOT drug":                "title_t:exit OR abstract_t:exit OR keyword_t:exit",
		"ab:réinsertion AND au:Dupont": "abstract_t:réinsertion AND authFullName_t:dupont",
	} {
		if got := halDialect.compile(mustParse(t, in)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", in, got, want)
		}
	}
}
