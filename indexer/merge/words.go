package merge

import (
	"strings"

	"polyglean/internal/fold"
)

// notice is what a record is about another record.
type notice string

const (
	noNotice   notice = ""
	correction notice = "correction"
	retraction notice = "retraction"
	reply      notice = "reply"
)

// opening is how the titles of notices begin.
type opening struct {
	words []string
	kind  notice
}

type openingList []opening

// cut tells what kind of notice a title announces and returns what follows.
func (l openingList) cut(words []string) (notice, []string) {
	for _, o := range l {
		if len(words) >= len(o.words) && equal(words[:len(o.words)], o.words) {
			return o.kind, words[len(o.words):]
		}
	}
	return noNotice, words
}

func equal(a, b []string) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// openings, the longer before the shorter of one beginning. A marked title
// ("RETRACTED: …") is that of the work itself; see labels.
var openings = makeOpenings([]struct {
	kind   notice
	titles string
}{
	{correction, `Publisher Correction to|Publisher Correction|Author Correction to|Author Correction|Correction to|Corrections to|Correction|
Corrigendum to|Corrigendum for|Corrigendum|Erratum to|Erratum for|Erratum zu|Erratum|Errata corrige|Errata|Addendum to|Addendum|Corrección de|
Corrección a|Corrección|Fe de erratas|Fe de errores|Correção de|Correção|Rectificatif à|Rectificatif|Berichtigung zu|Berichtigung|Korrektur zu|
Korrektur|Rättelse|Düzeltme|Исправление к|Исправление|Поправка к|Поправка|Опечатки|訂正|正誤表|勘误|更正|정오표|정정|تصحيح|Διόρθωση|Διορθώσεις`},
	{retraction, `Retraction notice to|Retraction notice|Retraction note to|Retraction note|Retraction to|Retraction of|Retraction|
Expression of concern|Notice of retraction|Retractación de|Retractación|Rétractation|撤稿|Отзыв статьи`},
	{reply, `Author reply|Authors reply|Author response|Reply to|Reply by|Reply|Response to|Response by|Rejoinder to|Rejoinder|Comment on|Comments on|
Commentary on|A comment on|Letter in response to|Re|In reply|Respuesta a|Réponse à|Resposta a|Resposta ao|Antwort auf|Erwiderung auf|Kommentar zu|
Yanıt|Cevap|Ответ на|Ответ|Комментарий к|Απάντηση|رد على`},
})

func makeOpenings(lists []struct {
	kind   notice
	titles string
},
) openingList {
	var out openingList
	for _, list := range lists {
		for s := range strings.SplitSeq(list.titles, "|") {
			out = append(out, opening{strings.Fields(fold.Fold(s)), list.kind})
			if w, _ := foldWords(s, 9); len(w) != len(out[len(out)-1].words) {
				out[len(out)-1].words = w // scripts without spaces
			}
		}
	}
	return out
}

// genericTitles are titles of thousands of works, as letters without figures.
var genericTitles = letterSet(`editorial|editorials|editorial board|editorial note|editor s note|editors note|from the editor|from the editors|
editors introduction|guest editorial|introduction|general introduction|introduction to the special issue|introduction to this special issue|
special issue introduction|introduction to the issue|letter|letters|letter to the editor|letters to the editor|letter to editor|to the editor|
correspondence|book review|book reviews|review|reviews|book notes|books received|preface|foreword|afterword|prologue|epilogue|conclusion|conclusions|
contents|table of contents|index|subject index|author index|abstract|abstracts|meeting abstracts|conference abstracts|poster abstracts|poster session|
oral presentations|news|news and notes|obituary|in memoriam|announcement|announcements|acknowledgements|acknowledgments|acknowledgment of reviewers|
list of reviewers|reviewers|commentary|comment|comments|invited commentary|discussion|discussions|response|reply|authors reply|author s reply|the authors reply|
erratum|errata|corrigendum|correction|corrections|retraction|front matter|back matter|frontmatter|backmatter|cover|masthead|title page|copyright|
notes|notes on contributors|contributors|about the authors|annual report|presidents message|president s message|message from the president|
clinical image|case report|case reports|research article|article|paper|original article|untitled|bibliography|references|appendix|summary|calendar|
in this issue|this issue|perspective|viewpoint|opinion|interview|questions and answers|
editoriale|éditorial|introducción|introduction générale|introduzione|introdução|einleitung|einführung|vorwort|nachwort|buchbesprechung|buchbesprechungen|
rezension|rezensionen|leserbrief|leserbriefe|inhalt|inhaltsverzeichnis|editorial y|presentación|apresentação|présentation|presentazione|reseña|reseñas|
resenha|resenhas|carta al editor|cartas al editor|carta al director|carta ao editor|lettre à la rédaction|lettre à l éditeur|comptes rendus|compte rendu|
lettera al direttore|recensione|recensioni|prefacio|prefácio|préface|avant propos|sommaire|sumario|sumário|índice|nota editorial|inleiding|redactioneel|
boekbespreking|voorwoord|ledare|recension|recensioner|leder|innledning|bokanmeldelser|pääkirjoitus|wstęp|recenzja|recenzje|od redakcji|úvod|úvodník|
recenze|önsöz|giriş|editörden|editöre mektup|kitap incelemesi|kitap tanıtımı|içindekiler|
от редакции|от редактора|предисловие|введение|рецензия|рецензии|содержание|письмо в редакцию|передмова|вступ|від редакції|увод|предговор|
πρόλογος|εισαγωγή|εκδοτικό σημείωμα|βιβλιοκρισία|βιβλιοκριτική|επιστολή προς τον εκδότη|
巻頭言|はじめに|序文|序論|まえがき|あとがき|編集後記|書評|目次|特集にあたって|序|前言|卷首语|编者按|序言|导言|引言|书评|目录|編者的話|書評|
권두언|머리말|서문|서론|서평|편집자의 글|목차|
افتتاحية|مقدمة|كلمة العدد|كلمة التحرير|مراجعة كتاب|رسالة إلى المحرر|سرمقاله|پیشگفتار|مقدمه|הקדמה|מבוא|דבר העורך|ביקורת ספר|
संपादकीय|प्रस्तावना|भूमिका|पुस्तक समीक्षा|সম্পাদকীয়|ভূমিকা|บทบรรณาธิการ|บทนำ|lời nói đầu|giới thiệu|kata pengantar|pendahuluan`)

// unknownTitles stand where there is no title.
var unknownTitles = letterSet(`unknown|no title|no title available|title not available|not available|n a|none|null|untitled document|sans titre|sin título|ohne titel|без названия`)

// labels are put before a title, with a colon, by a publisher or a database.
var labels = foldSet(`short report|short communication|brief report|brief communication|original article|original research|original paper|
research article|review article|review|case report|retracted|retracted article|withdrawn|article retracted|special article|research report|
clinical trial|rapid communication|research letter|artículo original|artigo original|article original|originalarbeit|оригинальная статья|原著|論文`)

// noteWords stand in brackets behind a title.
var noteWords = foldSet(`chinese|english|french|german|spanish|italian|portuguese|russian|japanese|korean|polish|turkish|czech|dutch|danish|
norwegian|swedish|finnish|hungarian|hebrew|arabic|persian|farsi|greek|romanian|croatian|serbian|ukrainian|bulgarian|slovak|slovene|slovenian|
lithuanian|thai|vietnamese|indonesian|in|and|article|abstract|abstracts|review|letter|editorial|meeting|conference|original|title|translation|
anglais|französisch|inglés|retracted|reprint|proceeding|proceedings|paper|corrected|published|erratum|note|summary|text|refs|references`)

// referWords begin what a database says behind a title in brackets of other records:
// "[Erratum appears in …]", "[see comment]".
var referWords = foldSet("erratum|comment|comments|see|republished|update|reprint|published")

// partWords come before the number of a part.
var partWords = foldSet(`part|parts|pt|teil|partie|parte|deel|del|część|část|часть|частина|μέρος|bölüm|kısım|第|제|số|phần|bagian|volume|vol|chapter|
study|phase|no|nr|section|report|series|episode|stage|paper|article|lecture|type`)

// smallWords weigh nothing in a title.
var smallWords = foldSet(`from|with|among|amongst|between|into|over|under|about|their|that|this|these|those|than|upon|within|during|through|using|study|
based|versus|the|and|for|who|whom|which|what|when|where|does|are|were|was|been|have|has|ein|eine|einer|eines|und|der|die|das|des|dem|den|von|mit|bei|zur|
zum|für|les|des|une|dans|pour|avec|chez|sur|aux|del|las|los|una|por|para|con|entre|dos|das|com|uma|nos|nas|della|delle|degli|nella|nelle|dei|het|een|van`)

func foldSet(list string) map[string]bool {
	set := make(map[string]bool)
	for s := range strings.SplitSeq(list, "|") {
		set[fold.Fold(s)] = true
	}
	return set
}

func letterSet(list string) map[string]bool {
	set := make(map[string]bool)
	for s := range strings.SplitSeq(list, "|") {
		_, letters := foldWords(s, maxWords)
		set[letters] = true
	}
	return set
}
