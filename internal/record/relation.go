package record

// RelationType says what a record's work is to another, read as in "is a preprint of".
type RelationType string

// The relations between works that sources state. Each has its converse: what is told
// of one end may not be told of the other.
const (
	PreprintOf     RelationType = "preprint-of"
	HasPreprint    RelationType = "has-preprint"
	TranslationOf  RelationType = "translation-of"
	HasTranslation RelationType = "has-translation"
	// VersionOf is an earlier, a later or another form of the other; HasVersion is the
	// work as such, or the version that is followed by the other.
	VersionOf  RelationType = "version-of"
	HasVersion RelationType = "has-version"
	// SameAs is the same work under another identifier.
	SameAs       RelationType = "same-as"
	ReviewOf     RelationType = "review-of"
	HasReview    RelationType = "has-review"
	CommentOn    RelationType = "comment-on"
	HasComment   RelationType = "has-comment"
	Corrects     RelationType = "corrects"
	CorrectedBy  RelationType = "corrected-by"
	Retracts     RelationType = "retracts"
	RetractedBy  RelationType = "retracted-by"
	ConcernAbout RelationType = "concern-about"
	// HasConcern is a work an expression of concern was published about.
	HasConcern    RelationType = "has-concern"
	PartOf        RelationType = "part-of"
	HasPart       RelationType = "has-part"
	SupplementTo  RelationType = "supplement-to"
	HasSupplement RelationType = "has-supplement"
)

// Relation is a link that a source states between the work of its record and another.
type Relation struct {
	Type RelationType `json:"type"`
	// ID is the other work's identifier behind its scheme: "doi:10.…", "pmid:123",
	// "pmcid:PMC123", "arxiv:…", "isbn:…", "handle:…", "url:https://…"; those of the
	// schemes of Identifiers in the form they have there. A work that a source knows by
	// its own identifier alone has the ID its record would have, "europepmc:PPR/PPR1".
	ID string `json:"id"`
}
