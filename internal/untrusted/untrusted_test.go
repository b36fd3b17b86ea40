package untrusted

import "testing"

func TestWebURL(t *testing.T) {
	for raw, want := range map[string]string{
		"https://example.org/a?b=c":   "https://example.org/a?b=c",
		" http://example.org ":        "http://example.org",
		"HTTPS://EXAMPLE.org/":        "https://EXAMPLE.org/",
		"javascript:alert(1)":         "",
		"JaVaScRiPt:alert(1)":         "",
		"java\nscript:alert(1)":       "",
		"data:text/html,x":            "",
		"//evil.example":              "",
		"/etc/passwd":                 "",
		"file:///etc/passwd":          "",
		"https:":                      "",
		"https://user:pw@example.org": "",
		"":                            "",
	} {
		if got := WebURL(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func TestLine(t *testing.T) {
	for raw, want := range map[string]string{
		"":                               "",
		" a \t b\r\nc\u2028d\u2029e\x00": "a b c d e",
		"\ufeffa\u202eb\u2066c\u2069":    "abc",
		"می\u200cروم":                    "می\u200cروم", // a joiner
		"क्\u200dष":                      "क्\u200dष",
		"a\x9b31mb\xff":                  "a\ufffd31mb\ufffd",
		"a\u009b31mb":                    "a 31mb", // an escape of terminals
	} {
		if got := Line(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}
