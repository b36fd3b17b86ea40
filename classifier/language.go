package classifier

// sure is the confidence at which a declared language counts as contradicted.
const sure = 0.9

// detector keeps the ledger of the languages of records. It has no state of its own:
// the engine of package language, which it asks about each text, is shared.
type detector struct{}

// serboCroatian are one language as far as texts can tell.
var serboCroatian = map[string]bool{"hr": true, "bs": true, "sr": true}

// firstRunes returns the first n characters of s.
func firstRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
