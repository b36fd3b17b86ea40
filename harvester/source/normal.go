package source

// What files that reviewers exported elsewhere need of the cleaning done here: one
// way of reading text, identifiers, dates and languages, whatever they came in.

// PlainText makes plain text of a title or abstract: markup goes, entities become
// characters, white space is collapsed, an empty line stays a paragraph border, and
// the result is in NFC.
func PlainText(s string) string { return plainText(s) }

// PlainLine is PlainText on one line.
func PlainLine(s string) string { return plainLine(s) }

// NormalDOI returns the DOI in s bare and in lower case, or "".
func NormalDOI(s string) string { return normalDOI(s) }

// NormalPMID returns the digits of a PubMed ID, or "".
func NormalPMID(s string) string { return normalPMID(s) }

// NormalPMCID returns a PubMed Central ID as "PMC123", or "".
func NormalPMCID(s string) string { return normalPMCID(s) }

// NormalISSNs returns those of list that are ISSNs, as "1234-567X", each once.
func NormalISSNs(list ...string) []string { return normalISSNs(list...) }

// NormalORCID returns an ORCID iD in its groups of four, or "".
func NormalORCID(s string) string { return normalORCID(s) }

// NormalDate returns a date as precisely as it is stated, YYYY, YYYY-MM or
// YYYY-MM-DD, with its year; "" and 0 when there is none.
func NormalDate(s string) (date string, year int) { return normalDate(s) }

// NormalLangs returns the languages that a field names, as lower-case BCP 47 tags.
func NormalLangs(s string) []string { return normalLangs(s) }

// Unbracket takes off the brackets that PubMed puts round the whole of a title it
// has translated, and the stop behind them; false when the title has none.
func Unbracket(title string) (string, bool) { return unbracket(title) }

// PublicationType picks, of PubMed's publication types, the one that says what kind
// of document it is, and says whether they call it retracted.
func PublicationType(types []string) (kind string, retracted bool) {
	for _, t := range types {
		retracted = retracted || isRetracted(t)
	}
	return pmType(types), retracted
}

// MendUTF8 replaces what is not UTF-8 in text that otherwise is: single bytes are
// read as Windows-1252, the rest becomes U+FFFD.
func MendUTF8(text []byte) []byte { return mendUTF8(text) }

// DecodeXML decodes one element in UTF-8, forgiving characters that XML forbids and
// small faults.
func DecodeXML[T any](raw []byte) (T, error) {
	value, _, err := decodeXML[T](raw)
	return value, err
}
