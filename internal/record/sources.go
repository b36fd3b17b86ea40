package record

import "polyglean/internal/fold"

// sourceNames are what the sources call themselves, by the names they have here.
var sourceNames = map[string]string{
	"openalex": "OpenAlex", "crossref": "Crossref", "europepmc": "Europe PMC", "pubmed": "PubMed", "doaj": "DOAJ",
	"scielo": "SciELO", "hal": "HAL", "lilacs": "LILACS", "bvs": "LILACS/BVS", "jstage": "J-STAGE", "openaire": "OpenAIRE Graph",
	"oai": "OAI-PMH", "kci": "KCI", "dergipark": "DergiPark", "openedition": "OpenEdition", "persee": "Persée", "ssoar": "SSOAR",
	"datacite": "DataCite", "clinicaltrials": "ClinicalTrials.gov", "core": "CORE", "cinii": "CiNii", "arxiv": "arXiv",
	"semanticscholar": "Semantic Scholar", "import": "Imported files",
}

// SourceName is a source as it calls itself; another, such as an OAI-PMH repository,
// by the name it was configured with.
func SourceName(source string) string {
	if name, ok := sourceNames[source]; ok {
		return name
	}
	return source
}

// SourceNamed is the source that goes by a name, here or by what it calls itself, in
// whatever case; "" for none of those that are known.
func SourceNamed(name string) string { return sourcesByName[fold.Fold(name)] }

var sourcesByName = func() map[string]string {
	byName := make(map[string]string, 2*len(sourceNames))
	for source, name := range sourceNames {
		byName[fold.Fold(source)], byName[fold.Fold(name)] = source, source
	}
	return byName
}()
