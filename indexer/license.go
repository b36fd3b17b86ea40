package indexer

import (
	"regexp"
	"strings"
)

// creativeCommons finds the conditions of a Creative Commons licence in its address,
// its name or its short form: "by", "by-nc-nd".
var creativeCommons = regexp.MustCompile(`(?:creativecommons\.org/(?:licenses|l)/|^(?:cc|creative[ -]commons)[ :-]*|^)(by(?:[ -](?:nc|nd|sa)){0,2})(?:[^a-z]|$)`)

// publicDomain are the ways in which a record says that nobody has rights to it.
var publicDomain = regexp.MustCompile(`creativecommons\.org/publicdomain|^cc[ -]?(?:0|zero)|^public[ -]domain|^pdm?$`)

// licenseOf brings what sources state of licences together: an address, a name and a
// short form of one licence are one value of the facet, whatever the version. What is
// not Creative Commons, which nearly all open metadata is under, keeps its own words.
func licenseOf(stated string) string {
	stated = strings.ToLower(strings.TrimSpace(stated))
	if publicDomain.MatchString(stated) {
		return "public-domain"
	}
	if m := creativeCommons.FindStringSubmatch(stated); m != nil {
		return "cc-" + strings.ReplaceAll(m[1], " ", "-")
	}
	if i := strings.Index(stated, "://"); i >= 0 {
		host, _, _ := strings.Cut(stated[i+3:], "/")
		return strings.TrimPrefix(host, "www.")
	}
	return slug(stated)
}
