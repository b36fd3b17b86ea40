package command

import (
	"slices"
	"testing"
)

func TestLanguageCodes(t *testing.T) {
	got, err := languageCodes([]string{"es", "SPA", "zh-Hant", "nb", "und"})
	if want := []string{"es", "es", "zh", "no", "und"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if got, err := languageCodes([]string{"Spanish!"}); err == nil {
		t.Errorf("no error, but %q", got)
	}
}
