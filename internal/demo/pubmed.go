package demo

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// pubMedSearch answers esearch.fcgi in JSON: term, retstart, retmax, the date
// parameters, and usehistory, whose WebEnv here holds the question itself.
func (s *Server) pubMedSearch(w http.ResponseWriter, r *http.Request) {
	p, err := parameters(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if p.Get("retmode") != "json" {
		http.Error(w, "this demonstration server speaks retmode=json only", http.StatusBadRequest)
		return
	}
	start, okStart := size(p.Get("retstart"), 0, 9998)
	count, okCount := size(p.Get("retmax"), 20, s.limits[PubMed])
	if p.Get("term") == "" || !okStart || !okCount {
		writeJSON(w, http.StatusOK, map[string]any{
			"header":        map[string]string{"type": "esearch", "version": "0.3"},
			"esearchresult": map[string]string{"ERROR": "Empty term and query_key - nothing todo"},
		})
		return
	}
	all := s.find(pubMedQuestion(p))
	hits := page(all, start, count)
	result := map[string]any{
		"count": strconv.Itoa(len(all)), "retmax": strconv.Itoa(len(hits)), "retstart": strconv.Itoa(start),
		"translationset": []any{}, "querytranslation": p.Get("term"),
	}
	ids := make([]string, len(hits))
	for i, cp := range hits {
		ids[i] = cp.SourceID
	}
	result["idlist"] = ids
	if p.Get("usehistory") == "y" {
		result["querykey"], result["webenv"] = "1", "MCID_"+base64.RawURLEncoding.EncodeToString([]byte(p.Encode()))
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"header": map[string]string{"type": "esearch", "version": "0.3"}, "esearchresult": result,
	})
}

func pubMedQuestion(p url.Values) question {
	q := question{source: PubMed, text: p.Get("term")}
	from, until := strings.ReplaceAll(p.Get("mindate"), "/", "-"), strings.ReplaceAll(p.Get("maxdate"), "/", "-")
	if p.Get("datetype") == "pdat" {
		q.window.publishedFrom, q.window.publishedUntil = from, until
	} else {
		q.window.addedFrom, q.window.addedUntil = from, until
	}
	return q
}

// pubMedFetch answers efetch.fcgi in XML, for IDs or for a search kept by
// usehistory. An ID nobody has is passed over, as PubMed does.
func (s *Server) pubMedFetch(w http.ResponseWriter, r *http.Request) {
	p, err := parameters(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var hits []*Copy
	if env, ok := strings.CutPrefix(p.Get("WebEnv"), "MCID_"); ok {
		raw, err := base64.RawURLEncoding.DecodeString(env)
		asked, err2 := url.ParseQuery(string(raw))
		start, okStart := size(p.Get("retstart"), 0, 9998)
		count, okCount := size(p.Get("retmax"), 20, s.limits[PubMed])
		if err != nil || err2 != nil || !okStart || !okCount {
			http.Error(w, "WebEnv, retstart or retmax cannot be read", http.StatusBadRequest)
			return
		}
		hits = page(s.find(pubMedQuestion(asked)), start, count)
	} else {
		wanted := map[string]bool{}
		for id := range strings.SplitSeq(p.Get("id"), ",") {
			wanted[strings.TrimSpace(id)] = true
		}
		for _, cp := range s.corpus.Copies(PubMed) {
			if wanted[cp.SourceID] {
				hits = append(hits, cp)
			}
		}
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">
<PubmedArticleSet>
`)
	for _, cp := range hits {
		cp.writePubMed(&b)
	}
	b.WriteString("</PubmedArticleSet>")
	writeBody(w, http.StatusOK, "text/xml; charset=UTF-8", []byte(b.String()))
}

func (cp *Copy) writePubMed(b *strings.Builder) {
	added := cp.Added()
	fmt.Fprintf(b, `<PubmedArticle><MedlineCitation Status="PubMed-not-MEDLINE" Owner="NLM"><PMID Version="1">%s</PMID>%s%s`,
		cp.SourceID, pubMedDate("DateCompleted", added), pubMedDate("DateRevised", added))
	fmt.Fprintf(b, `<Article PubModel="Print"><Journal><JournalIssue CitedMedium="Print"><Volume>%s</Volume><Issue>%s</Issue><PubDate><Year>%d</Year><Month>%s</Month></PubDate></JournalIssue><Title>%s</Title><ISOAbbreviation>%[5]s</ISOAbbreviation></Journal>`,
		escape(cp.Volume), escape(cp.Issue), cp.Year, time.Month(1 + cp.N%12).String()[:3], escape(cp.Container))

	title, vernacular := cp.titleIn(PubMed), ""
	switch {
	case cp.Lang == "en":
	case cp.TitleEN != "":
		title, vernacular = "["+cp.TitleEN+"]", cp.titleIn(PubMed)
	default: // the metadata are English already
		title = "[" + title + "]"
	}
	if cp.HTML != "" && vernacular == "" && cp.As[PubMed] == "" {
		title = cp.HTML // its elements and entities are PubMed's too
	} else {
		title = escape(title)
	}
	fmt.Fprintf(b, "<ArticleTitle>%s.</ArticleTitle>", title)
	if doi := cp.doi(); doi != "" {
		// PubMed keeps a DOI's capitals, which mean nothing.
		fmt.Fprintf(b, `<ELocationID EIdType="doi" ValidYN="Y">%s</ELocationID>`, strings.Replace(doi, "polyglean", "Polyglean", 1))
	}
	if cp.Abstract != "" && (cp.AbstractEN != "" || cp.meta() == "en") {
		pubMedAbstract(b, "<Abstract>", "</Abstract>", cp.englishSections())
	}
	fmt.Fprintf(b, `<AuthorList CompleteYN="Y">`)
	for _, p := range cp.people() {
		fmt.Fprintf(b, `<Author ValidYN="Y"><LastName>%s</LastName>`, escape(p.family))
		if initial := strings.TrimSuffix(p.given, "."); initial != "" {
			fmt.Fprintf(b, "<ForeName>%s</ForeName><Initials>%[1]s</Initials>", escape(initial))
		}
		b.WriteString("</Author>")
	}
	fmt.Fprintf(b, `</AuthorList><Language>%s</Language><PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>`, iso6392[cp.Lang])
	if cp.Retracted {
		b.WriteString(`<PublicationType UI="D016441">Retracted Publication</PublicationType>`)
	}
	b.WriteString("</PublicationTypeList>")
	if vernacular != "" {
		fmt.Fprintf(b, "<VernacularTitle>%s.</VernacularTitle>", escape(vernacular))
	}
	b.WriteString(`</Article><MedlineJournalInfo>`)
	if cp.Country != "" {
		fmt.Fprintf(b, `<Country>%s</Country>`, escape(cp.Country))
	}
	fmt.Fprintf(b, `<MedlineTA>%s</MedlineTA></MedlineJournalInfo>`, escape(cp.Container))
	if cp.Abstract != "" && cp.meta() != "en" {
		pubMedAbstract(b, fmt.Sprintf(`<OtherAbstract Type="Publisher" Language="%s">`, iso6392[cp.meta()]), "</OtherAbstract>", sections(cp.Abstract))
	}
	b.WriteString(`<KeywordList Owner="NOTNLM">`)
	for _, k := range cp.subjects() {
		fmt.Fprintf(b, `<Keyword MajorTopicYN="N">%s</Keyword>`, escape(k))
	}
	b.WriteString(`</KeywordList></MedlineCitation><PubmedData><History>`)
	fmt.Fprintf(b, `<PubMedPubDate PubStatus="entrez"><Year>%d</Year><Month>%d</Month><Day>%d</Day></PubMedPubDate>`, added.Year(), added.Month(), added.Day())
	fmt.Fprintf(b, `</History><PublicationStatus>ppublish</PublicationStatus><ArticleIdList><ArticleId IdType="pubmed">%s</ArticleId>`, cp.SourceID)
	if doi := cp.doi(); doi != "" {
		fmt.Fprintf(b, `<ArticleId IdType="doi">%s</ArticleId>`, doi)
	}
	b.WriteString("</ArticleIdList></PubmedData></PubmedArticle>\n")
}

func pubMedDate(element string, t time.Time) string {
	return fmt.Sprintf("<%s><Year>%d</Year><Month>%02d</Month><Day>%02d</Day></%[1]s>", element, t.Year(), t.Month(), t.Day())
}

func pubMedAbstract(b *strings.Builder, open, shut string, ss []section) {
	b.WriteString(open)
	for _, s := range ss {
		if s.label == "" {
			fmt.Fprintf(b, "<AbstractText>%s</AbstractText>", escape(s.text))
			continue
		}
		fmt.Fprintf(b, `<AbstractText Label="%s" NlmCategory="UNASSIGNED">%s</AbstractText>`, escape(strings.ToUpper(s.label)), escape(s.text))
	}
	b.WriteString(shut)
}
