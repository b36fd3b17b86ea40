package language

import "strings"

// A syllabary is the syllables of an East Asian language as it is written in Latin
// letters: any onset or none, and then any rhyme.
type syllabary struct{ onsets, rhymes []string }

var syllabaries = []syllabary{
	{ // Mandarin in Pinyin
		strings.Fields("zh ch sh b p m f d t n l g k h j q x r z c s y w"),
		strings.Fields("iang iong uang ang eng ing ong iao ian uai uan üan ai ei ao ou an en in un ün er ia ie iu ua uo ui ue üe a o e i u ü v"),
	},
	{ // Japanese in the Hepburn system
		strings.Fields("ssh tch kky ky gy sh ch ny hy by py my ry ts kk ss tt pp k g s z t d n h f b p m y r w j"),
		strings.Fields("an in un en on ān īn ūn ēn ōn a i u e o ā ī ū ē ō"),
	},
	{ // Korean in the Revised Romanisation
		strings.Fields("kk tt pp ss jj ch g n d r l m b s j k t p h"),
		strings.Fields("yeong yeon yeok yeol yang yong yuk yeo yae wae eong aeng eung ang eng ing ong ung eon eol eok eom eop eul eun eum eui wa wo wi we ya ye yo yu ae oe eo eu ui al an am ak ap at il in im ik ip ol on om ok op ul un um uk up a e i o u"),
	},
}

// longestWord is the longest word looked at, in bytes: longer ones are no words. A
// place in one is a bit of 64.
const longestWord = 40

// spells says whether a word, in small letters, is a row of syllables. Each place in it
// is gone on from once, in however many ways it is reached.
func (s syllabary) spells(word string) bool {
	reached := uint64(1)
	for at := range len(word) {
		if reached>>at&1 == 0 {
			continue
		}
		reached |= s.rhymed(word, at)
		for _, onset := range s.onsets {
			if strings.HasPrefix(word[at:], onset) {
				reached |= s.rhymed(word, at+len(onset))
			}
		}
	}
	return reached>>len(word)&1 != 0
}

// rhymed returns the places where the rhymes that begin at a place of a word end.
func (s syllabary) rhymed(word string, at int) (ends uint64) {
	for _, rhyme := range s.rhymes {
		if strings.HasPrefix(word[at:], rhyme) {
			ends |= 1 << (at + len(rhyme))
		}
	}
	return ends
}

// syllabic says whether nearly all the words of a text are rows of the syllables of
// one language.
func syllabic(text string) bool {
	for _, s := range syllabaries {
		words, spelt := 0, 0
		for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return ScriptOf(r) == NoScript }) {
			words++
			if len(word) <= longestWord && s.spells(strings.ToLower(word)) {
				spelt++
			}
		}
		if words >= 3 && spelt*10 >= words*8 {
			return true
		}
	}
	return false
}
