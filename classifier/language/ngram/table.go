package ngram

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// A table is the magic and then its parts, one after the other, each at a multiple
// of eight bytes. A part is, in little-endian order:
//
//	script       4 bytes, ISO 15924
//	languages, letters, slot bits, rows, 0
//	             the number of each in 4 bytes
//	languages    2 bytes each, ISO 639-1
//	letters      4 bytes each, Unicode; filled up with zeros to eight bytes
//	slots        8 bytes each: the gram in the upper 5, its row in the lower 3, or 0
//	rows         a byte for each language, the cost of the gram's last symbol after the
//	             others; filled up with zeros to eight bytes
//
// It is read where it lies: opening one takes no time and no memory.
const (
	magic      = "ngrams1\n"
	headerSize = 24
	// StepsPerNat is the fineness of costs, which are negative logarithms of
	// probabilities: so many steps are one nat.
	StepsPerNat = 16
	// maxWords is the most groups of eight languages in a part.
	maxWords = 8
	// maxRows is the number of rows that a slot can tell apart.
	maxRows = 1 << 24
)

// MaxLanguages is the most languages of a part.
const MaxLanguages = 8 * maxWords

// Part is the part of a table for one script.
type Part struct {
	Script    string
	Languages []string
	Letters   []rune

	slots, rows []byte
	shift       uint
	words       int
}

var errTable = errors.New("the n-gram table is damaged")

// Read opens a table. The parts share its memory.
func Read(table []byte) ([]*Part, error) {
	if len(table) < len(magic) || string(table[:len(magic)]) != magic {
		return nil, errTable
	}
	var parts []*Part
	for rest := table[len(magic):]; len(rest) > 0; {
		p, size, err := readPart(rest)
		if err != nil {
			return nil, err
		}
		parts, rest = append(parts, p), rest[size:]
	}
	return parts, nil
}

func readPart(b []byte) (*Part, int, error) {
	if len(b) < headerSize {
		return nil, 0, errTable
	}
	number := func(i int) int { return int(binary.LittleEndian.Uint32(b[4+4*i:])) }
	languages, letters, slotBits, rows := number(0), number(1), number(2), number(3)
	if languages < 1 || languages > MaxLanguages || letters > MaxLetters || slotBits < 1 || slotBits > 24 || rows >= 1<<slotBits {
		return nil, 0, errTable
	}
	p := &Part{Script: string(b[:4]), shift: uint(64 - slotBits), words: wordsFor(languages)}
	at := headerSize
	lettersAt := at + 2*languages
	slotsAt := up8(lettersAt + 4*letters)
	rowsAt := slotsAt + 8<<slotBits
	end := rowsAt + rows*8*p.words
	if len(b) < end {
		return nil, 0, errTable
	}
	for ; at < lettersAt; at += 2 {
		p.Languages = append(p.Languages, string(b[at:at+2]))
	}
	for ; at+4 <= lettersAt+4*letters; at += 4 {
		p.Letters = append(p.Letters, rune(binary.LittleEndian.Uint32(b[at:])))
	}
	p.slots, p.rows = b[slotsAt:rowsAt], b[rowsAt:end]
	return p, end, nil
}

func up8(n int) int              { return (n + 7) &^ 7 }
func wordsFor(languages int) int { return (languages + 7) / 8 }

// Row is a gram and what it costs in each language, in steps.
type Row struct {
	Gram  Gram
	Costs []byte
}

// Header begins a table.
func Header() []byte { return []byte(magic) }

// AppendPart writes a part of a table, whose length so far must be a multiple of
// eight. The rows must hold each symbol by itself.
func AppendPart(table []byte, script string, languages []string, letters []rune, rows []Row) ([]byte, error) {
	if len(script) != 4 || len(languages) > MaxLanguages || len(letters) > MaxLetters || len(rows) >= maxRows || len(table)%8 != 0 {
		return nil, errors.New("too much for one part of an n-gram table")
	}
	slotBits := bits.Len(uint(len(rows)) * 3 / 2)
	table = append(table, script...)
	for _, n := range []int{len(languages), len(letters), slotBits, len(rows), 0} {
		table = binary.LittleEndian.AppendUint32(table, uint32(n))
	}
	for _, lang := range languages {
		table = append(table, lang[:2]...)
	}
	for _, r := range letters {
		table = binary.LittleEndian.AppendUint32(table, uint32(r))
	}
	for len(table)%8 != 0 {
		table = append(table, 0)
	}
	slots := make([]uint64, 1<<slotBits)
	for i, row := range rows {
		slot := row.Gram.slot(uint(64 - slotBits))
		for slots[slot] != 0 {
			slot = (slot + 1) & (len(slots) - 1)
		}
		slots[slot] = uint64(row.Gram)<<24 | uint64(i)
	}
	for _, slot := range slots {
		table = binary.LittleEndian.AppendUint64(table, slot)
	}
	for _, row := range rows {
		table = append(table, row.Costs...)
		for len(table)%8 != 0 {
			table = append(table, 0)
		}
	}
	return table, nil
}

// slot is where a gram is looked for first (Fibonacci hashing).
func (g Gram) slot(shift uint) int { return int(uint64(g) * 0x9E3779B97F4A7C15 >> shift) }

// row is where the costs of a gram begin in rows, false when it has none. The gram's
// first slot has been read.
func (p *Part) row(g Gram, entry uint64) (at int, ok bool) {
	for slot := g.slot(p.shift); Gram(entry>>24) != g; entry = p.slot(slot) {
		if entry == 0 {
			return 0, false
		}
		slot++
	}
	return int(entry&(maxRows-1)) * 8 * p.words, true
}

// slot reads a slot; behind the last comes the first.
func (p *Part) slot(i int) uint64 {
	at := i * 8 & (len(p.slots) - 1)
	return binary.LittleEndian.Uint64(p.slots[at : at+8])
}
