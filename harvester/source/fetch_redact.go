package source

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// secretParams are the query parameters that hold a key, in lower case. The
// contact address (mailto, email) is no secret: a reader of the log wants to see
// under which one a request went out.
var secretParams = []string{
	"api_key", "apikey", "api-key", "key", "appid", "access_token", "token", "secret", "password",
}

// secretHeaders are the headers that hold a key.
var secretHeaders = []string{
	"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "Api-Key", "Crossref-Plus-Api-Token",
}

const redacted = "REDACTED"

// redactURL prints u without its secrets; all else stays as sent, byte for byte.
func redactURL(u *url.URL) string {
	if u == nil {
		return ""
	}
	clean := *u
	clean.User = nil
	if clean.RawQuery != "" {
		params := strings.Split(clean.RawQuery, "&")
		for i, p := range params {
			if name, _, ok := strings.Cut(p, "="); ok && isSecretParam(name) {
				params[i] = name + "=" + redacted
			}
		}
		clean.RawQuery = strings.Join(params, "&")
	}
	return clean.String()
}

func isSecretParam(name string) bool {
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	return slices.Contains(secretParams, strings.ToLower(name))
}

// secrets are the secret values of one request, as they may turn up in an error.
type secrets []string

func secretsOf(u *url.URL, h http.Header) secrets {
	var s secrets
	add := func(value string) {
		// A value this short would blot out half a message and is no key.
		if len(value) < 4 {
			return
		}
		s = append(s, value)
		if escaped := url.QueryEscape(value); escaped != value {
			s = append(s, escaped)
		}
	}
	for p := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(p, "=")
		if !isSecretParam(name) {
			continue
		}
		add(value)
		if plain, err := url.QueryUnescape(value); err == nil && plain != value {
			add(plain)
		}
	}
	if password, ok := u.User.Password(); ok {
		add(password)
	}
	for _, name := range secretHeaders {
		for _, value := range h.Values(name) {
			add(value)
			if _, credentials, ok := strings.Cut(value, " "); ok {
				add(credentials)
			}
		}
	}
	return s
}

// hide blots the secrets out of text.
func (s secrets) hide(text string) string {
	for _, value := range s {
		text = strings.ReplaceAll(text, value, redacted)
	}
	return text
}

// clean makes an error of the transport fit to be shown. *url.Error is taken off,
// since it prints the whole URL; an error that still names a secret, such as one
// that quotes what a hostile server echoed, keeps its words but not its type.
func (s secrets) clean(address string, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if text := err.Error(); s.hide(text) != text {
		err = errors.New(s.hide(text))
	}
	if namesAddress(err) {
		return err
	}
	return fmt.Errorf("fetch %s: %w", address, err)
}

// namesAddress reports whether err says itself where it happened.
func namesAddress(err error) bool {
	switch err.(type) {
	case *StatusError, *BudgetError, *RefusedError, *TooLargeError, *attemptsError:
		return true
	}
	return false
}
