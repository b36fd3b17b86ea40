package merge

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"polyglean/internal/cputime"
	"polyglean/internal/record"
)

// synthetic makes a record of an invented work; change makes it another.
func synthetic(id string, change func(*record.Candidate)) *record.Candidate {
	c := &record.Candidate{
		ID: id, Titles: []record.Text{{Text: "Ways out: an invented study of leaving street prostitution"}},
		Authors:   []record.Author{{Name: "Synthetic, Ada"}, {Name: "Invented, Bo"}},
		Container: "Journal of Invented Social Work", Year: 2011, Volume: "4", Issue: "2", Pages: "123-129",
	}
	if change != nil {
		change(c)
	}
	return c
}

func titled(s string) func(*record.Candidate) {
	return func(c *record.Candidate) { c.Titles = []record.Text{{Text: s}} }
}

func TestCompare(t *testing.T) {
	type change = func(*record.Candidate)
	doi := func(doi string, more ...change) change {
		return func(c *record.Candidate) {
			c.IDs.DOI = doi
			for _, f := range more {
				f(c)
			}
		}
	}
	both := func(changes ...change) change {
		return func(c *record.Candidate) {
			for _, f := range changes {
				f(c)
			}
		}
	}
	names := func(list ...string) change {
		return func(c *record.Candidate) {
			c.Authors = nil
			for _, n := range list {
				c.Authors = append(c.Authors, record.Author{Name: n})
			}
		}
	}
	place := func(container, volume, pages string, year int) change {
		return func(c *record.Candidate) { c.Container, c.Volume, c.Pages, c.Year = container, volume, pages, year }
	}
	kind := func(kind string) change { return func(c *record.Candidate) { c.Type = kind } }
	for _, tt := range []struct {
		name string
		a, b change
		want Verdict
		link Link
	}{
		{"the same", nil, nil, Same, ""},
		{"as another source writes it", nil, both(titled("WAYS OUT - AN INVENTED STUDY OF LEAVING STREET PROSTITUTION."), names("Synthetic A", "Invented B"), place("J Invent Soc Work", "4(2)", "123-9", 2011)), Same, ""},
		{"names in the other order", nil, names("Ada Synthetic", "Bo Invented"), Same, ""},
		{"online first a year before", nil, place("Journal of Invented Social Work", "", "", 2010), Same, ""},
		{"other people", nil, names("Other, Cy", "Different, Di"), Same, ""}, // the place is the same: the names are wrong
		{"same title by other people, elsewhere", nil, both(names("Other, Cy"), place("Another Review", "9", "1-5", 2015)), Apart, ""},
		{"part of a series", titled("Voices of the street. Part I"), titled("Voices of the street. Part II"), Apart, ""},
		{"yearly report", both(titled("Report of the invented helpline 2014"), place("", "", "", 2015)), both(titled("Report of the invented helpline 2015"), place("", "", "", 2016)), Apart, ""},
		{"another city", both(titled("Exit from the sex trade: a network analysis in Springfield"), place("", "", "", 2011)), both(titled("Exit from the sex trade: a network analysis in Shelbyville"), place("", "", "", 2011)), Apart, ""},
		{"DOI of a whole issue", doi("10.5555/issue.1"), doi("10.5555/issue.1", titled("Faith and community among young women"), names("Other, Cy"), place("Journal of Invented Social Work", "4", "140-151", 2011)), Apart, ""},
		{"DOI with prefix and dot", doi("https://doi.org/10.5555/ABC.1"), doi("doi:10.5555/abc.1.", place("", "", "", 0)), Same, ""},
		{"translated title in brackets", both(titled("Пути выхода из уличной проституции"), names("Вымыслов, Андрей")), both(titled("[Paths out of street prostitution]."), names("Vymyslov A"), place("Zh Vymysl", "4", "123-9", 2011)), Same, ""},
		{"transliterated title", both(titled("Пути выхода из уличной проституции в приморском городе"), names("Вымыслов, Андрей")), both(titled("Puti vykhoda iz ulichnoi prostitutsii v primorskom gorode"), names("Vymyslov, A."), place("", "", "", 2011)), Same, ""},
		{"one DOI, titles in two languages", doi("10.5555/k.1", titled("탈성매매 여성의 경험"), names("가상민")), doi("10.5555/k.1", titled("The experience of women who left prostitution"), names("Ga, Sangmin")), Same, ""},
		{"translation in its own place", doi("10.5555/r.1", func(c *record.Candidate) { c.Languages = []string{"ru"} }), doi("10.5555/r.1.en", place("Journal of Invented Social Work", "4", "523-530", 2011), func(c *record.Candidate) { c.Languages = []string{"en"} }), Linked, LinkTranslation},
		{"preprint", both(kind("preprint"), place("SocArXiv", "", "", 2010), doi("10.31235/osf.io/abcde")), doi("10.5555/p.1"), Linked, LinkVersion},
		{"conference and journal", both(kind("proceedings-article"), place("Proceedings of the Invented Congress", "", "", 2010)), kind("journal-article"), Linked, LinkVersion},
		{"conference paper, as PubMed says it", both(kind("Congress"), place("", "", "", 2010)), both(kind("Journal Article"), doi("10.5555/c.1")), Linked, LinkVersion},
		{"correction", nil, both(titled("Correction to: Ways out: an invented study of leaving street prostitution"), place("Journal of Invented Social Work", "5", "88", 2012)), Linked, LinkCorrection},
		{"erratum under the DOI of the article", doi("10.5555/e.1", place("Journal of Invented Social Work", "", "", 2011)), doi("10.5555/e.1", titled("Erratum: Ways out: an invented study of leaving street prostitution"), place("Journal of Invented Social Work", "", "", 2011)), Linked, LinkCorrection},
		{"erratum without the word", doi("10.5555/e.2", place("Journal of Invented Social Work", "5", "88", 2012)), doi("10.5555/e.2", titled("Erratum: Ways out: an invented study of leaving street prostitution"), place("Journal of Invented Social Work", "5", "88", 2012)), Same, ""},
		{"retracted article is the article", nil, titled("RETRACTED: Ways out: an invented study of leaving street prostitution"), Same, ""},
		{"retraction notice", nil, both(titled("Retraction notice to: Ways out: an invented study of leaving street prostitution"), place("Journal of Invented Social Work", "5", "88", 2012)), Linked, LinkRetraction},
		{"reply", nil, both(titled("Reply to: Ways out: an invented study of leaving street prostitution"), place("Journal of Invented Social Work", "5", "90-91", 2012)), Linked, LinkReply},
		{"editorials of two issues", both(titled("Editorial"), place("Cahiers", "1", "1-2", 2010)), both(titled("Editorial"), place("Cahiers", "2", "1-2", 2010)), Apart, ""},
		{"one editorial", both(titled("Editorial"), place("Cahiers", "1", "1-2", 2010)), both(titled("EDITORIAL."), place("Cahiers", "1", "1-2", 2010)), Same, ""},
		{"editorials without a place", both(titled("Editorial"), place("", "", "", 2010)), both(titled("Editorial"), place("", "", "", 2010)), Unsure, ""},
		{"two PMIDs", func(c *record.Candidate) { c.IDs.PMID = "1" }, func(c *record.Candidate) { c.IDs.PMID = "2" }, Apart, ""},
		{"no titles, nothing else", func(c *record.Candidate) { *c = record.Candidate{ID: c.ID} }, func(c *record.Candidate) { *c = record.Candidate{ID: c.ID} }, Unsure, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := New(synthetic("a:1", tt.a)), New(synthetic("b:1", tt.b))
			j := Compare(a, b)
			if j.Verdict != tt.want || j.Link != tt.link {
				t.Errorf("%s %s (%s), want %s %s", j.Verdict, j.Link, j.Why(), tt.want, tt.link)
			}
			if back := Compare(b, a); back != j {
				t.Errorf("the other way round: %+v, not %+v", back, j)
			}
			shared := slices.ContainsFunc(a.Keys(), func(k string) bool { return slices.Contains(b.Keys(), k) })
			if tt.want == Same && !shared {
				t.Error("they would never meet: no key in common")
			}
		})
	}
}

func TestBadInput(t *testing.T) {
	var crowd []record.Author
	for i := range 2000 {
		crowd = append(crowd, record.Author{Name: fmt.Sprintf("Author%d, A", i)})
	}
	long := strings.Repeat("очень длинное название ", 5000)
	odd := []*record.Candidate{
		{ID: "a:1"},
		synthetic("a:2", func(c *record.Candidate) { c.Authors = crowd }),
		synthetic("a:3", func(c *record.Candidate) { c.Authors = slices.Clone(crowd[:1999]) }),
		synthetic("a:4", func(c *record.Candidate) { c.Year, c.Date = 0, "0000" }),
		synthetic("a:5", func(c *record.Candidate) { c.Year, c.Date = 9999, "9999-99" }),
		synthetic("a:6", titled(long)),
		synthetic("a:7", titled("\x00\xff\u202e]][[ <p>")),
		synthetic("a:8", func(c *record.Candidate) { c.IDs.DOI = "https://doi.org/10.5555/" + strings.Repeat("x", 4000) + "." }),
		synthetic("a:9", func(c *record.Candidate) { c.Pages, c.Volume = "-–-", "()" }),
		synthetic("a:10", func(c *record.Candidate) { c.Authors = []record.Author{{}, {Name: ","}, {Name: "…"}} }),
	}
	began := cputime.Used()
	var records []*Record
	for _, c := range odd {
		r := New(c)
		for _, k := range r.Keys() {
			if len(k) > maxKey {
				t.Errorf("%s: a key of %d bytes", c.ID, len(k))
			}
		}
		if len(r.Keys()) > MaxKeys {
			t.Errorf("%s: %d keys", c.ID, len(r.Keys()))
		}
		records = append(records, r)
	}
	groups := Cluster(records, Rulings{})
	if took := cputime.Used() - began; took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	for _, g := range groups {
		if slices.Contains(g.Members, "a:1") && len(g.Members) > 1 {
			t.Errorf("a record without anything was joined to %v", g.Members)
		}
	}
	for s, want := range map[string]string{
		"10.5555/ABC": "10.5555/abc", "doi:10.5555/abc.": "10.5555/abc", "https://dx.doi.org/10.5555/abc)": "10.5555/abc",
		"10.5555/": "", "abc": "", "10.5555": "", "": "",
	} {
		if got := DOI(s); got != want {
			t.Errorf("DOI(%q) = %q, want %q", s, got, want)
		}
	}
}

// A record between two works joins one of them and does not make them one.
func TestNoChains(t *testing.T) {
	part1 := New(synthetic("a:1", titled("Voices of the street: an invented study in two parts. Part 1")))
	part2 := New(synthetic("b:2", titled("Voices of the street: an invented study in two parts. Part 2")))
	between := New(synthetic("c:3", titled("Voices of the street: an invented study in two parts")))
	groups := Cluster([]*Record{part1, between, part2}, Rulings{})
	for _, g := range groups {
		if slices.Contains(g.Members, "a:1") && slices.Contains(g.Members, "b:2") {
			t.Errorf("the parts are one study: %v", g)
		}
	}
}

// The outcome depends on the records, not on their order.
func TestOrderDoesNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	var all []*Record
	for i := range 200 {
		all = append(all, New(synthetic(fmt.Sprintf("s:%d", i), func(c *record.Candidate) {
			titled(fmt.Sprintf("Ways out: an invented study of leaving, number %d", i/5))(c)
			c.Pages = fmt.Sprintf("%d-%d", i/5*10, i/5*10+rng.IntN(3))
			c.Year += rng.IntN(3)
			if rng.IntN(2) == 0 {
				c.IDs.DOI = fmt.Sprintf("10.5555/%d", rng.IntN(60))
			}
			if rng.IntN(4) == 0 {
				c.Authors = c.Authors[:1]
			}
		})))
	}
	want := Cluster(all, Rulings{})
	for range 5 {
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if diff := cmp.Diff(want, Cluster(all, Rulings{})); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestNamesAcrossScripts(t *testing.T) {
	for _, pair := range [][2]string{
		{"Чехов, Антон", "Chekhov, A."},
		{"Вымыслов, Андрей", "Wymyslow, A"},
		{"Папаδόπουλος, Νίκος", "Papadopoulos, N"},
		{"김, 민수", "Kim, Minsu"},
		{"Щукина, Анна", "Shchukina, Anna"},
		{"Muñoz, J", "Munoz, José"},
		{"İbrahimoğlu, Ş", "Ibrahimoglu, S"},
		{"たなか, はなこ", "Tanaka, Hanako"},
	} {
		a, okA := newName(record.Author{Name: pair[0]})
		b, okB := newName(record.Author{Name: pair[1]})
		if !okA || !okB || a.is(&b) != 1 {
			t.Errorf("%s and %s are not one name: %q %q", pair[0], pair[1], a.sound, b.sound)
		}
	}
	for _, pair := range [][2]string{{"Чехов, Антон", "Tolstoy, L"}, {"Hall, Laura", "Hall, Gillian"}, {"Smith, J", "Jones, J"}} {
		a, _ := newName(record.Author{Name: pair[0]})
		b, _ := newName(record.Author{Name: pair[1]})
		if a.is(&b) == 1 {
			t.Errorf("%s and %s are one name", pair[0], pair[1])
		}
	}
}

func TestContainers(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want agreement
	}{
		{"Clin Infect Dis", "Clinical Infectious Diseases", agrees},
		{"BMJ (Clinical research ed.)", "BMJ", agrees},
		{"AMCIS 2017 Proceedings", "Americas Conference on Information Systems", agrees},
		{"JAMA", "Journal of the American Medical Association", agrees},
		{"Crisis: The Journal of Crisis Intervention", "Crisis", agrees},
		{"Australian & New Zealand Journal of Obstetrics", "Australian and New Zealand Journal of Obstetrics", agrees},
		{"Mississippi RN", "Georgia Nursing", differs},
		{"Stroke", "Canadian Journal of Neurological Sciences", differs},
		{"社会学研究", "Shakaigaku Kenkyu", unstated},
		{"", "Stroke", unstated},
	} {
		a, b := newContainer(tt.a), newContainer(tt.b)
		if got := compareContainers(&a, &b); got != tt.want {
			t.Errorf("%q and %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestPages(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want agreement
	}{
		{"123-9", "123–129", agrees},
		{"pp. 123--129", "123-129", agrees},
		{"S12-S20", "12-20", agrees},
		{"e1234", "E1234", agrees},
		{"123", "123-129", agrees},
		{"123-129", "456-460", differs},
		{"1-17", "566-582", unstated},
		{"215 p", "1524", unstated},
		{"", "5", unstated},
		{"no pagination", "5", unstated},
	} {
		if got := comparePages(newPages(tt.a), newPages(tt.b)); got != tt.want {
			t.Errorf("%q and %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func BenchmarkCluster(b *testing.B) {
	var candidates []*record.Candidate
	for i := range 10_000 {
		candidates = append(candidates, synthetic(fmt.Sprintf("s:%d", i), func(c *record.Candidate) {
			titled(fmt.Sprintf("Ways %x out: %x an invented study of leaving, number %d", i/2*7919, i/2*104729, i/2))(c)
			c.Pages = fmt.Sprintf("%d-%d", i/2, i/2+9)
			c.Year = 1950 + i%60
		}))
	}
	for b.Loop() {
		records := make([]*Record, len(candidates))
		for i, c := range candidates {
			records[i] = New(c)
		}
		Cluster(records, Rulings{})
	}
	b.ReportMetric(float64(len(candidates)*b.N)/b.Elapsed().Seconds(), "records/s")
}
