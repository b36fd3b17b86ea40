package classifier

import (
	"strings"
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

// isNotice says whether a sentence is on copyright or licence, or is a link.
func isNotice(text string) bool {
	text = strings.TrimSpace(text)
	if len(text) > maxNotice {
		return false
	}
	for _, n := range notices {
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

const (
	// quoteMarks are the opening ones; all others than " begin with one of these bytes.
	quoteMarks = `“„«「『《"`
	quoteLead1 = 0xc2
	quoteLead2 = 0xe2
	quoteLead3 = 0xe3
)

// prose returns a text without what says nothing of its language: tags, links,
// identifiers and, where so many letters remain, what is in quotation marks. It is the
// text itself where there is nothing of that.
func prose(text string, letters int) string {
	links, quoted := false, false
	for i := range len(text) {
		switch text[i] {
		case '<', '@', '/':
			links = true
		case '.':
			links = links || strings.HasSuffix(text[:i], "www")
		case '"', quoteLead1, quoteLead2, quoteLead3:
			quoted = true
		}
	}
	if links {
		text = withoutLinks(text)
	}
	if quoted {
		bare := withoutQuotes(text)
		if _, n := language.MainScript(bare); n >= letters {
			return bare
		}
	}
	return text
}

// withoutLinks leaves out tags, addresses and identifiers.
func withoutLinks(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for len(text) > 0 {
		if n := tagLength(text); text[0] == '<' && n > 0 {
			b.WriteByte(' ')
			text = text[n:]
			continue
		}
		end := strings.IndexAny(text[1:], " \n\t<") + 1
		if end == 0 {
			end = len(text)
		}
		if word := text[:end]; !isLink(strings.TrimLeft(word, " \n\t(<")) {
			b.WriteString(word)
		}
		text = text[end:]
	}
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

// withoutQuotes leaves out what is in quotation marks.
func withoutQuotes(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for {
		at := strings.IndexAny(text, quoteMarks)
		if at < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:at])
		n := quoteLength(text[at:])
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text[at:])
		}
		b.WriteByte(' ')
		text = text[at+n:]
	}
}
