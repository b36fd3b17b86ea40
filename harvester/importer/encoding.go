package importer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"

	"polyglean/harvester/source"
)

// charset is how the bytes of a file become text.
type charset struct {
	// name is for people.
	name string
	// decoding is nil where the text is UTF-8 already.
	decoding encoding.Encoding
	// mend says that the text is UTF-8, but some of its bytes are not.
	mend bool
}

var (
	utf16LE = charset{name: "UTF-16 LE", decoding: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)}
	utf16BE = charset{name: "UTF-16 BE", decoding: unicode.UTF16(unicode.BigEndian, unicode.UseBOM)}
	western = charset{name: "Windows-1252", decoding: charmap.Windows1252}
)

var xmlDeclaration = regexp.MustCompile(`^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"'>]+)["']`)

// charsetOf finds the encoding of a file: the one that is named, if one is; by its
// byte order mark; UTF-16 by where its zero bytes stand; UTF-8 where the bytes are
// that, since no text in another encoding is by chance; what an XML declaration
// says; and else Windows-1252, of which Latin-1 is a part, where the bytes look like
// a language written in Latin letters. What looks like none of them is refused: read
// as something else it would be letters without sense.
func charsetOf(s *survey, named string) (charset, error) {
	if named != "" {
		return charsetNamed(named, s)
	}
	even, odd := s.zeros()
	units := len(s.start) / 2
	switch {
	case bytes.HasPrefix(s.start, []byte("\xef\xbb\xbf")):
		return charset{name: "UTF-8", mend: s.invalid > 0}, nil
	case bytes.HasPrefix(s.start, []byte("\xff\xfe")):
		return utf16LE, nil
	case bytes.HasPrefix(s.start, []byte("\xfe\xff")):
		return utf16BE, nil
	case odd*20 > units && even*5 < odd:
		return utf16LE, nil
	case even*20 > units && odd*5 < even:
		return utf16BE, nil
	case s.binary():
		return charset{}, errors.New("this is not a text file")
	case s.invalid == 0:
		return charset{name: "UTF-8"}, nil
	case s.sequences >= s.invalid:
		return charset{name: "UTF-8", mend: true}, nil
	}
	if m := xmlDeclaration.FindSubmatch(s.start[:min(len(s.start), 512)]); m != nil {
		if c, err := charsetNamed(string(m[1]), s); err == nil && c.decoding != nil {
			return c, nil
		}
	}
	// Letters beyond ASCII stand alone or in pairs in Western European texts; other
	// scripts are made of them.
	if s.dense*10 > s.high*3 {
		return charset{}, errors.New("the text is not UTF-8 and not in Latin letters: name its encoding, such as --encoding gb18030, shift_jis, euc-kr or windows-1251, or export it as UTF-8")
	}
	return western, nil
}

func charsetNamed(name string, s *survey) (charset, error) {
	enc, err := htmlindex.Get(name)
	if err != nil {
		return charset{}, fmt.Errorf("encoding %q is not known: utf-8, utf-16le, windows-1252, windows-1251, gb18030, big5, shift_jis, euc-jp and euc-kr are some that are", name)
	}
	canonical, err := htmlindex.Name(enc)
	if err != nil {
		return charset{}, fmt.Errorf("encoding %q: %w", name, err)
	}
	if canonical == "utf-8" {
		return charset{name: "UTF-8", mend: s.invalid > 0}, nil
	}
	return charset{name: canonical, decoding: enc}, nil
}

// text reads r as UTF-8 with lines that end in "\n", without a byte order mark.
func (c charset) text(r io.Reader) io.Reader {
	switch {
	case c.decoding != nil:
		r = c.decoding.NewDecoder().Reader(r)
	case c.mend:
		r = &mender{r: r}
	}
	b := bufio.NewReaderSize(r, 64<<10)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = b.Discard(3)
	}
	return &newlines{r: b}
}

// newlines makes "\n" of the line ends of Windows and of old Macintoshes.
type newlines struct {
	r io.Reader
	// after says that the byte before was "\r".
	after bool
}

func (l *newlines) Read(p []byte) (int, error) {
	for {
		n, err := l.r.Read(p)
		kept := 0
		for _, c := range p[:n] {
			if c == '\n' && l.after {
				l.after = false
				continue
			}
			if l.after = c == '\r'; l.after {
				c = '\n'
			}
			p[kept] = c
			kept++
		}
		if kept > 0 || err != nil || len(p) == 0 {
			return kept, err
		}
	}
}

// mender replaces what is not UTF-8. It mends pieces that end with ASCII, so that it
// cuts no character.
type mender struct {
	r    io.Reader
	in   []byte // read, not yet mended
	out  []byte // mended, not yet handed on
	done error
}

// maxPiece bounds the pieces of a text without any ASCII, in bytes.
const maxPiece = 1 << 20

func (m *mender) Read(p []byte) (int, error) {
	for len(m.out) == 0 {
		if m.done != nil {
			return 0, m.done
		}
		at := len(m.in)
		m.in = append(m.in, make([]byte, 32<<10)...)
		n, err := m.r.Read(m.in[at:])
		m.in, m.done = m.in[:at+n], err
		end := len(m.in)
		if err == nil {
			end = bytes.LastIndexFunc(m.in, func(r rune) bool { return r < utf8.RuneSelf }) + 1
			if end == 0 && len(m.in) > maxPiece {
				for end = len(m.in) - 1; end > len(m.in)-utf8.UTFMax && !utf8.RuneStart(m.in[end]); end-- {
				}
			}
		}
		m.out = source.MendUTF8(m.in[:end])
		m.in = append(m.in[:0], m.in[end:]...)
	}
	n := copy(p, m.out)
	m.out = m.out[n:]
	return n, nil
}
