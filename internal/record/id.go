package record

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
)

// MakeID joins a source's name and its own ID for a record into the record's ID.
func MakeID(source, sourceID string) string { return source + ":" + sourceID }

// idAlphabet is base32 in lower case without letters that read like digits.
var idAlphabet = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// StudyID is the ID a record would have as a study of its own: "s" and 100 bits
// of SHA-256 over the record ID, as 20 lower-case letters and digits. It is
// short enough to type, safe in URLs and index IDs whatever the source put into
// its own ID, and needs no counter.
func StudyID(recordID string) string {
	sum := sha256.Sum256([]byte(recordID))
	return "s" + idAlphabet.EncodeToString(sum[:])[:20]
}

// Hash64 is 64 bits of SHA-256 over s.
func Hash64(s string) uint64 {
	sum := sha256.Sum256([]byte(s))
	return binary.BigEndian.Uint64(sum[:8])
}

// ContentHash is the hash of what the source says of the work; see Encode.
func (c *Candidate) ContentHash() uint64 {
	_, content, err := c.Encode(nil)
	if err != nil {
		// A record that cannot be written counts as new.
		return Hash64(c.ID + err.Error())
	}
	return content
}
