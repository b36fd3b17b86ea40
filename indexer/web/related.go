package web

import (
	"polyglean/indexer"
	"polyglean/indexer/merge"
)

// relatedView is a study that belongs to this one and is not a copy of it.
type relatedView struct{ How, Study, Why string }

// linkNames say what the other study is.
var linkNames = map[merge.Link]string{
	merge.LinkVersion:     "Another version: preprint and article, or conference paper and article",
	merge.LinkEdition:     "Another edition of the text, with an identifier of its own",
	merge.LinkTranslation: "The work in another language",
	merge.LinkCorrection:  "A correction and what it corrects",
	merge.LinkRetraction:  "A retraction and what it retracts",
	merge.LinkConcern:     "An expression of concern and what it is about",
	merge.LinkReply:       "A reply and what it replies to",
}

// related lists the studies that a study is linked to, each once.
func related(st *indexer.Study) []relatedView {
	var out []relatedView
	seen := make(map[string]bool)
	for _, l := range st.Links {
		if !seen[l.Study] {
			seen[l.Study] = true
			out = append(out, relatedView{word(linkNames, string(l.Kind)), l.Study, l.Why})
		}
	}
	return out
}
