package source

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// A source is called unverified, in its traits and so in doctor, and in the comment of
// its type, just when no recorded answer of it is replayed.
func TestUnverifiedIsSaid(t *testing.T) {
	verified := map[string]bool{}
	for _, c := range readRecordedList(t) {
		if c.mode == "pages" || c.mode == "record" {
			verified[c.source] = true
		}
	}
	for _, name := range Names() {
		file := name + ".go"
		if name == "oai" {
			file = "oaipmh.go"
		}
		said := strings.Contains(string(readFile(t, file)), "// Not verified against recordings: ")
		if About(name).Unverified == verified[name] || said == verified[name] {
			t.Errorf("%s: replayed %t, called unverified %t, in its comment %t", name, verified[name], About(name).Unverified, said)
		}
	}
}

// coverage is a source's line of the table.
type coverage struct {
	files, records, abstracts int
	languages                 map[string]bool
}

// TestCoverage prints what the recorded answers cover (go test -run TestCoverage -v).
func TestCoverage(t *testing.T) {
	if _, err := os.Stat(recordedDir); err != nil {
		t.Skip("the table of what recorded answers cover was not made: they are not part of this repository. " +
			"To run this test put them into ../shared/data/api beside it.")
	}
	units := recordedUnits(t)
	rows := map[string]*coverage{}
	for _, c := range readRecordedList(t) {
		if c.mode != "pages" && c.mode != "record" {
			continue
		}
		r := newReplay(t, c, recordedHooks[c.source])
		r.run(units[c.name](t))
		row := rows[c.source]
		if row == nil {
			row = &coverage{languages: map[string]bool{}}
			rows[c.source] = row
		}
		row.files += r.parsed
		row.records += len(r.candidates)
		for i := range r.candidates {
			c := &r.candidates[i]
			if len(c.Abstracts) > 0 {
				row.abstracts++
			}
			for _, lang := range declared(c) {
				row.languages[lang] = true
			}
		}
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "source\tfiles\trecords\twith abstract\tlanguages declared\troutes\tverified")
	for _, name := range Names() {
		row := rows[name]
		if row == nil {
			row = &coverage{}
		}
		if !About(name).Unverified && row.records == 0 {
			t.Errorf("%s is called verified, and no record of it was replayed", name)
		}
		verified := "yes"
		if About(name).Unverified {
			verified = "no"
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d: %s\t%s\t%s\n", name, row.files, row.records, row.abstracts,
			len(row.languages), strings.Join(slices.Sorted(maps.Keys(row.languages)), " "), strings.Join(routesOf(t, name), ", "), verified)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", b.String())
}

// declared are the languages a source declares of a work and of its texts.
func declared(c *record.Candidate) []string {
	langs := slices.Clone(c.Languages)
	for _, list := range [][]record.Text{c.Titles, c.Abstracts} {
		for _, text := range list {
			if text.Lang != "" {
				langs = append(langs, text.Lang)
			}
		}
	}
	return langs
}

// routesOf are the routes by which a source is asked.
func routesOf(t *testing.T, name string) []string {
	t.Helper()
	s := sourceAt(t, name, Config{Key: "k"}, FetchConfig{})
	p := *protocol.Default()
	p.Sources = []protocol.SourceUse{{Name: name, Sets: []protocol.Set{{Name: "all", Endpoint: "https://repository.example/oai", Spec: "scl"}}}}
	queries, err := s.Queries(&p, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	routes := map[string]bool{}
	for _, q := range queries {
		routes[string(q.Route)] = true
	}
	if _, ok := s.(harvester.Follower); ok {
		routes[string(record.RouteSnowball)] = true
	}
	return slices.Sorted(maps.Keys(routes))
}
