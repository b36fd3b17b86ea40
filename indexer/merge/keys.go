package merge

import (
	"hash/fnv"
	"slices"
	"strconv"

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
	keys := append(make([]string, 0, 16), r.own...)
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
	return keys
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
	sound := []rune(t.sound)
	if len(sound) < 4 {
		sound = []rune(t.letters)
	}
	n := min(ends, len(sound))
	return string(sound[:n]), string(sound[len(sound)-n:])
}

func hashed(kind string, parts ...string) string {
	h := fnv.New64a()
	h.Write([]byte(kind))
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	return kind + ":" + strconv.FormatUint(h.Sum64(), 36)
}
