package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"polyglean/indexer"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// library is a Searcher over a list of studies: words must all be there, facets are
// counted over what is found.
type library struct {
	studies []indexer.Study
	// err, when set, is the answer to everything.
	err error
	// wait makes every call last until its context ends.
	wait bool
	// notes are of every query.
	notes      []string
	suggestion *indexer.Suggestion
	// asked is the last query.
	asked indexer.Query
}

func (l *library) Search(ctx context.Context, q indexer.Query) (indexer.Result, error) {
	l.asked = q
	if l.wait {
		<-ctx.Done()
		return indexer.Result{}, fmt.Errorf("find: %w", ctx.Err())
	}
	if l.err != nil {
		return indexer.Result{}, l.err
	}
	if at := strings.IndexByte(q.Text, ')'); at >= 0 && !strings.Contains(q.Text[:at], "(") {
		return indexer.Result{}, &strategy.SyntaxError{
			Query: q.Text, Offset: at,
			Problem: "the parenthesis closes nothing", Hint: "remove it, or open one before",
		}
	}
	res := indexer.Result{Facets: map[string][]indexer.FacetCount{}, FacetTotals: map[string]int{}, Suggestion: l.suggestion, Notes: l.notes}
	if q.Text != "" {
		res.Terms = strings.Fields(q.Text)
	}
	var found []indexer.Study
	for _, st := range l.studies {
		if matches(&st, q) {
			found = append(found, st)
		}
	}
	res.Total = len(found)
	for _, facet := range q.Facets {
		counts := map[string]int{}
		for _, st := range found {
			for _, v := range values(&st, facet) {
				counts[v]++
			}
		}
		for _, v := range sortedKeys(counts) {
			res.Facets[facet] = append(res.Facets[facet], indexer.FacetCount{Value: v, Count: counts[v]})
		}
		slices.SortStableFunc(res.Facets[facet], func(a, b indexer.FacetCount) int { return b.Count - a.Count })
		res.FacetTotals[facet] = len(res.Facets[facet])
		res.Facets[facet] = res.Facets[facet][:min(len(res.Facets[facet]), cmp.Or(q.FacetSize, indexer.DefaultSize))]
	}
	from, _ := strconv.Atoi(q.After)
	to := min(from+cmp.Or(q.Size, 20), len(found))
	for _, st := range found[min(from, to):to] {
		res.Hits = append(res.Hits, indexer.Hit{Study: st, Snippets: snippets(&st, q.Text)})
	}
	if to < len(found) {
		res.Next = strconv.Itoa(to)
	}
	return res, nil
}

func (l *library) Complete(ctx context.Context, prefix string, size int) ([]indexer.Completion, error) {
	if l.wait {
		<-ctx.Done()
		return nil, fmt.Errorf("words: %w", ctx.Err())
	}
	out := []indexer.Completion{{Text: prefix + "ing", Studies: 7}, {Text: prefix + "<b>", Studies: 2}}
	return out[:min(cmp.Or(size, len(out)), len(out))], l.err
}

func (l *library) Study(ctx context.Context, id string) (indexer.Study, error) {
	if l.wait {
		<-ctx.Done()
		return indexer.Study{}, ctx.Err()
	}
	if l.err != nil {
		return indexer.Study{}, l.err
	}
	for _, st := range l.studies {
		if st.ID == id || slices.Contains(st.Aliases, id) {
			return st, nil
		}
	}
	return indexer.Study{}, fmt.Errorf("study %s: %w", id, indexer.ErrNotFound)
}

func matches(st *indexer.Study, q indexer.Query) bool {
	if !q.SetAside && st.Members[0].Record.Selection == record.SetAside {
		return false
	}
	for facet, want := range q.Filters {
		have := values(st, facet)
		if len(want) > 0 && !slices.ContainsFunc(want, func(v string) bool { return slices.Contains(have, v) }) {
			return false
		}
	}
	y := st.Members[0].Record.Candidate.Year
	if q.YearFrom != 0 && y < q.YearFrom || q.YearTo != 0 && y > q.YearTo {
		return false
	}
	for _, w := range strings.Fields(q.Text) {
		if !slices.ContainsFunc(st.Members, func(m indexer.Member) bool {
			c := &m.Record.Candidate
			for _, t := range slices.Concat(c.Titles, c.Abstracts, c.Keywords) {
				if strings.Contains(strings.ToLower(t.Text), strings.ToLower(w)) {
					return true
				}
			}
			return false
		}) {
			return false
		}
	}
	return true
}

func values(st *indexer.Study, facet string) []string {
	var out []string
	add := func(v string) {
		if v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	for i := range st.Members {
		m := &st.Members[i].Record
		if attribute, ok := strings.CutPrefix(facet, indexer.AttributePrefix); ok {
			for _, c := range m.Concepts {
				if c.Facet == attribute {
					add(c.Concept)
				}
			}
		}
		switch facet {
		case indexer.FacetLanguage:
			for _, v := range m.Language.Languages {
				add(v)
			}
		case indexer.FacetReason:
			for _, v := range m.Reasons() {
				add(string(v))
			}
		case indexer.FacetFlag:
			for _, v := range m.Flags() {
				add(string(v))
			}
		case indexer.FacetConcept:
			for _, c := range m.Concepts {
				add(c.Concept)
			}
		case indexer.FacetSource:
			add(indexer.SourceOf(&m.Candidate))
		case indexer.FacetRoute:
			add(string(m.Candidate.Route))
		case indexer.FacetType:
			add(m.Candidate.Type)
		case indexer.FacetQuery:
			add(m.Candidate.Query)
		case indexer.FacetSeed:
			add(year(m.Seed))
		}
	}
	if facet == indexer.FacetDecision {
		for _, d := range st.Decisions {
			add(string(d.Decision.Verdict))
		}
	}
	return out
}

// snippets marks the first word of a query wherever a text has it.
func snippets(st *indexer.Study, query string) []indexer.Snippet {
	var out []indexer.Snippet
	word, _, _ := strings.Cut(query, " ")
	if word == "" {
		return nil
	}
	for _, m := range st.Members {
		c := &m.Record.Candidate
		for _, f := range []struct {
			field record.Field
			texts []record.Text
		}{{record.FieldTitle, c.Titles}, {record.FieldAbstract, c.Abstracts}} {
			for i, t := range f.texts {
				// The words of these tests keep their length when lowered.
				if at := strings.Index(strings.ToLower(t.Text), strings.ToLower(word)); at >= 0 {
					out = append(out, indexer.Snippet{
						Record: c.ID, Field: string(f.field), Index: i, Text: t.Text,
						Marks: []indexer.Mark{{Start: at, End: at + len(word)}},
					})
				}
			}
		}
	}
	return out
}

// made builds a record for these tests. All of them are synthetic, and say so.
type made struct{ record.Classified }

func makeRecord(source, id, lang string, y int, title, abstract string) *made {
	r := &made{record.Classified{
		Candidate: record.Candidate{
			Schema: record.Schema, ID: record.MakeID(source, id), Source: source, SourceID: id, Route: record.RouteSearch, Query: "published",
			Titles: []record.Text{{Text: title, Lang: lang}}, Year: y, Type: "journal-article",
			Container: "Journal of Synthetic Records", Keywords: []record.Text{{Text: "synthetic record", Lang: "en"}},
			Authors:   []record.Author{{Name: "Synthetic Author", Family: "Author", Given: "Synthetic"}},
			Harvested: time.Date(2025, 11, 3, 9, 0, 0, 0, time.UTC),
		},
		Language:  record.LanguageLedger{Declared: []string{lang}, Languages: []string{lang}},
		Selection: record.Selected,
	}}
	if abstract != "" {
		r.Candidate.Abstracts = []record.Text{{Text: abstract, Lang: lang}}
	}
	r.detect(record.FieldTitle, title, lang)
	if abstract != "" {
		r.detect(record.FieldAbstract, abstract, lang)
	}
	return r
}

func (r *made) detect(field record.Field, text, lang string) {
	r.Language.Detected = append(r.Language.Detected, record.Detection{
		Field: field, Start: 0, End: len(text), Lang: lang, Confidence: 0.98, How: "model",
	})
}

// at is the evidence for words in a text of the record.
func (r *made) at(field record.Field, words, concept string) record.Evidence {
	for i, t := range map[record.Field][]record.Text{
		record.FieldTitle: r.Candidate.Titles, record.FieldAbstract: r.Candidate.Abstracts,
	}[field] {
		if at := strings.Index(t.Text, words); at >= 0 {
			return record.Evidence{Field: field, Index: i, Start: at, End: at + len(words), Words: words, Concept: concept, Lang: t.Lang}
		}
	}
	panic("no " + words + " in " + r.Candidate.ID)
}

func (r *made) miss(reason record.Reason, detail string, evidence ...record.Evidence) *made {
	r.Findings = append(r.Findings, record.Finding{Flag: record.FlagKeywordMiss, Reason: reason, Detail: detail, Evidence: evidence})
	return r
}

func (r *made) concept(id, facet string, strong bool, evidence ...record.Evidence) *made {
	r.Concepts = append(r.Concepts, record.ConceptHit{Concept: id, Facet: facet, Strong: strong, Evidence: evidence})
	return r
}

func (r *made) blocks(trafficking, exit bool, evidence ...record.Evidence) *made {
	r.Strategy = record.StrategyMatch{Matched: trafficking && exit, Mode: "inflected", Blocks: []record.BlockMatch{
		{Block: "trafficking", Matched: trafficking}, {Block: "exit", Matched: exit},
	}}
	for _, e := range evidence {
		for i := range r.Strategy.Blocks {
			if r.Strategy.Blocks[i].Block == e.Concept {
				r.Strategy.Blocks[i].Evidence = append(r.Strategy.Blocks[i].Evidence, e)
			}
		}
	}
	return r
}

func study(members ...*made) indexer.Study {
	st := indexer.Study{Schema: 1, Version: 7}
	for i, m := range members {
		st.Members = append(st.Members, indexer.Member{Seq: uint64(i + 1), Record: m.Classified})
		st.Aliases = append(st.Aliases, record.StudyID(m.Candidate.ID))
	}
	slices.Sort(st.Aliases)
	st.ID = st.Aliases[0]
	return st
}

// shelf is the realistic library: seven languages, merged copies, a seed, decisions,
// a retraction and a record set aside.
func shelf() *library {
	const title, abstract = record.FieldTitle, record.FieldAbstract

	es := makeRecord("scielo", "S0000-0001", "es", 2019,
		"Salir de la trata: trayectorias de mujeres tras la explotación sexual",
		"Este estudio cualitativo entrevistó a 24 mujeres que lograron salir de la trata con fines de explotación sexual. "+
			"El apoyo de otras sobrevivientes facilitó la salida; las deudas y el estigma la obstaculizaron.")
	es.Candidate.Titles = append(es.Candidate.Titles, record.Text{Text: "Leaving behind: pathways of women after exploitation", Lang: "en"})
	es.Candidate.Authors = []record.Author{{Name: "Autora Sintética Uno"}, {Name: "Autora Sintética Dos"}, {Name: "Autor Sintético Tres"}, {Name: "Autor Sintético Cuatro"}, {Name: "Autora Sintética Cinco"}}
	es.Candidate.Languages = []string{"en"}
	es.Language.Declared, es.Language.Conflict, es.Language.Work = []string{"en"}, true, "es"
	es.Language.Detected = append(es.Language.Detected, record.Detection{Field: title, Index: 1, End: len(es.Candidate.Titles[1].Text), Lang: "en", Confidence: .93, How: "model"})
	es.Candidate.IDs = record.Identifiers{DOI: "10.5555/synthetic.es.1", OpenAlex: "W0000000001"}
	es.Candidate.Volume, es.Candidate.Issue, es.Candidate.Pages = "12", "3", "201–219"
	es.Candidate.ISSN, es.Candidate.Publisher, es.Candidate.License = []string{"0000-0019"}, "Editorial Sintética", "CC BY 4.0"
	es.Candidate.URL = "https://example.org/es/1"
	es.Language.Languages = []string{"es", "en"}
	es.miss(record.OtherLanguage, "The Spanish title and abstract express both parts of the search; no English text of the record meets it.",
		es.at(title, "Salir de la trata", "exit_sex_trade"), es.at(abstract, "explotación sexual", "sexual_exploitation")).
		concept("exit_sex_trade", "exit", true, es.at(title, "Salir de la trata", ""), es.at(abstract, "salir de la trata", "")).
		concept("social_support", "factor", false, es.at(abstract, "apoyo de otras sobrevivientes", "")).
		concept("stigma", "factor", true, es.at(abstract, "estigma", "")).
		blocks(false, false)
	copyOf := makeRecord("openalex", "W0000000001", "es", 2019, "SALIR DE LA TRATA: trayectorias de mujeres tras la explotación sexual.", "")
	copyOf.Candidate.IDs = record.Identifiers{DOI: "10.5555/synthetic.es.1", OpenAlex: "W0000000001", Other: map[string]string{"mag": "42"}}
	copyOf.Candidate.Route, copyOf.Candidate.Query = record.RouteSearch, "es"
	spanish := study(es, copyOf)
	spanish.Decisions = []indexer.LoggedDecision{{Seq: 9, Decision: record.Decision{
		Schema: 1, Study: spanish.ID, Stage: record.StageTitleAbstract, Verdict: record.Include, By: "account-1", At: time.Date(2025, 11, 4, 10, 0, 0, 0, time.UTC),
	}}}

	en := makeRecord("crossref", "10.5555/synthetic.en.1", "en", 2010,
		"Harm and strength among prostituted teens: a made-up cohort",
		"We interviewed 61 young people about how they got out of the life. Relationships with one steady adult helped; a warrant or a debt held them back.")
	en.Seed = 1
	en.Candidate.IDs.DOI = "10.5555/synthetic.en.1"
	en.miss(record.OtherWords, "“Got out of the life” says exit in words the strategy lacks.", en.at(abstract, "got out of the life", "exit_sex_trade")).
		concept("exit_sex_trade", "exit", true, en.at(abstract, "got out of the life", "")).
		concept("minors_children", "population", true, en.at(title, "teens", "")).
		blocks(false, true, en.at(abstract, "got out", "exit"))
	en.Findings = append(en.Findings, record.Finding{Flag: record.FlagDefinitionOpen, Detail: "Prostitution is named; whether trafficking in the Palermo sense is meant stays open.", Evidence: []record.Evidence{en.at(title, "prostituted", "prostitution")}})

	ar := makeRecord("oai", "oai:synthetic:ar-1", "ar", 2021,
		"التعافي بعد الاتجار بالبشر: تجارب ناجيات في مركز إيواء",
		"تناولت هذه الدراسة تجارب ثماني عشرة ناجية من الاتجار بالبشر لغرض الاستغلال الجنسي. أسهم الدعم الأسري في الخروج، وأعاقته الوصمة.")
	ar.miss(record.OtherLanguage, "The Arabic abstract expresses both parts of the search.", ar.at(abstract, "الاتجار بالبشر", "trafficking_persons")).
		concept("trafficking_persons", "topic", true, ar.at(title, "الاتجار بالبشر", "")).
		concept("shelter", "services", true, ar.at(title, "مركز إيواء", "")).blocks(false, false)
	ar.Candidate.Authors = []record.Author{{Name: "مؤلفة اصطناعية"}}
	ar.Candidate.Route, ar.Candidate.Query = record.RouteHarvest, "synthetic-repository"

	fa := makeRecord("doaj", "synthetic-fa-1", "fa", 2018,
		"بازگشت به زندگی: مطالعه\u200cای کیفی درباره زنان قربانی قاچاق",
		"این پژوهش با دوازده زن که از بهره\u200cکشی جنسی رهایی یافته\u200cاند گفت\u200cوگو کرد. حمایت خانواده مهم\u200cترین عامل بازگشت بود.")
	fa.miss(record.OtherLanguage, "The Persian abstract expresses both parts of the search.", fa.at(abstract, "بهره\u200cکشی جنسی", "sexual_exploitation")).
		concept("sexual_exploitation", "topic", true, fa.at(abstract, "بهره\u200cکشی جنسی", "")).blocks(false, false)

	ja := makeRecord("jstage", "synthetic-ja-1", "ja", 2020,
		"性的搾取からの離脱:支援施設を利用した女性の語り",
		"本研究は、性的搾取から離脱した女性九名への面接に基づき、離脱を促す要因と妨げる要因を検討した。")
	ja.miss(record.OtherLanguage, "The Japanese title expresses both parts of the search.", ja.at(title, "性的搾取からの離脱", "exit_sex_trade")).
		concept("exit_sex_trade", "exit", true, ja.at(title, "性的搾取からの離脱", "")).blocks(false, false)
	ja.Language.Detected[0].How = "script"

	hi := makeRecord("openalex", "W0000000077", "hi", 2016, "देह व्यापार से बाहर निकलना: नेपाल लौटी महिलाओं के अनुभव", "")
	hi.miss(record.NotJudgeable, "There is no abstract; the title alone cannot tell.", hi.at(title, "देह व्यापार से बाहर निकलना", "exit_sex_trade")).
		concept("exit_sex_trade", "exit", true, hi.at(title, "देह व्यापार से बाहर निकलना", "")).blocks(false, false)
	hi.Findings = append(hi.Findings, record.Finding{Flag: record.FlagNoAbstract, Detail: "No source gives an abstract."})

	ru := makeRecord("crossref", "10.5555/synthetic.ru.1", "ru", 2017,
		"Реинтеграция женщин, пострадавших от торговли людьми",
		"На материале тридцати интервью показано, какие условия помогают женщинам вернуться к прежней жизни.\n\n"+
			"Thirty interviews show which conditions help women return to their former lives after human trafficking.")
	ru.Candidate.Retracted = true
	cut := strings.Index(ru.Candidate.Abstracts[0].Text, "Thirty")
	ru.Language.Detected = []record.Detection{
		{Field: title, End: len(ru.Candidate.Titles[0].Text), Lang: "ru", Confidence: 1, How: "model"},
		{Field: abstract, End: cut, Lang: "ru", Confidence: .99, How: "model"},
		{Field: abstract, Start: cut, End: len(ru.Candidate.Abstracts[0].Text), Lang: "en", Confidence: .97, How: "model"},
	}
	ru.Language.Languages = []string{"ru", "en"}
	ru.miss(record.MissingBlock, "Trafficking is matched in English; nothing says exit.", ru.at(abstract, "human trafficking", "trafficking")).
		blocks(true, false, ru.at(abstract, "human trafficking", "trafficking"))
	ru.Findings = append(ru.Findings, record.Finding{Flag: record.FlagRetracted, Detail: "The source marks it as retracted."})

	aside := makeRecord("oai", "oai:synthetic:aside", "en", 2005, "Road traffic noise in a made-up city", "Nothing here is about the topic.")
	aside.Selection = record.SetAside

	return &library{studies: []indexer.Study{spanish, study(en), study(ar), study(fa), study(ja), study(hi), study(ru), study(aside)}}
}
