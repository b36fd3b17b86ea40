package source

import (
	"encoding/xml"
	"maps"
	"regexp"
)

// mendings count what had to be put right to read an answer, by what it was.
type mendings map[string]int

// What may have to be put right, in the words of the ledger. They are few and fixed:
// what an answer itself says has no place in them.
const (
	mendedEncoding   = "answer in another encoding than it says"
	mendedBytes      = "answer with bytes that are not in its encoding"
	mendedOutside    = "answer with text outside of its document"
	mendedCharacters = "record with characters that XML forbids, which were cut"
	mendedEntity     = "record with an entity that nobody declared, which stays as it stands"
	mendedXML        = "record in faulty XML, read all the same"
)

// add counts one more; what is empty is nothing.
func (m *mendings) add(what string) {
	if what == "" {
		return
	}
	if *m == nil {
		*m = mendings{}
	}
	(*m)[what]++
}

// also counts those of another answer that went into the same page.
func (m *mendings) also(other mendings) {
	if *m == nil {
		*m = maps.Clone(other)
		return
	}
	for what, n := range other {
		(*m)[what] += n
	}
}

var entityRef = regexp.MustCompile(`&([\pL_][\pL\pN_.-]*);`)

// mendingOf says what was wrong with the XML of a record that could not be read
// strictly.
func mendingOf(raw []byte) string {
	if len(legalXML(raw)) != len(raw) {
		return mendedCharacters
	}
	for _, ref := range entityRef.FindAllSubmatch(raw, -1) {
		switch name := string(ref[1]); name {
		case "amp", "lt", "gt", "quot", "apos":
		default:
			if _, known := xml.HTMLEntity[name]; !known {
				return mendedEntity
			}
		}
	}
	return mendedXML
}
