package indexer

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"polyglean/indexer/merge"
	"polyglean/internal/record"
)

// Each field alone, filled and empty, so that a field that is added to a struct and not
// to what writes it shows.
func TestSourceIsTheStudyAsJSON(t *testing.T) {
	rec := record.Classified{Candidate: record.Candidate{
		ID: "test:1", Titles: []record.Text{{Text: `Синтетическое "название" <1> \`}}, Harvested: time.Unix(0, 0).UTC(),
	}}
	why := `same title: "members":null`
	decision := LoggedDecision{Seq: 1, Decision: record.Decision{Reason: why}}
	full := func() *Study {
		s := &Study{
			Schema: 1, ID: "s1", Aliases: []string{"s1"}, Keys: []string{why}, Version: 3,
			Members:   []Member{{Seq: 1, Record: rec, Why: why}, {Seq: 2, Record: rec}},
			Decisions: []LoggedDecision{decision}, Rulings: []LoggedDecision{decision},
			Links: []Link{{Kind: merge.LinkReply, Record: "test:1", Study: "s2", Why: why}},
		}
		return s
	}
	same := func(t *testing.T, s *Study) {
		t.Helper()
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.source()
		if diff := cmp.Diff(string(want), string(got)); err != nil || diff != "" {
			t.Errorf("error %v; not what encoding/json writes:\n%s", err, diff)
		}
	}
	same(t, full())
	for i := range reflect.TypeFor[Study]().NumField() {
		t.Run(reflect.TypeFor[Study]().Field(i).Name, func(t *testing.T) {
			alone, without := &Study{Members: []Member{}}, full()
			reflect.ValueOf(alone).Elem().Field(i).Set(reflect.ValueOf(full()).Elem().Field(i))
			same(t, alone)
			if reflect.ValueOf(without).Elem().Field(i).SetZero(); without.Members == nil {
				without.Members = []Member{}
			}
			same(t, without)
		})
	}
	for i := range reflect.TypeFor[Member]().NumField() {
		t.Run("Member/"+reflect.TypeFor[Member]().Field(i).Name, func(t *testing.T) {
			alone, without := full(), full()
			reflect.ValueOf(&alone.Members[1]).Elem().SetZero()
			reflect.ValueOf(&alone.Members[1]).Elem().Field(i).Set(reflect.ValueOf(full().Members[0]).Field(i))
			same(t, alone)
			reflect.ValueOf(&without.Members[0]).Elem().Field(i).SetZero()
			same(t, without)
		})
	}
	broken := full()
	broken.Members[0].Record.Candidate.Harvested = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, err := broken.source(); err == nil {
		t.Error("a time without a form in JSON was written")
	}
}
