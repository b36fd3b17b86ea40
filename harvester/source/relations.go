package source

import (
	"slices"
	"strings"

	"polyglean/internal/record"
)

// Each source has its own words for what one work is to another. What is in none of
// these lists, such as "references" or "is financed by", links no two forms or fates of
// a work and is left out.

// crossrefRelations are the types of Crossref's relationships schema (relations.xsd) as
// its REST API writes them.
var crossrefRelations = map[string]record.RelationType{
	"is-preprint-of":      record.PreprintOf,
	"has-preprint":        record.HasPreprint,
	"is-translation-of":   record.TranslationOf,
	"has-translation":     record.HasTranslation,
	"is-version-of":       record.VersionOf,
	"has-version":         record.HasVersion,
	"is-manuscript-of":    record.VersionOf,
	"has-manuscript":      record.HasVersion,
	"is-draft-of":         record.VersionOf,
	"has-draft":           record.HasVersion,
	"is-expression-of":    record.VersionOf,
	"has-expression":      record.HasVersion,
	"is-manifestation-of": record.VersionOf,
	"has-manifestation":   record.HasVersion,
	"is-format-of":        record.VersionOf,
	"has-format":          record.HasVersion,
	"is-variant-form-of":  record.VersionOf,
	"is-original-form-of": record.HasVersion,
	"replaces":            record.VersionOf,
	"is-replaced-by":      record.HasVersion,
	"is-identical-to":     record.SameAs,
	"is-same-as":          record.SameAs,
	"is-review-of":        record.ReviewOf,
	"has-review":          record.HasReview,
	"is-comment-on":       record.CommentOn,
	"has-comment":         record.HasComment,
	"is-reply-to":         record.CommentOn,
	"has-reply":           record.HasComment,
	"is-part-of":          record.PartOf,
	"has-part":            record.HasPart,
	"is-supplement-to":    record.SupplementTo,
	"is-supplemented-by":  record.HasSupplement,
}

// crossrefUpdates are the types of Crossref's updates, by what the update is to the work
// it updates, and by what that work is to the update.
var crossrefUpdates = map[string][2]record.RelationType{
	"retraction":            {record.Retracts, record.RetractedBy},
	"partial_retraction":    {record.Retracts, record.RetractedBy},
	"withdrawal":            {record.Retracts, record.RetractedBy},
	"removal":               {record.Retracts, record.RetractedBy},
	"correction":            {record.Corrects, record.CorrectedBy},
	"corrigendum":           {record.Corrects, record.CorrectedBy},
	"erratum":               {record.Corrects, record.CorrectedBy},
	"addendum":              {record.Corrects, record.CorrectedBy},
	"clarification":         {record.Corrects, record.CorrectedBy},
	"expression_of_concern": {record.ConcernAbout, record.HasConcern},
	"new_edition":           {record.VersionOf, record.HasVersion},
	"new_version":           {record.VersionOf, record.HasVersion},
}

// dataCiteRelations are relation types of DataCite's metadata schema 4.
var dataCiteRelations = map[string]record.RelationType{
	"IsTranslationOf":     record.TranslationOf,
	"HasTranslation":      record.HasTranslation,
	"IsVersionOf":         record.VersionOf,
	"HasVersion":          record.HasVersion,
	"IsNewVersionOf":      record.VersionOf,
	"IsPreviousVersionOf": record.HasVersion,
	"Obsoletes":           record.VersionOf,
	"IsObsoletedBy":       record.HasVersion,
	"IsVariantFormOf":     record.VersionOf,
	"IsOriginalFormOf":    record.HasVersion,
	"IsIdenticalTo":       record.SameAs,
	"Reviews":             record.ReviewOf,
	"IsReviewedBy":        record.HasReview,
	"IsPartOf":            record.PartOf,
	"HasPart":             record.HasPart,
	"IsSupplementTo":      record.SupplementTo,
	"IsSupplementedBy":    record.HasSupplement,
}

// medlineRelations are the kinds of comments and corrections of MEDLINE
// (CommentsCorrections RefType), by their letters in lower case: PubMed writes
// "RetractionIn" and Europe PMC, which adds preprints, "Retraction in".
var medlineRelations = map[string]record.RelationType{
	"preprintof":                  record.PreprintOf,
	"preprintin":                  record.HasPreprint,
	"updateof":                    record.VersionOf,
	"updatein":                    record.HasVersion,
	"republishedfrom":             record.VersionOf,
	"republishedin":               record.HasVersion,
	"correctedandrepublishedfrom": record.Corrects,
	"correctedandrepublishedin":   record.CorrectedBy,
	"commenton":                   record.CommentOn,
	"commentin":                   record.HasComment,
	"erratumfor":                  record.Corrects,
	"erratumin":                   record.CorrectedBy,
	"retractionof":                record.Retracts,
	"retractionin":                record.RetractedBy,
	"partialretractionof":         record.Retracts,
	"partialretractionin":         record.RetractedBy,
	"retractedandrepublishedfrom": record.VersionOf,
	"retractedandrepublishedin":   record.RetractedBy,
	"expressionofconcernfor":      record.ConcernAbout,
	"expressionofconcernin":       record.HasConcern,
}

func medlineRelation(kind string) record.RelationType {
	return medlineRelations[strings.ReplaceAll(strings.ToLower(kind), " ", "")]
}

// addRelation adds what the record is to the work with the given identifier, unless
// either of them is empty or it is there already.
func addRelation(list []record.Relation, kind record.RelationType, id string) []record.Relation {
	r := record.Relation{Type: kind, ID: id}
	if kind == "" || id == "" || slices.Contains(list, r) {
		return list
	}
	return append(list, r)
}

// relatedID is an identifier behind its scheme, "" when it is none of that scheme.
func relatedID(scheme, id string) string {
	scheme = strings.ToLower(strings.TrimSpace(scheme))
	normal := ""
	switch scheme {
	case "doi":
		normal = normalDOI(id)
	case "pmid":
		normal = normalPMID(id)
	case "pmcid":
		normal = normalPMCID(id)
	case "uri", "url":
		if doi := normalDOI(id); doi != "" && strings.Contains(id, "doi.org/") {
			return "doi:" + doi
		}
		scheme, normal = "url", webAddress(jsonText(id))
	case "arxiv", "isbn", "handle", "urn":
		normal = plainLine(id)
	}
	if normal == "" {
		return ""
	}
	return scheme + ":" + normal
}
