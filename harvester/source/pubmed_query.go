package source

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"polyglean/internal/strategy"
)

// pubmedLimit is the longest compiled search in bytes of a URL: NCBI's servers
// take addresses of 8 KiB.
const pubmedLimit = 7000

var pubmedDialect = dialect{terms: pubmedTerms, near: pubmedNear}

// pubmedFields are the search field tags of PubMed. Title/Abstract covers the
// authors' keywords and the abstracts in other languages too. PubMed has no
// field for abstracts alone.
var pubmedFields = map[strategy.Field]string{
	strategy.AnyField:  "tiab",
	strategy.Title:     "ti",
	strategy.Abstract:  "tiab",
	strategy.Author:    "au",
	strategy.Container: "jour",
}

// pubmedTerms writes terms in quotation marks and with a field tag, which keeps
// PubMed from mapping them to terms of its own. It cuts short only the last word
// of a phrase; what follows such a word is asked for beside it.
func pubmedTerms(field strategy.Field, terms []phrase) (text string, exact bool) {
	exact = field != strategy.Abstract
	var all []string
	for _, t := range terms {
		var runs []string
		var head []string
		for i, w := range t.words {
			if !w.cut && i < len(t.words)-1 {
				head = append(head, w.text)
				continue
			}
			forms, same := pubmedForms(w)
			exact = exact && same
			for j, form := range forms {
				forms[j] = pubmedTag(strings.Join(append(head[:len(head):len(head)], form), " "), field)
			}
			runs, head = append(runs, either(forms)), nil
		}
		if len(runs) > 1 {
			exact = false
			if len(terms) > 1 {
				all = append(all, "("+strings.Join(runs, " AND ")+")")
				continue
			}
		}
		all = append(all, strings.Join(runs, " AND "))
	}
	return strings.Join(all, " OR "), exact
}

// either joins alternatives, in parentheses where there are several.
func either(texts []string) string {
	if len(texts) == 1 {
		return texts[0]
	}
	return "(" + strings.Join(texts, " OR ") + ")"
}

func pubmedTag(text string, field strategy.Field) string {
	quoted := `"` + text + `"`
	if field == strategy.Keyword {
		return "(" + quoted + "[ot] OR " + quoted + "[mh])"
	}
	return quoted + "[" + pubmedFields[field] + "]"
}

// pubmedFewest is how many letters PubMed wants before a truncation.
const pubmedFewest = 4

// pubmedForms writes a word. A beginning one letter too short to be cut is
// written out as the word itself and its 26 continuations: "sex*" as "sex",
// "sexa*" to "sexz*".
func pubmedForms(w stem) (forms []string, exact bool) {
	n := utf8.RuneCountInString(w.text)
	switch {
	case !w.cut:
		return []string{w.text}, true
	case n >= pubmedFewest:
		return []string{w.text + "*"}, true
	}
	forms = []string{w.text}
	for letter := 'a'; letter <= 'z'; letter++ {
		forms = append(forms, w.text+string(letter)+"*")
	}
	return forms, n == pubmedFewest-1
}

// mostPairs is how many pairs of terms a proximity is written out as.
const mostPairs = 64

// pubmedNear writes a proximity as pairs of terms, "a b"[tiab:~3]. PubMed's knows
// no order, no truncation, and one field for both; the empty string says that it
// cannot express n.
func pubmedNear(n *strategy.Near) (text string, exact bool) {
	left, right := strategy.Terms(n.Left), strategy.Terms(n.Right)
	if len(left)*len(right) > mostPairs || !onlyTerms(n.Left) || !onlyTerms(n.Right) {
		return "", false
	}
	exact = !n.Ordered
	var pairs []string
	for _, l := range left {
		for _, r := range right {
			a, b := phraseOf(l), phraseOf(r)
			field := pubmedFields[l.Field]
			if l.Field != r.Field || field != "ti" && field != "tiab" || !a.plain() || !b.plain() || len(a.words) == 0 || len(b.words) == 0 {
				return "", false
			}
			// Words of a phrase lose their order too.
			exact = exact && a.exact && b.exact && len(a.words)+len(b.words) == 2 && l.Field != strategy.Abstract
			pairs = append(pairs, `"`+a.text()+" "+b.text()+`"[`+field+":~"+strconv.Itoa(n.Distance)+"]")
		}
	}
	return strings.Join(pairs, " OR "), exact
}

// onlyTerms reports whether n is a term or an OR of terms.
func onlyTerms(n strategy.Node) bool {
	switch n := n.(type) {
	case *strategy.Term:
		return true
	case *strategy.Or:
		for _, part := range n.Parts {
			if !onlyTerms(part) {
				return false
			}
		}
		return true
	}
	return false
}
