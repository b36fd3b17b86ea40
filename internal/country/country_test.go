package country

import (
	"slices"
	"testing"

	"golang.org/x/text/language"
)

func TestCode(t *testing.T) {
	for stated, want := range map[string]string{
		"": "", "BR": "BR", "br": "BR", " Br ": "BR", "BRA": "BR", "UK": "GB", "uk": "GB", "XK": "XK",
		"Brazil": "BR", "Brasil": "BR", "BRAZIL": "BR", "Бразилия": "BR", "巴西": "BR", "브라질": "BR", "ブラジル": "BR", "البرازيل": "BR",
		"England": "GB", "Scotland": "GB", "Northern Ireland": "GB", "United States": "US", "U.S.A.": "US",
		"Korea (South)": "KR", "Russia (Federation)": "RU", "China (Republic : 1949- )": "TW", "China": "CN", "Georgia (Republic)": "GE",
		"Georgia": "GE", "Congo (Brazzaville)": "CG", "Congo (Democratic Republic)": "CD", "Bosnia and Herzegovina": "BA",
		"Trinidad and Tobago": "TT", "Saint Lucia": "LC", "Côte d'Ivoire": "CI", "The Netherlands": "NL", "Hong Kong": "HK",
		"Iran, Islamic Republic of": "IR", "Türkiye": "TR", "Turkey": "TR", "Macedonia (Republic)": "MK", "Myanmar": "MM", "Burma": "MM",
		"Vietnam": "VN", "Viet Nam": "VN", "Czech Republic": "CZ", "Czechia": "CZ", "Österreich": "AT", "España": "ES", "Perú": "PE",
		// No countries, or none any more.
		"ZZ": "", "QQ": "", "EU": "", "AC": "", "Nowhere": "", "Unknown": "", "International": "", "Yugoslavia": "", "YU": "", "Czechoslovakia": "", "SU": "",
		"London": "", "CA.": "", "Korea": "",
	} {
		if got := Code(stated); got != want {
			t.Errorf("Code(%q) is %q, want %q", stated, got, want)
		}
	}
}

func TestOfPlace(t *testing.T) {
	for place, want := range map[string]string{
		"Chichester, UK": "GB", "New York, New York, USA": "US", "Hoboken, NJ, USA": "US", "London (England)": "",
		"New York, NY 10010-1710 USA": "US", "BASEL, CH-4009, SWITZERLAND": "CH", "São Paulo, Brasil": "BR", "東京、日本": "JP",
		"Singapore": "SG", "Berlin, Germany; Wien, Germany": "DE", "Paris, France / ": "FR", "Cambridge, England": "GB",
		// What states no country, or not one.
		"": "", " ; ": "", "London": "", "Boca Raton": "", "Berkeley, CA": "", "Rockville, MD": "", "Wilmington, DE": "", "Atlanta, Georgia": "",
		"Georgia": "", "Granada": "", "New Jersey": "", "Berlin/Heidelberg": "", "Berlin, Boston": "", "Berlin; New York, USA": "", "Paris, France; London, UK": "",
		"Paris, France, London, UK": "", "Berlin, Germany, ": "DE", "San Marino, CA, USA": "", "Singapore, Singapore": "SG", ",": "",
	} {
		if got := OfPlace(place); got != want {
			t.Errorf("OfPlace(%q) is %q, want %q", place, got, want)
		}
	}
}

func TestName(t *testing.T) {
	for code, want := range map[string]string{"BR": "Brazil", "GB": "United Kingdom", "XK": "Kosovo", "": "", "not-stated": "not-stated", "QQ": "QQ"} {
		if got := Name(code); got != want {
			t.Errorf("Name(%q) is %q, want %q", code, got, want)
		}
	}
}

// What is shown of a code, and written into a file, is read as that code again.
func TestEveryNameLeadsBack(t *testing.T) {
	if n := len(Regions()); n < 240 || n > 260 {
		t.Errorf("%d countries", n)
	}
	for _, r := range Regions() {
		code := r.String()
		for _, stated := range []string{code, r.ISO3(), Name(code)} {
			if got := Code(stated); got != code {
				t.Errorf("%q, of %s, leads to %q", stated, code, got)
			}
		}
	}
}

func TestNames(t *testing.T) {
	has := func(tag language.Tag, want, code string) bool {
		for name, c := range Names(tag) {
			if name == want && c == code {
				return true
			}
		}
		return false
	}
	for _, c := range []struct {
		tag        language.Tag
		name, code string
	}{
		{language.English, "Myanmar", "MM"},
		{language.English, "Burma", "MM"},
		{language.English, "England", "GB"},
		{language.English, "Cocos (Keeling) Islands", "CC"},
		{language.Spanish, "México", "MX"},
		{language.Korean, "대한민국", "KR"},
	} {
		if !has(c.tag, c.name, c.code) {
			t.Errorf("%s: %s is no name of %s", c.tag, c.name, c.code)
		}
	}
	if has(language.Spanish, "England", "GB") {
		t.Error("English names are given as Spanish ones")
	}
	for _, list := range []map[string]string{spoken, catalogued} {
		for name, code := range list {
			if !slices.ContainsFunc(Regions(), func(r language.Region) bool { return r.String() == code }) {
				t.Errorf("%s has the code %s, which there is none of", name, code)
			}
		}
	}
}

// The table is made once, when the first country is read.
func BenchmarkCode(b *testing.B) {
	for b.Loop() {
		Code("Russia (Federation)")
	}
}

func FuzzOfPlace(f *testing.F) {
	for _, s := range []string{"Chichester, UK", "日本", "a;b/c|d\n", ",,,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, code := range []string{Code(s), OfPlace(s)} {
			if code != "" && Name(code) == code {
				t.Errorf("%q leads to %q, which is no country", s, code)
			}
		}
	})
}
