package importer

import (
	"html"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// column is what a column of a table holds.
type column int

const (
	colOther column = iota
	colTitle
	colTranslated
	colAuthors
	colFullNames
	colYear
	colMonth
	colDay
	colDate
	colContainer
	colCitation
	colVolume
	colIssue
	colPages
	colFirstPage
	colLastPage
	colArticle
	colAbstract
	colDOI
	colURL
	colKeywords
	colLanguage
	colISSN
	colPublisher
	colJournalCountry
	colPlace
	colKind
	colPMID
	colPMCID
	colAccession
	colID
	colStudy
	colLabel
	colNotes
)

// columnNames are the names of columns in the exports of Scopus, Web of Science,
// PubMed, BVS, Rayyan, Covidence, Zotero and their like, and in the languages of
// reviewers, as columnKey writes them.
var columnNames = func() map[string]column {
	names := map[string]column{}
	for col, list := range map[column]string{
		colTitle: `title,article title,document title,primary title,paper title,study title,title original,titles,
			titulo,titulo del articulo,titulo do artigo,titre,titre de l article,titel,titolo,baslik,makale adi,tytul,
			название,заглавие,заголовок,назва,题名,标题,題名,標題,篇名,论文题名,タイトル,論題,論文名,제목,논문명,العنوان,عنوان`,
		colTranslated: `translated title,title translated,english title,title english,title en,titulo traducido,titulo em ingles,
			titulo en ingles,titre traduit,英文题名,英文标题,외국어제목`,
		colAuthors: `authors,author,author s,author names,autores,autor,autor es,auteurs,auteur,auteur s,autoren,autori,
			autore,yazarlar,yazar,yazar lar,авторы,автор,автори,作者,著者,著者名,저자,저자명,المؤلف,المؤلفون`,
		colFullNames: `author full names,authors full names,author full name`,
		colYear: `year,publication year,published year,pub year,year published,ano,ano de publicacion,ano de publicacao,annee,
			annee de publication,jahr,erscheinungsjahr,anno,yil,yayin yili,rok,год,год публикации,рік,年,年份,出版年,发表年份,
			発行年,出版年月,연도,발행년,발행연도,السنة,سنة النشر`,
		colMonth: `month,published month,publication month,mes,mois,monat,월,月`,
		colDay:   `day,published day,publication day`,
		colDate: `date,publication date,date published,cover date,pub date,create date,fecha,fecha de publicacion,data,
			data de publicacao,date de publication,datum,дата,дата публикации,发表时间,出版日期,発行日,발행일`,
		colContainer: `journal,source title,publication title,journal name,journal title,journal book,secondary title,
			publication name,container title,publication,revista,periodico,titulo de la revista,titulo da revista,revue,
			zeitschrift,rivista,dergi,dergi adi,czasopismo,журнал,журнал источник,刊名,来源,文献来源,期刊,期刊名称,
			掲載誌,雑誌名,誌名,학술지명,학술지,게재지,المجلة`,
		colCitation: `source,citation,fuente,fonte`,
		colVolume:   `volume,volume number,vol,volumen,tome,band,cilt,том,卷,巻,권`,
		colIssue:    `issue,number,issue number,numero,no,heft,sayi,номер,выпуск,期,号,호`,
		colPages: `pages,page,page range,page numbers,paginas,pagina,seiten,sayfa,sayfalar,страницы,页码,頁,ページ,
			페이지`,
		colFirstPage: `page start,start page,first page,beginning page`,
		colLastPage:  `page end,end page,last page,ending page`,
		colArticle:   `art no,article number`,
		colAbstract: `abstract,abstracts,abstract note,summary,resumen,resumo,resume,zusammenfassung,riassunto,abstrakt,ozet,
			аннотация,реферат,анотація,摘要,抄録,要旨,초록,الملخص,ملخص`,
		colDOI: `doi,dois,doi number,digital object identifier,doi link`,
		colURL: `url,urls,link,links,fulltext url,full text url,article url,enlace,lien,adresse url,ссылка,链接,网址,주소`,
		colKeywords: `keywords,keyword,keyword s,author keywords,authors keywords,index keywords,keywords plus,subject,subjects,
			descriptor s,descriptors,mesh terms,mesh,manual tags,automatic tags,palabras clave,palabras llave,palavras chave,
			mots cles,schlagworter,schlusselworter,parole chiave,anahtar kelimeler,ключевые слова,ключові слова,关键词,
			關鍵詞,キーワード,주제어,키워드,الكلمات المفتاحية`,
		colLanguage: `language,languages,language of original document,language s,idioma,idiomas,lengua,langue,sprache,lingua,
			dil,yayin dili,язык,мова,语种,语言,言語,언어,اللغة`,
		colISSN: `issn,eissn,e issn,issn s,print issn,electronic issn,issn e issn`,
		colPublisher: `publisher,publishers,editorial,editora,editeur,verlag,editore,yayinevi,издательство,出版社,出版者,
			발행처,발행기관`,
		// A column "country" is that of the study in the tables of reviews, or that of the
		// authors, and so is not read here.
		colJournalCountry: `journal country,country of the journal,publication country,country of publication,publisher country,
			pais de publicacion,pais de publicacao,pais de la revista,pais da revista,pays de publication,erscheinungsland,
			yayin ulkesi,страна издания,出版国,発行国,발행국`,
		colPlace: `place of publication,place published,publisher address,publisher location,lugar de publicacion,
			local de publicacao,lieu de publication,erscheinungsort,место издания,出版地,発行地,발행지`,
		colKind: `document type,type,publication type,item type,ref type,reference type,type of reference,tipo,
			tipo de documento,type de document,dokumenttyp,тип,тип документа,文献类型,資料種別,자료유형`,
		colPMID:      `pmid,pubmed id,pubmedid,pm id,pubmed`,
		colPMCID:     `pmcid,pmc id,pmc`,
		colAccession: `eid,accession number,accession no,unique wos id,ut unique wos id,ut unique id,unique id,database id`,
		colID:        `id,key,identifier,record id,ref id,covidence,covidence id`,
		colStudy:     `study id`,
		colLabel: `included,include,label,labels,label included,decision,decisions,final decision,screening decision,
			final inclusion,inclusion,inclusion decision,included excluded,full text decision,incluido,decision final,
			asreview label,asreview included`,
		colNotes: `notes,note,notas,remarks`,
	} {
		for name := range strings.SplitSeq(list, ",") {
			names[strings.Join(strings.Fields(name), " ")] = col
		}
	}
	return names
}()

// wosTags are the names of columns in Web of Science's tab-delimited files.
var wosTags = map[string]column{
	"ti": colTitle, "au": colAuthors, "af": colFullNames, "so": colContainer, "py": colYear, "pd": colMonth,
	"vl": colVolume, "is": colIssue, "bp": colFirstPage, "ep": colLastPage, "ar": colArticle, "ab": colAbstract,
	"di": colDOI, "de": colKeywords, "id": colKeywords, "la": colLanguage, "sn": colISSN, "ei": colISSN,
	"pu": colPublisher, "pa": colPlace, "dt": colKind, "pm": colPMID, "ut": colAccession,
}

// columnsOf says what each column holds, by its name in the header, and how many of
// them are known.
func columnsOf(header []string) (columns []column, known int) {
	names := columnNames
	keys := make([]string, len(header))
	tags := 0
	for i, h := range header {
		keys[i] = columnKey(h)
		if wosTags[keys[i]] != colOther {
			tags++
		}
	}
	// "ID" is a number in most tables and keywords in this one.
	if tags > 5 && tags*3 > len(header) {
		names = wosTags
	}
	columns = make([]column, len(header))
	for i, k := range keys {
		if columns[i] = names[k]; columns[i] != colOther {
			known++
		}
	}
	return columns, known
}

// columnKey writes the name of a column in lower case, without accents and with
// single blanks for all that is no letter or digit.
func columnKey(name string) string {
	if len(name) > 200 {
		return ""
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(name) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r), unicode.IsDigit(r):
			if r == 'ı' {
				r = 'i'
			}
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteByte(' ')
		}
	}
	return norm.NFC.String(strings.Join(strings.Fields(b.String()), " "))
}

// cells are the values of a row by what they are, in the order of the columns.
type cells map[column][]string

func (c cells) first(cols ...column) string {
	for _, col := range cols {
		if len(c[col]) > 0 {
			return c[col][0]
		}
	}
	return ""
}

// rowDraft reads a row. word is the value of the column of decisions when it is none
// that is known.
func rowDraft(columns []column, row []string) (d draft, word string) {
	c := cells{}
	for i, cell := range row[:min(len(row), len(columns))] {
		if cell = strings.TrimSpace(cell); cell != "" {
			c[columns[i]] = append(c[columns[i]], cell)
		}
	}
	d = draft{
		container: c.first(colContainer, colCitation),
		volume:    c.first(colVolume),
		issue:     c.first(colIssue),
		pages:     firstOf(c.first(colPages), pageRange(c.first(colFirstPage), c.first(colLastPage)), c.first(colArticle)),
		publisher: c.first(colPublisher),
		country:   c.first(colJournalCountry),
		place:     c.first(colPlace),
		kind:      c.first(colKind),
		languages: strings.Join(c[colLanguage], "; "),
		dois:      c[colDOI],
		pmids:     c[colPMID],
		pmcids:    c[colPMCID],
		urls:      c[colURL],
		issns:     splitList(strings.Join(c[colISSN], ";"), ";, |\n"),
		accession: c.first(colAccession),
		label:     rayyanLabel(strings.Join(c[colNotes], "\n")),
	}
	for _, t := range c[colTitle] {
		d.addTitle(t, "")
	}
	for _, t := range c[colTranslated] {
		d.addTitle(t, "")
	}
	for _, a := range c[colAbstract] {
		if a != "[No abstract available]" {
			d.addAbstract(a, "")
		}
	}
	if names := c.first(colFullNames, colAuthors); names != "[No author name available]" {
		d.authors = authors(names)
	}
	for _, list := range c[colKeywords] {
		separators := ";；|\n"
		if list = html.UnescapeString(list); !strings.ContainsAny(list, separators) {
			separators = ",，、"
		}
		d.keywords = append(d.keywords, splitList(list, separators)...)
	}
	year := c.first(colYear)
	d.dates = []string{year, bibDate(year, c.first(colMonth), c.first(colDay)), c.first(colDate)}
	// An ID may be no more than the number of the row.
	if id := c.first(colID); d.accession == "" && len(id) >= 8 {
		d.accession = id
	}
	// In other programs' tables it is a number or a name.
	if id := c.first(colStudy); ownID.MatchString(id) {
		d.study = id
	}
	for _, v := range append(d.urls, d.accession) {
		if scopusEID.MatchString(v) {
			d.addOther("scopus", scopusEID.FindString(v))
		}
	}
	for _, cell := range c[colLabel] {
		label, ok := readLabel(cell)
		if !ok {
			word = cell
			continue
		}
		if label != None {
			d.label = label
		}
	}
	return d, word
}
