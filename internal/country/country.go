// Package country knows countries by the codes of ISO 3166-1 alpha-2, "BR", and by the
// names that catalogues and people have for them. It is the one table of them: what a
// source states of a journal, what a text names and what a page shows go by it.
//
// The names are those of Unicode CLDR, as golang.org/x/text has them, and those of
// names.go. Kosovo, which ISO has no code for, is "XK", as CLDR, the European Union and
// the sources have it.
package country

import (
	"cmp"
	"iter"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"polyglean/internal/fold"
)

// reserved are codes that ISO 3166-1 keeps for others and has given to no country:
// islands that belong to one with a code of its own.
var reserved = map[string]bool{"AC": true, "CP": true, "DG": true, "TA": true}

// Regions are the countries and territories with a code, in the order of the codes.
// Those that are no more, such as Yugoslavia, are not among them.
var Regions = sync.OnceValue(func() []language.Region {
	var out []language.Region
	namer := display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			r, err := language.ParseRegion(string([]rune{a, b}))
			if err == nil && r.IsCountry() && r.Canonicalize() == r && r.ISO3() != "ZZZ" && namer.Name(r) != "" && !reserved[r.String()] {
				out = append(out, r)
			}
		}
	}
	return out
})

// Name is the name of a country in English; a code that is none stays as it is.
func Name(code string) string {
	if code == "" {
		return ""
	}
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return cmp.Or(display.English.Regions().Name(region), code)
}

// Code is the country that a field for countries states: by its code of two or three
// letters, in whatever case, or by its name in one of the larger languages. It is "" for
// anything else, also for a country that is no more and whose journals may be those of
// several today.
func Code(stated string) string {
	stated = strings.TrimSpace(stated)
	if len(stated) == 2 || len(stated) == 3 {
		if code := byCode()[strings.ToUpper(stated)]; code != "" {
			return code
		}
	}
	return byName()[key(stated)]
}

// OfPlace is the country that a place or address states at its end, by name: "GB" for
// "Chichester, UK". It is "" where there is a town alone, since the names of towns
// repeat; where other countries are named before, as for several places; and for names
// that are more often something else, as in "Atlanta, Georgia". Codes of two letters
// count for nothing: in "Berkeley, CA" they are a state's.
func OfPlace(place string) string {
	code := ""
	for one := range parts(place, ";/|\n") {
		last := ""
		for part := range parts(one, ",，、") {
			last = named(part)
			if last != "" && code != "" && last != code {
				return ""
			}
			code = cmp.Or(last, code)
		}
		if last == "" {
			return ""
		}
	}
	return code
}

// parts are what stands between the separators and is not blank.
func parts(s, separators string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
			if strings.TrimSpace(part) != "" && !yield(part) {
				return
			}
		}
	}
}

// named is the country that a part of a place is.
func named(part string) string {
	name := key(part)
	if Ambiguous(name) {
		return ""
	}
	if code := byName()[name]; code != "" {
		return code
	}
	// Addresses put no comma before it: "New York, NY 10010 USA".
	if strings.HasSuffix(name, " usa") {
		return "US"
	}
	return ""
}

// byCode leads from codes of two and three letters to those of two. The United Kingdom
// has a second one in use.
var byCode = sync.OnceValue(func() map[string]string {
	codes := map[string]string{"UK": "GB"}
	for _, r := range Regions() {
		codes[r.String()], codes[r.ISO3()] = r.String(), r.String()
	}
	return codes
})

// key is the form in which names are compared: "The Netherlands" is "netherlands".
func key(name string) string { return strings.TrimPrefix(fold.Fold(name), "the ") }
