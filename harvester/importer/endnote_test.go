package importer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"polyglean/internal/record"
)

const endnoteRecord1 = `<record><database name="demo.enl" path="x">demo.enl</database><source-app name="EndNote" version="20.0">EndNote</source-app><rec-number>7</rec-number><ref-type name="Journal Article">17</ref-type><contributors><authors><author><style face="normal" font="default" size="100%">Demo, Ana</style></author><author>Muster, Bo</author></authors></contributors><titles><title><style face="normal">Synthetic </style><style face="italic">record</style><style face="normal"> &amp; more, p &lt; 0.05</style></title><secondary-title>Synthetic Journal</secondary-title></titles><periodical><full-title>Synthetic Journal in full</full-title></periodical><pages>1-9</pages><volume>12</volume><number>3</number><keywords><keyword><style>one</style></keyword><keyword>two&#xD;three</keyword></keywords><dates><year><style>2019</style></year><pub-dates><date><style>May 7</style></date></pub-dates></dates><isbn>1879-1379 (Electronic)&#xD;0040-0912 (Linking)</isbn><accession-num>12345</accession-num><abstract>An abstract&#xD;of two lines.</abstract><urls><related-urls><url>https://demo.example/e</url></related-urls></urls><custom2>PMC7654321</custom2><electronic-resource-num>10.5555/ABC.5</electronic-resource-num><remote-database-provider>NLM</remote-database-provider><language>spa</language></record>`

func TestEndNoteFields(t *testing.T) {
	records, bad := read(t, "", `<?xml version="1.0" encoding="UTF-8"?><xml><records>`+endnoteRecord1+`</records></xml>`)
	if len(bad) > 0 || len(records) != 1 {
		t.Fatalf("%+v %+v", records, bad)
	}
	want := record.Candidate{
		SourceID: "test:12345", Titles: []record.Text{{Text: "Synthetic record & more, p < 0.05"}}, Abstracts: []record.Text{{Text: "An abstract of two lines."}},
		Keywords:  []record.Text{{Text: "one"}, {Text: "two"}, {Text: "three"}},
		Authors:   []record.Author{{Name: "Demo, Ana", Family: "Demo", Given: "Ana"}, {Name: "Muster, Bo", Family: "Muster", Given: "Bo"}},
		Languages: []string{"es"}, Year: 2019, Date: "2019-05-07", Container: "Synthetic Journal in full", Volume: "12", Issue: "3", Pages: "1-9",
		Type: "Journal Article", IDs: record.Identifiers{DOI: "10.5555/abc.5", PMID: "12345", PMCID: "PMC7654321"},
		ISSN: []string{"1879-1379", "0040-0912"}, URL: "https://demo.example/e",
	}
	if diff := cmp.Diff(want, records[0]); diff != "" {
		t.Error(diff)
	}
}

func TestEndNoteFaults(t *testing.T) {
	plain := func(title string) string { return "<record><titles><title>" + title + "</title></titles></record>" }
	for name, tt := range map[string]struct {
		text   string
		titles []string
		bad    []string
	}{
		"no end":         {"<xml><records>\n<record><titles><title>A</title>\n" + plain("B") + "</records></xml>", []string{"B"}, []string{"line 2: the record has no end"}},
		"cut short":      {"<records>" + plain("A") + "<record><titles><title>B", []string{"A"}, []string{"line 1: the record has no end: the file was cut short"}},
		"wrong tags":     {"<records>" + plain("A") + "<record><titles><title>B</title></titles><</record>" + plain("C") + "</records>", []string{"A", "C"}, []string{"it is not XML"}},
		"control":        {"<records>" + plain("A\x0b&#x0;B") + "</records>", []string{"AB"}, nil},
		"an entity":      {"<records>" + plain("&eacute;&nbsp;x") + "</records>", []string{"é x"}, nil},
		"billion laughs": {`<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><xml><records>` + plain("x &b; y") + plain("C") + "</records></xml>", []string{"x &b; y", "C"}, nil},
		"deep":           {"<records><record><titles><title>" + strings.Repeat("<style>", 50_000) + "x" + strings.Repeat("</style>", 50_000) + "</title></titles></record>" + plain("B") + "</records>", []string{"x", "B"}, nil},
		"nothing":        {"<records><record></record>\n" + plain("B") + "</records>", []string{"B"}, []string{"neither a title"}},
		"over 4 MB":      {"<records><record><titles><title>A</title></titles><abstract>" + strings.Repeat("x", 5<<20) + "</abstract></record>" + plain("B") + "</records>", []string{"B"}, []string{"longer than 4 MB"}},
	} {
		t.Run(name, func(t *testing.T) {
			records, bad := read(t, EndNote, tt.text)
			if diff := cmp.Diff(tt.titles, titles(records)); diff != "" {
				t.Error(diff)
			}
			if len(bad) != len(tt.bad) {
				t.Fatalf("%d bad: %.500v", len(bad), bad)
			}
			for i, b := range bad {
				if !strings.Contains(b.Reason, tt.bad[i]) || len(b.Raw) == 0 {
					t.Errorf("%s: %.200q", b.Reason, b.Raw)
				}
			}
		})
	}
}
