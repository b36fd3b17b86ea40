package demo

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oai answers for an OAI-PMH 2.0 repository with two sets, dates in seconds,
// oai_dc as its one format and lists in parts.
func (s *Server) oai(w http.ResponseWriter, r *http.Request) {
	p, err := parameters(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">
<responseDate>2026-01-01T00:00:00Z</responseDate>
<request`)
	for _, name := range oaiArguments {
		if p.Has(name) {
			fmt.Fprintf(&b, ` %s="%s"`, name, escape(p.Get(name)))
		}
	}
	fmt.Fprintf(&b, ">%s</request>\n", s.URL(OAI))
	if bad := s.oaiAnswer(&b, p); bad != nil {
		fmt.Fprintf(&b, `<error code="%s">%s</error>`, bad.code, escape(bad.message))
	}
	b.WriteString("\n</OAI-PMH>\n")
	writeBody(w, http.StatusOK, "text/xml; charset=UTF-8", []byte(b.String()))
}

var oaiArguments = []string{"verb", "identifier", "metadataPrefix", "from", "until", "set", "resumptionToken"}

// oaiError is one of the protocol's error conditions.
type oaiError struct{ code, message string }

func (s *Server) oaiAnswer(b *strings.Builder, p url.Values) *oaiError {
	for name, values := range p {
		if !slices.Contains(oaiArguments, name) || len(values) > 1 {
			return &oaiError{"badArgument", "illegal or repeated argument: " + name}
		}
	}
	switch verb := p.Get("verb"); verb {
	case "Identify":
		fmt.Fprintf(b, `<Identify><repositoryName>Polyglean demonstration repositories</repositoryName><baseURL>%s</baseURL><protocolVersion>2.0</protocolVersion><adminEmail>demo@demo.example</adminEmail><earliestDatestamp>2025-01-01T00:00:00Z</earliestDatestamp><deletedRecord>persistent</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>`, s.URL(OAI))
	case "ListMetadataFormats":
		b.WriteString(`<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix><schema>http://www.openarchives.org/OAI/2.0/oai_dc.xsd</schema><metadataNamespace>http://www.openarchives.org/OAI/2.0/oai_dc/</metadataNamespace></metadataFormat></ListMetadataFormats>`)
	case "ListSets":
		b.WriteString("<ListSets>")
		for _, set := range Sets {
			fmt.Fprintf(b, "<set><setSpec>%s</setSpec><setName>Demonstration repository %[1]s</setName></set>", set)
		}
		b.WriteString("</ListSets>")
	case "GetRecord":
		return s.oaiRecord(b, p)
	case "ListRecords", "ListIdentifiers":
		return s.oaiList(b, p, verb)
	default:
		return &oaiError{"badVerb", "illegal OAI verb: " + verb}
	}
	return nil
}

func (s *Server) oaiRecord(b *strings.Builder, p url.Values) *oaiError {
	if p.Get("metadataPrefix") != "oai_dc" {
		return &oaiError{"cannotDisseminateFormat", "only oai_dc is available"}
	}
	for _, cp := range s.corpus.Copies(OAI) {
		if cp.SourceID == p.Get("identifier") {
			b.WriteString("<GetRecord>")
			cp.writeOAI(b, true)
			b.WriteString("</GetRecord>")
			return nil
		}
	}
	return &oaiError{"idDoesNotExist", "no record has the identifier " + p.Get("identifier")}
}

func (s *Server) oaiList(b *strings.Builder, p url.Values, verb string) *oaiError {
	from := 0
	if p.Has("resumptionToken") {
		if len(p) > 2 {
			return &oaiError{"badArgument", "resumptionToken must be the only argument"}
		}
		var ok bool
		if p, from, ok = readToken(p.Get("resumptionToken")); !ok {
			return &oaiError{"badResumptionToken", "The value of the resumptionToken argument is invalid or expired."}
		}
	}
	q, bad := oaiQuestion(p)
	if bad != nil {
		return bad
	}
	all := s.find(q)
	hits := page(all, from, s.limits[OAI])
	if len(hits) == 0 {
		return &oaiError{"noRecordsMatch", "The combination of the given values results in an empty list."}
	}
	fmt.Fprintf(b, "<%s>\n", verb)
	for _, cp := range hits {
		cp.writeOAI(b, verb == "ListRecords")
	}
	next := from + len(hits)
	switch {
	case next < len(all):
		fmt.Fprintf(b, `<resumptionToken completeListSize="%d" cursor="%d">%s</resumptionToken>`, len(all), from, token(p, next))
	case from > 0:
		fmt.Fprintf(b, `<resumptionToken completeListSize="%d" cursor="%d"/>`, len(all), from)
	}
	fmt.Fprintf(b, "</%s>", verb)
	return nil
}

func oaiQuestion(p url.Values) (question, *oaiError) {
	q := question{source: OAI, set: p.Get("set")}
	if prefix := p.Get("metadataPrefix"); prefix == "" {
		return q, &oaiError{"badArgument", "metadataPrefix is missing"}
	} else if prefix != "oai_dc" {
		return q, &oaiError{"cannotDisseminateFormat", "only oai_dc is available"}
	}
	for _, bound := range []struct {
		name string
		day  *string
	}{{"from", &q.window.addedFrom}, {"until", &q.window.addedUntil}} {
		v := p.Get(bound.name)
		if v == "" {
			continue
		}
		if _, err := time.Parse(time.RFC3339, v); err != nil || !strings.HasSuffix(v, "Z") {
			if _, err := time.Parse(time10, v); err != nil {
				return q, &oaiError{"badArgument", bound.name + " is no UTC date: " + v}
			}
		}
		// Records are added one a day at six in the morning; that day decides.
		*bound.day = v[:len(time10)]
	}
	return q, nil
}

// token packs what is needed to go on with a list.
func token(p url.Values, offset int) string {
	state := url.Values{"offset": {strconv.Itoa(offset)}}
	for _, name := range []string{"metadataPrefix", "from", "until", "set"} {
		if p.Has(name) {
			state.Set(name, p.Get(name))
		}
	}
	return base64.RawURLEncoding.EncodeToString([]byte(state.Encode()))
}

func readToken(t string) (p url.Values, offset int, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(t)
	if err != nil {
		return nil, 0, false
	}
	p, err = url.ParseQuery(string(raw))
	if err != nil {
		return nil, 0, false
	}
	offset, err = strconv.Atoi(p.Get("offset"))
	return p, offset, err == nil && offset > 0
}

func (cp *Copy) writeOAI(b *strings.Builder, metadata bool) {
	status := ""
	if cp.Deleted {
		status = ` status="deleted"`
	}
	if metadata {
		b.WriteString("<record>")
	}
	fmt.Fprintf(b, "<header%s><identifier>%s</identifier><datestamp>%s</datestamp><setSpec>%s</setSpec></header>",
		status, escape(cp.SourceID), cp.Added().Format(time.RFC3339), cp.Set)
	if !metadata {
		b.WriteByte('\n')
		return
	}
	if !cp.Deleted {
		cp.writeDC(b)
	}
	b.WriteString("</record>\n")
}

// writeDC writes the record in Dublin Core. The repositories differ, as they do:
// the north marks the language of every text and gives the paper's in two
// letters, the south marks none and uses the three letters of libraries.
func (cp *Copy) writeDC(b *strings.Builder) {
	text := func(element, lang, value string) {
		if value == "" {
			return
		}
		if cp.Set != "north" || lang == "" {
			fmt.Fprintf(b, "<dc:%s>%s</dc:%[1]s>", element, value)
			return
		}
		fmt.Fprintf(b, `<dc:%s xml:lang="%s">%s</dc:%[1]s>`, element, lang, value)
	}
	b.WriteString(`<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd">`)
	meta := cp.meta()
	text("title", meta, escape(cp.titleHTML(OAI)))
	text("title", "en", escape(cp.TitleEN))
	for _, p := range cp.people() {
		text("creator", "", escape(strings.TrimSuffix(p.family+", "+p.given, ", ")))
	}
	for _, k := range cp.subjects() {
		text("subject", "", escape(k))
	}
	// Odd bytes go in as they are: that is what makes them odd.
	text("description", meta, escape(plain(sections(cp.Abstract)))+cp.Odd)
	text("description", "en", escape(plain(sections(cp.AbstractEN))))
	text("publisher", "", escape(cp.publisher()))
	text("date", "", cp.Published())
	text("type", "", dcType(cp.kind()))
	text("identifier", "", "https://"+cp.Set+".demo.example/record/"+strconv.Itoa(cp.N))
	if doi := cp.doi(); doi != "" {
		if cp.Set == "north" {
			text("identifier", "", "https://doi.org/"+doi)
		} else {
			text("identifier", "", "doi:"+strings.ToUpper(doi))
		}
	}
	text("source", "", escape(cp.Container))
	if cp.Set == "north" {
		text("language", "", cp.Lang)
	} else {
		text("language", "", iso6392[cp.Lang])
	}
	text("rights", "", "CC0 1.0")
	b.WriteString("</oai_dc:dc></metadata>")
}

func dcType(kind string) string {
	if kind == "thesis" {
		return "info:eu-repo/semantics/doctoralThesis"
	}
	return "info:eu-repo/semantics/" + kind
}
