package web

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestContrast holds the colours of both schemes to WCAG 2.2 AA: 4.5 for text, 3
// for the edges of controls and other signs.
func TestContrast(t *testing.T) {
	raw, err := files.ReadFile("static/style.css")
	if err != nil {
		t.Fatal(err)
	}
	light, rest, ok := strings.Cut(string(raw), "prefers-color-scheme: dark")
	dark, _, found := strings.Cut(rest, "\n}\n")
	if !ok || !found {
		t.Fatal("the sheet has no dark scheme")
	}
	token := regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`)
	for name, sheet := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]float64{}
		for _, m := range token.FindAllStringSubmatch(sheet, -1) {
			colours[m[1]] = luminance(t, m[2])
		}
		for _, pair := range []struct {
			front, back string
			want        float64
		}{
			{"ink", "ground", 7},
			{"ink", "paper", 7},
			{"ink", "sunk", 7},
			{"soft", "ground", 4.5},
			{"soft", "paper", 4.5},
			{"soft", "sunk", 4.5},
			{"soft", "tint", 4.5},
			{"accent", "ground", 4.5},
			{"accent", "paper", 4.5},
			{"accent-strong", "tint", 4.5},
			{"accent-strong", "paper", 4.5},
			{"on-accent", "accent", 4.5},
			{"on-accent", "accent-strong", 4.5},
			{"mark-ink", "mark", 4.5},
			{"warn-ink", "warn-ground", 4.5},
			{"seed-ink", "seed-ground", 4.5},
			{"edge", "ground", 3},
			{"edge", "paper", 3},
			{"accent", "tint", 3},
			{"mark-line", "mark", 3},
			{"warn-line", "paper", 3},
			{"warn-line", "warn-ground", 3},
		} {
			a, okA := colours[pair.front]
			b, okB := colours[pair.back]
			if !okA || !okB {
				t.Fatalf("%s: no colour %s or %s", name, pair.front, pair.back)
			}
			if got := (max(a, b) + .05) / (min(a, b) + .05); got < pair.want {
				t.Errorf("%s: %s on %s has a contrast of %.2f, want %.1f", name, pair.front, pair.back, got, pair.want)
			}
		}
	}
}

// luminance is the relative luminance of WCAG 2.2 for a colour in sRGB.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		v, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
