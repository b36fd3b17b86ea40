package strategy

import (
	"errors"
	"strings"
	"testing"
)

// TestReadersWriteAsDatabasesDo: what is written for a database is read as it is there.
func TestReadersWriteAsDatabasesDo(t *testing.T) {
	for _, test := range []struct {
		query   string
		dialect Dialect
		want    string
		notes   string // the kinds of the notes
	}{
		{`exit[tiab]`, PubMed, `exit`, ``},
		{`exit [TIAB]`, PubMed, `exit`, ``},
		{`exit[Title/Abstract]`, PubMed, `exit`, ``},
		{`"sex trafficking"[ti]`, PubMed, `ti:"sex trafficking"`, ``},
		{`“sex trafficking” [Title]`, PubMed, `ti:"sex trafficking"`, ``},
		{`sex trafficking[ti] AND exit*[tw]`, PubMed, `ti:"sex trafficking" AND exit*`, ``},
		{`(exit[ti] OR leaving[ab]) NOT noise[ot]`, PubMed, `(ti:exit OR ab:leaving) AND NOT kw:noise`, ``},
		{`women[mh]`, PubMed, `women`, `subject heading`},
		{`"Human Trafficking"[MeSH Terms] AND exit[tiab]`, PubMed, `"Human Trafficking" AND exit`, `subject heading`},
		{`women[mh:noexp]`, PubMed, `women`, `subject heading`},
		{`NOT women[majr] AND exit[tiab]`, PubMed, `NOT women AND exit`, `subject heading`},
		{`smith j[au]`, PubMed, `au:smith`, `wider field`},
		{`smith jr ab[Author - First]`, PubMed, `au:smith`, `wider field`},
		{`"van der Berg A"[Author]`, PubMed, `au:"van der Berg"`, `wider field`},
		{`li[au]`, PubMed, `au:li`, ``},
		{`violence[ta]`, PubMed, `jo:violence`, ``},
		{`exit[tiab] women`, PubMed, `exit AND women`, `no operator, automatic mapping`},
		{`выход[ti] or 离脱[tiab]`, PubMed, `ti:выход OR 离脱`, ``},
		{`"sex exit"[tiab:~2]`, PubMed, `sex NEAR/2 exit`, ``},

		{`exit.ti,ab.`, Ovid, `exit`, `wider field`},
		{`exit.ti.`, Ovid, `ti:exit`, ``},
		{`(exit or leaving).ti,kw.`, Ovid, `ti:exit OR ti:leaving OR kw:exit OR kw:leaving`, ``},
		{`(exit or leaving).ti,ab,kw`, Ovid, `exit OR leaving`, ``},
		{`"sex trade".ab. and exit.mp.`, Ovid, `ab:"sex trade" AND exit`, ``},
		{`exp Human Trafficking/`, Ovid, `"Human Trafficking"`, `subject heading`},
		{`exp *"Sex Work"/px and exit*.tw.`, Ovid, `"Sex Work" AND exit*`, `subject heading`},
		{`Sex Work/ or exp Trafficking/`, Ovid, `"Sex Work" OR Trafficking`, `subject heading, subject heading`},
		{`prostitut$ and exit`, Ovid, `prostitut* AND exit`, ``},
		{`leaving adj3 prostitution`, Ovid, `leaving NEAR/2 prostitution`, ``},

		{`TITLE-ABS-KEY(exit)`, Scopus, `exit`, ``},
		{`title-abs-key ( exit OR "sex trade" )`, Scopus, `exit OR "sex trade"`, ``},
		{`TITLE-ABS-KEY(foo) AND AUTH(cimino)`, Scopus, `foo AND au:cimino`, ``},
		{`TITLE(exit OR leaving AND women)`, Scopus, `(ti:exit OR ti:leaving) AND ti:women`, `mixed operators`},
		{`AUTH("Smith J.")`, Scopus, `au:Smith`, `wider field`},
		{`INDEXTERMS(women) AND KEY(exit)`, Scopus, `women AND kw:exit`, `subject heading`},

		{`TS=(exit OR leave)`, WebOfScience, `exit OR leave`, ``},
		{`TI = exit AND SO=Violence`, WebOfScience, `ti:exit AND jo:Violence`, ``},

		{`TI "sex trafficking" AND AB exit*`, EBSCO, `ti:"sex trafficking" AND ab:exit*`, ``},
		{`TI exit* OR AB exit*`, EBSCO, `ti:exit* OR ab:exit*`, ``},
		{`TI exit AND brothel*`, EBSCO, `ti:exit AND brothel*`, ``},
		{`TI(exit OR leaving) AND women`, EBSCO, `(ti:exit OR ti:leaving) AND women`, ``},
		{`TI sex trade exit AND TX women`, EBSCO, `ti:"sex trade exit" AND women`, ``},
		{`AB "sex trade" N3 exit`, EBSCO, `ab:"sex trade" NEAR/3 ab:exit`, ``},
		{`leav* N5 prostitut*`, EBSCO, `leav* NEAR/5 prostitut*`, ``},
		{`"sex" W5 (trade OR work)`, EBSCO, `sex ADJ/5 (trade OR work)`, ``},
		{`(MH "Human Trafficking+") OR SU prostitution`, EBSCO, `"Human Trafficking" OR prostitution`, `subject heading, subject heading`},
		{`MM "Sex Work/PF" AND DE "Exit"`, EBSCO, `"Sex Work" AND Exit`, `subject heading, subject heading`},
		{`AU "Smith, J." AND SO "Violence"`, EBSCO, `au:Smith AND jo:Violence`, `wider field`},
		{`colo#r AND exit`, EBSCO, `colo?r AND exit`, ``},
		{`TI wom?n OR TI "how do women exit?"`, EBSCO, `ti:wom?n OR ti:"how do women exit"`, `wider truncation`},
		{`XB "sex trade"`, EBSCO, `"sex trade"`, `wider field`},
		{"S1 TI exit OR AB exit\nS2 TX brothel*\nS3 S1 AND S2", EBSCO, `(ti:exit OR ab:exit) AND brothel*`, ``},
		{"exit OR leaving\nbrothel*\nS1 AND S2", EBSCO, `(exit OR leaving) AND brothel*`, ``},
		{`TI "人身売買" OR TI выход`, EBSCO, `ti:人身売買 OR ti:выход`, ``},
	} {
		q, err := ReadQuery(test.query)
		if err != nil {
			t.Errorf("%s: %v", test.query, err)
			continue
		}
		var kinds []string
		for _, n := range q.Notes {
			kinds = append(kinds, string(n.Kind))
		}
		if q.Dialect != test.dialect || q.Text != test.want || q.Node.String() != test.want || strings.Join(kinds, ", ") != test.notes {
			t.Errorf("%s\nread as %s: %s (%s)\nwant    %s: %s (%s)", test.query, q.Dialect, q.Text, strings.Join(kinds, ", "), test.dialect, test.want, test.notes)
		}
	}
}

// TestTags: every tag of PubMed is read for what it is.
func TestTags(t *testing.T) {
	for name, f := range pubmedFields {
		q, err := ReadQuery(`leaving[` + strings.ToUpper(name) + `] OR exit[tiab]`)
		var fault *SyntaxError
		switch {
		case f.lost == Filter || f.lost == Subheading:
			if !errors.As(err, &fault) || fault.Offset != 0 || fault.Fix != "exit" {
				t.Errorf("[%s]: %v, want an error at its place that offers the rest", name, err)
			}
		case err != nil:
			t.Errorf("[%s]: %v", name, err)
		default:
			want := "leaving OR exit"
			if f.ours != AnyField && f.lost == "" {
				want = string(f.ours) + ":" + want
			}
			if q.Text != want || (len(q.Notes) > 0) != (f.lost == SubjectHeading) {
				t.Errorf("[%s]: %s with the notes %v, want %s", name, q.Text, q.Notes, want)
			}
		}
		if foreignSyntax(`leaving[`+name+`]`) != PubMed && name != "is" {
			t.Errorf("[%s] is no sign of PubMed", name)
		}
	}
}

// TestWordsThatAreNoSigns are read in our syntax.
func TestWordsThatAreNoSigns(t *testing.T) {
	for _, query := range []string{
		`exit [from sex work]`, `[Exit from prostitution]`, `[ti]`, `women [sic] leaving`, `girl[s]`, `wom[e]n`, `[s]he`, `victim[is]ed`, `analys[is]`,
		`the [title] of a study`, `sortir de [la] prostitution`, `exit [all]`, `"exit[tiab]"`, `"TITLE-ABS-KEY(exit)"`, `exit[]`, `prostitut[ed] women`,
		`and/or`, `And/or`, `his/her exit`, `women/men`, `women / men`, `https://example.org/`, `example.org/exit.ti`, `km/h`, `Ms. Smith`, `e.g. exit`, `i.e.`, `U.S. law`, `Ph.D.`,
		`exp`, `exp women`, `expelled/ women`, `US$ 10`, `A$AP`, `adj3`, `10.1002/(SICI)1097-0258(19980815/30)17:15`, `exit.`, `(exit).`,
		`exit(ing)`, `KEY factors`, `KEY (factors)`, `title (abstract)`, `Key(s)`, `language(s)`, `a=b`, `a = b`, `p = 0.05`, `X=exit`, `TI exit`, `#1`, `S1`,
		`AB testing`, `AB (blood) groups`, `TX prisons AND exit`, `MH (mental health) services`, `PT`, `DE facto`, `what AU said`, `heart sounds S1 and S2 of women`, `nerve root S1 AND pain`,
		`omega N3 fatty acids`, `wearing N95 masks AND women`, `H5 N1 virus AND women`, `(H7 N9) AND women`, `women (N3) AND exit`, `vitamin N3 OR exit`, `C#`, `#MeToo`, `C# AND exit`, `"TI (exit OR leaving)"`, `US "safe harbour" laws`,
		`EXIT "sex trade"`, `TITLE "sex trade"`,
		`ti:exit`, `leaving NEAR/3 women`, `W/3`, `女性[性産業]`, `خروج [النساء]`,
	} {
		q, err := ReadQuery(query)
		if err == nil && q.Dialect == Own && q.Text == query {
			continue
		}
		if err != nil && foreignSyntax(query) == Own {
			if _, own := Parse(query, AsAnd); own != nil && own.Error() == err.Error() {
				continue
			}
		}
		t.Errorf("%s: read as %s, %v", query, foreignSyntax(query), err)
	}
}

// TestQueriesThatAreRefused come with their place as typed, and with what can be asked.
func TestQueriesThatAreRefused(t *testing.T) {
	for _, test := range []struct {
		query, at, problem, fix string
	}{
		{`exit[tiab] AND 2015[dp]`, `2015`, `"2015[dp]" is not a text to look for`, `exit`},
		{`exit[tiab] AND 2010:2015[Date - Publication] AND women[mh]`, `2010`, `is not a text to look for`, `exit AND women`},
		{`2015[dp]`, `2015`, `is not a text to look for`, ``},
		{`exit[tiab] AND english[la] NOT review[pt]`, `english`, `is not a text to look for`, `exit`},
		{`exit.ti,ab. and 2015.yr.`, `2015`, `is not a text to look for`, `exit`},
		{`TITLE-ABS-KEY(exit) AND PUBYEAR > 2010`, `PUBYEAR`, `is not a text to look for`, `exit`},
		{`TITLE-ABS-KEY(exit) AND LIMIT-TO(DOCTYPE, "ar")`, `LIMIT-TO`, `is not a text to look for`, `exit`},
		{`TS=exit AND PY=2010-2015`, `PY=`, `is not a text to look for`, `exit`},
		{`(exit[tiab] OR leaving[tiab]`, `(`, `"(" is never closed`, ``},
		{`exit[tiab] AND tr*[ti]`, `tr*`, `letters`, ``},
		{`ti:exit AND women[tiab]`, `ti:`, `two ways`, ``},
		{`TI exit AND PY 2010-2015`, `PY`, `"PY 2010-2015" is not a text to look for`, `ti:exit`},
		{`TI "sex trade" AND LA english NOT PT review`, `LA`, `is not a text to look for`, `ti:"sex trade"`},
		{`TI exit AND DT (2010 OR 2011)`, `DT`, `is not a text to look for`, `ti:exit`},
		{`S1 AND S2`, `S1`, `"S1" is a line of a search history that is not here`, ``},
		{`(S1 OR S2) AND TI "sex trade"`, `S1`, `that is not here`, `ti:"sex trade"`},
		{"S1 TI exit\nS2 AB women\nS3 S1 AND S4", `S4`, `no line 4`, ``},
		{`#1 AND exit[tiab]`, `#1`, `that is not here`, `exit`},
		{`TI "sex trade" AND (exit OR leaving`, `(`, `"(" is never closed`, ``},
		{`TI "exit" N200 women`, `N200`, `a distance of 200 words`, ``},
		{`ti:exit AND TI "sex trade"`, `ti:`, `two ways`, ``},
		{strings.Repeat(`a`, maxQuery) + `[ti]`, ``, `bytes long`, ``},
		{strings.Repeat(`exit `, 101) + `[tiab]`, `exit`, `more than 100 words`, ``},
	} {
		_, err := ReadQuery(test.query)
		var fault *SyntaxError
		if !errors.As(err, &fault) {
			t.Errorf("%.60s: %v, want a SyntaxError", test.query, err)
			continue
		}
		if fault.Query != test.query || !strings.HasPrefix(test.query[fault.Offset:], test.at) || !strings.Contains(fault.Problem, test.problem) || fault.Hint == "" || fault.Fix != test.fix {
			t.Errorf("%.60s: at %d of %.60s: %s, %s\nfix %s, want %s", test.query, fault.Offset, fault.Query, fault.Problem, fault.Hint, fault.Fix, test.fix)
		}
	}
}

// FuzzReadQuery: what is read is read the same in our syntax, and what is offered can be
// read.
func FuzzReadQuery(f *testing.F) {
	for _, s := range []string{`exit[tiab]`, `(a[mh] NOT b[sh]`, `exp A/ or b.ti,ab.`, `TITLE-ABS-KEY(a W/3 b)`, `TS=a PY=1`, `"a b"[tiab:~3] smith j[au]`, `a$ adj2 "`, `*[au]`, `""[ti]`, `ti:a[ti]`, `TI "a" N3 b OR (MH "A+/PX")`, "S1 TX a#b\nS2 AB c?\nS3 S1 NOT S2", `S1 AND TI "x"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := ReadQuery(query)
		var fault *SyntaxError
		switch {
		case err == nil:
			if again, err := Parse(q.Text, AsAnd); err != nil || again.String() != q.Node.String() {
				t.Fatalf("%q is %q, and that %v, %v", query, q.Text, again, err)
			}
			for _, term := range Terms(q.Node) {
				e := &SyntaxError{Query: q.Text, Offset: term.At}
				if q.Locate(e); e.Query != query || e.Offset < 0 || e.Offset > len(query) {
					t.Fatalf("%q: a place in %q at %d", query, e.Query, e.Offset)
				}
			}
		case !errors.As(err, &fault) || fault.Query != query || fault.Offset < 0 || fault.Offset > len(query):
			t.Fatalf("%q: %v", query, err)
		case fault.Fix != "":
			if _, err := Parse(fault.Fix, AsAnd); err != nil {
				t.Fatalf("%q offers %q: %v", query, fault.Fix, err)
			}
		}
	})
}
