package langcode

import "testing"

func TestOf(t *testing.T) {
	for tag, want := range map[string]string{
		"en": "en", "EN": "en", "en-GB": "en", "eng": "en", "spa": "es", "zh-hant": "zh", "zho": "zh", "nb": "no", "nn-no": "no", "nor": "no",
		"mul": "", "und": "", "": "", "English": "", "\x00": "", "x-klingon": "",
	} {
		if got := Of(tag); got != want {
			t.Errorf("Of(%q) = %q, want %q", tag, got, want)
		}
	}
}

func TestName(t *testing.T) {
	for code, want := range map[string]string{
		"es": "Spanish", "pt-BR": "Brazilian Portuguese", "zh-Hant": "Traditional Chinese", "qaa": "qaa", "odd\x1b[31m tag": "odd [31m tag", "": "",
	} {
		if got := Name(code); got != want {
			t.Errorf("Name(%q) = %q, want %q", code, got, want)
		}
	}
}
