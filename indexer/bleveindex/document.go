package bleveindex

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
	"github.com/klauspost/compress/zstd"

	"polyglean/indexer"
)

// sourceField holds version and source of a document; it is stored only.
const sourceField = "_source"

const (
	textOptions   = index.IndexField | index.IncludeTermVectors
	exactOptions  = index.IndexField | index.SkipFreqNorm
	numberOptions = index.IndexField | index.SkipFreqNorm | index.DocValues
)

// newDocument lays a document out for scorch.
func newDocument(op indexer.Op) index.Document {
	doc := document.NewDocument(op.ID)
	for name, values := range op.Doc.Text {
		doc.AddField(&field{name: name, options: textOptions, values: values, analyze: textTerms})
	}
	for name, values := range op.Doc.Exact {
		doc.AddField(&field{name: name, options: exactOptions, values: values, analyze: exactTerms})
	}
	for name, n := range op.Doc.Numbers {
		doc.AddField(&field{name: name, options: numberOptions, values: numberTerms(n), analyze: exactTerms})
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

func (f *field) Name() string                                     { return f.name }
func (f *field) Value() []byte                                    { return f.stored }
func (f *field) ArrayPositions() []uint64                         { return nil }
func (f *field) EncodedFieldType() byte                           { return 't' }
func (f *field) Options() index.FieldIndexingOptions              { return f.options }
func (f *field) Analyze()                                         { f.terms, f.length = f.analyze(f.values) }
func (f *field) AnalyzedLength() int                              { return f.length }
func (f *field) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }
func (f *field) NumPlainTextBytes() uint64                        { return 0 }
func (f *field) Size() int                                        { return len(f.stored) }

// textTerms counts and places the terms of analysed text. One position is left
// out between two values, which is enough for no phrase to span them.
func textTerms(values []string) (index.TokenFrequencies, int) {
	n := 0
	for _, v := range values {
		n += strings.Count(v, " ") + 1
	}
	terms := make(index.TokenFrequencies, n)
	locations := make([]index.TokenLocation, 0, n)
	position := 1
	for _, v := range values {
		if v == "" {
			continue
		}
		for term := range strings.SplitSeq(v, " ") {
			locations = append(locations, index.TokenLocation{Position: position})
			at := &locations[len(locations)-1]
			position++
			freq, ok := terms[term]
			if !ok {
				freq = &index.TokenFreq{Term: []byte(term)}
				terms[term] = freq
			}
			freq.Locations = append(freq.Locations, at)
			freq.SetFrequency(freq.Frequency() + 1)
		}
		position++
	}
	return terms, len(locations)
}

// exactTerms takes each value as a term.
func exactTerms(values []string) (index.TokenFrequencies, int) {
	terms := make(index.TokenFrequencies, len(values))
	for _, v := range values {
		if _, ok := terms[v]; !ok {
			terms[v] = &index.TokenFreq{Term: []byte(v)}
		}
	}
	return terms, len(terms)
}

// A number is indexed at two resolutions, so that a wide range reads few terms:
// as it is, and without its low coarseBits (17 minutes of milliseconds).
const (
	fine       = 'f'
	coarse     = 'c'
	coarseBits = 20
)

func numberTerms(n int64) []string {
	u := sortable(n)
	return []string{string(numberTerm(fine, u)), string(numberTerm(coarse, u>>coarseBits))}
}

func numberTerm(resolution byte, u uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{resolution}, u)
}

// sortable maps numbers to unsigned ones of the same order.
func sortable(n int64) uint64 { return uint64(n) ^ 1<<63 }

// fineNumber undoes numberTerm for terms of full resolution.
func fineNumber(term []byte) (uint64, bool) {
	if len(term) != 9 || term[0] != fine {
		return 0, false
	}
	return binary.BigEndian.Uint64(term[1:]), true
}

// Stored sources are compressed by zstd: half the disk of scorch's own snappy
// for a few microseconds each. Both coders are safe for concurrent use.
var (
	encoder, _ = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(true))
	decoder, _ = zstd.NewReader(nil, zstd.WithDecoderMaxMemory(math.MaxInt32))
)

func encodeSource(version int64, source []byte) []byte {
	return encoder.EncodeAll(source, binary.BigEndian.AppendUint64(nil, uint64(version)))
}

var errDamaged = errors.New("a stored document is damaged: run `polyglean reindex` to build the index anew from the log")

func decodeVersion(stored []byte) (int64, error) {
	if len(stored) < 8 {
		return 0, errDamaged
	}
	return int64(binary.BigEndian.Uint64(stored)), nil
}

func decodeSource(stored []byte) ([]byte, error) {
	if len(stored) < 8 {
		return nil, errDamaged
	}
	source, err := decoder.DecodeAll(stored[8:], nil)
	if err != nil {
		return nil, errors.Join(errDamaged, err)
	}
	return source, nil
}
