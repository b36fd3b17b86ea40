package bleveindex

import (
	_ "embed" // for dictionary.jsonl
	"encoding/binary"
	"errors"
	"math"

	"github.com/klauspost/compress/zstd"
)

// sourceField holds version and source of a document; it is stored only.
const sourceField = "_source"

// Stored sources are compressed by zstd. They are short and much alike, so that most
// of one is found in the dictionary: studies of the demonstration corpus, synthetic
// and their texts cut short, with every field a study has. An index can be read with
// the dictionary it was written with alone: format grows when it changes. Both coders
// are safe for concurrent use.
var (
	//go:embed dictionary.jsonl
	dictionary []byte

	encoder, _ = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(true),
		zstd.WithEncoderDictRaw(dictionaryID, dictionary))
	decoder, _ = zstd.NewReader(nil, zstd.WithDecoderMaxMemory(math.MaxInt32),
		zstd.WithDecoderDictRaw(dictionaryID, dictionary))
)

const dictionaryID = 1

// encodeSource puts the version before the compressed source.
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
