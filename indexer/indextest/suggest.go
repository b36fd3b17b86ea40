package indextest

import (
	"fmt"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// testSuggest: of a query that finds hardly anything, the words that hardly any study
// has are taken for slips of words that many have.
func testSuggest(t *testing.T, b Backend) {
	idx := b.open(t)
	var ops []indexer.Op
	add := func(n int, title string) {
		for range n {
			w := work{name: fmt.Sprintf("w%d", len(ops)), lang: "und", date: "2020", title: title}
			study := w.study(uint64(len(ops) + 1))
			study.Members[0].Record.Candidate.Keywords = []record.Text{{Text: "synthetic record"}}
			doc, err := study.Document()
			if err != nil {
				t.Fatal(err)
			}
			ops = append(ops, put(study.ID, 1, &doc))
		}
	}
	add(12, "Trafficking and prostitución")
	add(6, "Traffic in Торговля людьми")
	add(1, "Traficking misspelled by its source")
	add(1, "Brothel")
	apply(t, idx, ops...)
	lib := indexer.NewLibrary(idx)

	for query, want := range map[string]string{
		"traficking":                   "trafficking",                  // one study has it, twelve the other
		"Traffickign AND prostitucoin": "trafficking AND prostitución", // swapped letters, accents as written
		"rtafficking":                  "trafficking",
		"торгавля":                     "торговля",
		"ti:trafficing":                "ti:trafficking",
		"(sindhetic OR zzzz) recrod":   "(synthetic OR zzzz) record",
		"trafficking":                  "", // finds many
		"brothl":                       "", // one study is no evidence
		"\"traficking\"":               "", // meant as it stands
		"trafick*":                     "",
		"xyz":                          "",
		"NOT traficking":               "",
		"толпогляд":                    "", // too many letters are others
	} {
		got, err := lib.Search(t.Context(), indexer.Query{Text: query, Suggest: true})
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		suggested := ""
		if got.Suggestion != nil {
			suggested = got.Suggestion.Query
		}
		if suggested != want {
			t.Errorf("%s (%d studies): suggested %q, want %q", query, got.Total, suggested, want)
		}
		if got, err = lib.Search(t.Context(), indexer.Query{Text: query}); err != nil || got.Suggestion != nil {
			t.Errorf("%s: a suggestion nobody asked for, error %v", query, err)
		}
	}
	got, err := lib.Search(t.Context(), indexer.Query{Text: "traficking recrod", Suggest: true})
	if err != nil || got.Suggestion == nil {
		t.Fatalf("no suggestion, error %v", err)
	}
	if want := "[{traficking trafficking 12} {recrod record 20}]"; fmt.Sprint(got.Suggestion.Corrections) != want {
		t.Errorf("corrections %v, want %s", got.Suggestion.Corrections, want)
	}
}
