package indextest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"polyglean/indexer"
)

func testMatch(t *testing.T, b Backend) {
	idx := b.open(t)
	apply(t, idx,
		put("a", 1, text(indexer.TextTitle, "leaving sex work", "survivors of trafficking")),
		put("b", 1, text(indexer.TextTitle, "sex work policy")),
		put("c", 1, text(indexer.TextAbstract, "leaving sex work trafficking")),
		put("d", 1, &indexer.Document{
			Text:  map[string][]string{indexer.TextTitle: {"work sex leaving", "work work sex"}},
			Exact: map[string][]string{indexer.FacetLanguage: {"en", "es"}, indexer.FacetFlag: {"retracted"}},
		}),
		put("e", 1, exact(indexer.FacetLanguage, "est")),
		put("f", 1, text(indexer.TextTitle, "trafficked traffic trafficker")))
	title := indexer.TextTitle
	term := func(v string) indexer.Expr { return indexer.Term{Field: title, Value: v} }
	phrase := func(terms ...string) indexer.Expr { return indexer.Phrase{Field: title, Terms: terms} }
	for _, test := range []struct {
		name string
		expr indexer.Expr
		want string
	}{
		{"all", indexer.All{}, "a b c d e f"},
		{"term", term("sex"), "a b d"},
		{"a term is whole", term("traffic"), "f"},
		{"a term is one term", term("sex work"), ""},
		{"a term keeps its case", term("Sex"), ""},
		{"a term has one field", indexer.Term{Field: indexer.TextAbstract, Value: "sex"}, "c"},
		{"no such term", term("absent"), ""},
		{"a field nobody has", indexer.Term{Field: indexer.TextKeyword, Value: "sex"}, ""},
		{"exact", indexer.Term{Field: indexer.FacetLanguage, Value: "es"}, "d"},
		{"exact prefix", indexer.Prefix{Field: indexer.FacetLanguage, Value: "es"}, "d e"},
		{"prefix", indexer.Prefix{Field: title, Value: "traff"}, "a f"},
		{"prefix that is a whole term", indexer.Prefix{Field: title, Value: "traffic"}, "a f"},
		{"prefix of nothing", indexer.Prefix{Field: title, Value: "zz"}, ""},
		{"phrase", phrase("sex", "work"), "a b"},
		{"phrase in order", phrase("work", "sex"), "d"},
		{"phrase of three", phrase("leaving", "sex", "work"), "a"},
		{"phrase with a gap", phrase("leaving", "work"), ""},
		{"phrase of one term", phrase("policy"), "b"},
		{"phrase with a word twice", phrase("work", "work", "sex"), "d"},
		{"phrase over two values", phrase("work", "survivors"), ""},
		{"phrase over two values, same words", phrase("leaving", "work"), ""},
		{"phrase with a word nobody has", phrase("sex", "absent"), ""},
		{"phrase, last a prefix", indexer.Phrase{Field: title, Terms: []string{"sex", "wo"}, LastPrefix: true}, "a b"},
		{"phrase, last a prefix of many", indexer.Phrase{Field: title, Terms: []string{"of", "traff"}, LastPrefix: true}, "a"},
		{"phrase of one prefix", indexer.Phrase{Field: title, Terms: []string{"traff"}, LastPrefix: true}, "a f"},
		{"phrase, prefix of nothing", indexer.Phrase{Field: title, Terms: []string{"sex", "zz"}, LastPrefix: true}, ""},
		{"must", indexer.Bool{Must: []indexer.Expr{term("sex"), term("leaving")}}, "a d"},
		{"should", indexer.Bool{Should: []indexer.Expr{term("policy"), term("traffic")}}, "b f"},
		{"must and should", indexer.Bool{Must: []indexer.Expr{term("sex")}, Should: []indexer.Expr{term("policy"), term("traffic")}}, "b"},
		{"must and not", indexer.Bool{Must: []indexer.Expr{term("sex")}, Not: []indexer.Expr{term("leaving")}}, "b"},
		{"should and not", indexer.Bool{Should: []indexer.Expr{term("sex"), term("traffic")}, Not: []indexer.Expr{term("policy"), term("leaving")}}, "f"},
		{"not alone", indexer.Bool{Not: []indexer.Expr{term("sex")}}, "c e f"},
		{"not everything", indexer.Bool{Not: []indexer.Expr{indexer.All{}}}, ""},
		{"empty bool", indexer.Bool{}, "a b c d e f"},
		{"nested", indexer.Bool{
			Must: []indexer.Expr{indexer.Bool{Should: []indexer.Expr{term("sex"), indexer.Term{Field: indexer.TextAbstract, Value: "sex"}}}},
			Not:  []indexer.Expr{indexer.Bool{Must: []indexer.Expr{term("sex"), indexer.Bool{Not: []indexer.Expr{term("leaving")}}}}},
		}, "a c d"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := matches(t, idx, test.expr); got != test.want {
				t.Errorf("found %q, want %q", got, test.want)
			}
			// As a filter an expression matches the same.
			found := find(t, idx, indexer.Plan{Filters: []indexer.Expr{test.expr}, Size: 100})
			ids := hitIDs(found)
			slices.Sort(ids)
			if got := strings.Join(ids, " "); got != test.want || found.Total != len(ids) {
				t.Errorf("as a filter it found %q of %d, want %q", got, found.Total, test.want)
			}
		})
	}
	found := find(t, idx, indexer.Plan{
		Query:   term("sex"),
		Filters: []indexer.Expr{term("leaving"), indexer.Term{Field: indexer.FacetLanguage, Value: "en"}},
		Size:    10,
	})
	if got := hitIDs(found); len(got) != 1 || got[0] != "d" || found.Total != 1 {
		t.Errorf("two filters left %v of %d, want d", got, found.Total)
	}
	if found := find(t, idx, indexer.Plan{Query: term("sex")}); found.Total != 3 || len(found.Hits) != 0 || found.Next != "" {
		t.Errorf("counts alone: %+v, want total 3 and no hits", found)
	}
}

func testNumbers(t *testing.T, b Backend) {
	idx := b.open(t)
	apply(t, idx,
		put("y1950", 1, number(indexer.NumberYear, 1950)),
		put("y2009", 1, number(indexer.NumberYear, 2009)),
		put("y2010", 1, number(indexer.NumberYear, 2010)),
		put("y2024", 1, number(indexer.NumberYear, 2024)),
		put("zero", 1, number(indexer.NumberYear, 0)),
		put("minus", 1, number(indexer.NumberYear, -300)),
		put("none", 1, text(indexer.TextTitle, "undated")),
		put("ms1", 1, number(indexer.NumberAdded, 1_700_000_000_000)),
		put("ms2", 1, number(indexer.NumberAdded, 1_700_000_000_001)),
		put("ms3", 1, number(indexer.NumberAdded, 1_900_000_000_000)))
	n := func(v int64) *int64 { return &v }
	for _, test := range []struct {
		field    string
		from, to *int64
		want     string
	}{
		{indexer.NumberYear, n(2009), n(2010), "y2009 y2010"},
		{indexer.NumberYear, n(2010), nil, "y2010 y2024"},
		{indexer.NumberYear, nil, n(2009), "minus y1950 y2009 zero"},
		{indexer.NumberYear, nil, nil, "minus y1950 y2009 y2010 y2024 zero"},
		{indexer.NumberYear, n(2011), n(2010), ""},
		{indexer.NumberYear, n(2010), n(2010), "y2010"},
		{indexer.NumberYear, n(-1000), n(-1), "minus"},
		{indexer.NumberYear, n(-1), n(1), "zero"},
		{indexer.NumberAdded, n(1_700_000_000_001), nil, "ms2 ms3"},
		{indexer.NumberAdded, n(1_700_000_000_001), n(1_899_999_999_999), "ms2"},
		{indexer.NumberAdded, nil, n(1_700_000_000_000), "ms1"},
		{indexer.NumberDate, nil, nil, ""},
	} {
		name := fmt.Sprintf("%s %s to %s", test.field, bound(test.from), bound(test.to))
		t.Run(name, func(t *testing.T) {
			if got := matches(t, idx, indexer.Range{Field: test.field, From: test.from, To: test.to}); got != test.want {
				t.Errorf("found %q, want %q", got, test.want)
			}
		})
	}
}

func bound(n *int64) string {
	if n == nil {
		return "open"
	}
	return fmt.Sprint(*n)
}

func testFacets(t *testing.T, b Backend) {
	idx := b.open(t)
	var ops []indexer.Op
	for i := range 60 {
		doc := &indexer.Document{
			Text:  map[string][]string{indexer.TextTitle: {"every"}},
			Exact: map[string][]string{indexer.FacetLanguage: {"en"}, indexer.FacetSource: {fmt.Sprintf("source%02d", i%30)}},
		}
		if i%2 == 0 {
			doc.Exact[indexer.FacetLanguage] = []string{"en", "es", "en"} // twice counts once
		}
		if i%20 == 0 {
			doc.Text[indexer.TextTitle] = []string{"every twentieth"}
			doc.Exact[indexer.FacetFlag] = []string{"retracted"}
		}
		ops = append(ops, put(fmt.Sprintf("d%02d", i), 1, doc))
	}
	apply(t, idx, ops...)
	show := func(counts []indexer.FacetCount) string {
		var parts []string
		for _, c := range counts {
			parts = append(parts, fmt.Sprintf("%s=%d", c.Value, c.Count))
		}
		return strings.Join(parts, " ")
	}
	requests := []indexer.FacetRequest{
		{Field: indexer.FacetLanguage, Size: 10},
		{Field: indexer.FacetSource, Size: 3},
		{Field: indexer.FacetFlag, Size: 10, Without: true},
		{Field: indexer.FacetReason, Size: 10, Without: true},
		{Field: indexer.FacetSource, Prefix: "source2", Size: 5, Without: true},
		{Field: indexer.FacetSource, Prefix: "ource", Size: 5, Without: true},
	}
	const language, source, flag = 0, 1, 2
	found := find(t, idx, indexer.Plan{Facets: requests})
	if len(found.Facets) != len(requests) {
		t.Fatalf("%d facets for %d requests", len(found.Facets), len(requests))
	}
	for i, want := range []string{
		"en=60 es=30",
		"source00=2 source01=2 source02=2", // equal counts: by value
		"retracted=3",
		"",
		"source20=2 source21=2 source22=2 source23=2 source24=2",
		"",
	} {
		if got := show(found.Facets[i].Values); got != want {
			t.Errorf("facet %+v: %q, want %q", requests[i], got, want)
		}
	}
	for i, want := range []int{0, 0, 57, 60, 40, 60} {
		if got := found.Facets[i].Without; got != want {
			t.Errorf("facet %+v: %d documents without, want %d", requests[i], got, want)
		}
	}
	// Facets count what matches the query and the filters, not the page.
	found = find(t, idx, indexer.Plan{
		Query:   indexer.Term{Field: indexer.TextTitle, Value: "twentieth"},
		Filters: []indexer.Expr{indexer.Term{Field: indexer.FacetSource, Value: "source20"}},
		Facets:  requests, Size: 1,
	})
	if got := show(found.Facets[source].Values); got != "source20=1" || found.Total != 1 {
		t.Errorf("with query and filter: %q of %d, want source20=1 of 1", got, found.Total)
	}
	apply(t, idx, put("d00", 2, nil), put("d20", 2, ops[1].Doc))
	found = find(t, idx, indexer.Plan{Facets: requests})
	if got := show(found.Facets[flag].Values) + " " + show(found.Facets[language].Values); got != "retracted=1 en=59 es=28" {
		t.Errorf("after a deletion and an update: %q, want retracted=1 en=59 es=28", got)
	}
}

func testSort(t *testing.T, b Backend) {
	idx := b.open(t)
	dated := func(year, date int64) *indexer.Document {
		return &indexer.Document{Numbers: map[string]int64{indexer.NumberYear: year, indexer.NumberDate: date}}
	}
	apply(t, idx,
		put("d", 1, dated(2020, 20200101)),
		put("c", 1, dated(2020, 20200630)),
		put("b", 1, dated(1999, 19990101)),
		put("a", 1, text(indexer.TextTitle, "undated")),
		put("f", 1, dated(2020, 20200101)),
		put("e", 1, text(indexer.TextTitle, "undated")))
	for _, test := range []struct {
		name string
		sort []indexer.Sort
		want string
	}{
		{"by ID without any", nil, "a b c d e f"},
		{"newest, missing last", []indexer.Sort{{Field: indexer.NumberDate, Descending: true}}, "c d f b a e"},
		{"oldest, missing last", []indexer.Sort{{Field: indexer.NumberDate}}, "b d f c a e"},
		{"two fields", []indexer.Sort{{Field: indexer.NumberYear, Descending: true}, {Field: indexer.NumberDate}}, "d f c b a e"},
		{"a field nobody has", []indexer.Sort{{Field: indexer.NumberAdded}}, "a b c d e f"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := strings.Join(hitIDs(find(t, idx, indexer.Plan{Sort: test.sort, Size: 10})), " "); got != test.want {
				t.Errorf("order %q, want %q", got, test.want)
			}
			// Page by page it is the same order, and the last page says so.
			for _, size := range []int{1, 2, 3, 6} {
				ids, pages := pageThrough(t, idx, indexer.Plan{Sort: test.sort, Size: size}, nil)
				if got := strings.Join(ids, " "); got != test.want || pages != 6/size {
					t.Errorf("in pages of %d: %q on %d pages, want %q on %d", size, got, pages, test.want, 6/size)
				}
			}
		})
	}
}

// testOrder sorts many numbers, among them all bytes that a number may have.
func testOrder(t *testing.T, b Backend) {
	idx := b.open(t)
	var ops []indexer.Op
	want := make(map[string]int64)
	add := func(n int64) {
		id := fmt.Sprintf("n%04d", len(want))
		want[id] = n
		ops = append(ops, put(id, 1, number(indexer.NumberScreening, n)))
	}
	for _, n := range []int64{0, indexer.MaxNumber, -indexer.MaxNumber, 1<<52 - 1, 20_121_231} {
		add(n)
	}
	for at := range 6 {
		for value := range int64(256) {
			add(value<<(8*at) - 1)
		}
	}
	apply(t, idx, ops...)
	plan := indexer.Plan{Sort: []indexer.Sort{{Field: indexer.NumberScreening, Descending: true}}, Size: 700}
	ids, _ := pageThrough(t, idx, plan, nil)
	if len(ids) != len(want) {
		t.Fatalf("%d of %d documents", len(ids), len(want))
	}
	for i := range ids[1:] {
		if want[ids[i]] < want[ids[i+1]] {
			t.Fatalf("%d (%#x) comes before %d", want[ids[i]], want[ids[i]], want[ids[i+1]])
		}
	}
	from, to := int64(0xff), int64(0xffff)
	var between []string
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if n := want[id]; from <= n && n <= to {
			between = append(between, id)
		}
	}
	if got := matches(t, idx, indexer.Range{Field: indexer.NumberScreening, From: &from, To: &to}); got != strings.Join(between, " ") {
		t.Errorf("between %d and %d: %s, want %s", from, to, got, strings.Join(between, " "))
	}
}

// pageThrough reads all pages and calls between after each.
func pageThrough(t *testing.T, idx indexer.Index, plan indexer.Plan, between func(page int)) (ids []string, pages int) {
	t.Helper()
	for {
		found := find(t, idx, plan)
		ids = append(ids, hitIDs(found)...)
		pages++
		if found.Next == "" {
			return ids, pages
		}
		if pages > 10_000 {
			t.Fatal("paging does not end")
		}
		plan.After = found.Next
		if between != nil {
			between(pages)
		}
	}
}

func testRelevance(t *testing.T, b Backend) {
	idx := b.open(t)
	ops := []indexer.Op{
		put("once", 1, text(indexer.TextAbstract, "rare filler filler filler")),
		put("twice", 1, text(indexer.TextAbstract, "rare rare filler filler")),
		put("long", 1, text(indexer.TextAbstract, "rare "+strings.TrimSpace(strings.Repeat("filler ", 300)))),
		put("title", 1, &indexer.Document{Text: map[string][]string{indexer.TextTitle: {"rare filler filler filler"}}}),
		put("both", 1, text(indexer.TextAbstract, "rare usual filler filler")),
		put("phrase", 1, text(indexer.TextAbstract, "usual filler fine print")),
		put("noPhrase", 1, text(indexer.TextAbstract, "usual filler print fine")),
	}
	for i := range 60 {
		ops = append(ops, put(fmt.Sprintf("z%02d", i), 1, text(indexer.TextAbstract, "usual filler filler filler")))
	}
	apply(t, idx, ops...)
	abstract := func(v string) indexer.Expr { return indexer.Term{Field: indexer.TextAbstract, Value: v} }
	order := func(e indexer.Expr, size int) []string {
		found := find(t, idx, indexer.Plan{Query: e, Sort: []indexer.Sort{{Field: indexer.ScoreField, Descending: true}}, Size: size})
		for i, h := range found.Hits {
			if h.Score <= 0 || i > 0 && h.Score > found.Hits[i-1].Score {
				t.Errorf("hit %d of %#v has score %v", i, e, h.Score)
			}
		}
		return hitIDs(found)
	}
	if got := order(abstract("rare"), 10); len(got) != 4 || got[0] != "twice" || got[3] != "long" {
		t.Errorf("order %v: want twice, which has the word twice, first and long, which is long, last", got)
	}
	either := indexer.Bool{Should: []indexer.Expr{abstract("rare"), abstract("usual")}}
	if got := order(either, 100); slices.Index(got, "both") > slices.Index(got, "once") {
		t.Errorf("order %v: both, which has both words, should come before once", got)
	}
	if got := order(either, 100); slices.Index(got, "once") > slices.Index(got, "z00") {
		t.Errorf("a rare word should count for more than a usual one: %v", got)
	}
	boosted := indexer.Bool{Should: []indexer.Expr{
		abstract("rare"), indexer.Term{Field: indexer.TextTitle, Value: "rare", Boost: 20},
	}}
	if got := order(boosted, 1); got[0] != "title" {
		t.Errorf("a boost of 20 did not bring the title first: %v", got)
	}
	preferred := indexer.Bool{Should: []indexer.Expr{
		abstract("usual"), indexer.Phrase{Field: indexer.TextAbstract, Terms: []string{"fine", "print"}, Boost: 2},
	}}
	if got := order(preferred, 1); got[0] != "phrase" {
		t.Errorf("a phrase did not add to the score: %v", got)
	}
	// A filter takes away and does not score.
	plan := indexer.Plan{Query: abstract("usual"), Sort: []indexer.Sort{{Field: indexer.ScoreField, Descending: true}}, Size: 5}
	plain := find(t, idx, plan)
	plan.Filters = []indexer.Expr{abstract("filler")}
	if filtered := find(t, idx, plan); filtered.Hits[0].Score != plain.Hits[0].Score {
		t.Errorf("a filter changed the best score from %v to %v", plain.Hits[0].Score, filtered.Hits[0].Score)
	}
	usual := indexer.Bool{Must: []indexer.Expr{abstract("usual")}, Filter: []indexer.Expr{abstract("filler")}}
	if got := find(t, idx, indexer.Plan{Query: usual, Sort: plan.Sort, Size: 5}); got.Hits[0].Score != plain.Hits[0].Score {
		t.Errorf("the filter of a part changed the best score from %v to %v", plain.Hits[0].Score, got.Hits[0].Score)
	}
	// Equal scores go by ID, over pages too.
	byScore := indexer.Plan{Query: either, Sort: []indexer.Sort{{Field: indexer.ScoreField, Descending: true}}, Size: 7}
	whole := order(either, 100)
	paged, _ := pageThrough(t, idx, byScore, nil)
	if !slices.Equal(whole, paged) {
		t.Errorf("by score in pages\n%v\nat once\n%v", paged, whole)
	}
	var ties []string
	for _, id := range whole {
		if strings.HasPrefix(id, "z") {
			ties = append(ties, id)
		}
	}
	if !slices.IsSorted(ties) || len(ties) != 60 {
		t.Errorf("equal scores are not in order of ID: %v", ties)
	}
}

// testPages reads 10,000 documents with many ties while others come and go: what
// was there all the time is seen once, in order.
func testPages(t *testing.T, b Backend) {
	idx := b.open(t)
	const n = 10_000
	year := func(i int) int64 { return int64(1990 + i*7919%25) }
	ops := make([]indexer.Op, n)
	for i := range ops {
		doc := &indexer.Document{Text: map[string][]string{indexer.TextTitle: {"stays"}}, Source: []byte("{}")}
		if i%10 != 0 {
			doc.Numbers = map[string]int64{indexer.NumberYear: year(i)}
		}
		ops[i] = put(fmt.Sprintf("d%04d", i), 1, doc)
	}
	apply(t, idx, ops...)
	for name, sort := range map[string][]indexer.Sort{
		"newest": {{Field: indexer.NumberYear, Descending: true}},
		"oldest": {{Field: indexer.NumberYear}},
		"id":     nil,
		"score":  {{Field: indexer.ScoreField, Descending: true}},
	} {
		t.Run(name, func(t *testing.T) {
			added, removed := 0, 0
			ids, _ := pageThrough(t, idx, indexer.Plan{Sort: sort, Size: 397}, func(page int) {
				at := page * 390 % n
				apply(t, idx,
					put(fmt.Sprintf("d%04dnew%s", at, name), 1, &indexer.Document{Numbers: map[string]int64{indexer.NumberYear: year(page)}}),
					put(fmt.Sprintf("gone%s%d", name, page), 1, &indexer.Document{Numbers: map[string]int64{indexer.NumberYear: year(page)}}))
				added += 2
				if page > 3 {
					apply(t, idx, put(fmt.Sprintf("gone%s%d", name, page-3), 2, nil))
					removed++
				}
			})
			if added == 0 || removed == 0 {
				t.Fatal("nothing came or went")
			}
			seen := make(map[string]bool)
			var stayed []string
			for _, id := range ids {
				if seen[id] {
					t.Fatalf("%s came twice", id)
				}
				seen[id] = true
				if len(id) == 5 {
					stayed = append(stayed, id)
				}
			}
			if len(stayed) != n {
				t.Errorf("%d of the %d documents that stayed were seen", len(stayed), n)
			}
		})
	}
	first := find(t, idx, indexer.Plan{Size: 5})
	for name, plan := range map[string]indexer.Plan{
		"a page that never was":    {Query: indexer.All{}, Size: 5, After: "not a page"},
		"a page in another order":  {Query: indexer.All{}, Size: 5, After: first.Next, Sort: []indexer.Sort{{Field: indexer.NumberYear}}},
		"the beginning of a token": {Query: indexer.All{}, Size: 5, After: first.Next[:len(first.Next)/2]},
	} {
		if _, err := idx.Find(t.Context(), plan); !errors.Is(err, indexer.ErrPage) {
			t.Errorf("Find after %s: %v, want ErrPage", name, err)
		}
	}
}
