package language

import "unicode/utf8"

// garbledShare is the least share of garbled characters in a text that cannot be
// read, as one in so many.
const garbledShare = 4

// garbledTwice is the least number of garbled characters that is said of a text that
// can be read for all that: two letters' bytes.
const garbledTwice = 4

// garbled counts the characters of a text that look like UTF-8 read in another
// encoding: each stands for one byte, and together the bytes are a character that
// is not ASCII. In Latin letters that is Windows-1252, which shows Latin-1 too, and
// in Cyrillic ones 1251.
func garbled(text string, main Script) (characters int) {
	switch main {
	case Latin:
		return garbledIn(text, windows1252)
	case Cyrillic:
		return garbledIn(text, windows1251)
	}
	return 0
}

func garbledIn(text string, byteOf func(rune) (byte, bool)) (characters int) {
	var sequence [utf8.UTFMax]byte
	n := 0
	for len(text) > 0 {
		if ascii := asciiLength(text); ascii > 0 {
			n = 0
			text = text[ascii:]
			continue
		}
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		b, ok := byteOf(r)
		switch {
		case !ok || b < 0x80:
			n = 0
			continue
		case b >= 0xc2:
			sequence[0], n = b, 1
			continue
		case n == 0 || n == utf8.UTFMax:
			n = 0
			continue
		}
		sequence[n] = b
		n++
		if decoded, size := utf8.DecodeRune(sequence[:n]); size == n && decoded >= 0x80 {
			characters += n
			n = 0
		}
	}
	return characters
}

// windows1252 is the byte that Windows-1252 or Latin-1 shows as a character.
func windows1252(r rune) (byte, bool) {
	if r < 0x100 {
		return byte(r), true
	}
	b, ok := bytes1252[r]
	return b, ok
}

// windows1251 is the byte that Windows-1251 shows as a character.
func windows1251(r rune) (byte, bool) {
	switch {
	case r < 0x80:
		return byte(r), true
	case 'А' <= r && r <= 'я':
		return byte(r - 'А' + 0xc0), true
	}
	b, ok := bytes1251[r]
	return b, ok
}

var (
	bytes1252 = bytesFrom(0x80, "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ")
	bytes1251 = bytesFrom(0x80, "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–— ™љ›њќћџ\u00a0ЎўЈ¤Ґ¦§Ё©Є«¬\u00ad®Ї°±Ііґµ¶·ё№є»јЅѕї")
)

// bytesFrom numbers characters from first on; a space stands for none.
func bytesFrom(first byte, characters string) map[rune]byte {
	m := make(map[rune]byte)
	for _, r := range characters {
		if r != ' ' {
			m[r] = first
		}
		first++
	}
	return m
}
