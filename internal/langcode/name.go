package langcode

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"polyglean/internal/untrusted"
)

var english = display.English.Languages()

// Name is what English calls a language, or its code where it has no name.
func Name(code string) string {
	if tag, err := language.Parse(code); err == nil {
		if name := english.Name(tag); name != "" {
			return name
		}
	}
	return untrusted.Line(code)
}
