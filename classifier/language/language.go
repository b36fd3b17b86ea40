// Package language names the language of a text, or says why it cannot.
//
// It tells lingua-go's 75 languages apart (the two written forms of Norwegian
// count as one, "no"). Scripts answer where they suffice; languages that share a
// script are weighed by an n-gram table.
package language

// Undetermined is the language of a text that cannot be told (ISO 639-2).
const Undetermined = "und"

// How says what decided the language of a text.
type How uint8

// What can decide.
const (
	ByModel       How = iota // the n-gram table
	ByScript                 // the letters alone
	ByDeclaration            // the text says too little, and its source declares a language
)

func (h How) String() string { return [...]string{"model", "script", "declared"}[h] }

// Why says why the language of a text is not known, or what else is wrong with it.
type Why uint8

// Reasons for an undetermined language, and Known for none.
const (
	Known       Why = iota
	NoLetters       // nothing but digits, signs and spaces
	TooShort        // fewer letters than languages can be told apart by
	Ambiguous       // several languages fit about equally well
	Unsupported     // the script, or letters in it, of a language there is no model for
	Unfit           // no language fits
	Mojibake        // read in a wrong encoding
	Romanised       // a language of another script in Latin letters
)

func (w Why) String() string {
	return [...]string{
		"", "no letters", "too short", "several languages fit", "a language without a model", "no language fits", "wrong encoding", "transliterated into Latin letters",
	}[w]
}

// Result is what Detect says of a text.
type Result struct {
	// Lang is an ISO 639-1 code, or Undetermined.
	Lang string
	// Confidence is between 0 and 1.
	Confidence float64
	How        How
	// Why is set where Lang is Undetermined; beside a language it is Mojibake or
	// Known.
	Why Why
}

// Options are what is known of a text beforehand. The zero value is nothing.
type Options struct {
	// Declared is the language its source gives the text, "" for none. It counts as
	// a prior, not as truth.
	Declared string
	// Among are the languages to choose from, all for the empty set.
	Among Set
}
