package harvester_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// oaiRepository is a repository of synthetic records in Dublin Core. Its records are
// written out beforehand, so that it costs those who read it next to nothing. Their
// datestamps spread over ten years, and lists by date hold what they should.
type oaiRepository struct {
	*httptest.Server
	records [][]byte
	stamps  []string // sorted
	page    int      // records in an answer
}

const (
	oaiHead = `<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">
<responseDate>2026-01-01T00:00:00Z</responseDate>
<request verb="ListRecords">http://synthetic.example/oai</request>
`
	oaiFoot = "\n</OAI-PMH>\n"
)

func startOAIRepository(tb testing.TB, n, page int) *oaiRepository {
	tb.Helper()
	r := &oaiRepository{page: page}
	first := time.Date(2015, 1, 1, 6, 0, 0, 0, time.UTC)
	step := 10 * 365 * 24 * time.Hour / time.Duration(n)
	for i := range n {
		stamp := first.Add(time.Duration(i) * step).Format("2006-01-02T15:04:05Z")
		r.stamps = append(r.stamps, stamp)
		r.records = append(r.records, syntheticDC(i, stamp))
	}
	r.Server = httptest.NewServer(http.HandlerFunc(r.answer))
	tb.Cleanup(r.Close)
	return r
}

func (r *oaiRepository) answer(w http.ResponseWriter, req *http.Request) {
	var b bytes.Buffer
	b.WriteString(oaiHead)
	p := req.URL.Query()
	if p.Get("verb") == "Identify" {
		b.WriteString(`<Identify><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>`)
	} else {
		r.list(&b, p.Get("resumptionToken"), p.Get("from"), p.Get("until"))
	}
	b.WriteString(oaiFoot)
	w.Header().Set("Content-Type", "text/xml; charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = w.Write(b.Bytes())
}

// list writes one answer; a token says which records are still to come.
func (r *oaiRepository) list(b *bytes.Buffer, token, from, until string) {
	first, end, at := 0, len(r.records), 0
	if token != "" {
		if _, err := fmt.Sscanf(token, "%d-%d-%d", &first, &end, &at); err != nil {
			b.WriteString(`<error code="badResumptionToken"/>`)
			return
		}
	} else {
		if from != "" {
			first, _ = slices.BinarySearch(r.stamps, from)
		}
		if until != "" {
			end, _ = slices.BinarySearch(r.stamps, until+"~")
		}
		at = first
	}
	if at >= end {
		b.WriteString(`<error code="noRecordsMatch"/>`)
		return
	}
	to := min(at+r.page, end)
	b.Grow((to - at) * 3000)
	b.WriteString("<ListRecords>\n")
	for _, record := range r.records[at:to] {
		b.Write(record)
	}
	fmt.Fprintf(b, `<resumptionToken completeListSize="%d" cursor="%d">`, end-first, at-first)
	if to < end {
		fmt.Fprintf(b, "%d-%d-%d", first, end, to)
	}
	b.WriteString("</resumptionToken></ListRecords>")
}

// syntheticDC is a record as common repository software writes it: some on lines of
// their own, some with an abstract in two languages, some with escaped markup.
func syntheticDC(i int, stamp string) []byte {
	v := syntheticVoices[i%len(syntheticVoices)]
	var b bytes.Buffer
	fmt.Fprintf(&b, `<record><header><identifier>oai:synthetic.example:%d</identifier><datestamp>%s</datestamp><setSpec>all</setSpec></header>
<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd">
`, i, stamp)
	element := func(name, lang, text string) {
		if lang != "" {
			lang = ` xml:lang="` + lang + `"`
		}
		fmt.Fprintf(&b, "<dc:%s%s>%s</dc:%[1]s>\n", name, lang, text)
	}
	element("title", v.lang, fmt.Sprintf("%s (synthetic record %d)", v.title, i))
	for _, name := range v.creators {
		element("creator", "", name)
	}
	for _, subject := range v.subjects {
		element("subject", v.lang, subject)
	}
	element("description", v.lang, v.abstract)
	element("description", "en", syntheticEnglish)
	element("publisher", "", "Synthetic Press")
	element("date", "", strconv.Itoa(2000+i%25)+"-05-17")
	element("type", "", "info:eu-repo/semantics/article")
	element("identifier", "", fmt.Sprintf("https://synthetic.example/record/%d", i))
	if i%3 > 0 {
		element("identifier", "", fmt.Sprintf("10.5555/synthetic.%d", i))
	}
	element("source", v.lang, fmt.Sprintf("%s; Vol. %d No. %d (%d); %d-%d", v.journal, i%40+1, i%4+1, 2000+i%25, i%200+1, i%200+17))
	element("language", "", v.lang)
	element("rights", "", "https://creativecommons.org/licenses/by/4.0")
	b.WriteString("</oai_dc:dc></metadata></record>\n")
	return b.Bytes()
}

var syntheticEnglish = strings.TrimSpace(`
This synthetic abstract stands for those of a repository. It describes how people who had been exploited found their way
out, which hindrances they met, and what helped: a place to stay, paid work, a friend they could trust, and time. Interviews
were held in three towns and read by two coders; a third settled where they differed. Most had left more than once before
they left for good. The study says nothing of what it did not ask, and its sample is small.`)

// syntheticVoice is what the records in one language say.
type syntheticVoice struct {
	lang, title, abstract, journal string
	creators, subjects             []string
}

var syntheticVoices = []syntheticVoice{
	{
		lang: "es", title: "Salir de la explotación: relatos de un camino largo", journal: "Revista Sintética de Estudios Sociales",
		abstract: "Este resumen sintético describe cómo salieron las participantes &amp; qué lo dificultó. Se realizaron 24 entrevistas (p &lt; 0.05).\nEl albergue, el empleo y las amigas ayudaron.",
		creators: []string{"Ejemplo, Ana", "Muestra, Luis"}, subjects: []string{"trata de personas", "apoyo social", "albergues"},
	},
	{
		lang: "ru", title: "Выход из эксплуатации: синтетическое исследование", journal: "Синтетический журнал",
		abstract: "Синтетическая аннотация описывает, как участницы уходили, что мешало и что помогало. Проведено двадцать четыре интервью в трёх городах. Помогали приют, работа и подруги.",
		creators: []string{"Примерова, А. А."}, subjects: []string{"торговля людьми", "приют"},
	},
	{
		lang: "pt", title: "Deixar a exploração: um estudo sintético", journal: "Cadernos Sintéticos",
		abstract: "&lt;p&gt;Este resumo sintético descreve como as participantes saíram.&lt;/p&gt;&lt;p&gt;Foram realizadas 24 entrevistas em três cidades.&lt;/p&gt;",
		creators: []string{"Exemplo, Maria", "Amostra, João", "Modelo, Rita"}, subjects: []string{"tráfico de pessoas"},
	},
	{
		lang: "ko", title: "착취에서 벗어나기: 합성 연구", journal: "합성 사회 연구",
		abstract: "이 합성 초록은 참여자들이 어떻게 벗어났는지, 무엇이 어렵게 했고 무엇이 도움이 되었는지를 설명한다. 세 도시에서 스물네 명을 면접하였다.",
		creators: []string{"예시, 가나"}, subjects: []string{"인신매매", "쉼터"},
	},
}
