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
