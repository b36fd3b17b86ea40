package source

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// RehearsedError is what Get of a rehearsal returns: the request it did not send,
// without secrets.
type RehearsedError struct{ URL string }

func (e *RehearsedError) Error() string { return "not sent: GET " + e.URL }

// StatusError is an answer with a status other than 200, after the attempts that
// its status is worth.
type StatusError struct {
	Status int
	URL    string
	Header http.Header
	// Excerpt is the start of the body as readable text, at most 300 bytes.
	Excerpt string
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("%s answered %d %s", e.URL, e.Status, http.StatusText(e.Status))
	if e.Excerpt != "" {
		text += fmt.Sprintf(", saying %q", e.Excerpt)
	}
	return text + ": " + e.wayOut()
}

func (e *StatusError) wayOut() string {
	switch {
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		return "check the key and the contact address of the source, and that this network may use it"
	case e.Status == http.StatusNotFound || e.Status == http.StatusGone:
		return "check the base_url of the source in the configuration"
	case e.Status == http.StatusTooManyRequests:
		return "lower requests_per_second of the source, or try again later"
	case e.Status >= 500:
		return "the source is in trouble; the next run goes on from here"
	default:
		return "the source does not take this request; check its options in the protocol and the configuration"
	}
}

// BudgetError says that a host wants a longer pause than FetchConfig.MaxWait: the
// query ends here, and a later run goes on from its cursor.
type BudgetError struct {
	Host string
	// RetryAfter is how long the host asked to be left alone, Until when that is over.
	RetryAfter time.Duration
	Until      time.Time
	Reason     string
}

// More implements harvester.Spent.
func (e *BudgetError) More() time.Time { return e.Until }

func (e *BudgetError) Error() string {
	return fmt.Sprintf("%s asks to be left alone for %s, until %s (%s): the next run after that goes on from here; "+
		"a key of your own may raise the limit", e.Host, e.RetryAfter.Round(time.Second), e.Until.UTC().Format("2006-01-02 15:04 MST"), e.Reason)
}

// RefusedError is an answer or an address that was not accepted: an HTML page in
// the place of data, a redirect to another site, a private address.
type RefusedError struct {
	URL    string
	Reason string
	// Hint is the way out.
	Hint string
	// Excerpt is the start of the body as readable text, at most 300 bytes; empty
	// when there was none.
	Excerpt string
}

func (e *RefusedError) Error() string {
	text := fmt.Sprintf("refused %s: %s", e.URL, e.Reason)
	if e.Excerpt != "" {
		text += fmt.Sprintf(", saying %q", e.Excerpt)
	}
	if e.Hint != "" {
		text += ": " + e.Hint
	}
	return text
}

// TooLargeError is a body of more than FetchConfig.MaxBody bytes after
// decompression. Nothing of it is used.
type TooLargeError struct {
	URL   string
	Limit int64
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s sent more than %d bytes: lower page_size of the source, or raise max_body", e.URL, e.Limit)
}

// maxExcerpt is the most bytes of a body that an error quotes.
const maxExcerpt = 300

// excerpt is the readable start of a body: the text of an HTML page without its
// markup, white space collapsed, nothing in it that a terminal or log would obey.
func excerpt(body []byte) string {
	body = body[:min(len(body), 16<<10)]
	text := string(body)
	if isHTML(body) {
		text = pageText(body)
	}
	var b strings.Builder
	space := false
	for _, r := range text {
		// Cf holds the direction overrides, which could turn a line of a log around.
		if r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsPrint(r) || unicode.Is(unicode.Cf, r) {
			space = b.Len() > 0
			continue
		}
		if b.Len()+utf8.RuneLen(r)+1 > maxExcerpt {
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// pageText is the text of an HTML page, its title first.
func pageText(page []byte) string {
	var b strings.Builder
	z := html.NewTokenizer(bytes.NewReader(page))
	skip := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.StartTagToken:
			name, _ := z.TagName()
			skip = string(name) == "script" || string(name) == "style"
		case html.EndTagToken:
			skip = false
		case html.TextToken:
			if !skip {
				b.Write(z.Text())
				b.WriteByte(' ')
			}
		}
	}
}
