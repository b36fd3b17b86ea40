package source

import (
	"strings"
	"testing"
)

func TestIdentifiers(t *testing.T) {
	for _, c := range []struct {
		what string
		f    func(string) string
		in   string
		want string
	}{
		{"doi", normalDOI, "10.1371/JOURNAL.pone.0000030", "10.1371/journal.pone.0000030"},
		{"doi", normalDOI, " https://doi.org/10.1093/nar/gkaa1 ", "10.1093/nar/gkaa1"},
		{"doi", normalDOI, "http://dx.doi.org/10.1093%2Fnar%2FGKAA1", "10.1093/nar/gkaa1"},
		{"doi", normalDOI, "doi:10.1000/182.", "10.1000/182"},
		{"doi", normalDOI, "DOI: 10.1000/182", "10.1000/182"},
		{"doi", normalDOI, "info:doi/10.1000/182", "10.1000/182"},
		{"doi", normalDOI, "https://doi.org/10.1890/0012-9658(2006)87%5B2832:tiopma%5D2.0.co;2", "10.1890/0012-9658(2006)87[2832:tiopma]2.0.co;2"},
		{"doi", normalDOI, "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O", "10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o"},
		{"doi", normalDOI, "https://journals.example.org/doi/full/10.1000/182?needAccess=true", "10.1000/182"},
		{"doi", normalDOI, "10.1000/перевод", "10.1000/перевод"},
		{"doi", normalDOI, "10.1234/a%zzb", "10.1234/a%zzb"},
		{"doi", normalDOI, "10.1016/j.chiabu.2018.04.010 [doi]", ""},
		{"doi", normalDOI, "10.1000", ""},
		{"doi", normalDOI, "version 10.12/3", ""},
		{"doi", normalDOI, "see 10.1000/182", ""},
		{"doi", normalDOI, "S1414-32832009000100001", ""},
		{"doi", normalDOI, "10.1000/a\x00b", ""},
		{"doi", normalDOI, strings.Repeat("10.1000/", 1000), ""},
		{"pmid", normalPMID, "17168027", "17168027"},
		{"pmid", normalPMID, "https://pubmed.ncbi.nlm.nih.gov/17168027/", "17168027"},
		{"pmid", normalPMID, "PMID: 0042", "42"},
		{"pmid", normalPMID, "0", ""},
		{"pmid", normalPMID, "PMC123", ""},
		{"pmid", normalPMID, "12345678901", ""},
		{"pmcid", normalPMCID, "PMC0012", "PMC12"},
		{"pmcid", normalPMCID, "https://www.ncbi.nlm.nih.gov/pmc/articles/1762313", "PMC1762313"},
		{"pmcid", normalPMCID, "https://pmc.ncbi.nlm.nih.gov/articles/PMC1762313/", "PMC1762313"},
		{"pmcid", normalPMCID, "pmc1762313.2", "PMC1762313"},
		{"pmcid", normalPMCID, "NIHMS123", ""},
		{"openalex", openAlexID, "https://openalex.org/W4387341806", "W4387341806"},
		{"openalex", openAlexID, "w12", "W12"},
		{"openalex", openAlexID, " HTTP://API.OpenAlex.org/works/w12/\n", "W12"},
		{"openalex", openAlexID, "openalex:W123456789012345", "W123456789012345"},
		{"openalex", openAlexID, "W1234567890123456", ""},
		{"openalex", openAlexID, "https://openalex.example/W12", ""},
		{"openalex", openAlexID, "W", ""},
		{"openalex", openAlexID, "W12x", ""},
		{"openalex", openAlexID, "W12//", ""},
		{"openalex", openAlexID, "https://openalex.org/A5069389160", ""},
		{"orcid", normalORCID, "http://orcid.org/0000-0003-1419-240x", "0000-0003-1419-240X"},
		{"orcid", normalORCID, "0000-0003", ""},
		{"issn", normalISSN, "0012-9658", "0012-9658"},
		{"issn", normalISSN, "ISSN: 2434561x", "2434-561X"},
		{"issn", normalISSN, "2049‐3630", "2049-3630"},
		{"issn", normalISSN, "0012-9659", ""},
		{"issn", normalISSN, "0000", ""},
	} {
		if got := c.f(c.in); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.what, c.in, got, c.want)
		}
	}
}

func TestNormalDate(t *testing.T) {
	for _, c := range []struct {
		in, date string
		year     int
	}{
		{"2016", "2016", 2016},
		{"2016-03", "2016-03", 2016},
		{"2016-3-5", "2016-03-05", 2016},
		{"2016/03/05", "2016-03-05", 2016},
		{"20160305", "2016-03-05", 2016},
		{"2016-03-05T23:59:59.123456+02:00", "2016-03-05", 2016},
		{"2016 Mar 5", "2016-03-05", 2016},
		{"2016 Sept", "2016-09", 2016},
		{"5 March 2016", "2016-03-05", 2016},
		{"2016 Jan-Feb", "2016", 2016},
		{"Spring 2016", "2016", 2016},
		{"2016 Winter", "2016", 2016},
		{"2015-02-29", "2015-02", 2015},
		{"2016-02-29", "2016-02-29", 2016},
		{"2016-13-01", "2016", 2016},
		{"2016-00-00", "2016", 2016},
		{"c2016", "2016", 2016},
		{"令和2年 (2020)", "2020", 2020},
		{"0000", "", 0},
		{"9999-99", "", 0},
		{"-0001-01-01", "", 0},
		{"n.d.", "", 0},
		{"", "", 0},
	} {
		if date, year := normalDate(c.in); date != c.date || year != c.year {
			t.Errorf("%q: got %q, %d, want %q, %d", c.in, date, year, c.date, c.year)
		}
	}
}

func FuzzIdentifiers(f *testing.F) {
	for _, s := range []string{"10.1000/182", "10.1000/A.b-c(2);d:e", "https://doi.org/10.1%2f", "0012-9658", "2016-02-30", "PMC1", "eng; fre", "国文/영문"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if doi := normalDOI(s); doi != "" && normalDOI(doi) != doi {
			t.Errorf("DOI of %q is %q, and of that %q", s, doi, normalDOI(doi))
		}
		if trimmed := strings.TrimSpace(s); isDOI(trimmed) && findDOI(trimmed) != normalDOI(s) {
			t.Errorf("DOI of %q is %q the short way and %q the long one", s, normalDOI(s), findDOI(trimmed))
		}
		if issn := normalISSN(s); issn != "" && normalISSN(issn) != issn {
			t.Errorf("ISSN of %q is %q, and of that %q", s, issn, normalISSN(issn))
		}
		if id := normalPMCID(s); id != "" && normalPMCID(id) != id {
			t.Errorf("PMCID of %q is %q, and of that %q", s, id, normalPMCID(id))
		}
		if date, year := normalDate(s); date != "" {
			if again, y := normalDate(date); again != date || y != year {
				t.Errorf("date of %q is %q, and of that %q", s, date, again)
			}
		}
		for _, lang := range normalLangs(s) {
			if got := normalLang(lang); got != lang {
				t.Errorf("language of %q is %q, and of that %q", s, lang, got)
			}
		}
	})
}
