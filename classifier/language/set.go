package language

// Set is a set of the languages known here. Sets can be compared; the zero value
// is empty.
type Set [2]uint64

// SetOf holds the languages with the codes given; codes not known here are left out.
func SetOf(codes ...string) Set {
	var s Set
	for _, code := range codes {
		if i, ok := indexOf[code]; ok {
			s[i/64] |= 1 << (i % 64)
		}
	}
	return s
}

// Has says whether a language is in the set.
func (s Set) Has(code string) bool {
	i, ok := indexOf[code]
	return ok && s.has(i)
}

// Empty says whether no language is in the set.
func (s Set) Empty() bool { return s == Set{} }

func (s Set) has(i int) bool { return s[i/64]>>(i%64)&1 != 0 }

// codes are the languages, by their place in a Set.
var codes = [...]string{
	"af", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "eo", "es", "et", "eu", "fa", "fi", "fr", "ga", "gu", "he", "hi",
	"hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "ko", "la", "lg", "lt", "lv", "mi", "mk", "mn", "mr", "ms", "nl", "no", "pa", "pl", "pt", "ro",
	"ru", "sk", "sl", "sn", "so", "sq", "sr", "st", "sv", "sw", "ta", "te", "th", "tl", "tn", "tr", "ts", "uk", "ur", "vi", "xh", "yo", "zh", "zu",
}

// indexOf is the place of each language in codes.
var indexOf = func() map[string]int {
	index := make(map[string]int, len(codes))
	for i, code := range codes {
		index[code] = i
	}
	return index
}()

// Codes returns the ISO 639-1 codes of the languages known here, in order.
func Codes() []string { return append([]string(nil), codes[:]...) }
