package indextest

import (
	"strconv"
	"time"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// work is a synthetic record, written for these tests.
type work struct {
	name      string // its source ID, and what queries expect
	lang      string // detected language of its texts
	title     string
	abstract  string
	keywords  []string
	author    string
	container string
	doi       string
	date      string
	flags     []record.Flag
	reason    record.Reason
	source    string
	// database is what the record was imported from, as the import named it; it is of
	// the source "import" with or without one.
	database string
	setAside bool
	design   string
	license  string
	// country is that of the journal.
	country string
	verdict record.Verdict
}

// library is a small collection in 17 languages on leaving sexual exploitation,
// with some records on other matters.
var library = []work{
	{
		name: "en-exit", lang: "en", date: "2018-04-02", author: "Ann Example", container: "Journal of Synthetic Studies",
		title:    "Exiting sex trafficking: what survivors say helped them leave",
		abstract: "Twenty women were interviewed about leaving the commercial sex trade. Debts and police kept them in; a friend, a child or a shelter helped them out. Survivors described recovery as slow.",
		keywords: []string{"sex trafficking", "exit", "qualitative research"}, doi: "10.5555/polyglean.1", verdict: record.Include,
		license: "https://creativecommons.org/licenses/by/4.0/", country: "GB",
	},
	{
		name: "en-brothel", lang: "en", date: "2011", author: "Bea Sample", container: "Synthetic Review of Cities",
		title:    "Growing old in the red-light district",
		abstract: "Life histories of a woman who worked in brothels of a port city and of what she did afterwards.",
		flags:    []record.Flag{record.FlagKeywordMiss}, reason: record.OtherWords,
	},
	{
		name: "en-traffic", lang: "en", date: "2020", author: "Cem Probe",
		title:    "Road traffic noise and sleep",
		abstract: "Noise of road traffic near homes was measured for a year.", setAside: true,
	},
	{
		name: "es-salida", lang: "es", date: "2019-11", author: "Diana Muestra",
		title:    "La salida de las mujeres víctimas de explotación sexual",
		abstract: "Se entrevistó a mujeres que dejaron la prostitución. Las explotaciones sufridas, la vergüenza y las deudas dificultan la salida.",
		keywords: []string{"trata de personas", "mujeres"},
		flags:    []record.Flag{record.FlagKeywordMiss, record.FlagNonEnglish}, reason: record.OtherLanguage,
	},
	{
		name: "pt-saida", lang: "pt", date: "2016", author: "Eva Amostra",
		title:    "Saindo da exploração sexual: trajetórias de sobreviventes",
		abstract: "Entrevistas com vítimas do tráfico de pessoas em duas cidades.",
	},
	{
		name: "fr-sortie", lang: "fr", date: "2014-05-30", author: "Flore Échantillon", license: "CC BY-NC", country: "FR",
		title:    "Sortir de la prostitution : parcours de personnes prostituées",
		abstract: "Les personnes accompagnées décrivent les freins et les appuis : l’argent, la santé, les enfants, l’œuvre des associations.",
	},
	{
		name: "de-ausstieg", lang: "de", date: "2013", author: "Gerda Müster", design: "interview",
		title:    "Ausstieg aus der Zwangsprostitution: Überlebende berichten",
		abstract: "Die befragten Frauen nannten Schulden, Scham und fehlende Papiere.",
	},
	{
		name: "it-uscita", lang: "it", date: "2012", source: "import",
		title: "L’uscita dalla tratta: storie di donne", abstract: "Le donne raccontano il percorso di uscita e di reinserimento.",
	},
	{
		name: "nl-uitstap", lang: "nl", date: "2009",
		title: "Uitstappen uit de prostitutie", abstract: "Slachtoffers van mensenhandel over hulp bij het uitstappen.",
	},
	{
		name: "sv-lamna", lang: "sv", date: "2007", design: "interview",
		title: "Att lämna prostitutionen", abstract: "Kvinnornas vägar ut beskrivs i tolv intervjuer.",
	},
	{
		name: "ru-vyhod", lang: "ru", date: "2015-02",
		title:    "Выход из проституции: жизненные истории женщин",
		abstract: "Жертвы торговли людьми рассказывают о помощи, стыде и долгах. Ещё одна тема — семья.",
	},
	{
		name: "tr-cikis", lang: "tr", date: "2017", source: "import", database: "Sociological Abstracts",
		title: "Fuhuştan çıkış: İstanbul’da kadınların deneyimleri", abstract: "Mağdurların anlatıları borç ve utanç üzerinde durur.",
	},
	{
		name: "ar-khuruj", lang: "ar", date: "2018", source: "import", database: "sociological  ABSTRACTS",
		title: "خروج النساء من الاتجار بالبشر", abstract: "مقابلات مع النساء الناجيات حول الدعم والعودة إلى الأسرة.",
	},
	{
		name: "hi-bahar", lang: "hi", date: "2016",
		title: "देह व्यापार से बाहर आती महिलाएँ", abstract: "तस्करी से बची महिलाओं के अनुभव।",
	},
	{
		name: "ja-ridatsu", lang: "ja", date: "2019",
		title: "性産業からの離脱過程に関する研究", abstract: "人身売買の被害を受けた女性への聞き取り調査。",
	},
	{
		name: "zh-tuoli", lang: "zh", date: "2018",
		title: "女性脱离性交易的过程研究", abstract: "对被拐卖妇女的访谈显示家庭支持的作用。",
	},
	{
		name: "ko-tal", lang: "ko", date: "2014", source: "pubmed",
		title: "탈성매매 여성의 경험", abstract: "성매매를 떠난 여성들의 회복 과정을 살펴보았다.",
	},
	{
		name: "th-ok", lang: "th", date: "2013", source: "import", database: "База данных 1",
		title: "การออกจากการค้าประเวณีของผู้หญิง", abstract: "สัมภาษณ์ผู้เสียหายจากการค้ามนุษย์",
	},
	{
		name: "el-exodos", lang: "el", date: "2010", source: "import", database: "pubMed",
		title: "Η έξοδος από την πορνεία", abstract: "Μαρτυρίες γυναικών θυμάτων εμπορίας ανθρώπων.",
	},
}

// studies makes one study of each work.
func studies() []indexer.Study {
	out := make([]indexer.Study, len(library))
	for i, w := range library {
		out[i] = w.study(uint64(i + 1))
	}
	return out
}

func (w work) study(seq uint64) indexer.Study {
	source := w.source
	if source == "" {
		source = "synthetic"
	}
	id := record.MakeID(source, w.name)
	c := record.Candidate{
		Schema: record.Schema, ID: id, Source: source, SourceID: w.name, Route: record.RouteSearch,
		Titles:    []record.Text{{Text: w.title}},
		Container: w.container, JournalCountry: w.country, License: w.license, Date: w.date, IDs: record.Identifiers{DOI: w.doi},
		Harvested: time.Date(2026, 1, int(seq), 0, 0, 0, 0, time.UTC),
	}
	if source == "import" {
		c.Route, c.Query = record.RouteImport, w.database
	}
	year, err := strconv.Atoi(w.date[:4])
	if err != nil {
		panic(err) // the dates are written below
	}
	c.Year = year
	if w.abstract != "" {
		c.Abstracts = []record.Text{{Text: w.abstract}}
	}
	for _, k := range w.keywords {
		c.Keywords = append(c.Keywords, record.Text{Text: k, Lang: w.lang})
	}
	if w.author != "" {
		c.Authors = []record.Author{{Name: w.author}}
	}
	r := record.Classified{
		Candidate: c, Selection: record.Selected,
		Language: record.LanguageLedger{
			Languages: []string{w.lang},
			Detected: []record.Detection{
				{Field: record.FieldTitle, End: len(w.title), Lang: w.lang, Confidence: 1, How: "model"},
				{Field: record.FieldAbstract, End: len(w.abstract), Lang: w.lang, Confidence: 1, How: "model"},
			},
		},
	}
	if w.setAside {
		r.Selection = record.SetAside
	}
	if w.design != "" {
		r.Concepts = []record.ConceptHit{{Concept: w.design, Facet: "design", Evidence: []record.Evidence{}}}
	}
	for _, f := range w.flags {
		r.Findings = append(r.Findings, record.Finding{Flag: f, Detail: "synthetic"})
	}
	if w.reason != "" {
		r.Findings = append(r.Findings, record.Finding{Flag: record.FlagKeywordMiss, Reason: w.reason, Detail: "synthetic"})
	}
	study := indexer.Study{
		Schema: record.Schema, ID: record.StudyID(id), Aliases: []string{record.StudyID(id)}, Keys: []string{"rec:" + id},
		Version: int64(seq), Members: []indexer.Member{{Seq: seq, Record: r}},
	}
	if w.verdict != "" {
		study.Decisions = []indexer.LoggedDecision{{Seq: 1, Decision: record.Decision{
			Schema: record.Schema, Study: study.ID, Stage: record.StageTitleAbstract, Verdict: w.verdict, By: "a1",
			At: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
		}}}
	}
	return study
}
