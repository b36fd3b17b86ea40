package prisma

import (
	"slices"
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", []string{""}},
		{"short", []string{"short"}},
		{"Records identified here", []string{"Records", "  identified", "  here"}},
		{"  indented by two", []string{"  indented", "    by two"}},
		{"Reports (n\u00a0=\u00a012)", []string{"Reports", "  (n\u00a0=\u00a012)"}},
		{"abcdefghijklmnopqrstuvwxyz", []string{"abcdefghij", "  klmnopqrst", "  uvwxyz"}},
		{"人身取引からの離脱。", []string{"人身取引から", "  の離脱。"}},
		{"搾取のexit離脱", []string{"搾取のexit離", "  脱"}},
		{"не о  том\nвыходе", []string{"не о том", "  выходе"}},
		{"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", []string{"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301"}},
	} {
		got := wrap(test.text, 12)
		if !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
		squeeze := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if squeeze(strings.Join(got, "")) != squeeze(test.text) {
			t.Errorf("%q: %q has lost something", test.text, got)
		}
	}
}
