package source

import (
	"errors"
	"strings"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/strategy"
)

func init() {
	recordedHooks["arxiv"] = recordedHook{
		holds: func(t *testing.T, body []byte) []map[string]bool {
			var all []map[string]bool
			for _, e := range walk(t, body, "entry") {
				h := map[string]bool{
					"other": true, "url": true, "deleted": false, "retracted": false, "languages": false, "keywords": false,
				}
				for field, path := range map[string]string{
					"titles": "title", "abstracts": "summary", "authors": "author/name", "year": "published", "date": "published",
					"doi": "doi", "container": "journal_ref", "version": "updated",
				} {
					h[field] = e.has(hasText, strings.Split(path, "/")...)
				}
				all = append(all, h)
			}
			return all
		},
		follow: []string{"start"},
	}
}

func TestArXivText(t *testing.T) {
	for text, want := range map[string]string{
		"(sex traffick* OR forced prostitution) AND exit": `((all:sex AND all:traffick*) OR all:"forced prostitution") AND all:exit`,
		"ti:exit NOT ab:mice":                             `ti:exit ANDNOT abs:mice`,
		"exit NOT mice":                                   `all:exit`,
		"kw:exit AND au:example":                          `au:example`,
		"kw:exit":                                         "",
	} {
		if got := arxivText(mustParse(t, text)); got != want {
			t.Errorf("%s\n became %s\n   want %s", text, got, want)
		}
	}
}

func TestArXivQueries(t *testing.T) {
	s := sourceAt(t, "arxiv", Config{}, FetchConfig{})
	p := &protocol.Protocol{
		Strategy: protocol.Strategy{Mode: strategy.Exact},
		Searches: []protocol.Search{{Name: "published", Lang: "en", Node: mustParse(t, "exit")}},
	}
	queries, err := s.Queries(p, time.Time{})
	if err != nil || len(queries) != 1 || !queries[0].Dated || queries[0].Earliest.Year() != 1991 {
		t.Errorf("queries are %+v, %v", queries, err)
	}
}

// What arXiv gives in the place of a page is an error of its kind.
func TestArXivFaults(t *testing.T) {
	const entry = `<entry><id>http://arxiv.org/abs/2601.00001v1</id><title>Synthetic</title></entry>`
	for name, c := range map[string]struct {
		body, want string
		many       bool
	}{
		"an error":   {`<feed><totalResults>1</totalResults><entry><id>http://arxiv.org/api/errors#bad</id><title>Error</title><summary>incorrect id format</summary></entry></feed>`, "incorrect id format", false},
		"no total":   {`<feed>` + entry + `</feed>`, "totalResults", false},
		"empty page": {`<feed><totalResults>7</totalResults></feed>`, "listed none", false},
		"too many":   {`<feed><totalResults>30001</totalResults>` + entry + `</feed>`, "narrow", true},
	} {
		s := serving(t, "arxiv", "application/atom+xml", []byte(c.body))
		_, err := s.Page(t.Context(), fixtureQuery(t, "arxiv", ""), "")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v", name, err)
		}
		if _, many := errors.AsType[*harvester.TooManyError](err); many != c.many {
			t.Errorf("%s: error is a TooManyError: %t", name, many)
		}
	}
}

func FuzzDecodeArXiv(f *testing.F) {
	fuzzXML(f, "arxiv", func(body []byte) (harvester.Page, error) {
		feed, err := readXML(body, "", "feed")
		if err != nil {
			return harvester.Page{}, err
		}
		return decodeArXiv(&feed)
	})
}
