package demo

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"
)

func load(t *testing.T) *Corpus {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCorpusIsLabelled: what is invented says so in every place a reader may
// look, and what is not invented is bare facts.
func TestCorpusIsLabelled(t *testing.T) {
	for _, r := range load(t).Records {
		if r.Seed > 0 {
			if r.Abstract != "" || r.AbstractEN != "" || r.doi() != "" || r.pmid() != "" || len(r.Authors) == 0 {
				t.Errorf("seed %d: want authors and no abstract, DOI or PMID", r.Seed)
			}
			continue
		}
		for _, p := range r.people() {
			if !strings.HasPrefix(p.family, "Synthetic Author ") {
				t.Errorf("record %d: author %q is not labelled synthetic", r.N, p.name())
			}
		}
		if doi := r.doi(); !r.NoDOI && !strings.HasPrefix(doi, "10.5555/polyglean-demo-") {
			t.Errorf("record %d: DOI %q is outside the test prefix", r.N, doi)
		}
		if !slices.Contains(r.subjects(), "synthetic record") || r.publisher() != publisher {
			t.Errorf("record %d: keyword or publisher does not say that it is synthetic", r.N)
		}
		if !labelled(r.Container) {
			t.Errorf("record %d: container %q does not say that it is synthetic", r.N, r.Container)
		}
	}
}

// labelled knows "synthetic" or "demonstration" in the corpus' languages.
func labelled(container string) bool {
	for _, w := range []string{
		"synthet", "synthét", "sintet", "sintét", "syntet", "synteett", "sentetik", "синтет", "συνθετ", "اصطناعي", "ساختگی",
		"कृत्रिम", "কৃত্রিম", "合成", "합성", "tổng hợp", "สังเคราะห์",
	} {
		if strings.Contains(strings.ToLower(container), w) {
			return true
		}
	}
	return false
}

func TestCorpusIsWide(t *testing.T) {
	c := load(t)
	seeds, languages, themes, abstracts := 0, map[string]bool{}, map[Theme]int{}, 0
	scripts := map[string]bool{}
	for _, r := range c.Records {
		languages[r.Lang] = true
		themes[r.Theme]++
		if r.Seed > 0 {
			seeds++
		}
		if r.Abstract != "" {
			abstracts++
		}
		for name, table := range map[string]*unicode.RangeTable{
			"Latin": unicode.Latin, "Cyrillic": unicode.Cyrillic, "Arabic": unicode.Arabic, "Devanagari": unicode.Devanagari,
			"Bengali": unicode.Bengali, "Han": unicode.Han, "Hiragana": unicode.Hiragana, "Hangul": unicode.Hangul,
			"Thai": unicode.Thai, "Greek": unicode.Greek,
		} {
			if strings.ContainsFunc(r.Title, func(x rune) bool { return unicode.Is(table, x) }) {
				scripts[name] = true
			}
		}
	}
	for what, n := range map[string][2]int{
		"records": {len(c.Records), 153}, "seeds": {seeds, 13}, "languages": {len(languages), 16}, "scripts": {len(scripts), 6},
		"negatives": {themes[Negative], 16}, "off topic": {themes[Off], 6},
		"without abstract, seeds aside": {len(c.Records) - seeds - abstracts, 6},
		"on the topic or near it":       {themes[Topic] + themes[Near], len(c.Records) * 55 / 100},
		"openalex":                      {len(c.Copies(OpenAlex)), 70}, "crossref": {len(c.Copies(Crossref)), 45},
		"europepmc": {len(c.Copies(EuropePMC)), 25}, "pubmed": {len(c.Copies(PubMed)), 25}, "oai": {len(c.Copies(OAI)), 60},
		"in three sources or more": {inSources(c, 3), 6}, "in two sources or more": {inSources(c, 2), 30},
	} {
		if n[0] < n[1] {
			t.Errorf("%s: %d, want at least %d", what, n[0], n[1])
		}
	}
	if n := themes[Topic] + themes[Near] + themes[Negative] + themes[Off]; n != len(c.Records) {
		t.Errorf("%d records have a theme nobody knows", len(c.Records)-n)
	}
	t.Logf("%d records, %v, languages %v, scripts %v", len(c.Records), themes,
		slices.Sorted(maps.Keys(languages)), slices.Sorted(maps.Keys(scripts)))
}

// plausible are words a reviewer would search with, by language; the wide English
// query stands for the broader of the default searches.
var plausible = map[string]string{
	"en": `"sex traffick*" OR traffick* OR prostitut* OR "sexual exploitation" OR "sex trade" OR "red-light" OR brothel* OR "sex work*" OR survivor* OR exit* OR leav* OR recovery OR shelter* OR rescue* OR "dance bar*" OR "massage parlour*" OR "commercial sex"`,
	"es": `prostitución OR trata OR "explotación sexual" OR tráfico OR sobrevivientes OR salida OR "trabajo sexual"`,
	"pt": `prostituição OR tráfico OR "exploração sexual" OR sobreviventes OR "trabalho sexual"`,
	"fr": `prostitution OR traite OR "exploitation sexuelle" OR exploitées OR rescapées OR trafic OR "maison close"`,
	"de": `Prostitution OR Menschenhandel OR Zwangsprostitution OR Ausstieg OR Rotlichtmilieu`,
	"it": `prostituzione OR tratta OR "sfruttamento sessuale" OR traffico`,
	"nl": `prostitutie OR mensenhandel`, "sv": `prostitution OR gatuprostitution OR människohandel`, "pl": `prostytucj* OR "handl* ludźmi" OR wyjści*`,
	"ro": `"traficul de persoane" OR "exploatarea sexuală"`, "fi": `prostituut* OR ihmiskaup*`,
	"ru": `проституци* OR "торговл* людьми" OR "сексуальн* эксплуатац*" OR выход* OR трафик*`,
	"uk": `проституці* OR "торгівл* людьми"`, "tr": `fuhuş* OR "insan ticareti" OR ticareti`,
	"ar": `الدعارة OR "الاتجار" OR الاستغلال OR الهروب OR الخروج`, "fa": "روسپیگری OR \"تن\u200cفروشی\"",
	"hi": `"मानव तस्करी" OR "देह व्यापार" OR तस्करी`, "bn": `"মানব পাচার*" OR যৌন*`, "el": `πορνεία* OR "εμπορία* ανθρώπων"`,
	"id": `prostitusi OR "perdagangan orang"`, "vi": `"mại dâm" OR "buôn bán người"`, "th": `การค้ามนุษย์ OR การค้าประเวณี`,
	"zh": `卖淫 OR 贩运 OR 性剥削 OR 性交易 OR 运输`, "ja": `売春 OR 人身取引 OR 性風俗 OR 性的搾取 OR 回復`,
	"ko": `성매매 OR 인신매매 OR 밀매`,
}

// TestEveryRecordCanBeFound: what lies in a source that is only searched must be
// within reach of a search in the language of the record's words, or in English.
func TestEveryRecordCanBeFound(t *testing.T) {
	found := map[string]int{}
	for _, r := range load(t).Records {
		r.index()
		switch {
		case r.matches(terms(plausible[r.meta()])), r.matches(terms(plausible["en"])):
			found[r.Lang]++
		case !slices.ContainsFunc(r.In, func(in string) bool { return !strings.HasPrefix(in, OAI) }): // read whole
		default:
			t.Errorf("record %d in %v is out of reach: %s", r.N, r.In, r.Title)
		}
	}
	for lang := range plausible {
		if found[lang] == 0 {
			t.Errorf("%s: the language's query finds nothing", lang)
		}
	}
}

func inSources(c *Corpus, n int) int {
	count := 0
	for _, r := range c.Records {
		distinct := map[string]bool{}
		for _, in := range r.In {
			source, _, _ := strings.Cut(in, "/")
			distinct[source] = true
		}
		if len(distinct) >= n {
			count++
		}
	}
	return count
}

// TestExpect checks the counts that are worked out against ones counted by hand
// on a corpus small enough for it.
func TestExpect(t *testing.T) {
	c, err := newCorpus([]*Record{
		{N: 1, Lang: "en", In: []string{OpenAlex, Crossref}},                               // one study by DOI
		{N: 2, Lang: "es", In: []string{PubMed, OpenAlex}, NoDOI: true, TitleEN: "A"},      // one by PMID
		{N: 3, Lang: "en", In: []string{OpenAlex, OAI + "/north"}, NoDOI: true},            // two: nothing joins them
		{N: 4, Lang: "en", In: []string{OpenAlex}, Poison: true},                           // none
		{N: 5, Lang: "en", In: []string{OAI + "/south"}, Deleted: true},                    // none
		{N: 6, Lang: "fr", In: []string{OAI + "/north", OAI + "/south"}, Retracted: true},  // one, its flag unseen
		{N: 7, Lang: "en", In: []string{Crossref, EuropePMC, PubMed}, Retracted: true},     // one, flagged three times
		{N: 8, Lang: "en", In: []string{EuropePMC}, Type: "preprint", Authors: []string{}}, // one
	})
	if err != nil {
		t.Fatal(err)
	}
	got := c.Expect()
	if got.Studies != 7 || got.Parked != 1 || got.Deleted != 1 || got.Retracted != 3 {
		t.Errorf("got %+v, want 7 studies, 1 parked, 1 deleted, 3 retracted", got)
	}
	if !slices.Equal(got.Languages, []string{"en", "es", "fr"}) {
		t.Errorf("languages %v, want en es fr", got.Languages)
	}
	if want := map[string]int{OpenAlex: 4, Crossref: 2, EuropePMC: 2, PubMed: 2, OAI: 4}; !maps.Equal(got.Records, want) {
		t.Errorf("records %v, want %v", got.Records, want)
	}
	if got := c.PoisonIDs(); !slices.Equal(got, []string{"openalex:W9900000004"}) {
		t.Errorf("poison %v", got)
	}
	want := []string{"europepmc:MED/90000007", "europepmc:PPR/PPR9900008"}
	if got := c.IDs(EuropePMC); !slices.Equal(got, want) {
		t.Errorf("IDs %v, want %v", got, want)
	}
}

func TestCorpusRefusesMistakes(t *testing.T) {
	for name, records := range map[string][]*Record{
		"number taken":        {{N: 1, In: []string{OpenAlex}}, {N: 1, In: []string{OpenAlex}}},
		"no number":           {{In: []string{OpenAlex}}},
		"unknown source":      {{N: 1, In: []string{"scopus"}}},
		"unknown set":         {{N: 1, In: []string{OAI + "/east"}}},
		"Crossref, no DOI":    {{N: 1, In: []string{Crossref}, NoDOI: true}},
		"PubMed, no English":  {{N: 1, Lang: "fr", In: []string{PubMed}}},
		"PubMed, a preprint":  {{N: 1, Lang: "en", In: []string{PubMed}, Type: "preprint"}},
		"seeds have no DOI":   {{N: 1, Lang: "en", Seed: 1, In: []string{Crossref}}},
		"OAI without its set": {{N: 1, In: []string{OAI}}},
	} {
		if _, err := newCorpus(records); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
