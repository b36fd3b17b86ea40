package classifier

import (
	"cmp"
	"slices"

	"polyglean/internal/lexicon"
	"polyglean/internal/record"
)

// elsewhere reports whether a hit stands in a field or in a language from which the
// concept has no evidence yet. Searches ask for a concept in a field or in a language, so
// that five passages of an English abstract must not hide the one in Spanish.
func elsewhere(texts []text, have []record.Evidence, t *text, h lexicon.Hit) bool {
	lang := cmp.Or(t.langAt(h.Start), h.Lang)
	return !slices.ContainsFunc(have, func(e record.Evidence) bool {
		if e.Field != t.field {
			return false
		}
		i := slices.IndexFunc(texts, func(o text) bool { return o.field == e.Field && o.index == e.Index })
		return cmp.Or(texts[i].langAt(e.Start), e.Lang) == lang
	})
}
