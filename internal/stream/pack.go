package stream

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/s2"
	"github.com/nats-io/nats.go"
)

// Envelopes are compressed one by one and the streams are not: a server compresses a
// stream block by block, for which it reads each block once more when it is full, writes
// it anew, and takes three times its size of memory. It also syncs what is not
// compressed yet. A body says in a header that it is compressed; one that does not is
// as it was written by programs before.
const (
	headerEncoding = "Polyglean-Encoding"
	encodingS2     = "s2" // block format of github.com/klauspost/compress/s2
)

// maxUnpacked is the largest body taken, in bytes after decompression: no server takes
// a message larger than that.
const maxUnpacked = 64 << 20

// packing holds the memory in which one call after the other makes message bodies.
type packing struct{ body, packed []byte }

var packings = sync.Pool{New: func() any { return new(packing) }}

// pack sets the body of a message, compressed where that makes it smaller. The memory
// of p must not be used again before the message is stored.
func (p *packing) pack(msg *nats.Msg) {
	if most := s2.MaxEncodedLen(len(p.body)); cap(p.packed) < most {
		p.packed = make([]byte, most)
	}
	msg.Data = p.body
	if packed := s2.Encode(p.packed[:cap(p.packed)], p.body); len(packed) < len(p.body) {
		msg.Data = packed
		msg.Header.Set(headerEncoding, encodingS2)
	}
}

// unpack undoes pack.
func unpack(header nats.Header, data []byte) ([]byte, error) {
	switch encoding := header.Get(headerEncoding); encoding {
	case "":
		return data, nil
	case encodingS2:
		size, err := s2.DecodedLen(data)
		if err != nil {
			return nil, fmt.Errorf("decompress: %w", err)
		}
		if size > maxUnpacked {
			return nil, fmt.Errorf("decompressed it would have %d bytes, more than the %d that are taken", size, maxUnpacked)
		}
		return s2.Decode(nil, data)
	default:
		return nil, fmt.Errorf("it is encoded as %q, which this program does not know: update polyglean", encoding)
	}
}
