package classifier

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"polyglean/classifier/language"
)

// notices begin sentences that a publisher adds to an abstract, in lower case.
var notices = []string{
	"©", "(c) 1", "(c) 2", "copyright", "all rights reserved", "published by ", "this is an open access", "this article is protected by copyright",
	"todos los derechos reservados", "publicado por ", "este es un artículo open access", "este es un artículo de acceso abierto",
	"todos os direitos reservados", "este é um artigo de acesso aberto", "este é um artigo publicado em acesso aberto",
	"tous droits réservés", "publié par ", "alle rechte vorbehalten", "tutti i diritti riservati", "pubblicato da ",
	"все права защищены", "усі права захищені", "wszelkie prawa zastrzeżone", "tüm hakları saklıdır", "sva prava pridržana", "сва права задржана",
	"版权所有", "版權所有", "تمامی حقوق", "جميع الحقوق محفوظة", "hak cipta",
}

// maxNotice is the longest sentence, in bytes, that is taken for a notice: a study
// of copyright has sentences that begin like one.
const maxNotice = 250

// noticesBy are the notices by the ASCII character that they begin with, none for
// those that begin with another.
var noticesBy = func() (by [utf8.RuneSelf][]string) {
	for _, n := range notices {
		if n[0] < utf8.RuneSelf {
			by[n[0]] = append(by[n[0]], n)
		}
	}
	return by
}()

// isNotice says whether a sentence is on copyright or licence, or is a link.
func isNotice(text string) bool {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxNotice {
		return false
	}
	among := notices
	if first := text[0]; first < utf8.RuneSelf {
		among = noticesBy[unicode.ToLower(rune(first))]
	}
	for _, n := range among {
		if len(text) >= len(n) && (text[:len(n)] == n || strings.EqualFold(text[:len(n)], n)) {
			return true
		}
	}
	return false
}

const (
	// maxQuote is the longest quotation that is left out, in bytes; what is longer
	// is text.
	maxQuote = 160
	// minProse is how many letters have to remain of a text without its quotations,
	// for them to be left out.
	minProse = 25
)

// quotes are opening quotation marks and those that close them.
var quotes = []struct{ open, shut string }{
	{"“", "”"},
	{"„", "“"},
	{"«", "»"},
	{"「", "」"},
	{"『", "』"},
	{"《", "》"},
	{`"`, `"`},
}

// sign is what a byte may be a part of.
type sign uint8

const (
	linkSign  sign = 1 << iota // a tag, link or identifier
	linkPoint                  // a link or identifier: each has one
	quoteSign                  // an opening quotation mark
	wordEnd                    // what parts words from links
)

// signs are what each byte may be a part of.
var signs = func() (of [1 << 8]sign) {
	for _, list := range []struct {
		bytes string
		sign  sign
	}{{"<@/", linkSign}, {"@.:", linkPoint}, {" \n\t<", wordEnd}} {
		for _, b := range []byte(list.bytes) {
			of[b] |= list.sign
		}
	}
	for _, q := range quotes {
		of[q.open[0]] |= quoteSign
	}
	return of
}()

// prose returns a text without what says nothing of its language: tags, links,
// identifiers and, where so many letters remain, what is in quotation marks. It is the
// text itself where there is nothing of that.
func prose(text string, letters int) string {
	var found sign
	for i := range len(text) {
		found |= signs[text[i]]
	}
	if found&linkSign != 0 || strings.Contains(text, "www.") {
		text = withoutLinks(text)
	}
	if found&quoteSign != 0 {
		if bare, quoted := withoutQuotes(text); quoted {
			if _, n := language.MainScript(bare); n >= letters {
				return bare
			}
		}
	}
	return text
}

// withoutLinks leaves out tags, addresses and identifiers.
func withoutLinks(text string) string {
	var b strings.Builder
	from := 0 // what is written, or left out, ends there
	for at := 0; at < len(text); {
		if n := tagLength(text[at:]); n > 0 {
			b.WriteString(text[from:at])
			b.WriteByte(' ')
			at += n
			from = at
			continue
		}
		end, found := at+1, signs[text[at]]
		for ; end < len(text) && signs[text[end]]&wordEnd == 0; end++ {
			found |= signs[text[end]]
		}
		if found&linkPoint != 0 && isLink(strings.TrimLeft(text[at:end], " \n\t(<")) {
			b.WriteString(text[from:at])
			from = end
		}
		at = end
	}
	if from == 0 {
		return text
	}
	b.WriteString(text[from:])
	return b.String()
}

func isLink(word string) bool {
	return strings.Contains(word, "://") || strings.HasPrefix(word, "www.") || strings.HasPrefix(word, "10.") && strings.Contains(word, "/") ||
		strings.HasPrefix(strings.ToLower(word), "doi:") || strings.Contains(word, "@")
}

// quoteLength is how long the quotation is that a text begins with, in bytes, with
// its marks; 0 where it begins with none, or with one that is too long.
func quoteLength(text string) int {
	for _, q := range quotes {
		rest, ok := strings.CutPrefix(text, q.open)
		if !ok {
			continue
		}
		if n := strings.Index(rest[:min(len(rest), maxQuote)], q.shut); n > 0 && rest[0] != ' ' {
			return len(q.open) + n + len(q.shut)
		}
	}
	return 0
}

// withoutQuotes leaves out what is in quotation marks, and says whether there are any
// marks.
func withoutQuotes(text string) (bare string, quoted bool) {
	var b strings.Builder
	for {
		at := quoteMark(text)
		if at < 0 {
			if !quoted {
				return text, false
			}
			b.WriteString(text)
			return b.String(), true
		}
		quoted = true
		b.WriteString(text[:at])
		n := quoteLength(text[at:])
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text[at:])
		}
		b.WriteByte(' ')
		text = text[at+n:]
	}
}

// quoteMark is where the first opening quotation mark of a text is, -1 without one.
func quoteMark(text string) int {
	for i := range len(text) {
		if signs[text[i]]&quoteSign == 0 {
			continue
		}
		for _, q := range quotes {
			if strings.HasPrefix(text[i:], q.open) {
				return i
			}
		}
	}
	return -1
}
