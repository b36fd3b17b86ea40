package source

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// readBody reads the whole body of an answer and undoes its encoding. More than
// limit bytes after that is a *TooLargeError; a body that ends early is an error.
// It returns the number of bytes that came over the wire as well.
func readBody(resp *http.Response, limit int64) (body []byte, wire int64, err error) {
	counted := &countingReader{r: resp.Body}
	r, err := decoded(counted, resp.Header.Get("Content-Encoding"))
	if err != nil {
		return nil, counted.n, err
	}
	var buf bytes.Buffer
	if n := resp.ContentLength; n > 0 && n <= limit && r == io.Reader(counted) {
		buf.Grow(int(n) + bytes.MinRead)
	}
	// The limit is set on what comes out, since a few kilobytes of gzip can hold
	// gigabytes.
	n, err := buf.ReadFrom(io.LimitReader(r, limit+1))
	if n > limit {
		return nil, counted.n, &TooLargeError{URL: redactURL(resp.Request.URL), Limit: limit}
	}
	if err != nil {
		return nil, counted.n, fmt.Errorf("body broke off after %d bytes: %w", n, err)
	}
	return buf.Bytes(), counted.n, nil
}

// decoded undoes a Content-Encoding. Only gzip was asked for; deflate is sent by
// some servers all the same, with or without the zlib header it should have.
func decoded(r io.Reader, encoding string) (io.Reader, error) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
		return r, nil
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("gzip body: %w", early(err))
		}
		return z, nil
	case "deflate":
		b := bufio.NewReader(r)
		head, err := b.Peek(2)
		if err != nil {
			return nil, fmt.Errorf("deflate body: %w", early(err))
		}
		// RFC 1950: method 8 in the low bits, the two bytes a multiple of 31.
		if head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
			return zlib.NewReader(b)
		}
		return flate.NewReader(b), nil
	}
	return nil, fmt.Errorf("body is encoded as %q, which was not asked for", encoding)
}

// early makes of a plain end of input what it is here: an end too soon.
func early(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// checkType refuses an answer that is not of a wanted type, or is an HTML page.
func checkType(address string, h http.Header, body []byte, accept []string) error {
	refuse := func(reason string) error {
		return &RefusedError{
			URL:     address,
			Reason:  reason,
			Hint:    "open the address in a browser; if the source has moved or wants a key, change its base_url or key in the configuration",
			Excerpt: excerpt(body),
		}
	}
	if isHTML(body) {
		return refuse("it sent a web page in the place of data")
	}
	declared := h.Get("Content-Type")
	media, _, err := mime.ParseMediaType(declared)
	if err != nil { // a broken parameter does not make the type unreadable
		media, _, _ = strings.Cut(strings.ToLower(declared), ";")
		media = strings.TrimSpace(media)
	}
	if media == "" || len(accept) == 0 {
		return nil
	}
	if !slices.ContainsFunc(accept, func(want string) bool { return strings.HasPrefix(media, want) }) {
		return refuse(fmt.Sprintf("it sent %s, not %s", media, strings.Join(accept, " or ")))
	}
	return nil
}

// isHTML reports whether a body is a web page, whatever its header calls it:
// byte order mark, XML declaration and comments are looked past.
func isHTML(body []byte) bool {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	for {
		body = bytes.TrimLeft(body, " \t\r\n")
		var end string
		switch {
		case bytes.HasPrefix(body, []byte("<?")):
			end = "?>"
		case bytes.HasPrefix(body, []byte("<!--")):
			end = "-->"
		default:
			head := strings.ToLower(string(body[:min(len(body), 64)]))
			if rest, ok := strings.CutPrefix(head, "<!doctype"); ok {
				return strings.HasPrefix(strings.TrimLeft(rest, " \t\r\n"), "html")
			}
			rest, ok := strings.CutPrefix(head, "<html")
			return ok && (rest == "" || strings.ContainsRune(" >\t\r\n/", rune(rest[0])))
		}
		i := bytes.Index(body, []byte(end))
		if i < 0 {
			return false
		}
		body = body[i+len(end):]
	}
}
