// Package langcode reads the codes of languages as sources and readers write them.
package langcode

import "golang.org/x/text/language"

// Of is the ISO 639-1 code of a declared language: "eng", "en-GB" and
// "EN" are en, and both written forms of Norwegian are no. It is "" for what
// names no single language ("mul", "und") or is no language tag.
func Of(tag string) string {
	if len(tag) > 35 { // the longest sensible tag; the source may have put anything here
		return ""
	}
	parsed, err := language.Parse(tag)
	if err != nil {
		return ""
	}
	base, how := parsed.Base()
	if how != language.Exact {
		return "" // "und", of which the package would guess English
	}
	switch code := base.String(); code {
	case "nb", "nn":
		return "no"
	case "und", "mul", "zxx", "mis":
		return ""
	default:
		return code
	}
}
