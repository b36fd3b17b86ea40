package source

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// maxRedirects is how many redirects one request may follow.
const maxRedirects = 5

// checkRedirect lets a request be sent on within its own site, never from https
// to http, and without what could give a key away.
func checkRedirect(next *http.Request, via []*http.Request) error {
	last := via[len(via)-1]
	refuse := func(reason string) error {
		return &RefusedError{
			URL:    redactURL(last.URL),
			Reason: fmt.Sprintf("it redirects to %s, %s", redactURL(next.URL), reason),
			Hint:   "if the source has moved, set its base_url in the configuration to the new address",
		}
	}
	switch {
	case len(via) > maxRedirects:
		return refuse(fmt.Sprintf("one redirect more than the %d allowed", maxRedirects))
	case next.URL.Scheme != "https" && next.URL.Scheme != "http":
		return refuse("which is not an http or https address")
	case last.URL.Scheme == "https" && next.URL.Scheme != "https":
		return refuse("which is not encrypted")
	case site(next.URL) != site(via[0].URL):
		return refuse("which is another site")
	}
	// net/http has put the address before, query and key included, into Referer.
	next.Header.Del("Referer")
	if !strings.EqualFold(next.URL.Host, via[0].URL.Host) {
		for _, name := range secretHeaders {
			next.Header.Del(name)
		}
	}
	return nil
}

// site is the part of a URL's host that one owner registers: example.org for
// oai.example.org. An IP address or an unqualified name is a site of its own.
func site(u *url.URL) string {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	if own, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return own
	}
	return host
}
