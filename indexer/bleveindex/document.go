package bleveindex

import (
	"strings"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"

	"polyglean/indexer"
)

const (
	textOptions   = index.IndexField | index.IncludeTermVectors
	stemOptions   = index.IndexField
	exactOptions  = index.IndexField | index.SkipFreqNorm
	numberOptions = index.IndexField | index.SkipFreqNorm | index.DocValues
)

// own are the exact fields whose values are hardly ever those of two documents.
var own = map[string]bool{
	indexer.ExactKey: true, indexer.ExactAlias: true, indexer.ExactDOI: true,
}

// newDocument lays a document out for scorch.
func newDocument(op indexer.Op) index.Document {
	doc := document.NewDocument(op.ID)
	for name, values := range op.Doc.Text {
		doc.AddField(&field{name: name, options: textOptions, values: values, analyze: textTerms})
	}
	for name, values := range op.Doc.Stems {
		doc.AddField(&field{name: name, options: stemOptions, values: values, analyze: stemTerms})
	}
	for name, values := range op.Doc.Exact {
		analyze := exactTerms
		if own[name] {
			analyze = ownTerms
		}
		doc.AddField(&field{name: name, options: exactOptions, values: values, analyze: analyze})
	}
	for name, n := range op.Doc.Numbers {
		doc.AddField(&field{name: name, options: numberOptions, values: numberTerms(name, n), analyze: exactTerms})
	}
	doc.AddField(&field{name: sourceField, options: index.StoreField, stored: encodeSource(op.Version, op.Doc.Source)})
	return doc
}

// field is a field of a document, all its values together. Only analysed terms
// go in, so Analyze has nothing to decide.
type field struct {
	name    string
	options index.FieldIndexingOptions
	values  []string
	stored  []byte
	analyze func(values []string) (terms index.TokenFrequencies, length int)

	terms  index.TokenFrequencies
	length int
}

func (f *field) Name() string                        { return f.name }
func (f *field) Value() []byte                       { return f.stored }
func (f *field) ArrayPositions() []uint64            { return nil }
func (f *field) EncodedFieldType() byte              { return 't' }
func (f *field) Options() index.FieldIndexingOptions { return f.options }

func (f *field) Analyze() {
	f.terms, f.length = f.analyze(f.values)
	unit := lengthUnit(f.name)
	f.length = (f.length + unit - 1) / unit
}

func (f *field) AnalyzedLength() int                              { return f.length }
func (f *field) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }
func (f *field) NumPlainTextBytes() uint64                        { return 0 }
func (f *field) Size() int                                        { return len(f.stored) }

// textTerms counts and places the terms of analysed text. One position is left out
// between two values, which is enough for no phrase to span them.
func textTerms(values []string) (index.TokenFrequencies, int) { return tally(values, addPlace) }

// stemTerms counts the terms of a stem field.
func stemTerms(values []string) (index.TokenFrequencies, int) { return tally(values, addCount) }

// tally hands each term to add with its position, the first of a text at 1, and returns
// all terms and how many there were.
func tally(values []string, add func(freq *index.TokenFreq, position int)) (index.TokenFrequencies, int) {
	n := 0
	for _, v := range values {
		n += strings.Count(v, " ") + 1
	}
	frequencies := make([]index.TokenFreq, 0, n)
	terms := make(index.TokenFrequencies, n)
	length := 0
	for gap, v := range values {
		if v == "" {
			continue
		}
		for term := range strings.SplitSeq(v, " ") {
			freq, ok := terms[term]
			if !ok {
				frequencies = append(frequencies, index.TokenFreq{})
				freq = &frequencies[len(frequencies)-1]
				terms[term] = freq
			}
			length++
			add(freq, length+gap)
		}
	}
	return terms, length
}

// What scorch is told of a value is the same for all of a kind, and is only read.
var (
	unnumbered = new(index.TokenFreq)
	// single makes scorch put the document of a term that one document has into the
	// dictionary itself.
	single = func() *index.TokenFreq {
		freq := new(index.TokenFreq)
		freq.SetFrequency(1)
		return freq
	}()
)

// exactTerms takes each value as a term. Without a frequency scorch keeps nothing of
// it but its documents.
func exactTerms(values []string) (index.TokenFrequencies, int) { return each(values, unnumbered) }

// ownTerms takes each value as a term that hardly another document has.
func ownTerms(values []string) (index.TokenFrequencies, int) { return each(values, single) }

func each(values []string, freq *index.TokenFreq) (index.TokenFrequencies, int) {
	terms := make(index.TokenFrequencies, len(values))
	for _, v := range values {
		terms[v] = freq
	}
	return terms, len(terms)
}

// Times are indexed at two resolutions, so that a wide range reads few terms: as they are,
// and without their low coarseBits (17 minutes of milliseconds). Of other numbers there are
// few that differ.
const (
	fine       = 'f'
	coarse     = 'c'
	coarseBits = 20
)

func coarsened(field string) bool { return field == indexer.NumberAdded }

func numberTerms(field string, n int64) []string {
	u := sortable(n)
	terms := []string{string(numberTerm(fine, u))}
	if coarsened(field) {
		terms = append(terms, string(numberTerm(coarse, u>>coarseBits)))
	}
	return terms
}

// A numberTerm has seven bits in each byte behind the resolution: scorch parts the values
// of a column by bytes of 0xff.
const numberBytes = 8

func numberTerm(resolution byte, u uint64) []byte {
	term := make([]byte, 1, 1+numberBytes)
	term[0] = resolution
	for i := numberBytes - 1; i >= 0; i-- {
		term = append(term, byte(u>>(7*i))&0x7f)
	}
	return term
}

// sortable maps numbers to unsigned ones of the same order, and those that no document
// has to what is before and behind all others.
func sortable(n int64) uint64 {
	const limit = indexer.MaxNumber + 1
	return uint64(min(max(n, -limit), limit) + limit)
}

// fineNumber undoes numberTerm for terms of full resolution.
func fineNumber(term []byte) (u uint64, ok bool) {
	if len(term) != 1+numberBytes || term[0] != fine {
		return 0, false
	}
	for _, b := range term[1:] {
		u = u<<7 | uint64(b)
	}
	return u, true
}
