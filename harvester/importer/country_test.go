package importer

import "testing"

// The country of the journal is read where the format has a place for it, and not where
// that is another one: of the conference, of the study.
func TestJournalCountry(t *testing.T) {
	for name, tt := range map[string]struct {
		format  Format
		text    string
		country string
	}{
		"NBIB":                      {NBIB, "PMID- 1\nTI  - Synthetic\nPL  - Russia (Federation)\n", "RU"},
		"NBIB, the place of a book": {NBIB, "PMID- 1\nTI  - Synthetic\nPL  - Nowhere (MD)\n", ""},
		"RIS":                       {RIS, "TY  - BOOK\nTI  - Synthetic\nCY  - Nowhere, UK\nER  - \n", "GB"},
		"RIS, another tag":          {RIS, "TY  - JOUR\nTI  - Synthetic\nPP  - São Paulo, Brasil\nER  - \n", "BR"},
		"RIS, a town":               {RIS, "TY  - BOOK\nTI  - Synthetic\nCY  - London\nER  - \n", ""},
		"RIS, a conference":         {RIS, "TY  - CONF\nTI  - Synthetic\nCY  - Nowhere, UK\nER  - \n", ""},
		"BibTeX":                    {BibTeX, "@article{a, title={Synthetic}, address={{Nowhere, Switzerland}}}", "CH"},
		"BibTeX, a conference":      {BibTeX, "@inproceedings{a, title={Synthetic}, address={Nowhere, Switzerland}}", ""},
		"EndNote":                   {EndNote, `<xml><records><record><ref-type name="Book">6</ref-type><titles><title>Synthetic</title></titles><pub-location>Nowhere, Kenya</pub-location></record></records></xml>`, "KE"},
		"EndNote, a conference":     {EndNote, `<xml><records><record><ref-type name="Conference Paper">47</ref-type><titles><title>Synthetic</title></titles><pub-location>Nowhere, Kenya</pub-location></record></records></xml>`, ""},
		"CSV of BVS":                {CSV, "ID,Title,Publication Country\nlil-900001,Synthetic,AR\n", "AR"},
		"CSV of this program":       {CSV, "title,journal_country\nSynthetic,MX\n", "MX"},
		"CSV, that of the study":    {CSV, "title,journal,country\nSynthetic,J,Nepal\n", ""},
		"CSV, a place":              {CSV, "title,Place of publication\nSynthetic,\"Nowhere, Perú\"\n", "PE"},
	} {
		t.Run(name, func(t *testing.T) {
			records, bad := read(t, tt.format, tt.text)
			if len(bad) > 0 || len(records) != 1 {
				t.Fatalf("%+v %+v", records, bad)
			}
			if got := records[0].JournalCountry; got != tt.country {
				t.Errorf("read %q, want %q", got, tt.country)
			}
		})
	}
}
