package country

import (
	"iter"
	"maps"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"polyglean/internal/fold"
)

// spoken are English names in use that CLDR, as of the version in x/text, does not have.
var spoken = map[string]string{
	"USA": "US", "United States of America": "US",
	"England": "GB", "Scotland": "GB", "Wales": "GB", "Northern Ireland": "GB", "Great Britain": "GB",
	"Burma": "MM", "Ivory Coast": "CI", "Czech Republic": "CZ", "Republic of Korea": "KR", "Viet Nam": "VN", "Holland": "NL",
	"Türkiye": "TR", "Hong Kong": "HK", "Macau": "MO", "Macao": "MO", "Cabo Verde": "CV", "Eswatini": "SZ", "North Macedonia": "MK",
	"Palestine": "PS", "Russian Federation": "RU",
}

// catalogued are names as they stand in fields for countries alone: the MARC list, which
// the National Library of Medicine catalogues journals by, the formal names of ISO, and
// the short forms of citation databases.
var catalogued = map[string]string{
	"Korea (South)": "KR", "Korea, Republic of": "KR", "Korea (North)": "KP", "Korea, Democratic People's Republic of": "KP",
	"China (Republic : 1949- )": "TW", "Taiwan, Province of China": "TW",
	"People's Republic of China": "CN", "Peoples R China": "CN", "P. R. China": "CN", "PR China": "CN",
	"Russia (Federation)": "RU", "Georgia (Republic)": "GE", "Macedonia (Republic)": "MK", "Republic of North Macedonia": "MK",
	"Congo (Democratic Republic)": "CD", "Democratic Republic of the Congo": "CD", "Congo, The Democratic Republic of the": "CD",
	"Republic of the Congo": "CG", "Micronesia (Federated States)": "FM", "Micronesia, Federated States of": "FM",
	"Iran, Islamic Republic of": "IR", "Islamic Republic of Iran": "IR", "Moldova, Republic of": "MD", "Republic of Moldova": "MD",
	"Tanzania, United Republic of": "TZ", "United Republic of Tanzania": "TZ", "Syrian Arab Republic": "SY",
	"Venezuela, Bolivarian Republic of": "VE", "Bolivia, Plurinational State of": "BO", "Lao People's Democratic Republic": "LA",
	"Brunei Darussalam": "BN", "State of Palestine": "PS", "Palestine, State of": "PS", "West Bank": "PS", "Gaza Strip": "PS",
	"West Bank of the Jordan River": "PS", "Holy See": "VA", "Vatican City State": "VA", "East Timor": "TL", "Swaziland": "SZ",
	"Virgin Islands of the United States": "VI", "Germany, West": "DE", "Germany, East": "DE", "Slovak Republic": "SK",
	"United Kingdom of Great Britain and Northern Ireland": "GB", "Hong Kong SAR": "HK", "Bosnia & Herceg": "BA", "U Arab Emirates": "AE",
	"UK": "GB", "U.K.": "GB", "US": "US", "U.S.": "US", "U.S.A.": "US",
}

// ambiguous are names that more often mean something else, as fold.Fold writes them: a
// state of the United States, a first name, a garment, a town in Spain.
var ambiguous = map[string]bool{"georgia": true, "jordan": true, "chad": true, "guinea": true, "jersey": true, "granada": true}

// Ambiguous reports whether a name means a country only where nothing else can be meant.
func Ambiguous(name string) bool { return ambiguous[fold.Fold(name)] }

// Names are the names of the countries in a language, and in English also those that
// are spoken, each with the country's code. For a language that x/text does not have it
// falls back as x/text does.
func Names(lang language.Tag) iter.Seq2[string, string] {
	return func(yield func(name, code string) bool) {
		namer := display.Regions(lang)
		if namer == nil {
			return // not even that
		}
		for _, r := range Regions() {
			for _, name := range variants(namer.Name(r)) {
				if name != "" && !yield(name, r.String()) {
					return
				}
			}
		}
		if base, _ := lang.Base(); base.String() == "en" {
			for name, code := range spoken {
				if !yield(name, code) {
					return
				}
			}
		}
	}
}

// variants are the names that are in one of CLDR: "Myanmar (Burma)" holds two more, and
// where it is short, "St. Kitts & Nevis", it is often written out.
func variants(name string) []string {
	list := []string{name}
	if first, other, ok := strings.Cut(name, " ("); ok && strings.HasSuffix(other, ")") {
		list = append(list, first, strings.TrimSuffix(other, ")"))
	}
	if long := strings.NewReplacer("St. ", "Saint ", " & ", " and ").Replace(name); long != name {
		list = append(list, long)
	}
	return list
}

// nameLanguages are the languages in which a field may name a country.
var nameLanguages = []language.Tag{
	language.Arabic, language.Bulgarian, language.Catalan, language.SimplifiedChinese, language.TraditionalChinese, language.Croatian,
	language.Czech, language.Danish, language.Dutch, language.Estonian, language.Finnish, language.French, language.German,
	language.Greek, language.Hebrew, language.Hindi, language.Hungarian, language.Indonesian, language.Italian, language.Japanese,
	language.Korean, language.Latvian, language.Lithuanian, language.Norwegian, language.Persian, language.Polish, language.Portuguese,
	language.Romanian, language.Russian, language.Serbian, language.Slovak, language.Slovenian, language.Spanish, language.Swedish,
	language.Thai, language.Turkish, language.Ukrainian, language.Vietnamese,
}

// byName leads from names in the form of key to codes. English goes before all others; a
// name that means one country in one of them and another in another means none.
var byName = sync.OnceValue(func() map[string]string {
	names := make(map[string]string)
	for _, tag := range nameLanguages {
		for name, code := range Names(tag) {
			if was, there := names[key(name)]; there && was != code {
				code = ""
			}
			names[key(name)] = code
		}
	}
	english := make(map[string]string)
	for name, code := range catalogued {
		english[key(name)] = code
	}
	for name, code := range Names(language.English) {
		english[key(name)] = code
	}
	maps.Copy(names, english)
	delete(names, "")
	return names
})
