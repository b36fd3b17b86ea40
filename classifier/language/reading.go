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

// readCyrillic adds up what the beginning of a Latin text costs, read as Cyrillic.
// Letters that the spelling lacks are counted.
func (e *Engine) readCyrillic(s spelling, text string, sum *ngram.Sum) (costs []uint32, unread int) {
	var buffer [detectRunes]rune
	letters := buffer[:0]
	for _, r := range text {
		if len(letters) == len(buffer) {
			break
		}
		letters = append(letters, unicode.ToLower(r))
	}
	sum.Start(e.parts[Cyrillic].Part)
	for len(letters) > 0 {
		latin, cyrillic := s.at(letters)
		switch {
		case latin != nil:
			for _, r := range cyrillic {
				sum.Add(e.symbols[r])
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
	return sum.Costs(), unread
}

// serbianCost is what a Latin text costs as Serbian, in nats.
func (e *Engine) serbianCost(text string) float64 {
	var sum ngram.Sum
	costs, unread := e.readCyrillic(serbian, text, &sum)
	i := slices.Index(e.parts[Cyrillic].Languages, "sr")
	return float64(costs[i])/ngram.StepsPerNat + foreignCost*float64(unread)
}

// cyrillicCost is what a Latin text costs as the likeliest language of Cyrillic
// script, in nats.
func (e *Engine) cyrillicCost(text string) float64 {
	var sum ngram.Sum
	costs, unread := e.readCyrillic(romanised, text, &sum)
	return float64(slices.Min(costs))/ngram.StepsPerNat + foreignCost*float64(unread)
}
