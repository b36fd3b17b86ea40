package classifier

import "strings"

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
	// minProse is how many letters have to remain of a sentence without its
	// quotations, for them to be left out.
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

// prose returns a text without what says nothing of its language: tags, links,
// identifiers and, where enough remains, what is in quotation marks. It is the text
// itself where there is nothing of that.
func prose(text string) string {
	if strings.ContainsAny(text, "<@") || strings.Contains(text, "10.") || strings.Contains(text, "://") || strings.Contains(text, "www.") {
		text = withoutLinks(text)
	}
	for _, q := range quotes {
		if bare := withoutQuotes(text, q.open, q.shut); len(bare) != len(text) {
			if _, letters := mainScript(bare); letters >= minProse {
				text = bare
			}
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

// withoutQuotes leaves out what is between two quotation marks.
func withoutQuotes(text, open, shut string) string {
	at := strings.Index(text, open)
	if at < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for at >= 0 {
		from := at + len(open)
		n := strings.Index(text[from:min(len(text), from+maxQuote)], shut)
		if n < 0 {
			b.WriteString(text[:from])
			text = text[from:]
		} else {
			b.WriteString(text[:at])
			b.WriteByte(' ')
			text = text[from+n+len(shut):]
		}
		at = strings.Index(text, open)
	}
	b.WriteString(text)
	return b.String()
}
