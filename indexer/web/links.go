package web

import (
	"net/url"
	"strings"

	"polyglean/internal/record"
)

// identifier is a persistent identifier, with the address it resolves at.
type identifier struct{ Scheme, Value, URL string }

// identifiers are those of a record, in the order of their use.
func identifiers(ids record.Identifiers) []identifier {
	var out []identifier
	add := func(scheme, value, host, before, after string) {
		if value == "" {
			return
		}
		id := identifier{Scheme: scheme, Value: value}
		if host != "" {
			id.URL = (&url.URL{Scheme: "https", Host: host, Path: before + value + after}).String()
		}
		out = append(out, id)
	}
	add("DOI", ids.DOI, "doi.org", "/", "")
	add("PubMed", ids.PMID, "pubmed.ncbi.nlm.nih.gov", "/", "/")
	add("PubMed Central", ids.PMCID, "pmc.ncbi.nlm.nih.gov", "/articles/", "/")
	add("OpenAlex", ids.OpenAlex, "openalex.org", "/", "")
	for _, scheme := range sortedKeys(ids.Other) {
		value := ids.Other[scheme]
		switch scheme {
		case "hal":
			add("HAL", value, "hal.science", "/", "")
		case "handle":
			add("Handle", value, "hdl.handle.net", "/", "")
		default:
			add(plain(scheme), value, "", "", "")
		}
	}
	return out
}

// webURL is raw when a browser may be sent there, else empty: sources have been
// seen to give "javascript:", "data:" and file paths.
func webURL(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" || u.User != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return u.String()
	}
	return ""
}
