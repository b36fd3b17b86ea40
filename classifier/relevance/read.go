package relevance

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/fnv"
	"runtime"
	"slices"
	"sync"
)

// stretch is how many records one worker reads at a time.
const stretch = 512

// reading is a stretch of records, read: the numbers of their words, with unknown
// between texts.
type reading struct {
	records []Record
	words   []int32
	starts  []int // of each record in words, and the end of the last
	// stems are what the numbers stand for, until those of all stretches agree.
	stems []string
	// pairs are the pairs of stems of each record, once for each record.
	pairs  []uint64
	digest [sha256.Size]byte
	rows   matrix
}

func (r *reading) record(i int) []int32 { return r.words[r.starts[i]:r.starts[i+1]] }

// each does work on the items with as many workers as there are processors.
func each[T any](items []T, worker func() func(T)) {
	next := make(chan T)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(items)) {
		wg.Go(func() {
			work := worker()
			for item := range next {
				work(item)
			}
		})
	}
	for _, item := range items {
		next <- item
	}
	close(next)
	wg.Wait()
}

// read cuts the records into words and numbers them in the order of the records.
func (s *Space) read(records []Record) []*reading {
	var readings []*reading
	for part := range slices.Chunk(records, stretch) {
		readings = append(readings, &reading{records: part})
	}
	each(readings, func() func(*reading) {
		numbers := make(map[string]int32)
		var stems []string
		reader := newReader(func(stem string) int32 {
			n, ok := numbers[stem]
			if !ok {
				n = int32(len(stems))
				numbers[stem] = n
				stems = append(stems, stem)
			}
			return n
		})
		return func(r *reading) {
			r.read(reader)
			r.stems = stems
		}
	})
	s.words = make(map[string]int32)
	digest := sha256.New()
	for _, r := range readings {
		s.renumber(r)
		digest.Write(r.digest[:])
	}
	s.digest = hex.EncodeToString(digest.Sum(nil))
	return readings
}

// renumber gives the words of a stretch their numbers in the space.
func (s *Space) renumber(r *reading) {
	numbers := make([]int32, len(r.stems))
	for i := range numbers {
		numbers[i] = unknown
	}
	for i, w := range r.words {
		if w == unknown {
			continue
		}
		if numbers[w] == unknown {
			stem := r.stems[w]
			n, ok := s.words[stem]
			if !ok {
				n = int32(len(s.stems))
				s.words[stem] = n
				s.stems = append(s.stems, stem)
			}
			numbers[w] = n
		}
		r.words[i] = numbers[w]
	}
	r.stems = nil
	for i := range r.records {
		s.copies = append(s.copies, hashWords(r.record(i)))
	}
}

// hashWords tells records of the same words apart from others.
func hashWords(words []int32) uint64 {
	h := fnv.New64a()
	var b [4]byte
	for _, w := range words {
		binary.LittleEndian.PutUint32(b[:], uint32(w))
		h.Write(b[:])
	}
	return h.Sum64()
}

func (r *reading) read(words *reader) {
	digest := sha256.New()
	var length [8]byte
	write := func(s string) {
		binary.LittleEndian.PutUint64(length[:], uint64(len(s)))
		digest.Write(length[:])
		digest.Write([]byte(s))
	}
	r.starts = append(r.starts, 0)
	for i := range r.records {
		record := &r.records[i]
		r.words = readRecord(r.words, words, record)
		r.starts = append(r.starts, len(r.words))
		write(record.ID)
		for _, t := range record.Texts {
			if t.Title {
				write("title")
			} else {
				write("text")
			}
			write(t.Lang)
			write(t.Text)
		}
		concepts := slices.Clone(record.Concepts)
		slices.Sort(concepts)
		for _, c := range concepts {
			write("concept")
			write(c)
		}
		write("")
	}
	digest.Sum(r.digest[:0])
}

// readRecord appends the words of a record. Those of a title come twice, which is
// how much more they count.
func readRecord(to []int32, words *reader, r *Record) []int32 {
	for _, t := range r.Texts {
		from := len(to)
		to = append(words.read(to, t.Text, t.Lang, nil), unknown)
		if t.Title {
			to = append(to, to[from:]...)
		}
	}
	return to
}

// fill makes the vectors of the records.
func (s *Space) fill(readings []*reading) {
	each(readings, func() func(*reading) {
		var memory counter
		return func(r *reading) {
			r.rows.starts = append(r.rows.starts, 0)
			for i := range r.records {
				v := s.vector(&memory, r.record(i), r.records[i].Concepts)
				r.rows.features = append(r.rows.features, v.features...)
				r.rows.weights = append(r.rows.weights, v.weights...)
				r.rows.starts = append(r.rows.starts, len(r.rows.features))
			}
			r.words = nil
		}
	})
	size := 0
	for _, r := range readings {
		size += len(r.rows.features)
	}
	s.rows = matrix{
		features: make([]int32, 0, size), weights: make([]float32, 0, size),
		starts: append(make([]int, 0, len(s.ids)+1), 0),
	}
	for _, r := range readings {
		before := len(s.rows.features)
		s.rows.features = append(s.rows.features, r.rows.features...)
		s.rows.weights = append(s.rows.weights, r.rows.weights...)
		for _, end := range r.rows.starts[1:] {
			s.rows.starts = append(s.rows.starts, before+end)
		}
		r.rows = matrix{}
	}
}
