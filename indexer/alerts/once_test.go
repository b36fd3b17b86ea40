package alerts

import (
	"testing"

	"polyglean/internal/record"
)

// What matches when an alert is made is noted and not told; what comes is told once, however
// often is looked, and by whatever process.
func TestEachStudyOnce(t *testing.T) {
	onBothBackends(t, func(t *testing.T, d *desk) {
		d.put(newWork("a:1"), newWork("a:2"))
		a := d.alert("all", nil)
		d.wantTold(a)
		d.put(newWork("a:3").doi("10.5555/3"))
		if ran := d.ranNow("all"); ran.Matching != 3 || ran.Told[NewStudy] != 1 || ran.Sent != 1 {
			t.Errorf("ran: %+v", ran)
		}
		d.wantTold(a, "new a:3")
		d.ranNow("all")
		d.restart()
		if ran := d.ranNow("all"); ran.Sent != 0 || len(ran.Told) != 0 {
			t.Errorf("ran again: %+v", ran)
		}
		// A copy from another source joins what was told.
		d.put(newWork("b:3").doi("10.5555/3").title("A synthetic record on leaving, number 3", "en"))
		d.ranNow("all")
		d.wantTold(a, "new a:3")
		if got := d.mail.received(""); len(got) != 1 {
			t.Errorf("%d letters, want 1", len(got))
		}
	})
}

// All that matches when an alert is made is told where that is asked for.
func TestAllThatThereIs(t *testing.T) {
	d := newDesk(t, nil)
	d.put(newWork("a:1"))
	a := d.alert("all", func(a *Alert) { a.All = true })
	d.wantTold(a, "new a:1")
	if n := len(d.mail.received("reader@example.org")); n != 1 {
		t.Errorf("%d letters, want 1", n)
	}
}

// Studies that are joined and split by reviewers are told once, in any order.
func TestJoinAndSplit(t *testing.T) {
	onBothBackends(t, func(t *testing.T, d *desk) {
		a := d.alert("all", nil)
		d.put(newWork("a:1"), newWork("b:1").title("Another title altogether", "en").year(2011))
		d.ranNow("all")
		told := d.told(a)
		if len(told) != 2 {
			t.Fatalf("told %q, want two studies", told)
		}
		same := func(what string) {
			t.Helper()
			d.ranNow("all")
			if got := d.told(a); len(got) != len(told) {
				t.Fatalf("%s: told %q, want no more than %q", what, got, told)
			}
		}
		d.rule(record.Join, []string{"a:1"}, []string{"b:1"})
		same("two told studies that are joined")
		d.rule(record.Split, []string{"a:1"}, []string{"b:1"})
		same("what was joined and is split")
		// Told as one, and split then: each part was told.
		d.put(newWork("c:77").doi("10.5555/c"), newWork("d:77").doi("10.5555/c").title("On leaving, number 77: a synthetic record", "en"))
		d.ranNow("all")
		if told = d.told(a); told[len(told)-1] != "new c:77,d:77" || len(told) != 3 {
			t.Fatalf("told %q, want c:77 and d:77 as one", told)
		}
		d.rule(record.Split, []string{"d:77"}, []string{"c:77"})
		same("a part of what was told")
		// The address in the message opens the study still.
		for _, id := range []string{"c:77", "d:77", "a:1"} {
			if _, err := d.service.searcher.Study(t.Context(), record.StudyID(id)); err != nil {
				t.Error(err)
			}
		}
	})
}

// A record that had joined a told study without a word is new when it turns out to be a
// study of its own.
func TestNeverToldPartIsNew(t *testing.T) {
	d := newDesk(t, nil)
	a := d.alert("all", nil)
	d.put(newWork("a:1").doi("10.5555/x").abstract("A longer record, with an abstract."))
	d.ranNow("all")
	d.put(newWork("b:1").doi("10.5555/x").title("A synthetic record on leaving, number 1", "en"))
	d.ranNow("all")
	d.wantTold(a, "new a:1")
	d.rule(record.Split, []string{"b:1"}, []string{"a:1"})
	d.ranNow("all")
	d.wantTold(a, "new a:1", "new b:1")
}

const (
	firstAbstract = "Twenty women were interviewed about leaving the commercial sex trade. Debts and police kept them in; a friend, a child or a shelter helped them out. Survivors described recovery as slow, and work as what mattered most in the years that followed."
	otherAbstract = "This cohort of three hundred households compares migration, schooling and debt over a decade in two provinces, and finds that remittances explain little of what the models had promised before the reform."
)

func TestKindsOfNews(t *testing.T) {
	for _, c := range []struct {
		what string
		then *work
		want string // "" for no news
	}{
		{"nothing", newWork("a:1"), ""},
		{"an abstract arrives", newWork("a:1").abstract(otherAbstract), "abstract a:1"},
		{"retracted", newWork("a:1").retracted(), "retracted a:1"},
		{"another year", newWork("a:1").year(2021), "changed a:1"},
		{"another title", newWork("a:1").title("Something else", "en"), "changed a:1"},
		{"the title spelt otherwise", newWork("a:1").title("A SYNTHETIC RECORD: on leaving. Number 1", "en"), ""},
		{"a further language", newWork("a:1").languages("en", "es"), "changed a:1"},
		{"a language less", newWork("a:1").languages("und"), ""},
		{"several at once", newWork("a:1").retracted().abstract(otherAbstract).year(2021), "retracted+abstract+changed a:1"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, nil)
			a := d.alert("all", nil)
			d.put(newWork("a:1"))
			d.ranNow("all")
			d.put(c.then)
			d.ranNow("all")
			d.ranNow("all")
			if c.want == "" {
				d.wantTold(a, "new a:1")
			} else {
				d.wantTold(a, "new a:1", c.want)
			}
		})
	}
}

// Little changes of an abstract are none to its readers.
func TestChangedAbstract(t *testing.T) {
	chinese := "本研究访谈了二十名离开商业性交易的女性。债务与警察使她们难以离开,而朋友、孩子或庇护所帮助了她们。幸存者称恢复是缓慢的。"
	for _, c := range []struct {
		name, a, b string
		alike      bool
	}{
		{"a notice of copyright", firstAbstract, firstAbstract + " © 2020 Synthetic Publishers.", true},
		{"a heading", firstAbstract, "Abstract: " + firstAbstract, true},
		{"a word corrected", firstAbstract, "Thirty" + firstAbstract[len("Twenty"):], true},
		{"another text", firstAbstract, otherAbstract, false},
		{"half as much again", firstAbstract, firstAbstract + " " + otherAbstract, false},
		{"Chinese, a word more", chinese, "摘要:" + chinese, true},
		{"Chinese and English", chinese, firstAbstract, false},
	} {
		if got := sketchOf(c.a).like(sketchOf(c.b)); got != c.alike {
			t.Errorf("%s: alike %t, want %t", c.name, got, c.alike)
		}
	}
	if sketchOf("") != 0 || sumOf(" .,") != 0 {
		t.Error("a text without words has a hash")
	}
}

// An alert tells the kinds it was asked for; the others are noted and do not come up later.
func TestChosenKinds(t *testing.T) {
	d := newDesk(t, nil)
	a := d.alert("retractions", func(a *Alert) { a.Kinds = []Kind{Retracted} })
	d.put(newWork("a:1"))
	if ran := d.ranNow("retractions"); ran.Noted != 1 || ran.Sent != 0 {
		t.Errorf("ran: %+v", ran)
	}
	d.wantTold(a)
	d.put(newWork("a:1").retracted().year(2000))
	d.ranNow("retractions")
	d.wantTold(a, "retracted a:1")
}
