package language

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestASCII compares with one character at a time, for all characters at all places of
// eight and behind.
func TestASCII(t *testing.T) {
	for c := range 1 << 8 {
		for before := range 20 {
			text := strings.Repeat("a[", before/2) + strings.Repeat("Z", before%2) + string([]byte{byte(c)}) + "`z@\x7f{A9 é" + "abc"
			n, letters := 0, 0
			for n < len(text) && text[n] < utf8.RuneSelf {
				if unicode.IsLetter(rune(text[n])) {
					letters++
				}
				n++
			}
			if gotN, gotLetters := asciiLetters(text); gotN != n || gotLetters != letters {
				t.Errorf("asciiLetters(%q) = %d, %d, want %d, %d", text, gotN, gotLetters, n, letters)
			}
			if got := asciiLength(text); got != n {
				t.Errorf("asciiLength(%q) = %d, want %d", text, got, n)
			}
		}
	}
}

// TestTally compares with the script of each letter.
func TestTally(t *testing.T) {
	for _, text := range []string{"", "word", "1984", "Straße und Fußweg, 12 km", "торгoвля людьми", "a\xffb\xe2\x80", "ｆｕｌｌ 漢字かな한국어 ꯍ", "मानव\u00adté"} {
		var got, want tally
		got.count(text)
		for _, r := range text {
			if s := ScriptOf(r); s != NoScript {
				want[s]++
			}
		}
		got[NoScript] = 0
		if got != want {
			t.Errorf("%q has %v letters, want %v", text, got, want)
		}
	}
	for r := range rune(0x20000) {
		if got, want := ScriptOf(r), slowScript(r); got != want && !unicode.IsMark(r) && r != softHyphen {
			t.Errorf("%U is of script %d, want %d", r, got, want)
		}
	}
}
