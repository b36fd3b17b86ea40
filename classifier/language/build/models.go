package build

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
)

// orders are lingua-go's names for its models, by the length of their n-grams.
var orders = [...]string{1: "unigrams", 2: "bigrams", 3: "trigrams", 4: "quadrigrams", 5: "fivegrams"}

// errModel says that a model file is not in the form this package knows.
var errModel = errors.New("not a model of lingua-go 1.4")

// readModel calls fn with each n-gram of one language's model in lingua-go's folder
// language-models, and with the probability of its last letter after the others.
// A model is a protocol buffer of sets of n-grams that have the same probability.
func readModel(dir, lang string, order int, fn func(gram []byte, p float64)) (err error) {
	name := filepath.Join(dir, lang, orders[order]+".pb.bin.zip")
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
	}()
	archive, err := zip.OpenReader(name)
	if err != nil {
		return err
	}
	defer archive.Close()
	if len(archive.File) == 0 {
		return fs.ErrNotExist
	}
	file, err := archive.File[0].Open()
	if err != nil {
		return err
	}
	defer file.Close()
	model, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	return fields(model, func(number, _ uint64, set []byte) error {
		if number != 4 {
			return nil
		}
		p := 0.0
		return fields(set, func(number, value uint64, gram []byte) error {
			switch number {
			case 1:
				p = math.Float64frombits(value)
			case 2:
				fn(gram, p)
			}
			return nil
		})
	})
}

// fields calls fn with the fields of a protocol buffer: the number, and the value or
// the bytes.
func fields(b []byte, fn func(number, value uint64, data []byte) error) error {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return errModel
		}
		b = b[n:]
		var value uint64
		var data []byte
		switch tag & 7 {
		case 0, 2:
			if value, n = binary.Uvarint(b); n <= 0 {
				return errModel
			}
			b = b[n:]
			if tag&7 == 2 {
				if uint64(len(b)) < value {
					return errModel
				}
				data, b = b[:value], b[value:]
			}
		case 1:
			if len(b) < 8 {
				return errModel
			}
			value, b = binary.LittleEndian.Uint64(b), b[8:]
		default:
			return errModel
		}
		if err := fn(tag>>3, value, data); err != nil {
			return err
		}
	}
	return nil
}
