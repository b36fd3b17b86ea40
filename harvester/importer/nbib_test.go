package importer

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"polyglean/internal/record"
)

const nbibRecord = `
PMID- 00012345
OWN - NLM
STAT- MEDLINE
DP  - 2019 May
TI  - [Synthetic record: leaving the street
      and what follows].
TT  - Registro sintético: salir de la calle.
PG  - 1-9
VI  - 12
IP  - 3
LID - 10.5555/abc.2 [doi]
LID - e99 [pii]
AB  - BACKGROUND: A synthetic abstract
      of two lines. METHODS: None.
OAB - Publisher: Abstract available from the publisher.
OABL- fre
OAB - Un resumen sintético.
OABL- spa
FAU - Demo, Ana María
AU  - Demo AM
AUID- ORCID: 0000-0002-1825-0097
AD  - Somewhere.
FAU - Muster, Bo
AU  - Muster B
CN  - Demonstration Group
FED - Editor, Edith
LA  - spa
PT  - English Abstract
PT  - Journal Article
PT  - Retracted Publication
DEP - 20190507
TA  - Synth J
JT  - Synthetic journal
PL  - Korea (South)
IS  - 1879-1379 (Electronic)
MH  - *Sex Work/psychology
MH  - Humans
OT  - exit
PMC - PMC7654321
AID - 10.5555/abc.2 [doi]
SO  - Synth J. 2019 May;12(3):1-9.
`

func TestNBIBFields(t *testing.T) {
	records, bad := read(t, NBIB, nbibRecord)
	if len(bad) > 0 || len(records) != 1 {
		t.Fatalf("%+v %+v", records, bad)
	}
	want := record.Candidate{
		SourceID:  "test:00012345",
		Titles:    []record.Text{{Text: "Synthetic record: leaving the street and what follows", Lang: "en"}, {Text: "Registro sintético: salir de la calle.", Lang: "es"}},
		Abstracts: []record.Text{{Text: "BACKGROUND: A synthetic abstract of two lines. METHODS: None.", Lang: "en"}, {Text: "Un resumen sintético.", Lang: "es"}},
		Keywords:  []record.Text{{Text: "Sex Work"}, {Text: "Humans"}, {Text: "exit"}},
		Authors: []record.Author{
			{Name: "Demo, Ana María", Family: "Demo", Given: "Ana María", ORCID: "0000-0002-1825-0097"},
			{Name: "Muster, Bo", Family: "Muster", Given: "Bo"},
			{Name: "Demonstration Group"},
		},
		Languages: []string{"es"}, Year: 2019, Date: "2019-05-07", Container: "Synthetic journal", Volume: "12", Issue: "3", Pages: "1-9", JournalCountry: "KR",
		Type: "Journal Article", IDs: record.Identifiers{DOI: "10.5555/abc.2", PMID: "12345", PMCID: "PMC7654321"},
		ISSN: []string{"1879-1379"}, URL: "https://pubmed.ncbi.nlm.nih.gov/12345/", Retracted: true,
	}
	if diff := cmp.Diff(want, records[0]); diff != "" {
		t.Error(diff)
	}
}

func TestNBIBRecords(t *testing.T) {
	records, bad := read(t, NBIB, `PMID- 1
TI  - First
AB  - A line that goes on

      after an empty one.
PMID- 2
TI  - Second, without an empty line before

TI  - Third, without a number
DP  - 2001
`)
	if diff := cmp.Diff([]string{"First", "Second, without an empty line before", "Third, without a number"}, titles(records)); diff != "" || len(bad) > 0 {
		t.Error(diff, bad)
	}
	if got := records[0].Abstracts[0].Text; got != "A line that goes on after an empty one." {
		t.Errorf("abstract %q", got)
	}
	_, bad = read(t, NBIB, "a line of its own\n\nPMID- 1\nTI  - First\n\nPMID- \n\nPMID- 3\nTI  - Third\n")
	if len(bad) != 2 || bad[0].Reason != `synthetic, line 1: lines outside of a record: no "PMID- " before them` ||
		bad[1].Reason != "synthetic, line 6: it has neither a title nor a DOI, PubMed ID or accession number" {
		t.Errorf("%+v", bad)
	}
}
