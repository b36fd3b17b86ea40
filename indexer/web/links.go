package web

import (
	"net/url"

	"polyglean/internal/record"
	"polyglean/internal/untrusted"
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
			add(untrusted.Line(scheme), value, "", "", "")
		}
	}
	return out
}
