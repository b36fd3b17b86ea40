package strategy

import (
	"cmp"

	"polyglean/internal/fold"
)

// Doc holds the texts of one record, cut into words once for any number of
// matchers. It is made for reuse, one to a goroutine.
type Doc struct {
	texts []docText
	// found are the places of each term of scanned, nil before texts are looked
	// through.
	found   [][]place
	scanned *vocabulary
	// stemmers remember stems from record to record, by language.
	stemmers map[string]*stemmer
}

type docText struct {
	field Field
	index int
	lang  string
	words fold.Text
}

// place is where a term stands: words first to last of a text, both inclusive.
type place struct {
	term, text  int
	first, last int
}

func comparePlaces(a, b place) int {
	return cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.first, b.first),
		cmp.Compare(a.last, b.last), cmp.Compare(a.term, b.term))
}

// NewDoc returns a Doc without texts.
func NewDoc() *Doc { return &Doc{stemmers: make(map[string]*stemmer)} }

// Reset removes all texts and keeps their memory.
func (d *Doc) Reset() { d.texts, d.scanned = d.texts[:0], nil }

// Add adds a text: the one at index of a field, in language lang (ISO 639-1 or
// BCP 47). Words are compared by their stems in texts in the strategy's own
// language and in those whose language is not known, empty or "und": the stem of
// a word read in a wrong language is chance.
func (d *Doc) Add(field Field, index int, text, lang string) {
	d.scanned = nil
	n := len(d.texts)
	if n < cap(d.texts) {
		d.texts = d.texts[:n+1]
	} else {
		d.texts = append(d.texts, docText{})
	}
	t := &d.texts[n]
	t.field, t.index, t.lang = field, index, baseLang(lang)
	t.words.Reset(text)
}

// Words is the i-th text added, cut into words, to be read until the next Reset.
func (d *Doc) Words(i int) *fold.Text { return &d.texts[i].words }

// scan fills d.found with the places of v's terms, unless it holds them already.
func (d *Doc) scan(v *vocabulary) {
	if d.scanned == v {
		return
	}
	d.scanned = v
	for len(d.found) < len(v.terms) {
		d.found = append(d.found, nil)
	}
	for i := range v.terms {
		d.found[i] = d.found[i][:0]
	}
	finder := v.finders.Get().(*fold.Finder)
	defer v.finders.Put(finder)
	for i := range d.texts {
		text := &d.texts[i]
		found := func(term, first, last int) {
			if v.terms[term].Field.covers(text.field) {
				d.found[term] = append(d.found[term], place{term, i, first, last})
			}
		}
		var stems func(int) []string
		if text.lang == "" || text.lang == v.lang {
			if s := d.stemmer(v.stems); s != nil {
				stems = func(i int) []string { return s.stems(text.words.Raw(i)) }
			}
		}
		if stems != nil && v.stems == "tr" { // the stem of ISI is not that of isi
			v.index.Find(&text.words, stems, found)
		} else {
			finder.Find(&text.words, stems, found)
		}
	}
}

func (d *Doc) stemmer(lang string) *stemmer {
	if lang == "" {
		return nil
	}
	s := d.stemmers[lang]
	if s == nil {
		s = newStemmer(lang)
		d.stemmers[lang] = s
	}
	return s
}

// covers reports whether a term restricted to f looks at texts of field.
func (f Field) covers(field Field) bool {
	if f == AnyField {
		return field == Title || field == Abstract || field == Keyword
	}
	return f == field
}
