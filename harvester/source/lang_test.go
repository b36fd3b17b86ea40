package source

import (
	"slices"
	"testing"
)

func TestNormalLangs(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"en", []string{"en"}},
		{"EN", []string{"en"}},
		{"eng", []string{"en"}},
		{"en_US", []string{"en-us"}},
		{"pt-BR", []string{"pt-br"}},
		{"zh-Hant", []string{"zh-hant"}},
		{"fre", []string{"fr"}},
		{"fra", []string{"fr"}},
		{"ger", []string{"de"}},
		{"chi", []string{"zh"}},
		{"per", []string{"fa"}},
		{"rum", []string{"ro"}},
		{"yap", []string{"yap"}},
		{"fil", []string{"fil"}},
		{"jp", []string{"ja"}},
		{"Jpn", []string{"ja"}},
		{"English", []string{"en"}},
		{"Spanish", []string{"es"}},
		{"español", []string{"es"}},
		{"Español (España)", []string{"es"}},
		{"Castellano", []string{"es"}},
		{"Português", []string{"pt"}},
		{"Français", []string{"fr"}},
		{"anglais", []string{"en"}},
		{"Deutsch", []string{"de"}},
		{"Türkçe", []string{"tr"}},
		{"İngilizce", []string{"en"}},
		{"русский", []string{"ru"}},
		{"Английский", []string{"en"}},
		{"українська", []string{"uk"}},
		{"日本語", []string{"ja"}},
		{"中文", []string{"zh"}},
		{"국문", []string{"ko"}},
		{"영문", []string{"en"}},
		{"한국어", []string{"ko"}},
		{"العربية", []string{"ar"}},
		{"فارسی", []string{"fa"}},
		{"हिन्दी", []string{"hi"}},
		{"ไทย", []string{"th"}},
		{"Tiếng Việt", []string{"vi"}},
		{"Norwegian Bokmål", []string{"no"}},
		{"Russian; English", []string{"ru", "en"}},
		{"eng; fre", []string{"en", "fr"}},
		{"en,es,en", []string{"en", "es"}},
		{"Spanish and English", []string{"es", "en"}},
		{"국문/영문", []string{"ko", "en"}},
		{"Greek, Modern (1453-)", []string{"el"}},
		{"Spanish; Castilian", []string{"es"}},
		{"Multiple languages", nil},
		{"mul", nil},
		{"und", nil},
		{"zxx", nil},
		{"Other", nil},
		{"N/A", nil},
		{"gibberish", nil},
		{"", nil},
	} {
		if got := normalLangs(c.in); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %v, want %v", c.in, got, c.want)
		}
	}
	if got := normalLang("eng; fre"); got != "" {
		t.Errorf("normalLang of two languages: %q", got)
	}
}
