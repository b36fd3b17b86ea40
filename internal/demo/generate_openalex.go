package demo

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
)

// extras are what OpenAlex adds to a work of its own, which is most of the bytes of its
// answers. The works of the demonstration do without, because nothing comes of them;
// those under load have them, so that answers are as long as real ones and take as
// long to read. The sizes are those of works in recorded answers: 14 concepts in
// 2.2 KB, three topics in 1.1 KB, ten related works, for each author
// 700 bytes of institutions, and MeSH headings for one work in six.
type extras struct {
	Concepts     json.RawMessage `json:"concepts"`
	Topics       json.RawMessage `json:"topics"`
	PrimaryTopic json.RawMessage `json:"primary_topic"`
	Percentile   json.RawMessage `json:"citation_normalized_percentile"`
	Awards       json.RawMessage `json:"awards"`
	ContentURLs  json.RawMessage `json:"content_urls"`

	mesh, years []any
	related     []string
	affiliation *affiliation
	institution json.RawMessage
}

// affiliation says where an author works, in the forms that OpenAlex has beside the
// institution.
type affiliation struct {
	Corresponding bool            `json:"is_corresponding"`
	Raw           []string        `json:"raw_affiliation_strings"`
	Affiliations  json.RawMessage `json:"affiliations"`
}

// variants is how many different extras there are.
const variants = 64

// allExtras are made once: they are the same for every corpus.
var allExtras = sync.OnceValue(func() []*extras {
	rng := rand.New(rand.NewPCG(1, variants))
	w := newWriter(phrasebooks()["en"], rng)
	all := make([]*extras, variants)
	for i := range all {
		all[i] = newExtras(w, i)
	}
	return all
})

// object is a JSON object whose parts differ in kind.
type object = map[string]any

func newExtras(w *writer, variant int) *extras {
	const site = "https://openalex.org/"
	id := func(letter string, n int) string { return fmt.Sprintf("%s%s99%06d", site, letter, n) }
	number := func() int { return w.rng.IntN(1_000_000) }
	capital := func(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
	list := func(n int, one func(i int) object) []any {
		out := make([]any, n)
		for i := range out {
			out[i] = rawJSON(one(i))
		}
		return out
	}
	topic := func(int) object {
		named := func(kind string) object {
			return object{"id": fmt.Sprintf("%s%s/%d", site, kind, 1000+w.rng.IntN(3000)), "display_name": capital(w.newTerm())}
		}
		return object{
			"id": id("T", number()), "display_name": "Synthetic studies of " + w.newTerm(), "score": w.rng.Float64(),
			"subfield": named("subfields"), "field": named("fields"), "domain": named("domains"),
		}
	}
	topics := list(3, topic)
	institution := object{
		"id": id("I", variant), "display_name": fmt.Sprintf("Synthetic University %d", variant), "ror": nil,
		"country_code": "ZZ", "type": "education", "lineage": []string{id("I", variant), id("I", variant%8)},
	}
	address := fmt.Sprintf("Department of %s, Faculty %d, Synthetic University %d, 100084 Nowhere", w.newTerm(), variant%9, variant)
	x := &extras{
		Concepts: rawJSON(list(14, func(i int) object {
			return object{
				"id": id("C", number()), "wikidata": fmt.Sprintf("https://www.wikidata.org/wiki/Q99%06d", number()),
				"display_name": capital(w.newTerm()), "level": i % 5, "score": w.rng.Float64(),
			}
		})),
		Topics: rawJSON(topics), PrimaryTopic: topics[0].(json.RawMessage),
		Percentile: rawJSON(object{"value": w.rng.Float64(), "is_in_top_1_percent": false, "is_in_top_10_percent": false}),
		Awards: rawJSON(list(variant%3, func(int) object {
			return object{
				"id": id("G", number()), "display_name": nil, "funder_award_id": fmt.Sprint(number()),
				"funder_id": id("F", variant), "funder_display_name": fmt.Sprintf("Synthetic Research Fund %d", variant),
			}
		})),
		ContentURLs: rawJSON(object{"pdf": id("W", variant) + ".pdf", "grobid_xml": id("W", variant) + ".grobid-xml"}),
		years:       list(variant%10, func(i int) object { return object{"year": 2026 - i, "cited_by_count": w.rng.IntN(100)} }),
		institution: rawJSON(institution),
		affiliation: &affiliation{Raw: []string{address}, Affiliations: rawJSON([]any{
			object{"raw_affiliation_string": address, "institution_ids": []string{id("I", variant)}},
		})},
	}
	for range 10 {
		x.related = append(x.related, id("W", number()))
	}
	if variant%6 == 0 {
		x.mesh = list(24, func(i int) object {
			return object{
				"descriptor_ui": fmt.Sprintf("D99%04d", w.rng.IntN(10_000)), "descriptor_name": capital(w.newTerm()),
				"qualifier_ui": fmt.Sprintf("Q99%04d", i), "qualifier_name": "synthetic qualifier", "is_major_topic": i%4 == 0,
			}
		})
	}
	return x
}

// rawJSON encodes what can be encoded.
func rawJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

// extend adds the extras that a work under load has.
func (work *openAlexWork) extend(cp *Copy) {
	all := allExtras()
	x := all[cp.N%len(all)]
	work.extras = x
	work.Related, work.CountsByYear = x.related, x.years
	if work.Language == "en" && x.mesh != nil {
		work.Mesh = x.mesh
	}
	for i := range work.Authorships {
		a := &work.Authorships[i]
		from := all[(cp.N+i*i)%len(all)]
		a.affiliation, a.Institutions, a.Countries = from.affiliation, []any{from.institution}, []string{"ZZ"}
	}
}
