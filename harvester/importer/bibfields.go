package importer

import (
	"maps"
	"slices"
	"strings"

	"polyglean/harvester/source"
)

// bibDraft reads the fields of BibTeX, BibLaTeX and those that databases add.
func bibDraft(kind string, fields map[string]string) draft {
	get := func(names ...string) string {
		for _, n := range names {
			if v := strings.TrimSpace(latexText(fields[n])); v != "" {
				return v
			}
		}
		return ""
	}
	d := draft{
		container: get("journal", "journaltitle", "booktitle", "maintitle", "series"),
		volume:    get("volume"),
		issue:     get("number", "issue"),
		pages:     firstOf(strings.ReplaceAll(get("pages"), "–", "-"), get("art_number", "article-number", "eid")),
		publisher: get("publisher", "school", "institution", "organization"),
		kind:      firstOf(get("document_type", "type"), kind),
		languages: get("language", "langid"),
		keywords:  splitKeywords(get("keywords", "keyword", "author_keywords"), ";\n"),
		dois:      []string{plainIdent(fields["doi"])},
		pmids:     []string{get("pmid", "pubmed_id")},
		pmcids:    []string{get("pmcid", "pmc")},
		issns:     splitList(get("issn")+";"+get("eissn"), ";, "),
		urls:      []string{plainIdent(fields["url"])},
		label:     rayyanLabel(get("note", "notes", "annote")),
	}
	switch kind {
	case "inproceedings", "conference", "proceedings":
		// The address is often where the conference met.
	default:
		d.place = get("address", "location")
	}
	if len(d.keywords) == 1 {
		d.keywords = splitList(d.keywords[0], ",，、")
	}
	d.addStudy(get("note"))
	title := get("title")
	if subtitle := get("subtitle"); title != "" && subtitle != "" {
		title += ": " + subtitle
	}
	d.addTitle(title, "")
	d.addTitle(get("title_english", "title_en", "translatedtitle", "englishtitle"), "")
	d.addAbstract(get("abstract"), "")
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		// Texts in further languages, "title_es".
		switch what, lang, _ := strings.Cut(name, "_"); {
		case name == "title_en" || langOf(lang) == "":
		case what == "title":
			d.addTitle(get(name), langOf(lang))
		case what == "abstract":
			d.addAbstract(get(name), langOf(lang))
		}
	}
	d.dates = []string{get("date"), bibDate(get("year"), get("month"), get("day")), get("year")}
	d.authors = bibAuthors(fields["author"])
	if len(d.authors) == 0 {
		d.authors = bibAuthors(fields["editor"])
	}
	// SciELO writes an article's own DOI into crossref, which elsewhere names the
	// entry of the volume it is in.
	if kind == "article" && source.NormalDOI(d.dois[0]) == "" {
		d.dois = append(d.dois, plainIdent(fields["crossref"]))
	}
	d.accession = firstOf(get("unique-id", "accession", "accession_number", "ut"), scopusID(d.urls[0]))
	if eid := scopusID(d.urls[0]); eid != "" {
		d.addOther("scopus", eid)
	}
	return d
}

func bibDate(year, month, day string) string {
	switch {
	case year == "" || month == "":
		return year
	case strings.Trim(month, "0123456789") != "":
		return strings.TrimSpace(strings.TrimSuffix(year+" "+month, ".") + " " + day)
	case day == "":
		return year + "-" + month
	}
	return year + "-" + month + "-" + day
}

// plainIdent undoes the escapes of an identifier or address, in which tildes and
// hyphens stand for themselves.
func plainIdent(s string) string {
	return strings.TrimSpace(strings.NewReplacer(`\_`, "_", `\&`, "&", `\%`, "%", `\#`, "#", `\~{}`, "~", `\textasciitilde`, "~", "{", "", "}", "").Replace(s))
}
