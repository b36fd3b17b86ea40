package merge

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"polyglean/internal/record"
)

// RecordKey is the key of a record by its ID.
func RecordKey(id string) string { return BoundedKey("rec:" + id) }

// BoundedKey keeps identifiers of any length, which some repositories make whole
// addresses of, within 128 bytes.
func BoundedKey(key string) string {
	if len(key) <= maxKey {
		return key
	}
	for i := range key {
		if key[i] == ':' {
			return key[:i+1] + "#" + record.StudyID(key)
		}
	}
	return "#" + record.StudyID(key)
}

const (
	maxKey = 128
	// ends is how many letters of a title's skeleton make a key.
	ends = 14
	// MaxKeys is how many keys a record has at most.
	MaxKeys = 40
	// Common is how many records may share a key before it is no lead to copies any
	// more: a template's DOI, a standing heading. Real copies share other keys, too.
	Common = 200
)

// Keys are what the record shares with its copies: its own ID, its identifiers, and
// hashes of the beginning and end of each title with its numbers and the first author
// or the year, and of the place of publication; and the identifiers of works that its
// source says it belongs to. Records without a key in common are not compared. A title
// that thousands of works bear makes no key. The slice is the record's own.
func (r *Record) Keys() []string { return r.keys }

// Without is the record without the keys that are too common to lead to copies.
func (r *Record) Without(common func(key string) bool) *Record {
	if !slices.ContainsFunc(r.keys, common) {
		return r
	}
	without := *r
	without.keys = slices.DeleteFunc(slices.Clone(r.keys), common)
	return &without
}

func (r *Record) makeKeys() []string {
	var space [MaxKeys]string
	keys := append(space[:0], r.own...)
	add := func(key string) {
		if len(keys) < MaxKeys && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, s := range r.statements {
		add(s.other)
	}
	first := r.firstAuthor()
	years := []string{""}
	if r.year != 0 {
		// Online first and in the issue are a year apart.
		years = []string{strconv.Itoa(r.year), strconv.Itoa(r.year + 1)}
	}
	for i := range r.titles {
		t := &r.titles[i]
		if t.generic || len(t.letters) < 8 {
			continue
		}
		head, tail := cutEnds(t)
		if first != "" {
			add(hashed("a", head, first, t.numbers))
			add(hashed("b", tail, first, t.numbers))
		}
		for _, y := range years {
			if y != "" || first == "" {
				add(hashed("y", head, y, t.numbers))
			}
		}
	}
	if r.pages.first != "" {
		if r.year != 0 && r.volume != "" {
			add(hashed("v", strconv.Itoa(r.year), r.volume, r.pages.first, r.pages.last))
		}
		if first != "" {
			add(hashed("p", first, r.pages.first, years[0]))
			if r.volume != "" {
				add(hashed("w", first, r.pages.first, r.volume))
			}
		}
	}
	return slices.Clone(keys)
}

// firstAuthor is the skeleton of the first family name; of two letters at least, or
// the name itself where the skeleton says too little.
func (r *Record) firstAuthor() string {
	if len(r.authors) == 0 {
		return ""
	}
	n := &r.authors[0]
	if len(n.sound) > 1 {
		return n.sound
	}
	return n.family
}

// cutEnds are the beginning and the end of what a title sounds like.
func cutEnds(t *title) (head, tail string) {
	sound := t.sound
	if utf8.RuneCountInString(sound) < 4 {
		sound = t.letters
	}
	from, to := 0, len(sound)
	for range ends {
		_, n := utf8.DecodeRuneInString(sound[from:])
		_, m := utf8.DecodeLastRuneInString(sound[:to])
		from, to = from+n, to-m
	}
	return sound[:from], sound[to:]
}

func hashed(kind string, parts ...string) string {
	h := fnv1a(fnvOffset, kind)
	for _, p := range parts {
		h = fnv1a(h*fnvPrime, p) // behind a zero byte
	}
	var space [24]byte
	key := append(append(space[:0], kind...), ':')
	return string(strconv.AppendUint(key, h, 36))
}

// FNV-1a of 64 bits (Fowler, Noll, Vo), without the memory that hash/fnv takes.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func fnv1a(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}
