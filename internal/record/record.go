// Package record holds what flows through the pipeline: a Candidate as the
// harvester found it, the Classified record the classifier makes of it, and the
// Study the indexer merges records into. The JSON form of these types is a wire
// contract: golden files pin it, every value carries a version, and fields this
// program does not know survive a round trip.
package record

import (
	"encoding/json"
	"strings"
	"time"
)

// Schema is the version of the JSON form written by this program. A reader
// accepts any lower version and refuses a higher one, because a newer program
// may have given a field a new meaning.
const Schema = 1

// Route says how a record was found; reports tell the routes apart.
type Route string

// The routes of PRISMA-S: a source that matched our compiled query, a set read
// whole, a citation followed from a study, a file a reviewer exported elsewhere.
const (
	RouteSearch   Route = "search"
	RouteHarvest  Route = "harvest"
	RouteSnowball Route = "snowball"
	RouteImport   Route = "import"
)

// Text is a piece of text with the language its source declared for it.
type Text struct {
	Text string `json:"text"`
	// Lang is the declared language as a lower-case BCP 47 tag ("es", "zh-hant"),
	// empty when the source declared none. It is a claim, not a finding.
	Lang string `json:"lang,omitempty"`
}

// Author is one author in the order the source gives.
type Author struct {
	// Name is the whole name as printed; sources that split names fill Family
	// and Given too.
	Name   string `json:"name"`
	Family string `json:"family,omitempty"`
	Given  string `json:"given,omitempty"`
	ORCID  string `json:"orcid,omitempty"`
}

// Whole is the author's name as printed, or made of its parts where the source gave
// nothing else.
func (a Author) Whole() string {
	if a.Name != "" {
		return a.Name
	}
	return strings.TrimSpace(a.Given + " " + a.Family)
}

// Identifiers are the persistent identifiers of a work, normalised: DOI bare
// and lower case ("10.…"), PMID digits only, PMCID with its "PMC" prefix,
// OpenAlex "W…". An empty field means the source gave none.
type Identifiers struct {
	DOI      string `json:"doi,omitempty"`
	PMID     string `json:"pmid,omitempty"`
	PMCID    string `json:"pmcid,omitempty"`
	OpenAlex string `json:"openalex,omitempty"`
	// Other holds further schemes by lower-case name, e.g. "hal", "handle", "mag".
	Other map[string]string `json:"other,omitempty"`
}

// Candidate is one bibliographic record as a source gave it, cleaned of markup
// but not judged. Nothing in it is inferred.
type Candidate struct {
	Schema int `json:"v"`
	// ID is Source + ":" + SourceID; it is stable over runs.
	ID       string `json:"id"`
	Source   string `json:"source"`
	SourceID string `json:"source_id"`
	Route    Route  `json:"route"`
	// Query names the query, set or seed that found the record.
	Query string `json:"query,omitempty"`
	// Paths are all the ways by which following citations led to the record, also
	// where another query had found it before.
	Paths []Path `json:"paths,omitempty"`

	// Titles holds the main title first, then titles in other languages.
	Titles    []Text   `json:"titles,omitempty"`
	Abstracts []Text   `json:"abstracts,omitempty"`
	Keywords  []Text   `json:"keywords,omitempty"`
	Authors   []Author `json:"authors,omitempty"`
	// Languages are the declared languages of the work itself (the paper, not
	// its metadata), lower-case BCP 47.
	Languages []string `json:"languages,omitempty"`

	// Year of publication, 0 when not stated.
	Year int `json:"year,omitempty"`
	// Date of publication as precisely as stated: YYYY, YYYY-MM or YYYY-MM-DD.
	Date      string `json:"date,omitempty"`
	Container string `json:"container,omitempty"`
	Volume    string `json:"volume,omitempty"`
	Issue     string `json:"issue,omitempty"`
	Pages     string `json:"pages,omitempty"`
	Publisher string `json:"publisher,omitempty"`
	// JournalCountry is the country of the journal, or of the publisher of what is in
	// none, as the source states it: an ISO 3166-1 alpha-2 code in upper case, empty
	// when it states none. It says nothing of where the study was done.
	JournalCountry string `json:"journal_country,omitempty"`
	// Type is the source's word for the kind of document ("journal-article").
	Type string `json:"type,omitempty"`

	IDs        Identifiers `json:"ids"`
	ISSN       []string    `json:"issn,omitempty"`
	References []string    `json:"references,omitempty"`
	// Relations are the works this one is a version, a translation, a correction … of,
	// and the other way round, as the source states them.
	Relations []Relation `json:"relations,omitempty"`
	URL       string     `json:"url,omitempty"`
	// License is the licence of the metadata or work as stated, a URL or a name.
	License string `json:"license,omitempty"`

	// Retracted and Deleted records are kept and flagged, never dropped.
	Retracted bool `json:"retracted,omitempty"`
	Deleted   bool `json:"deleted,omitempty"`

	Harvested time.Time `json:"harvested"`
	// Version orders copies of one record: the source's own datestamp in Unix
	// milliseconds, or the time of harvest where a source has none.
	Version int64 `json:"version"`

	// Unknown keeps fields written by another version of this program.
	Unknown map[string]json.RawMessage `json:"-"`
}

// Title returns the main title, or "" when the record has none.
func (c *Candidate) Title() string {
	if len(c.Titles) == 0 {
		return ""
	}
	return c.Titles[0].Text
}

// Field names a part of a record that evidence can point into.
type Field string

// The fields evidence points into; the index in Evidence selects among several.
const (
	FieldTitle    Field = "title"
	FieldAbstract Field = "abstract"
	FieldKeyword  Field = "keyword"
)

// Evidence is the passage a statement about a record rests on, so that a
// reviewer can check it in seconds.
type Evidence struct {
	Field Field `json:"field"`
	// Index is the position in Candidate.Titles, Abstracts or Keywords.
	Index int `json:"index"`
	// Start and End are byte offsets into that text, End exclusive.
	Start int `json:"start"`
	End   int `json:"end"`
	// Words are the bytes between them.
	Words string `json:"words"`
	// Concept is the lexicon concept or strategy block the words stand for.
	Concept string `json:"concept,omitempty"`
	// Lang is the language of the pattern that matched.
	Lang string `json:"lang,omitempty"`
}

// Flag names something a reviewer should know about a record.
type Flag string

// The flags. KeywordMiss is set together with one Reason or more.
const (
	FlagNonEnglish     Flag = "non-english"
	FlagKeywordMiss    Flag = "keyword-miss"
	FlagDefinitionOpen Flag = "definition-open"
	FlagRetracted      Flag = "retracted"
	FlagDeleted        Flag = "deleted"
	FlagNoAbstract     Flag = "no-abstract"
)

// Reason says why a keyword search would have missed a likely relevant record.
type Reason string

// The reasons of a keyword miss that the classifier gives; a Score gives others.
const (
	// OtherWords: a block's concept is there in words the strategy lacks.
	OtherWords Reason = "other-words"
	// OtherLanguage: a text not in English expresses the topic, and no English
	// text of the record matches the strategy.
	OtherLanguage Reason = "other-language"
	// MissingBlock: one block of the strategy matches or is expressed, and
	// another is neither.
	MissingBlock Reason = "missing-block"
	// NotJudgeable: the record has no abstract to judge by.
	NotJudgeable Reason = "not-judgeable"
)

// Finding is one flag or reason with its evidence and a sentence for people.
type Finding struct {
	Flag     Flag       `json:"flag"`
	Reason   Reason     `json:"reason,omitempty"`
	Detail   string     `json:"detail"`
	Evidence []Evidence `json:"evidence,omitempty"`
	// Study is an ID of the study that the finding rests on, "" for none.
	Study string `json:"study,omitempty"`
}

// Detection is the language found for one segment of text.
type Detection struct {
	Field Field `json:"field"`
	Index int   `json:"index"`
	Start int   `json:"start"`
	End   int   `json:"end"`
	// Lang is ISO 639-1, or "und" when the text cannot tell.
	Lang string `json:"lang"`
	// Tag names the script too, where the language is written in more than one:
	// "zh-Hant", "sr-Cyrl" (BCP 47); else it is empty.
	Tag string `json:"tag,omitempty"`
	// Confidence is between 0 and 1.
	Confidence float64 `json:"confidence"`
	// How says what decided: "script", "model" or "declared".
	How string `json:"how"`
	// Why says in words why the text cannot tell, where Lang is "und", and beside a
	// language what is wrong with the text all the same.
	Why string `json:"why,omitempty"`
}

// Undetermined is the language of a text that cannot tell (ISO 639-2 "und").
const Undetermined = "und"

// LanguageClass says what of a record is in English. It is what an English-only
// review is measured by.
type LanguageClass string

// The classes. Every record is in one.
const (
	// LanguageEnglish: all texts are in English, and nothing says that the paper is not.
	LanguageEnglish LanguageClass = "english"
	// LanguageEnglishMetadata: the abstract, or a title where there is none, is in
	// English, and the paper in another language.
	LanguageEnglishMetadata LanguageClass = "english-metadata"
	// LanguageSeveral: texts in English and in another language.
	LanguageSeveral LanguageClass = "several"
	// LanguageOther: no text in English.
	LanguageOther LanguageClass = "other"
	// LanguageUnknown: no text can tell, and the source declares nothing.
	LanguageUnknown LanguageClass = "unknown"
)

// WorkGround says what the language of a paper was taken from.
type WorkGround string

// The grounds, the best first. WorkByJournal is a likelihood: journals named in one
// language print papers in others.
const (
	WorkDeclared  WorkGround = "declared"
	WorkByTitle   WorkGround = "title"
	WorkByJournal WorkGround = "journal"
)

// LanguageLedger is what is known about the languages of a record: what its
// source declared, what was detected for each piece, and whether they disagree.
type LanguageLedger struct {
	Declared []string    `json:"declared,omitempty"`
	Detected []Detection `json:"detected,omitempty"`
	// Languages are those of the record's texts, most text first; never empty,
	// ["und"] when no text could tell.
	Languages []string `json:"languages"`
	// Work is the language of the paper itself where that can be told apart from
	// its metadata, else "".
	Work string `json:"work,omitempty"`
	// WorkFrom says what Work was taken from.
	WorkFrom WorkGround    `json:"work_from,omitempty"`
	Class    LanguageClass `json:"class,omitempty"`
	// Conflict says that what was declared and what was detected disagree.
	Conflict bool `json:"conflict,omitempty"`
}

// BlockMatch says whether one block of the strategy matched, and where.
type BlockMatch struct {
	Block    string     `json:"block"`
	Matched  bool       `json:"matched"`
	Evidence []Evidence `json:"evidence,omitempty"`
}

// StrategyMatch is the outcome of the protocol's published Boolean strategy.
type StrategyMatch struct {
	Matched bool `json:"matched"`
	// Mode is "exact" or "inflected".
	Mode   string       `json:"mode"`
	Blocks []BlockMatch `json:"blocks,omitempty"`
}

// ConceptHit is a lexicon concept found in a record.
type ConceptHit struct {
	Concept string `json:"concept"`
	Facet   string `json:"facet"`
	// Strong says that at least one strong pattern of the concept matched.
	Strong   bool       `json:"strong"`
	Evidence []Evidence `json:"evidence"`
}

// Selection says whether a record goes before a reviewer.
type Selection string

const (
	// Selected records are shown to reviewers.
	Selected Selection = "selected"
	// SetAside records were read on the harvest route and not selected; they stay
	// in the log and the index, and PRISMA counts them as marked ineligible by
	// automation.
	SetAside Selection = "set-aside"
)

// Versions name what classified a record, so that a change of any of them can
// be told from a change of the record.
type Versions struct {
	Protocol   string `json:"protocol"`
	Lexicon    string `json:"lexicon"`
	Classifier string `json:"classifier"`
}

// Classified is a Candidate with what the classifier found in it.
type Classified struct {
	Candidate Candidate      `json:"candidate"`
	Language  LanguageLedger `json:"language"`
	Strategy  StrategyMatch  `json:"strategy"`
	Concepts  []ConceptHit   `json:"concepts,omitempty"`
	Findings  []Finding      `json:"findings,omitempty"`
	Selection Selection      `json:"selection"`
	// Seed is the number of the protocol's seed study this record is, 0 if none.
	Seed     int      `json:"seed,omitempty"`
	Versions Versions `json:"versions"`

	Unknown map[string]json.RawMessage `json:"-"`
}

// Flags returns the distinct flags of the findings in order of first mention.
func (c *Classified) Flags() []Flag {
	return distinct(c.Findings, func(f Finding) Flag { return f.Flag })
}

// Reasons returns the distinct keyword-miss reasons in order of first mention.
func (c *Classified) Reasons() []Reason {
	return distinct(c.Findings, func(f Finding) Reason { return f.Reason })
}

func distinct[T ~string](findings []Finding, pick func(Finding) T) []T {
	var out []T
next:
	for _, f := range findings {
		v := pick(f)
		if v == "" {
			continue
		}
		for _, seen := range out {
			if seen == v {
				continue next
			}
		}
		out = append(out, v)
	}
	return out
}

// Verdict is a reviewer's judgement of a study.
type Verdict string

// The verdicts of screening.
const (
	Include Verdict = "include"
	Exclude Verdict = "exclude"
	Maybe   Verdict = "maybe"
)

// The rulings on what one study is: Decision.Records and Decision.Others are copies
// of one study, or they are not, whatever the records say.
const (
	Join  Verdict = "join"
	Split Verdict = "split"
)

// Stage is a stage of screening.
type Stage string

// The stages of screening.
const (
	StageTitleAbstract Stage = "title-abstract"
	StageFullText      Stage = "full-text"
)

// Decision is one entry of the append-only decision log.
type Decision struct {
	Schema int    `json:"v"`
	Review string `json:"review"`
	// Study is a study ID. It stays valid when studies merge, because every
	// study answers to the IDs its members would have alone.
	Study   string  `json:"study"`
	Stage   Stage   `json:"stage"`
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason,omitempty"`
	// Records and Others are the IDs of records that a ruling (Join, Split) is about;
	// a ruling has no stage.
	Records []string `json:"records,omitempty"`
	Others  []string `json:"others,omitempty"`
	// By is an account ID, never a name.
	By string    `json:"by"`
	At time.Time `json:"at"`

	Unknown map[string]json.RawMessage `json:"-"`
}

// Ruling reports whether the decision says what one study is, and not what becomes
// of it.
func (d *Decision) Ruling() bool { return d.Verdict == Join || d.Verdict == Split }

// Parked is something that could not be handled, kept with its reason.
type Parked struct {
	Schema int `json:"v"`
	// Key identifies what was parked: parking the same thing twice leaves one.
	Key string `json:"key"`
	// Stage that gave up: "harvester", "classifier" or "indexer".
	Stage  string `json:"stage"`
	Source string `json:"source"`
	// RecordID is the record's ID where it could be read.
	RecordID string `json:"record_id,omitempty"`
	Reason   string `json:"reason"`
	Attempts int    `json:"attempts,omitempty"`
	// Raw is what was received, cut to RawLimit bytes.
	Raw []byte    `json:"raw,omitempty"`
	At  time.Time `json:"at"`
	Run string    `json:"run,omitempty"`
}

// RawLimit is how many bytes of a parked record are kept, in bytes.
const RawLimit = 256 << 10
