package language

import (
	"slices"
	"strings"
	"unicode"

	"polyglean/classifier/language/ngram"
)

// A spelling writes Cyrillic in Latin letters. Where one pair begins like another,
// the longer one is first.
type spelling []struct{ latin, cyrillic []rune }

func newSpelling(pairs string) (s spelling) {
	for pair := range strings.FieldsSeq(pairs) {
		latin, cyrillic, _ := strings.Cut(pair, "=")
		s = append(s, struct{ latin, cyrillic []rune }{[]rune(latin), []rune(cyrillic)})
	}
	return s
}

var (
	// serbian is the Latin alphabet of Serbian.
	serbian = newSpelling(`lj=љ nj=њ dž=џ đ=ђ ž=ж č=ч ć=ћ š=ш
		a=а b=б v=в g=г d=д e=е z=з i=и j=ј k=к l=л m=м n=н o=о p=п r=р s=с t=т u=у f=ф h=х c=ц`)
	// romanised is how libraries and journals write Russian, Ukrainian and Bulgarian
	// for readers of English, their systems taken together.
	romanised = newSpelling(`shch=щ zh=ж kh=х ts=ц ch=ч sh=ш yu=ю iu=ю ju=ю ya=я ia=я ja=я
		iy=ий ay=ай ey=ей oy=ой yy=ый yi=ї ye=е ž=ж č=ч š=ш '=ь ’=ь ʹ=ь ′=ь
		a=а b=б v=в w=в g=г d=д e=е z=з i=и j=й k=к l=л m=м n=н o=о p=п r=р s=с t=т u=у f=ф h=х c=ц y=ы`)
)

// at returns the pair that a text begins with.
func (s spelling) at(text []rune) (latin, cyrillic []rune) {
next:
	for _, pair := range s {
		if len(pair.latin) > len(text) {
			continue
		}
		for i, r := range pair.latin {
			if text[i] != r {
				continue next
			}
		}
		return pair.latin, pair.cyrillic
	}
	return nil, nil
}

// readCyrillic adds up what the beginning of a Latin text costs in the languages of
// Cyrillic script, read as that, in nats. Letters that the spelling lacks cost as
// foreign ones.
func (e *Engine) readCyrillic(s spelling, text string, buffer *[ngram.MaxLanguages]float64) (costs []float64) {
	var room [detectRunes]rune
	letters := room[:0]
	for _, r := range text {
		if len(letters) == len(room) {
			break
		}
		letters = append(letters, unicode.ToLower(r))
	}
	p := e.parts[Cyrillic]
	sum := p.begin()
	defer p.sums.put(sum)
	unread := 0
	for len(letters) > 0 {
		latin, cyrillic := s.at(letters)
		switch {
		case latin != nil:
			for _, r := range cyrillic {
				sum.Add(byte(p.symbols[r]))
			}
			letters = letters[len(latin):]
			continue
		case ScriptOf(letters[0]) == Latin:
			sum.Add(0)
			unread++
		default:
			sum.Add(ngram.Border)
		}
		letters = letters[1:]
	}
	sum.Add(ngram.Border)
	steps, _ := sum.Costs()
	for i, n := range steps {
		buffer[i] = float64(n)/ngram.StepsPerNat + foreignCost*float64(unread)
	}
	return buffer[:len(steps)]
}

// serbianCost is what a Latin text costs as Serbian, in nats.
func (e *Engine) serbianCost(text string) float64 {
	var costs [ngram.MaxLanguages]float64
	return e.readCyrillic(serbian, text, &costs)[slices.Index(e.parts[Cyrillic].Languages, "sr")]
}

// cyrillicCost is what a Latin text costs as the likeliest language of Cyrillic
// script, in nats.
func (e *Engine) cyrillicCost(text string) float64 {
	var costs [ngram.MaxLanguages]float64
	return slices.Min(e.readCyrillic(romanised, text, &costs))
}
