package importer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"polyglean/harvester"
	"polyglean/internal/cputime"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// manyRIS is a file of n records, of which every tenth cannot be read.
func manyRIS(name string, n int) string {
	var b strings.Builder
	for i := range n {
		title := fmt.Sprintf("TI  - Synthetic record %d of %s\n", i, name)
		if i%10 == 9 {
			title = ""
		}
		fmt.Fprintf(&b, "TY  - JOUR\n%sPY  - 2000\nVL  - %d\nER  - \n\n", title, i)
	}
	return b.String()
}

func openBus(t *testing.T) *stream.Bus {
	t.Helper()
	bus, err := stream.Open(t.Context(), stream.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bus.Close)
	return bus
}

// cut is an import whose process dies before the page at the cursor is handed on.
type cut struct {
	*Import
	cursor string
	die    context.CancelFunc
}

func (c cut) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	if cursor == c.cursor {
		c.die()
		return harvester.Page{}, ctx.Err()
	}
	return c.Import.Page(ctx, q, cursor)
}

func run(ctx context.Context, bus *stream.Bus, im *Import, s harvester.Source) (harvester.Run, error) {
	p := &protocol.Protocol{Name: "test", Digest: "d"}
	return harvester.New(bus, p, []harvester.Source{s}, harvester.Options{Input: im.Digest()}).Run(ctx)
}

// TestImportIsResumed: an import that was cut short goes on where it stopped, one of
// another file in between is a run of its own, and the same file again is unchanged.
func TestImportIsResumed(t *testing.T) {
	bus := openBus(t)
	open := func(path string) *Import {
		im, err := Open(t.Context(), []string{path}, Options{Database: "Test"})
		if err != nil {
			t.Fatal(err)
		}
		return im
	}
	first, second := write(t, "first.ris", manyRIS("the first", 350)), write(t, "second.ris", manyRIS("the second", 20))

	ctx, die := context.WithCancel(t.Context())
	im := open(first)
	if _, err := run(ctx, bus, im, cut{im, "200", die}); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	im = open(second)
	between, err := run(t.Context(), bus, im, im)
	if err != nil {
		t.Fatal(err)
	}
	im = open(first)
	resumed, err := run(t.Context(), bus, im, im)
	if err != nil {
		t.Fatal(err)
	}
	again, err := run(t.Context(), bus, open(first), open(first))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name                                          string
		run                                           harvester.Run
		announced, received, fresh, unchanged, parked int
	}{
		{"between", between, 20, 20, 18, 0, 2},
		{"resumed", resumed, 350, 350, 315, 0, 35},
		{"again", again, 350, 350, 0, 315, 35},
	} {
		got := tt.run.Totals()
		if len(tt.run.Queries) != 1 || tt.run.Queries[0].State != harvester.StateComplete || tt.run.Queries[0].Query != "Test" || tt.run.Queries[0].Route != record.RouteImport ||
			got.Announced != tt.announced || got.Received != tt.received || got.New != tt.fresh || got.Unchanged != tt.unchanged || got.Parked != tt.parked {
			t.Errorf("%s: %+v", tt.name, tt.run.Queries)
		}
	}
	if between.ID == resumed.ID || again.ID == resumed.ID {
		t.Errorf("runs %s, %s and %s", between.ID, resumed.ID, again.ID)
	}
	if want := "import of first.ris (RIS, UTF-8, 350 records, SHA-256 "; !strings.HasPrefix(resumed.Queries[0].Sent, want) {
		t.Errorf("sent %q", resumed.Queries[0].Sent)
	}
	n := 0
	if err := bus.EachParked(t.Context(), func(p record.Parked) error {
		n++
		if !strings.Contains(p.Reason, ".ris, line ") || !strings.HasPrefix(string(p.Raw), "TY  - JOUR\n") {
			t.Errorf("parked %q with %q", p.Reason, p.Raw)
		}
		return nil
	}); err != nil || n != 35 {
		// The bad records of the second file are in the first one too, word for word.
		t.Errorf("%d parked, %v", n, err)
	}
}

// TestPagesOutOfOrder: a page can be had again, and in any order.
func TestPagesOutOfOrder(t *testing.T) {
	paths := []string{write(t, "a.ris", manyRIS("a", 130)), write(t, "b.csv", "Title,Year\nSynthetic,2001\n"), write(t, "c.ris", manyRIS("c", 90))}
	im, err := Open(t.Context(), paths, Options{Database: "Test"})
	if err != nil {
		t.Fatal(err)
	}
	all, bad := readAll(t, im)
	if len(all) != 117+1+81 || len(bad) != 22 {
		t.Fatalf("%d records, %d bad", len(all), len(bad))
	}
	for _, cursor := range []string{"200", "100", "", "100"} {
		page, err := im.Page(t.Context(), harvester.Query{}, cursor)
		if err != nil {
			t.Fatal(err)
		}
		from := map[string]int{"": 0, "100": 90, "200": 181}[cursor]
		if diff := cmp.Diff(all[from:from+len(page.Records)], page.Records); diff != "" {
			t.Errorf("page at %q: %s", cursor, diff)
		}
	}
	for _, cursor := range []string{"x", "-1", "222"} {
		if _, err := im.Page(t.Context(), harvester.Query{}, cursor); err == nil {
			t.Errorf("there is a page at %q", cursor)
		}
	}
}

func TestFileChangedWhileRead(t *testing.T) {
	path := write(t, "a.ris", manyRIS("a", 250))
	im, err := Open(t.Context(), []string{path}, Options{Database: "Test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(manyRIS("a", 150)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := im.Page(t.Context(), harvester.Query{}, "200"); !errors.Is(err, errChanged) {
		t.Errorf("error %v", err)
	}
}

func TestIdentities(t *testing.T) {
	ids := func(options Options, texts ...string) []string {
		var paths, out []string
		for i, text := range texts {
			paths = append(paths, write(t, fmt.Sprintf("%d.ris", i), text))
		}
		im, err := Open(t.Context(), paths, options)
		if err != nil {
			t.Fatal(err)
		}
		records, _ := readAll(t, im)
		for _, c := range records {
			out = append(out, c.SourceID)
		}
		return out
	}
	const (
		plain    = "TY  - JOUR\nTI  - Synthetic: record!\nAU  - Demo, A.\nPY  - 2000\nER  - \n"
		again    = "TY  - JOUR\nTI  - SYNTHETIC, RECORD\nA1  - Demo, A.\nPY  - 2000/05//\nAB  - An abstract.\nER  - \n"
		other    = "TY  - JOUR\nTI  - Synthetic: record!\nAU  - Muster, B.\nPY  - 2000\nER  - \n"
		chapter1 = "TY  - CHAP\nTI  - Chapter one\nDO  - 10.5555/book\nER  - \n"
		chapter2 = "TY  - CHAP\nTI  - Chapter two\nDO  - 10.5555/book\nER  - \n"
	)
	got := ids(Options{Database: "Sociological  Abstracts (ProQuest)"}, plain+other, again+plain, chapter1+chapter2)
	// The same work in other punctuation has the same ID, numbered where it says
	// something else; a copy of it is the same record.
	if len(got) != 6 || got[2] != got[0]+"~2" || got[3] != got[0] || got[1] == got[0] || got[4] == got[5] {
		t.Errorf("IDs %q", got)
	}
	for _, id := range got {
		if !strings.HasPrefix(id, "sociological-abstracts-proquest:") {
			t.Errorf("ID %q", id)
		}
	}
	if elsewhere := ids(Options{Database: "中国知网 CNKI"}, plain); elsewhere[0] != "中国知网-cnki:"+strings.TrimPrefix(got[0], "sociological-abstracts-proquest:") {
		t.Errorf("ID %q", elsewhere)
	}
	if diff := cmp.Diff(got[:2], ids(Options{Database: "Sociological Abstracts ProQuest"}, plain+other)); diff != "" {
		t.Errorf("alone in its file: %s", diff)
	}
}

// TestHostileFilesTakeLinearTime: each of these made a reader that is not careful
// look at the same bytes again and again.
func TestHostileFilesTakeLinearTime(t *testing.T) {
	const mega = 1 << 20
	for name, tt := range map[string]struct {
		format Format
		text   string
	}{
		"a field of short lines":       {RIS, "TY  - JOUR\nTI  - a\nAB  - x\n" + strings.Repeat("y\n", mega)},
		"many keywords":                {RIS, "TY  - JOUR\nTI  - a\n" + strings.Repeat("KW  - 1;2;3;a;b;c;d\n", mega/10)},
		"a field of short lines, NBIB": {NBIB, "PMID- 1\nTI  - a\nAB  - x\n" + strings.Repeat("      y\n", mega/4)},
		"entries in entries":           {BibTeX, strings.Repeat("@a{", mega)},
		"entries in brackets":          {BibTeX, "@a{b, title={" + strings.Repeat("@a{b,c={d},", mega/4)},
		"dollars":                      {BibTeX, "@a{b, title={" + strings.Repeat("$ x ", mega/2) + "}}"},
		"brackets":                     {EndNote, "<records><record>" + strings.Repeat(">", 3*mega) + "</record></records>"},
		"starts":                       {EndNote, "<records>" + strings.Repeat("<record>", mega/4)},
		"quotes":                       {CSV, "Title,Year\n" + strings.Repeat("a,\"\"\"\n", mega/4)},
		"cells":                        {CSV, "Title,Year\n" + strings.Repeat(",", 4*mega-1) + "\na,2000\n"},
	} {
		t.Run(name, func(t *testing.T) {
			began := cputime.Used()
			read(t, tt.format, tt.text)
			if took := cputime.Used() - began; took > 30*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}
