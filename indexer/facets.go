package indexer

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"polyglean/internal/langcode"
	"polyglean/internal/record"
)

// The facets of a study; each is also the name of a filter.
const (
	FacetLanguage = "language"
	FacetFlag     = "flag"
	FacetReason   = "reason"
	FacetSource   = "source"
	FacetRoute    = "route"
	FacetType     = "type"
	FacetConcept  = "concept"
	FacetDecision = "decision"
	FacetSeed     = "seed"
	FacetQuery    = "query"
	// FacetLanguageClass says what of a study's records is in English: the values are
	// those of record.LanguageClass.
	FacetLanguageClass = "language-class"
	// FacetYear has years of publication, FacetDecade "2010s".
	FacetYear   = "publication-year"
	FacetDecade = "decade"
	// FacetJournalCountry has the country of the journal, by its ISO 3166-1 code: where a
	// study was published, not where it was done.
	FacetJournalCountry = "journal-country"
	// FacetLicense has the licences stated of records, in common words.
	FacetLicense = "license"
)

// facetFields are the facets that have a field of their own, in the order a page shows
// them.
var facetFields = []string{
	FacetReason, FacetFlag, FacetLanguage, FacetLanguageClass, FacetSource, FacetDecision,
	FacetType, FacetDecade, FacetYear, FacetJournalCountry, FacetConcept, FacetLicense, FacetRoute, FacetQuery, FacetSeed,
}

// AllFacets are the facets of a review whose protocol has the attributes, in the order a
// page shows them. Other attributes can be asked for by name.
func AllFacets(attributes []string) []string {
	all := slices.Clone(facetFields)
	for _, name := range attributes {
		all = append(all, AttributePrefix+name)
	}
	return all
}

// HasField says whether a facet has a field of its own, and is no attribute.
func HasField(facet string) bool { return slices.Contains(facetFields, facet) }

// NotStated is the value of the studies of which a facet says nothing, where that is
// no statement by itself: a study without a licence is one whose licence is not known,
// one without a flag is not flagged. It can be asked for like any other value.
const NotStated = "not-stated"

// mayBeNotStated are the facets that have it, besides the attributes.
var mayBeNotStated = map[string]bool{
	FacetType: true, FacetYear: true, FacetDecade: true, FacetJournalCountry: true, FacetLicense: true, FacetConcept: true,
}

// closed are the facets of which every value is known beforehand. Another one is a slip of
// the pen: that no study has it would be taken for an answer.
var closed = map[string][]string{
	FacetReason: {
		string(record.OtherWords), string(record.OtherLanguage), string(record.MissingBlock), string(record.LikeTheSeeds),
		string(record.Cited), string(record.NotJudgeable),
	},
	FacetFlag: {
		string(record.FlagKeywordMiss), string(record.FlagNonEnglish), string(record.FlagDefinitionOpen), string(record.FlagNoAbstract),
		string(record.FlagRetracted), string(record.FlagDeleted),
	},
	FacetLanguageClass: {
		string(record.LanguageEnglish), string(record.LanguageEnglishMetadata), string(record.LanguageSeveral), string(record.LanguageOther),
		string(record.LanguageUnknown),
	},
	FacetDecision: {string(record.Include), string(record.Exclude), string(record.Maybe), Undecided},
}

// knownValues are the values of a filter as studies have them. It wants values that there
// may be.
func knownValues(facet string, values []string) ([]string, error) {
	if facet == FacetLanguage {
		return languages(values)
	}
	known, ok := closed[facet]
	if !ok {
		return values, nil
	}
	for _, v := range values {
		if !slices.Contains(known, v) {
			return nil, &QueryError{"filters", fmt.Sprintf("there is no %s %q", facet, v), "there are " + strings.Join(known, ", ")}
		}
	}
	return values, nil
}

// languages are the codes under which languages are indexed, however they are written.
func languages(tags []string) ([]string, error) {
	codes := make([]string, len(tags))
	for i, tag := range tags {
		switch codes[i] = langcode.Of(tag); {
		case codes[i] != "":
		case tag == record.Undetermined:
			codes[i] = tag
		default:
			return nil, &QueryError{"filters", fmt.Sprintf("there is no %s %q", FacetLanguage, tag), "give a code, as es, spa or zh-Hant, or und for unknown"}
		}
	}
	return codes, nil
}

// AttributePrefix begins the facets of what is found in the texts of a study, such as
// "attr:design": their values are the concepts found under that heading of the
// lexicon. All attributes stand in one field, so that there may be others at any time.
const AttributePrefix = "attr:"

// attributeName is of what every backend takes for a FacetRequest.Prefix.
var attributeName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// attribute is the form of an attribute's value in ExactAttribute.
func attribute(name, value string) string { return name + "=" + value }

// place is where the values of a facet stand.
type place struct {
	field, prefix string
	notStated     bool
}

func placeOf(part, facet string) (place, error) {
	if name, ok := strings.CutPrefix(facet, AttributePrefix); ok {
		if !attributeName.MatchString(name) {
			return place{}, &QueryError{part, fmt.Sprintf("there is no attribute %q", name), "a name is of a to z, 0 to 9, _ and -, as in attr:design"}
		}
		return place{ExactAttribute, attribute(name, ""), true}, nil
	}
	if HasField(facet) {
		return place{facet, "", mayBeNotStated[facet]}, nil
	}
	return place{}, &QueryError{
		part, fmt.Sprintf("there is no facet %q", facet),
		"the facets are " + strings.Join(facetFields, ", ") + ", and attributes such as attr:design",
	}
}

// having matches the studies with a value.
func (p place) having(value string) Expr {
	if p.notStated && value == NotStated {
		return Bool{Not: []Expr{Prefix{Field: p.field, Value: p.prefix}}}
	}
	return Term{Field: p.field, Value: ExactValue(p.prefix + value)}
}

// request asks for the counts of the values.
func (p place) request(size int) FacetRequest {
	return FacetRequest{Field: p.field, Prefix: p.prefix, Size: size, Without: p.notStated}
}

// counts are those of the answer, NotStated in its place among them; those of seeds are
// in the order of their numbers, in which a review lists them.
func (p place) counts(f Facet) []FacetCount {
	counts := slices.Clone(f.Values)
	for i := range counts {
		counts[i].Value = strings.TrimPrefix(counts[i].Value, p.prefix)
	}
	if p.field == FacetSeed {
		slices.SortFunc(counts, func(a, b FacetCount) int {
			return cmp.Or(cmp.Compare(len(a.Value), len(b.Value)), cmp.Compare(a.Value, b.Value))
		})
	}
	if f.Without > 0 {
		at, _ := slices.BinarySearchFunc(counts, f.Without, func(c FacetCount, n int) int {
			return cmp.Or(cmp.Compare(n, c.Count), -1)
		})
		counts = slices.Insert(counts, at, FacetCount{NotStated, f.Without})
	}
	return counts
}

// decade is "2010s" for 2014.
func decade(year int) string { return strconv.Itoa(year/10*10) + "s" }
