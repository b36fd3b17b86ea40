package strategy

import "strings"

// field is what a field of a database is to us: one of ours, any text, or something
// that records do not have.
type field struct {
	ours Field
	// lost is set for what is not searched in texts: the Kind of the note.
	lost NoteKind
	// wider says that the field is read as any text, but is narrower.
	wider bool
}

var (
	anyText     = field{ours: AnyField}
	nearlyAny   = field{ours: AnyField, wider: true}
	inTitle     = field{ours: Title}
	inAbstract  = field{ours: Abstract}
	inKeywords  = field{ours: Keyword}
	inAuthors   = field{ours: Author}
	inJournal   = field{ours: Container}
	isHeading   = field{lost: SubjectHeading}
	isQualifier = field{lost: Subheading}
	isFilter    = field{lost: Filter}
)

// fieldTable reads lines of names and what they are: "ti title = title".
func fieldTable(lists map[*field]string) map[string]field {
	table := make(map[string]field)
	for f, names := range lists {
		for _, name := range strings.Split(names, ",") {
			table[strings.TrimSpace(name)] = *f
		}
	}
	return table
}

// PubMed's [tiab] looks at title, abstract and authors' keywords, as AnyField does.
var pubmedFields = fieldTable(map[*field]string{
	&anyText:     "tiab, title/abstract, ti/ab, tw, text word, text words, all fields, all, word, twd",
	&inTitle:     "ti, title, tt, transliterated title",
	&inAbstract:  "ab, abstract",
	&inKeywords:  "ot, other term, keyword",
	&inAuthors:   "au, author, fau, 1au, lastau, first author, last author, full author name, auth, author - first, author - last, author - corporate, cn, corporate author",
	&inJournal:   "ta, jour, journal, jt, journal title",
	&isHeading:   "mesh, mh, mesh terms, mesh term, majr, mesh major topic, nm, supplementary concept, substance name, rn, ec/rn number, pa, pharmacological action",
	&isQualifier: "sh, subheading, mesh subheading, subheadings",
	&isFilter: "pt, publication type, ptyp, la, lang, language, dp, pdat, pd, date - publication, publication date, edat, crdt, dcom, mhda, sb, subset, filter, ad, affiliation, pl, place of publication, is, pmid, uid, gr, " +
		"date - create, date - entry, date - mesh, date - completion, date - modification, lr, mesh date, entry date, grant number, aid, article identifier, lid, location id, " +
		"auid, author - identifier, author identifier, book, cois, conflict of interest statements, editor, ir, investigator, fir, full investigator name, " +
		"isbn, ip, issue, vi, volume, pg, pagination, jid, nlm unique id, pubn, publisher, ps, personal name as subject, subject - personal name, si, secondary source id",
})

var ovidFields = fieldTable(map[*field]string{
	&anyText:     "mp, af, tx, tw",
	&inTitle:     "ti, ot, tt, bt, m_titl",
	&inAbstract:  "ab",
	&inKeywords:  "kw, kf, id",
	&inAuthors:   "au, fa, ax",
	&inJournal:   "jn, jw, jx, jt",
	&isHeading:   "sh, hw, xs, nm, rn, rs, ox, px, de, dm, mh, tn, dq",
	&isQualifier: "fs",
	&isFilter:    "pt, la, yr, dp, ed, up, cp, in, pg, is, so, sb, gs, ui, an",
})

var scopusFields = fieldTable(map[*field]string{
	&anyText:    "title-abs-key, all, title-abs-key-auth",
	&nearlyAny:  "title-abs",
	&inTitle:    "title",
	&inAbstract: "abs",
	&inKeywords: "key, authkey, keywords",
	&inAuthors:  "auth, authlastname, author-name, author",
	&inJournal:  "srctitle, exactsrctitle, conf, confname",
	&isHeading:  "indexterms, casregnumber, chemname",
	&isFilter:   "limit-to, exclude, doctype, language, subjarea, affil, affilcountry, affilorg, srctype, issn, doi, pubstage, openaccess, fund-all, ref, refauth, reftitle, orig-load-date, load-date",
})

var wosFields = fieldTable(map[*field]string{
	&anyText:    "ts, all, topic",
	&inTitle:    "ti, title",
	&inAbstract: "ab, abstract",
	&inKeywords: "ak, kp, key",
	&inAuthors:  "au, author",
	&inJournal:  "so, source, publication name",
	&isFilter:   "py, dt, la, su, wc, cu, ad, oo, og, do, is, ut, ft, fo, fd, edn, pmid, dop, ld",
	&isHeading:  "mh, mhx, ms",
})

var ebscoFields = fieldTable(map[*field]string{
	&anyText:     "tx, kw",
	&nearlyAny:   "xb",
	&inTitle:     "ti",
	&inAbstract:  "ab",
	&inAuthors:   "au",
	&inJournal:   "so, jn",
	&isHeading:   "mh, mm, mj, mw, su, de, dh, zu, zw, gm",
	&isQualifier: "qw",
	&isFilter:    "pt, zt, la, dt, py, pg, af, em, rv, fm, is, ib, an, ui, vi, ip",
})

// merge makes one field of several joined by commas, as in .ti,ab,kw.: the fields
// a term is searched in, or what is lost where it is searched in none.
func merge(all []field) (ours []Field, lost NoteKind, wider bool) {
	has := make(map[Field]bool)
	for _, f := range all {
		if f.lost != "" {
			lost = f.lost
			continue
		}
		has[f.ours] = true
		wider = wider || f.wider
	}
	switch {
	case len(has) == 0:
		return nil, lost, false
	case has[AnyField]:
		return []Field{AnyField}, "", wider
	case has[Title] && has[Abstract]:
		return []Field{AnyField}, "", !has[Keyword]
	}
	for _, f := range []Field{Title, Abstract, Keyword, Author, Container} {
		if has[f] {
			ours = append(ours, f)
		}
	}
	return ours, "", false
}
