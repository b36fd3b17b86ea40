package merge

import (
	"slices"
	"strings"
)

// Verdict says how two records stand to each other.
type Verdict string

const (
	// Unsure: nothing shows that they are copies, and nothing that they cannot be.
	Unsure Verdict = "unsure"
	// Same: they are copies of one study.
	Same Verdict = "same"
	// Linked: they belong together and are not copies; see Judgement.Link.
	Linked Verdict = "linked"
	// Apart: they are not copies, whatever else connects them.
	Apart Verdict = "apart"
)

// Link says how two records that are not copies belong together.
type Link string

// The links. The text says what both are to each other, in no direction.
const (
	LinkVersion     Link = "version"     // preprint and article, conference and journal
	LinkEdition     Link = "edition"     // editions of one text, told apart by identifiers
	LinkTranslation Link = "translation" // one work published in two languages
	LinkCorrection  Link = "correction"
	LinkRetraction  Link = "retraction"
	LinkConcern     Link = "concern" // an expression of concern
	LinkReply       Link = "reply"
)

// Judgement is what Compare finds.
type Judgement struct {
	Verdict Verdict
	Link    Link
	// Strength orders judgements of Same: what is surer joins first.
	Strength int
	grounds  grounds
}

// Why are the grounds in words, "same DOI, same title".
func (j Judgement) Why() string { return j.grounds.String() }

// grounds is a set of facts about two records.
type grounds uint32

const (
	sameDOI grounds = 1 << iota
	sameID
	sameTitle
	nearTitle
	partTitle
	foreignTitle
	sameAuthors
	someAuthors
	sameYear
	nearYear
	sameContainer
	sameVolume
	samePages
	otherDOI
	otherID
	otherTitle
	otherNumber
	otherAuthors
	otherYear
	otherContainer
	otherVolume
	otherPages
	otherKind
	noticeOf
	genericTitle
	ruledSame
	ruledApart
	statedLink
)

var groundWords = []string{
	"same DOI", "same identifier", "same title", "nearly the same title", "one title holds the other", "titles in two languages",
	"same authors", "authors in common", "same year", "a year apart", "same journal", "same volume", "same pages",
	"another DOI", "another identifier", "another title", "another number or word in the title", "other authors", "another year",
	"another journal", "another volume", "other pages", "another kind of publication", "a notice about the work",
	"a title that many works have", "joined by a reviewer", "parted by a reviewer", "a source says so",
}

func (g grounds) String() string {
	var out []string
	for i, words := range groundWords {
		if g&(1<<i) != 0 {
			out = append(out, words)
		}
	}
	return strings.Join(out, ", ")
}

func (g grounds) has(any grounds) bool { return g&any != 0 }

// evidence is what two records have in common and what not.
type evidence struct {
	grounds
	title   alike
	generic bool
	// sameNumbers says that the main titles have the same numbers, sameParts that those
	// which are words of their own are the same.
	sameNumbers, sameParts bool
	people                 people
	// apart in years; 0 when one is not stated.
	years               int
	container           agreement
	volume, pages, issn agreement
	doi                 agreement
}

func gather(a, b *Record) evidence {
	var e evidence
	e.title, e.generic = compareTitles(a.titles, b.titles)
	e.sameNumbers = len(a.titles) > 0 && len(b.titles) > 0 && a.titles[0].numbers == b.titles[0].numbers
	e.sameParts = e.sameNumbers || len(a.titles) > 0 && len(b.titles) > 0 && a.titles[0].alone == b.titles[0].alone
	e.people = comparePeople(a.authors, b.authors)
	if a.year != 0 && b.year != 0 {
		e.years = max(a.year-b.year, b.year-a.year)
		e.set(e.years == 0, sameYear)
		e.set(e.years == 1, nearYear)
		e.set(e.years > 1, otherYear)
	}
	e.container = compareContainers(&a.container, &b.container)
	if len(a.issn) > 0 && len(b.issn) > 0 {
		e.issn = differs
		if slices.ContainsFunc(a.issn, func(n string) bool { return slices.Contains(b.issn, n) }) {
			e.issn, e.container = agrees, agrees
		}
	}
	e.volume = compareWords(a.volume, b.volume)
	e.pages = comparePages(a.pages, b.pages)
	e.doi = compareDOIs(a.doi, b.doi)

	e.set(e.doi == agrees, sameDOI)
	e.set(e.doi == differs, otherDOI)
	e.set(slices.ContainsFunc(a.ids, func(id string) bool { return slices.Contains(b.ids, id) }), sameID)
	e.set(a.pmid != "" && b.pmid != "" && a.pmid != b.pmid, otherID)
	e.set(e.title == same, sameTitle)
	e.set(e.title == near, nearTitle)
	e.set(e.title == part, partTitle)
	e.set(e.title == foreign, foreignTitle)
	e.set(e.title == unlike, otherTitle)
	e.set(e.title == swapped, otherNumber)
	e.set(e.generic, genericTitle)
	e.set(e.people.known && e.people.share >= 0.8, sameAuthors)
	e.set(e.people.known && e.people.share >= 0.4 && e.people.share < 0.8, someAuthors)
	e.set(e.people.known && e.people.share < 0.4, otherAuthors)
	e.set(e.container == agrees, sameContainer)
	e.set(e.container == differs, otherContainer)
	e.set(e.volume == agrees, sameVolume)
	e.set(e.volume == differs, otherVolume)
	e.set(e.pages == agrees, samePages)
	e.set(e.pages == differs, otherPages)
	return e
}

func (e *evidence) set(is bool, g grounds) {
	if is {
		e.grounds |= g
	}
}

// compareDOIs takes two versions of one DOI (Cochrane's .pub2 and .pub3) for the same.
func compareDOIs(a, b string) agreement {
	if a == "" || b == "" {
		return unstated
	}
	if a == b || stem(a) == stem(b) {
		return agrees
	}
	return differs
}

func stem(doi string) string {
	for _, mark := range []string{".pub", ".v", "/v"} {
		if at := strings.LastIndex(doi, mark); at > 0 && isNumber(doi[at+len(mark):]) {
			return doi[:at]
		}
	}
	return doi
}

// place counts what speaks for one place of publication: journal, volume, pages.
func (e *evidence) place() (for_, against int) {
	for _, a := range []agreement{e.container, e.volume, e.pages} {
		switch a {
		case agrees:
			for_++
		case differs:
			against++
		}
	}
	return for_, against
}

// Compare judges whether two records are copies of one study, or belong together as
// their sources state.
func Compare(a, b *Record) Judgement { return obey(stated(a, b), compare(a, b)) }

// compare judges by the records alone.
func compare(a, b *Record) Judgement {
	e := gather(a, b)
	if j, done := e.notices(a, b); done {
		return j
	}
	if e.has(otherID) && !(e.doi == agrees && e.title >= near) {
		return e.judge(Apart)
	}
	verdict := e.verdict(a, b)
	if verdict != Same {
		return e.link(a, b, verdict)
	}
	if !oneKind(a.kind, b.kind) && e.doi != agrees && !(e.pages == agrees && e.volume == agrees) {
		e.grounds |= otherKind
		return e.link(a, b, Apart)
	}
	return e.judge(Same)
}

func (e *evidence) judge(v Verdict) Judgement {
	j := Judgement{Verdict: v, grounds: e.grounds}
	if v == Same {
		for_, against := e.place()
		j.Strength = 4*for_ - 4*against + 4*int(e.title) + int(10*e.people.share) - 3*min(e.years, 3)
		if e.doi == agrees {
			j.Strength += 20
		}
		if e.has(sameID) {
			j.Strength += 20
		}
	}
	return j
}

// oneKind says that two kinds may be one: an unknown one may be any.
func oneKind(a, b kind) bool {
	return a == b || a == anyKind || b == anyKind ||
		a == chapter && b == conference || a == conference && b == chapter
}

// notices settles pairs in which one record is a notice about a work, and not the other.
func (e *evidence) notices(a, b *Record) (Judgement, bool) {
	of := func(r *Record) notice {
		for i := range r.titles {
			if n := r.titles[i].notice; n != noNotice {
				return n
			}
		}
		return noNotice
	}
	na, nb := of(a), of(b)
	if na == nb {
		return Judgement{}, false
	}
	if e.doi == agrees && e.pages == agrees && e.title >= near {
		// A source that left the word out. One DOI alone is no proof: databases file notices
		// under the DOI of the work, and a notice does not stand on the pages of the work.
		return Judgement{}, false
	}
	e.grounds |= noticeOf
	j := e.judge(Apart)
	if e.title >= part && !e.generic && (na == noNotice || nb == noNotice) {
		j.Verdict = Linked
		switch na + nb {
		case correction:
			j.Link = LinkCorrection
		case retraction:
			j.Link = LinkRetraction
		default:
			j.Link = LinkReply
		}
	}
	return j, true
}

// verdict weighs the evidence for two records of which neither is a notice.
func (e *evidence) verdict(a, b *Record) Verdict {
	known := e.people.known
	authors := known && e.people.share >= 0.5
	strangers := known && e.people.share < 0.4
	for_, against := e.place()
	oneID := e.doi == agrees || e.has(sameID)
	switch e.title {
	case swapped:
		// The number of a part, another city or drug: another work, but for a typing
		// error in a record that has the place and the people right.
		if e.pages == agrees && e.volume == agrees && authors &&
			(oneID || e.sameParts && a.pages.last != "" && a.pages.last == b.pages.last) {
			return Same
		}
		if e.doi == agrees && e.sameNumbers && e.people.share >= 0.8 && e.years <= 1 && e.pages != differs {
			return Same // one word typed, spelled or translated in another way
		}
		return Apart
	case same, near:
		if e.generic {
			return e.genericVerdict(authors, oneID)
		}
		return e.titleVerdict(a, b, authors, strangers, oneID)
	case part:
		switch {
		case strangers, e.generic:
			return Apart
		case oneID:
			return Same
		case e.doi == differs, e.pages == differs:
			return Unsure
		case authors && e.pages == agrees && (e.volume == agrees || e.years <= 1):
			return Same
		case authors && e.people.share >= 0.8 && e.years == 0 && against == 0 && (for_ >= 1 || e.people.matched >= 2):
			return Same
		}
		return Unsure
	case foreign, unknownTitle:
		switch {
		case strangers:
			return Apart
		case oneID && (e.pages != differs) && e.years <= 2 && (authors || for_ > 0 || !known):
			return Same
		case e.doi == differs:
			return Unsure
		case e.pages == agrees && e.volume == agrees && e.years <= 1 && a.pages.last != "" && b.pages.last != "":
			// The journal, too, may have its name in two languages.
			if authors || e.container == agrees {
				return Same
			}
		}
		return Unsure
	}
	// The titles have nothing in common: another work, or a translated title.
	switch {
	case strangers:
		return Apart
	case oneID && authors && e.people.share >= 0.8 && e.pages != differs && e.years <= 1 && against <= 1:
		return Same
	case oneID && e.pages == agrees && authors:
		return Same
	case e.doi == differs:
		return Apart
	case authors && e.people.share >= 0.8 && e.pages == agrees && e.years <= 1 && a.pages.last != "" && a.pages.last == b.pages.last &&
		(e.volume == agrees || e.container == agrees) && against == 0:
		return Same
	}
	if e.pages == differs || known && !authors {
		return Apart
	}
	return Unsure
}

// genericVerdict judges titles that many works have: the place must be the same, and
// the people where they are known.
func (e *evidence) genericVerdict(authors, oneID bool) Verdict {
	switch {
	case e.people.known && !authors, e.pages == differs, e.volume == differs, e.container == differs, e.years > 1:
		return Apart
	case e.doi == differs:
		return Apart
	case oneID && (authors || e.pages == agrees):
		return Same
	case authors && e.pages == agrees && (e.container == agrees || e.volume == agrees):
		return Same
	case e.pages == agrees && e.container == agrees && e.volume == agrees:
		return Same
	}
	return Unsure
}

// titleVerdict judges records of one title of their own.
func (e *evidence) titleVerdict(a, b *Record, authors, strangers, oneID bool) Verdict {
	for_, against := e.place()
	short := len(a.titles[0].letters) < 20 || len(b.titles[0].letters) < 20
	switch {
	case strangers:
		if e.doi != differs && (e.pages == agrees && e.volume == agrees && e.container != differs || oneID && for_ > 0 && against == 0) {
			return Same // the names are garbled, or in another order
		}
		return Apart
	case oneID:
		return Same
	case e.doi == differs:
		// One article may have the DOI of its publisher and another of an archive.
		if authors && e.pages == agrees && against == 0 && e.years <= 1 && (e.volume == agrees || e.people.share >= 0.8 && a.pages.last == b.pages.last) {
			return Same
		}
		return Apart
	case e.pages == agrees && (e.volume == agrees || e.container == agrees && e.years <= 1):
		return Same
	case e.years > 1:
		if e.pages == agrees && authors && against == 0 {
			return Same
		}
		return Apart
	case e.pages == differs:
		// Another place, unless everything else agrees and the pages touch: the last one
		// of one record is often the first one of the next. Letters in a page number are
		// those of a supplement, where abstracts of articles stand.
		if e.container == agrees && e.volume == agrees && e.people.share >= 0.8 && e.people.matched >= 2 &&
			!short && a.pages.touch(b.pages) {
			return Same
		}
		return Apart
	case e.container == differs && e.volume != agrees, e.container == differs && e.pages != agrees:
		return Apart
	case e.volume == differs && e.pages != agrees:
		return Apart
	case authors:
		if e.years == 1 && for_ == 0 && (a.kind == conference) != (b.kind == conference) {
			return Unsure // given as a talk one year and published the next
		}
		if short && for_ == 0 && e.people.matched < 2 && e.years != 0 {
			return Unsure
		}
		return Same
	}
	// Nobody knows the authors of one of them.
	if short || e.people.known {
		if for_ >= 2 {
			return Same
		}
		return Unsure
	}
	if for_ >= 1 || e.has(sameYear) {
		return Same
	}
	return Unsure
}

// link looks for what connects two records that are not copies.
func (e *evidence) link(a, b *Record, verdict Verdict) Judgement {
	j := e.judge(verdict)
	if verdict == Same || e.generic || e.has(otherAuthors) || !e.people.known || e.people.share < 0.5 {
		return j
	}
	alikeTitle := e.title >= near
	switch {
	case alikeTitle && speaks(a, b):
		j.Verdict, j.Link = Linked, LinkTranslation
	case alikeTitle && !oneKind(a.kind, b.kind) && e.years <= 5:
		j.Verdict, j.Link = Linked, LinkVersion
		j.grounds |= otherKind
	case alikeTitle && e.years <= 1 && e.doi == differs:
		j.Verdict, j.Link = Linked, LinkEdition
	}
	return j
}

// speaks says that the works themselves are in different languages.
func speaks(a, b *Record) bool {
	if len(a.languages) == 0 || len(b.languages) == 0 {
		return false
	}
	return !slices.ContainsFunc(a.languages, func(l string) bool { return slices.Contains(b.languages, l) })
}
