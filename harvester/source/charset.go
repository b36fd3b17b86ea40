package source

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

var declaration = regexp.MustCompile(`^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"'>]+)["']`)

// toUTF8 makes UTF-8 of an XML body. A byte order mark decides, then the XML
// declaration, then the charset of the Content-Type; but a body that is UTF-8
// stays so whatever it is called, since no text in another encoding is that by
// chance. What had to be put right beyond a plain conversion is told in note.
func toUTF8(body []byte, contentType string) (text []byte, note string) {
	switch {
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")) && utf8.Valid(body):
		return body[3:], ""
	case bytes.HasPrefix(body, []byte("\xfe\xff")), bytes.HasPrefix(body, []byte("\x00<")):
		return convert(body, unicode.UTF16(unicode.BigEndian, unicode.UseBOM)), ""
	case bytes.HasPrefix(body, []byte("\xff\xfe")), bytes.HasPrefix(body, []byte("<\x00")):
		return convert(body, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)), ""
	}
	label := ""
	if m := declaration.FindSubmatch(body[:min(len(body), 512)]); m != nil {
		label = string(m[1])
	} else if _, params, err := mime.ParseMediaType(contentType); err == nil {
		label = params["charset"]
	}
	enc, name := charset.Lookup(label)
	if utf8.Valid(body) {
		// The one encoding in use whose text is ASCII to look at.
		if name == "iso-2022-jp" && bytes.IndexByte(body, 0x1b) >= 0 {
			return convert(body, enc), ""
		}
		if enc != nil && name != "utf-8" && !isASCII(body) {
			note = mendedEncoding
		}
		return body, note
	}
	if enc != nil && name != "utf-8" {
		return convert(body, enc), ""
	}
	return mendUTF8(body), mendedBytes
}

// jsonUTF8 makes UTF-8 of a JSON body, which RFC 8259 says it is: a decoder takes what
// is not for U+FFFD without a word. The charset of the Content-Type is believed where
// the body is not UTF-8. A byte order mark was refused with the answer.
func jsonUTF8(body []byte, contentType string) (text []byte, note string) {
	if utf8.Valid(body) {
		return body, ""
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		// The bytes of a letter in Shift JIS and the like may be a quotation mark or a
		// backslash, on which the check of the answer would have failed.
		if enc, name := charset.Lookup(params["charset"]); enc != nil && name != "utf-8" {
			return convert(body, enc), mendedEncoding
		}
	}
	return mendUTF8(body), mendedBytes
}

func convert(body []byte, enc encoding.Encoding) []byte {
	// Decoders replace what they cannot read; they do not fail.
	text, err := enc.NewDecoder().Bytes(body)
	if err != nil {
		return mendUTF8(body)
	}
	return text
}

func isASCII(body []byte) bool {
	for _, b := range body {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// mendUTF8 replaces what is not UTF-8. One to three such bytes within ASCII are
// read as Windows-1252: repositories paste old records into new envelopes. The
// rest, such as a letter cut in half, becomes U+FFFD.
func mendUTF8(body []byte) []byte {
	var b strings.Builder
	b.Grow(len(body) + len(body)/16)
	ascii := func(i int) bool { return i < 0 || i >= len(body) || body[i] < utf8.RuneSelf }
	for i := 0; i < len(body); {
		if r, size := utf8.DecodeRune(body[i:]); r != utf8.RuneError || size > 1 {
			b.Write(body[i : i+size])
			i += size
			continue
		}
		end := i + 1
		for end < len(body) {
			if r, size := utf8.DecodeRune(body[end:]); r != utf8.RuneError || size > 1 {
				break
			}
			end++
		}
		if end-i <= 3 && ascii(i-1) && ascii(end) {
			for _, c := range body[i:end] {
				b.WriteRune(charmap.Windows1252.DecodeByte(c))
			}
		} else {
			b.WriteRune(utf8.RuneError)
		}
		i = end
	}
	return []byte(b.String())
}
