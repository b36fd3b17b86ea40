package diagnosis

import (
	"slices"
	"testing"

	"polyglean/internal/record"
)

func TestCountriesNamed(t *testing.T) {
	for _, c := range []struct {
		title, lang string
		want        []string
	}{
		{"Survivors in Nepal and the United States", "en", []string{"NP", "US"}},
		{"Women in Viet Nam and England", "en", []string{"GB", "VN"}},
		{"Las mujeres en México y España", "es", []string{"ES", "MX"}},
		{"日本における被害者の研究", "ja", []string{"JP"}},
		{"한국의 피해자", "ko", nil}, // what is meant is the name in full, 대한민국
		{"대한민국에서의 연구", "ko", []string{"KR"}},
		{"Jordan walked through Georgia", "en", nil},
		{"Nothing to be found", "en", nil},
	} {
		s := study("", rec{id: "openalex:1", title: c.title, lang: c.lang})
		if got := countriesOf(&s.Members[0].Record); !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.title, got, c.want)
		}
	}
	if got := countriesOf(&record.Classified{}); len(got) != 0 {
		t.Errorf("no text names %v", got)
	}
}
