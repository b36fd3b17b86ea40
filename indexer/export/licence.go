package export

import (
	"fmt"
	"regexp"

	"polyglean/indexer"
)

// Abstracts says which abstracts leave the index.
type Abstracts string

const (
	// Shareable abstracts are those whose record does not reserve them. It is the
	// default: what is exported is mostly passed on.
	Shareable Abstracts = ""
	// AllAbstracts is for one's own use, where the law allows it.
	AllAbstracts Abstracts = "all"
	// NoAbstracts leaves them all out.
	NoAbstracts Abstracts = "none"
)

// ParseAbstracts reads "shareable", "all" and "none".
func ParseAbstracts(s string) (Abstracts, error) {
	switch s {
	case "", "shareable":
		return Shareable, nil
	case "all", "none":
		return Abstracts(s), nil
	}
	return "", fmt.Errorf("abstracts %q: want shareable, all or none", s)
}

// reserved are statements that a text may not be passed on: rights reserved in so
// many words, and publishers' licences for text mining, which allow no copies to
// others. A licence that is not stated reserves nothing, and neither does access to
// the full text that is closed: records come from catalogues that are open.
var reserved = regexp.MustCompile(`(?i)all rights reserved|no (?:re-?)?distribution|not (?:to )?be (?:re-?)?(?:distributed|published|produced)|` +
	`tous droits réservés|alle rechte vorbehalten|(?:todos los|todos os) (?:derechos|direitos) reservados|tutti i diritti riservati|` +
	`все права защищены|усі права захищені|版权所有|版權所有|無断転載|모든 권리 보유|her hakkı saklıdır|wszelkie prawa zastrzeżone|` +
	`tdm[_/-]?(?:user)?licen[cs]e|/tdm/|/tdm$|userlicense`)

// MayShare says whether a record with this statement of its licence lets its
// abstract be passed on.
func MayShare(license string) bool { return !reserved.MatchString(license) }

// choose returns the abstracts that may be written, and whether one was withheld.
func (a Abstracts) choose(all []indexer.LocatedText) (kept []indexer.LocatedText, withheld bool) {
	switch a {
	case AllAbstracts:
		return all, false
	case NoAbstracts:
		return nil, false
	}
	for _, t := range all {
		if MayShare(t.License) {
			kept = append(kept, t)
		} else {
			withheld = true
		}
	}
	return kept, withheld
}
