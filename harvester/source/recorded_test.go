package source

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// These tests replay what sources really answered. The answers are not ours to
// publish and live beside the repository; testdata holds only the list of cases
// and a sheet of figures for each.
//
// recorded.tsv says of every case what is done with it:
//
//	pages     its answers are served to Page in their order, as to a harvest
//	record    each answer is served as a page of its own
//	error     each answer is served and must end as the error in the last column
//	not-made  none of our sources makes this request; the last column says why
//
// In the first two modes every record of an answer must become a Candidate, and
// every field the answer holds must be filled. What an answer holds is found out
// by the source's hook without the source's own code.
//
// To add a source: put a recordedHook under its name into recordedHooks from an
// init function in a test file of its own, and give its cases a line in the list.
const recordedDir = "../../../shared/data/api"

// recordedHook is what the replay must know of a source.
type recordedHook struct {
	// answers are the answers to the requests of one Page call that hands over the
	// records of i; nil means that i alone is that answer.
	answers func(t *testing.T, i interaction) []interaction
	// holds walks a body independently of the source: for each record the fields it
	// holds. A field that is true must be filled, one that is false must not be, and
	// of one that is absent nothing is claimed. The names are those of filled; "bad"
	// says that the record cannot be one of our Candidates and is to be reported.
	holds func(t *testing.T, body []byte) []map[string]bool
	// follow are the query parameters with which the recorded harvester asked for
	// the pages after the first; ours must send the same values.
	follow []string
	// query is asked; nil asks for a strategy of one word.
	query func(i interaction) harvester.Query
}

var recordedHooks = map[string]recordedHook{}

// interaction is a request and its answer as recorded.
type interaction struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	File    string            `json:"body_file"`
	body    []byte
}

type recordedCase struct {
	name, mode, source, detail string
}

func TestRecorded(t *testing.T) {
	if _, err := os.Stat(recordedDir); err != nil {
		t.Skip("recorded answers of the sources were not replayed: they are not part of this repository. " +
			"To run this test put them into ../shared/data/api beside it.")
	}
	cases := readRecordedList(t)
	var listed []string
	for _, c := range cases {
		listed = append(listed, c.name)
	}
	for name := range maps.Keys(recordedUnits(t)) {
		if !slices.Contains(listed, name) {
			t.Errorf("%s is recorded and not in testdata/recorded.tsv", name)
		}
	}
	golden := readGolden(t)
	sheet := map[string]string{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			answers, ok := recordedUnits(t)[c.name]
			if !ok {
				t.Fatalf("%s is in testdata/recorded.tsv and not recorded", c.name)
			}
			if c.mode == "not-made" {
				if len(c.detail) < 10 {
					t.Errorf("no reason is given")
				}
				return
			}
			hook, ok := recordedHooks[c.source]
			if !ok {
				t.Fatalf("source %q has no hook in recordedHooks", c.source)
			}
			r := newReplay(t, c, hook)
			if c.mode == "error" {
				for _, i := range answers(t) {
					r.mustFail(i)
				}
				return
			}
			row := r.run(answers(t))
			sheet[c.name] = row
			if want := golden[c.name]; want != row && !*updateWant {
				t.Errorf("the figures changed; if that is meant, run with -update\n got %s\nwant %s", row, want)
			}
		})
	}
	if *updateWant {
		writeGolden(t, cases, sheet)
	}
}

func readRecordedList(t *testing.T) []recordedCase {
	t.Helper()
	raw, err := os.ReadFile("testdata/recorded.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var cases []recordedCase
	seen := map[string]bool{}
	for n, line := range strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n") {
		f := strings.Split(line, "\t")
		if n == 0 {
			continue
		}
		if len(f) != 4 || seen[f[0]] || !slices.Contains([]string{"pages", "record", "error", "not-made"}, f[1]) {
			t.Fatalf("testdata/recorded.tsv:%d: %q is not one new case, mode, source, detail", n+1, line)
		}
		seen[f[0]] = true
		cases = append(cases, recordedCase{f[0], f[1], f[2], f[3]})
	}
	return cases
}

// recordedUnits are the recorded cases by name: a folder with its interactions,
// or a single body of errors and documented.
func recordedUnits(t *testing.T) map[string]func(*testing.T) []interaction {
	t.Helper()
	units := map[string]func(*testing.T) []interaction{}
	folders, err := filepath.Glob(filepath.Join(recordedDir, "*", "*", "case.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range folders {
		dir := filepath.Dir(path)
		name := filepath.ToSlash(strings.TrimPrefix(dir, filepath.FromSlash(recordedDir)+string(filepath.Separator)))
		units[name] = func(t *testing.T) []interaction { return readCase(t, dir) }
	}
	statuses := errorStatuses(t)
	for _, kind := range []string{"errors", "documented"} {
		files, err := filepath.Glob(filepath.Join(recordedDir, kind, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			if filepath.Ext(path) == ".tsv" {
				continue
			}
			file := filepath.Base(path)
			units[kind+"/"+file] = func(t *testing.T) []interaction {
				i := interaction{Method: "GET", Status: cmp.Or(statuses[file], 200), File: file}
				i.body = readFile(t, path)
				return []interaction{i}
			}
		}
	}
	return units
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func readCase(t *testing.T, dir string) []interaction {
	t.Helper()
	var c struct {
		Interactions []interaction `json:"interactions"`
	}
	if err := json.Unmarshal(readFile(t, filepath.Join(dir, "case.json")), &c); err != nil {
		t.Fatal(err)
	}
	for n := range c.Interactions {
		i := &c.Interactions[n]
		i.Status = cmp.Or(i.Status, 200)
		i.body = readFile(t, filepath.Join(dir, i.File))
	}
	return c.Interactions
}

func errorStatuses(t *testing.T) map[string]int {
	t.Helper()
	statuses := map[string]int{}
	for line := range strings.SplitSeq(string(readFile(t, filepath.Join(recordedDir, "errors", "errors.tsv"))), "\n") {
		if f := strings.Split(line, "\t"); len(f) > 1 {
			statuses[f[0]], _ = strconv.Atoi(f[1])
		}
	}
	return statuses
}

// replay serves recorded answers over loopback to a source.
type replay struct {
	t      *testing.T
	c      recordedCase
	hook   recordedHook
	source harvester.Source
	// queue are the answers to come, the last one again and again; asked are the
	// requests so far.
	queue []interaction
	asked []*url.URL
	// candidates are what was made of the answers so far, parsed of how many.
	candidates []record.Candidate
	parsed     int
}

func newReplay(t *testing.T, c recordedCase, hook recordedHook) *replay {
	t.Helper()
	r := &replay{t: t, c: c, hook: hook}
	var base string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.asked = append(r.asked, req.URL)
		if len(r.queue) == 0 {
			t.Errorf("an unexpected request: %s", req.URL)
			http.Error(w, "", http.StatusTeapot)
			return
		}
		i := r.queue[0]
		if len(r.queue) > 1 {
			r.queue = r.queue[1:]
		}
		w.Header().Set("Content-Type", cmp.Or(i.Headers["content-type"], map[string]string{
			".xml": "text/xml", ".json": "application/json", ".html": "text/html", ".txt": "text/plain",
		}[filepath.Ext(i.File)]))
		if location := i.Headers["location"]; location != "" {
			u, err := url.Parse(location)
			if err != nil {
				t.Error(err)
				return
			}
			w.Header().Set("Location", base+u.RequestURI())
		}
		w.WriteHeader(i.Status)
		_, _ = w.Write(i.body)
	}))
	t.Cleanup(srv.Close)
	base = srv.URL
	f := testFetcher(t, FetchConfig{Attempts: 2})
	s, err := New(c.source, Config{BaseURL: srv.URL, RequestsPerSecond: 10_000}, f)
	if err != nil {
		t.Fatal(err)
	}
	r.source = s
	return r
}

func (r *replay) query(i interaction) harvester.Query {
	if r.hook.query != nil {
		return r.hook.query(i)
	}
	return harvester.Query{
		Name: "recorded", Route: record.RouteSearch, Lang: "en",
		Strategy: &strategy.Term{Words: []string{"anything"}},
	}
}

// serve puts the answers of one Page call into the queue.
func (r *replay) serve(i ...interaction) {
	r.queue = nil
	for _, one := range i {
		if r.hook.answers != nil && one.Status == http.StatusOK {
			r.queue = append(r.queue, r.hook.answers(r.t, one)...)
			continue
		}
		r.queue = append(r.queue, one)
	}
}

func (r *replay) run(all []interaction) (row string) {
	t := r.t
	t.Helper()
	pages, failed, announced, cursor := 0, 0, -1, ""
	for n := 0; n < len(all); n++ {
		step := []interaction{all[n]}
		for all[n].Status >= 300 && all[n].Status < 400 && n+1 < len(all) {
			n++ // a redirect is followed by its target within the same call
			step = append(step, all[n])
		}
		i := all[n]
		if r.c.mode == "record" || failed > 0 {
			cursor = ""
		}
		r.serve(step...)
		before := len(r.asked)
		page, err := r.source.Page(t.Context(), r.query(i), cursor)
		if i.Status != http.StatusOK {
			failed++
			if e, ok := errors.AsType[*StatusError](err); !ok || e.Status != i.Status {
				t.Errorf("%s: error is %v, want status %d", i.File, err, i.Status)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", i.File, err)
			continue
		}
		pages++
		if cursor != "" {
			r.sameFollowUp(i, r.asked[before])
		}
		r.compare(i, page)
		r.candidates = append(r.candidates, page.Records...)
		r.parsed++
		announced = max(announced, page.Announced)
		cursor = page.Next
	}
	return sheetRow(pages, failed, announced, cursor != "", r.candidates)
}

// sameFollowUp checks that the request for a further page is the recorded one.
func (r *replay) sameFollowUp(i interaction, sent *url.URL) {
	recorded, err := url.Parse(i.URL)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, name := range r.hook.follow {
		if want := recorded.Query().Get(name); want != "" && sent.Query().Get(name) != want {
			r.t.Errorf("%s: %s was sent as %q, recorded is %q", i.File, name, sent.Query().Get(name), want)
		}
	}
}

func (r *replay) compare(i interaction, page harvester.Page) {
	t := r.t
	t.Helper()
	var held []map[string]bool
	bad := 0
	for _, h := range r.hook.holds(t, i.body) {
		if h["bad"] {
			bad++
			continue
		}
		held = append(held, h)
	}
	if len(held) != len(page.Records) || bad != len(page.Bad) {
		for _, b := range page.Bad {
			t.Logf("%s: record %q could not be read: %s", i.File, b.SourceID, b.Reason)
		}
		t.Errorf("%s holds %d records and %d that cannot be read, of which came %d and %d",
			i.File, len(held), bad, len(page.Records), len(page.Bad))
		return
	}
	for n, c := range page.Records {
		has := filled(&c)
		if c.SourceID == "" {
			t.Errorf("%s: record %d has no ID", i.File, n)
		}
		for _, field := range slices.Sorted(maps.Keys(held[n])) {
			got, known := has[field]
			if !known {
				t.Fatalf("the hook of %s names a field %q that no candidate has", r.c.source, field)
			}
			if got != held[n][field] {
				t.Errorf("%s: record %d (%s): %s filled is %t, held by the answer is %t", i.File, n, c.SourceID, field, got, held[n][field])
			}
		}
	}
}

// mustFail serves one answer, again and again, and checks the kind of error.
func (r *replay) mustFail(i interaction) {
	r.t.Helper()
	r.serve(i)
	page, err := r.source.Page(r.t.Context(), r.query(i), "")
	if err == nil {
		r.t.Errorf("%s: no error, but a page of %d records", i.File, len(page.Records))
		return
	}
	if len(page.Records) > 0 || page.Next != "" {
		r.t.Errorf("%s: an error and a page", i.File)
	}
	if got := errorKind(err); got != r.c.detail && (!strings.HasPrefix(r.c.detail, "saying ") || !strings.Contains(err.Error(), strings.TrimPrefix(r.c.detail, "saying "))) {
		r.t.Errorf("%s: error is %s, want %s: %v", i.File, got, r.c.detail, err)
	}
}

// errorKind names an error for the list of cases.
func errorKind(err error) string {
	if e, ok := errors.AsType[*StatusError](err); ok {
		return fmt.Sprintf("StatusError %d", e.Status)
	}
	if _, ok := errors.AsType[*RefusedError](err); ok {
		return "RefusedError"
	}
	if _, ok := errors.AsType[*BudgetError](err); ok {
		return "BudgetError"
	}
	if e, ok := errors.AsType[*OAIError](err); ok {
		return "OAIError " + e.Code
	}
	return "error"
}

// filled tells which fields of a candidate have content.
func filled(c *record.Candidate) map[string]bool {
	return map[string]bool{
		"titles": len(c.Titles) > 0 && c.Titles[0].Text != "", "titles2": len(c.Titles) > 1,
		"abstracts": len(c.Abstracts) > 0, "abstracts2": len(c.Abstracts) > 1, "keywords": len(c.Keywords) > 0,
		"authors": len(c.Authors) > 0, "orcid": slices.ContainsFunc(c.Authors, func(a record.Author) bool { return a.ORCID != "" }),
		"languages": len(c.Languages) > 0, "year": c.Year != 0, "date": c.Date != "", "container": c.Container != "",
		"volume": c.Volume != "", "issue": c.Issue != "", "pages": c.Pages != "", "publisher": c.Publisher != "", "country": c.JournalCountry != "", "type": c.Type != "",
		"doi": c.IDs.DOI != "", "pmid": c.IDs.PMID != "", "pmcid": c.IDs.PMCID != "", "openalex": c.IDs.OpenAlex != "",
		"other": len(c.IDs.Other) > 0, "issn": len(c.ISSN) > 0, "references": len(c.References) > 0, "relations": len(c.Relations) > 0, "url": c.URL != "",
		"license": c.License != "", "retracted": c.Retracted, "deleted": c.Deleted, "version": c.Version != 0,
	}
}

// sheetRow is a case's line of the golden sheet: figures, and a hash of all that
// was made of it, but no texts.
func sheetRow(pages, failed, announced int, more bool, candidates []record.Candidate) string {
	counts := map[string]int{}
	hash := sha256.New()
	for _, c := range candidates {
		for field, has := range filled(&c) {
			if has {
				counts[field]++
			}
		}
		raw, err := json.Marshal(c)
		if err != nil {
			return err.Error()
		}
		hash.Write(raw)
	}
	var fields []string
	for _, field := range slices.Sorted(maps.Keys(counts)) {
		fields = append(fields, fmt.Sprintf("%s=%d", field, counts[field]))
	}
	return fmt.Sprintf("%d\t%d\t%d\t%t\t%d\t%s\t%x",
		pages, failed, announced, more, len(candidates), strings.Join(fields, " "), hash.Sum(nil)[:8])
}

const goldenPath = "testdata/recorded.golden.tsv"

func readGolden(t *testing.T) map[string]string {
	t.Helper()
	golden := map[string]string{}
	raw, err := os.ReadFile(goldenPath)
	if err != nil && !*updateWant {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		name, row, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		golden[name] = row
	}
	return golden
}

func writeGolden(t *testing.T, cases []recordedCase, sheet map[string]string) {
	t.Helper()
	if t.Failed() {
		t.Error("the golden sheet was not written: mend the failures first")
		return
	}
	var b bytes.Buffer
	b.WriteString("case\tpages\tfailed\tannounced\tmore\trecords\tfields\thash\n")
	for _, c := range cases {
		if row, ok := sheet[c.name]; ok {
			fmt.Fprintf(&b, "%s\t%s\n", c.name, row)
		}
	}
	if err := os.WriteFile(goldenPath, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// dayOf is a day for queries with a window.
func dayOf(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 12, 30, 0, 0, time.UTC)
}
