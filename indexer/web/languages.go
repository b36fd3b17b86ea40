package web

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"polyglean/internal/record"
	"polyglean/internal/untrusted"
)

// tongue is a language as a page names it.
type tongue struct {
	// Tag is a valid BCP 47 tag for lang attributes, empty when there is none.
	Tag string
	// Name is English; Native is the language's own name, empty when it is the same.
	Name, Native string
	// Dir is the direction of its script: "ltr", "rtl", or "auto" without a tag.
	Dir string
}

// rightToLeft holds the scripts in use that run from right to left.
var rightToLeft = map[string]bool{
	"Arab": true, "Hebr": true, "Syrc": true, "Thaa": true, "Nkoo": true, "Adlm": true, "Rohg": true, "Mand": true, "Samr": true,
}

var englishNames = display.English.Languages()

// tongueOf names a language by its tag, whatever a source may have put there.
func tongueOf(tag string) tongue {
	unknown := tongue{Name: "Language unknown", Dir: "auto"}
	switch tag {
	case "", record.Undetermined:
		return unknown
	case "no":
		// The table knows only the two written forms.
		return tongue{Tag: "no", Name: "Norwegian", Native: "norsk", Dir: "ltr"}
	}
	parsed, err := language.Parse(tag)
	if err != nil {
		unknown.Name = untrusted.Line(tag)
		return unknown
	}
	t := tongue{Tag: parsed.String(), Name: englishNames.Name(parsed), Native: display.Self.Name(parsed), Dir: "ltr"}
	if t.Name == "" {
		t.Name = untrusted.Line(tag)
	}
	if t.Native == t.Name {
		t.Native = ""
	}
	if script, confidence := parsed.Script(); confidence == language.No {
		t.Dir = "auto"
	} else if rightToLeft[script.String()] {
		t.Dir = "rtl"
	}
	return t
}
