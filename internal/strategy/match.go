package strategy

// Mode is how the words of a strategy match those of a text.
type Mode string

const (
	// Exact matches words as typed, at word borders, whatever their case.
	Exact Mode = "exact"
	// Inflected matches other forms of a word too: survivor finds survivors, exit
	// finds exiting. Morphology is that of the language the strategy is written in.
	Inflected Mode = "inflected"
)
