package web

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"polyglean/indexer"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// keywords is a library over the embedded index whose studies have these keywords,
// synthetic as all records here.
func keywords(t *testing.T) *indexer.Library {
	t.Helper()
	var studies []indexer.Study
	for i, k := range []record.Text{
		{Text: "sex trafficking", Lang: "en"},
		{Text: "trafficking", Lang: "en"},
		{Text: "trafficked women", Lang: "en"},
		{Text: "commercial sexual exploitation", Lang: "en"},
		{Text: "survivors", Lang: "en"},
		{Text: `the "exit" question`, Lang: "en"},
		{Text: "trata de personas", Lang: "es"},
		{Text: "explotación sexual", Lang: "es"},
		{Text: "الاتجار بالبشر", Lang: "ar"},
		{Text: "торговля людьми", Lang: "ru"},
		{Text: "人身取引", Lang: "ja"},
		{Text: "การค้ามนุษย์", Lang: "th"},
		{Text: "성매매", Lang: "ko"},
	} {
		m := makeRecord("openalex", fmt.Sprintf("W%d", i), k.Lang, 2020, "1", "")
		m.Candidate.Keywords = []record.Text{k}
		studies = append(studies, study(m))
	}
	return embedded(t, studies)
}

// listener is a library that remembers what it was asked to go on from.
type listener struct {
	indexer.Searcher
	// hold, when set, is asked before each answer.
	hold func(ctx context.Context, prefix string) error

	mu    sync.Mutex
	asked []string
}

func (l *listener) Complete(ctx context.Context, prefix string, size int) ([]indexer.Completion, error) {
	l.mu.Lock()
	l.asked = append(l.asked, prefix)
	l.mu.Unlock()
	if l.hold != nil {
		if err := l.hold(ctx, prefix); err != nil {
			return nil, err
		}
	}
	return l.Searcher.Complete(ctx, prefix, size)
}

func (l *listener) prefixes() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.asked)
}

// times is how often it was asked to go on from a prefix.
func (l *listener) times(prefix string) (n int) {
	for _, p := range l.prefixes() {
		if p == prefix {
			n++
		}
	}
	return n
}

const (
	listOpen   = `document.querySelector("#q").ariaExpanded === "true"`
	listClosed = `document.querySelector("#q").ariaExpanded === "false" && document.querySelector(".suggest").hidden`
	boxValue   = `document.querySelector("#q").value`
	activeText = `document.getElementById(document.querySelector("#q").getAttribute("aria-activedescendant"))?.querySelector("bdi").textContent ?? ""`
	labels     = `[...document.querySelectorAll("#suggestions [role=option] bdi")].map(e => e.textContent)`
)

// until waits for something to come true in the page.
func (b *tab) until(js string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](js, chromedp.WithPollingTimeout(time.Minute))); err != nil {
		b.t.Fatalf("waiting for %s: %v; the box says %q and the list %q", js, err, eval[string](b, boxValue), eval[[]string](b, labels))
	}
}

// opens waits for the list. An index that was asked while the machine stood still has
// answered too late for a suggestion, and is asked again.
func (b *tab) opens() {
	b.t.Helper()
	for tries := 0; !eval[bool](b, listOpen); tries++ {
		if tries == 600 {
			b.t.Fatalf("the list does not open; the box says %q", eval[string](b, boxValue))
		}
		if tries%100 == 99 {
			b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#q").dispatchEvent(new InputEvent("input"))`))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// keys types into the box that has the focus. In the page no time passes between two
// keys, however long it takes to come here and go there.
func (b *tab) keys(text string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`for (const c of %q) document.execCommand("insertText", false, c)`, text)))
}

// choose is Enter as a keyboard gives it: kb.Enter parts the key from its letter, which
// then comes through although the page has made use of the key.
var choose = call(input.DispatchKeyEvent, input.DispatchKeyEventParams{
	Type: "keyDown", Key: "Enter", Code: "Enter", Text: "\r", UnmodifiedText: "\r", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13,
})

// put empties the box and types into it: text with a bar where the cursor then stands.
func (b *tab) put(text string) {
	b.t.Helper()
	before, after, _ := strings.Cut(text, "|")
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{
		const q = document.querySelector("#q");
		q.focus();
		q.value = %q;
		q.setSelectionRange(%[2]q.length, %[2]q.length);
		q.dispatchEvent(new InputEvent("input"));
	}`, before+after, before)))
}

// TestBrowserCompletesTheWordAtTheCursor: and leaves the rest of the query as it is, one
// that can be read.
func TestBrowserCompletesTheWordAtTheCursor(t *testing.T) {
	lib := &listener{Searcher: keywords(t)}
	b := openTab(t, startBrowser(t), startSite(t, lib))
	b.do(chromedp.Navigate(b.site + "/"))
	for _, test := range []struct{ typed, choice, want string }{
		{"surv|", "survivors", "survivors|"},
		{"SURV|", "survivors", "survivors|"},
		{"exit OR surv|", "survivors", "exit OR survivors|"},
		{"(exit OR surv|) AND traffick*", "survivors", "(exit OR survivors|) AND traffick*"},
		{"surv|ivorz leaving", "survivors", "survivors| leaving"},
		{"ti:surv|", "survivors", "ti:survivors|"},
		{"kw:(leaving OR surv|)", "survivors", "kw:(leaving OR survivors|)"},
		{"au:(smith) surv|", "survivors", "au:(smith) survivors|"},
		{"[surv|]", "survivors", "[survivors|]"},
		{"𝒳 NOT surv|", "survivors", "𝒳 NOT survivors|"},
		// Several words are a phrase.
		{"sex|", `"sex trafficking"`, `"sex trafficking"|`},
		{"exit sex tra|", "trafficking", "exit sex trafficking|"},
		{"commercial-sex|", `"commercial sexual exploitation"`, `"commercial sexual exploitation"|`},
		// In a phrase, the whole of it or its last word.
		{`"sex tra|`, "sex trafficking", `"sex trafficking"|`},
		{`"sex tra|" AND exit`, "sex trafficking", `"sex trafficking|" AND exit`},
		{`“sex tra|`, "sex trafficking", `“sex trafficking”|`},
		{`«commercial sex|ual abuse» exit`, "commercial sexual exploitation", `«commercial sexual exploitation| abuse» exit`},
		{`"former surv|`, "survivors", `"former survivors"|`},
		{`"traffick* surv|`, "survivors", `"traffick* survivors"|`},
		// Every script, with accents or none.
		{"explotacion|", "explotación", "explotación|"},
		{"الات|", "الاتجار", "الاتجار|"},
		{"выход торг|", "торговля", "выход торговля|"},
		{"人身|", "人身取引", "人身取引|"},
		{"被害者の人身|", "人身取引", "被害者の人身取引|"},
		{"人身|から", "人身取引", "人身取引|から"},
		{"การค้า|", "การค้ามนุษย์", "การค้ามนุษย์|"},
		{"성|", "성매매", "성매매|"},
	} {
		b.put(test.typed)
		b.opens()
		i := slices.Index(eval[[]string](b, labels), test.choice)
		if i < 0 {
			t.Errorf("%s: offered are %q, not %q", test.typed, eval[[]string](b, labels), test.choice)
			continue
		}
		b.do(chromedp.Click(fmt.Sprintf("#suggestion-%d", i)))
		b.until(listClosed)
		got := eval[string](b, `{ const q = document.querySelector("#q"); q.value.slice(0, q.selectionStart) + "|" + q.value.slice(q.selectionEnd) }`)
		if got != test.want {
			t.Errorf("%s became %s, want %s", test.typed, got, test.want)
		}
		if _, err := strategy.Parse(strings.Replace(got, "|", "", 1), strategy.AsAnd); err != nil {
			t.Errorf("%s became %s: %v", test.typed, got, err)
		}
		if !eval[bool](b, `document.activeElement.id === "q"`) {
			t.Errorf("%s: the box has lost the focus", test.typed)
		}
	}
	b.quiet()
}

// TestBrowserLeavesTheRestAlone: what stands between words, operators, fields, truncated
// words and names are not completed.
func TestBrowserLeavesTheRestAlone(t *testing.T) {
	b := openTab(t, startBrowser(t), startSite(t, shelf()))
	b.do(chromedp.Navigate(b.site + "/"))
	for _, typed := range []string{
		"|", "surv |", "|surv", "AND|", "surv OR|", "NOT|", "NEAR/3|", "near/3|", "ADJ|", "surv*|", "su|rv*", "traf*surv|", "w?surv|", "t|i:surv", "ti:|",
		"au:surv|", "au: surv|", `jo:"surv|`, "Author:surv|", "au:(surv OR surv|", "au:((a) surv|", `"sex trafficking"|`, `|"sex"`, "(surv)|", `"|`, `" |`, "— |",
	} {
		before, after, _ := strings.Cut(typed, "|")
		js := fmt.Sprintf(`import(document.querySelector("script[type=module]").src).then(m => JSON.stringify(m.typed(%q, %q.length)))`, before+after, before)
		got, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](js, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		if got != "null" {
			t.Errorf("%s: completes %s", typed, got)
		}
	}
}

func TestBrowserListByKeyboard(t *testing.T) {
	lib := &listener{Searcher: keywords(t)}
	b := openTab(t, startBrowser(t), startSite(t, lib))
	b.do(chromedp.Navigate(b.site+"/"), chromedp.Focus("#q"))
	b.keys("exit OR tra")
	b.opens()
	offered := eval[[]string](b, labels)
	if len(offered) < 3 {
		t.Fatalf("offered are %q", offered)
	}
	if asked := lib.prefixes(); !slices.Equal(slices.Compact(asked), []string{"tra"}) {
		t.Errorf("for eleven keys in a row the index was asked for %q", asked)
	}
	// The pattern of ARIA 1.2: the box keeps the focus and names the active option.
	for js, want := range map[string]string{
		`document.querySelector("#q").getAttribute("role")`:                                                        "combobox",
		`document.querySelector("#q").getAttribute("aria-autocomplete")`:                                           "list",
		`document.getElementById(document.querySelector("#q").getAttribute("aria-controls")).getAttribute("role")`: "listbox",
		`document.querySelector("[role=listbox]").getAttribute("aria-label")`:                                      "Suggestions",
		`document.querySelector(".ask [role=status]").textContent`:                                                 fmt.Sprintf("%d suggestions", len(offered)),
		`document.querySelector("[role=option]").textContent`:                                                      offered[0] + ", 2 studies",
		activeText: "",
	} {
		if got := eval[string](b, js); got != want {
			t.Errorf("%s is %q, want %q", js, got, want)
		}
	}
	press := func(key, active string) {
		t.Helper()
		b.do(chromedp.KeyEvent(key))
		if got := eval[string](b, activeText); got != active {
			t.Errorf("active is %q, want %q", got, active)
		}
		if n := eval[int](b, `document.querySelectorAll("[role=option][aria-selected=true]").length`); (n == 1) != (active != "") {
			t.Errorf("%d options are selected, active is %q", n, active)
		}
	}
	last := offered[len(offered)-1]
	press(kb.ArrowDown, offered[0])
	press(kb.ArrowDown, offered[1])
	press(kb.ArrowUp, offered[0])
	press(kb.ArrowUp, "") // what was typed
	press(kb.ArrowUp, last)
	press(kb.ArrowDown, "")
	press(kb.ArrowDown, offered[0])

	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(listClosed)
	if got := eval[string](b, boxValue); got != "exit OR tra" {
		t.Errorf("after Escape the box says %q", got)
	}
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	b.opens()
	b.do(chromedp.KeyEvent(kb.ArrowDown), choose)
	b.until(listClosed)
	if got := eval[string](b, boxValue); got != "exit OR "+offered[0] {
		t.Errorf("after Enter the box says %q", got)
	}
	if got := eval[string](b, `document.querySelector(".ask [role=status]").textContent`); got != "" {
		t.Errorf("the closed list still says %q", got)
	}
	eval[bool](b, `document.execCommand("undo")`)
	if got := eval[string](b, boxValue); got != "exit OR tra" {
		t.Errorf("undone, the box says %q", got)
	}
	b.do(chromedp.KeyEvent(kb.End), chromedp.KeyEvent(" "))
	b.follow(chromedp.KeyEvent(kb.Enter))
	if got := eval[string](b, "location.search"); got != "?q=exit+OR+tra+" {
		t.Errorf("Enter without a choice went to %q", got)
	}
	b.quiet()
}

// TestBrowserDropsStaleSuggestions: an answer that comes after the next key is not shown,
// and the index is told to stop working on it.
func TestBrowserDropsStaleSuggestions(t *testing.T) {
	dropped := make(chan error, 1)
	lib := &listener{Searcher: keywords(t)}
	lib.hold = func(ctx context.Context, prefix string) error {
		if prefix != "tra" {
			return nil
		}
		<-ctx.Done()
		dropped <- context.Cause(ctx)
		return ctx.Err()
	}
	b := openTab(t, startBrowser(t), startSite(t, lib))
	b.do(chromedp.Navigate(b.site+"/"), chromedp.Focus("#q"))
	var err error
	for try := 1; ; try++ {
		b.put("|")
		b.keys("tra")
		for deadline := time.Now().Add(time.Minute); lib.times("tra") < try; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the index was never asked")
			}
		}
		b.keys("t")
		// Where the machine stood still, the request came to the end of its time by itself.
		if err = <-dropped; try == 5 || !errors.Is(err, context.DeadlineExceeded) {
			break
		}
	}
	b.opens()
	if got := eval[[]string](b, labels); !slices.Equal(got, []string{"trata", `"trata de personas"`}) {
		t.Errorf("offered are %q", got)
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the first request ended with %v, want it cancelled", err)
	}
}

// TestBrowserSuggestsWithoutAnswer: an index that fails to suggest takes nothing away.
func TestBrowserSuggestsWithoutAnswer(t *testing.T) {
	failed := make(chan struct{}, 1)
	lib := &listener{Searcher: keywords(t)}
	lib.hold = func(context.Context, string) error {
		failed <- struct{}{}
		return indexer.ErrUnavailable
	}
	b := openTab(t, startBrowser(t), startSite(t, lib))
	b.do(chromedp.Navigate(b.site+"/"), chromedp.Focus("#q"))
	b.keys("trata")
	<-failed
	b.until(listClosed)
	b.follow(chromedp.KeyEvent(kb.Enter))
	if got := eval[string](b, "location.search"); got != "?q=trata" {
		t.Errorf("the address is %q", got)
	}
}

// TestBrowserWaitsForTheInputMethod: letters that are still being composed are not what
// the reader means.
func TestBrowserWaitsForTheInputMethod(t *testing.T) {
	lib := &listener{Searcher: keywords(t)}
	b := openTab(t, startBrowser(t), startSite(t, lib))
	b.do(chromedp.Navigate(b.site+"/"), chromedp.Focus("#q"))
	for _, composed := range []string{"j", "じ", "じn", "じんし", "人身"} {
		n := int64(len([]rune(composed)))
		b.do(call(input.ImeSetComposition, input.ImeSetCompositionParams{Text: composed, SelectionStart: n, SelectionEnd: n}))
	}
	// Longer than the pause after which the index is asked.
	b.do(chromedp.Sleep(400 * time.Millisecond))
	if asked := lib.prefixes(); len(asked) > 0 || eval[bool](b, listOpen) {
		t.Errorf("while it was composed the index was asked for %q", asked)
	}
	b.do(call(input.InsertText, input.InsertTextParams{Text: "人身"}))
	b.opens()
	if asked := lib.prefixes(); !slices.Equal(slices.Compact(asked), []string{"人身"}) {
		t.Errorf("the index was asked for %q", asked)
	}
	b.do(chromedp.KeyEvent(kb.ArrowDown), choose)
	if got := eval[string](b, boxValue); got != "人身取引" {
		t.Errorf("the box says %q", got)
	}
}

// TestBrowserListLayout: the list fits every width, can be hit by a finger, and stands
// on the side from which its script runs.
func TestBrowserListLayout(t *testing.T) {
	b := openTab(t, startBrowser(t), startSite(t, keywords(t)))
	for _, width := range []int64{320, 768, 1400} {
		for _, scheme := range []string{"light", "dark"} {
			b.do(chromedp.EmulateViewport(width, 800), call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			}))
			for name, query := range map[string]string{"ltr": "leaving OR tra|", "rtl": "الات|"} {
				b.do(chromedp.Navigate(b.site + "/"))
				b.put(query)
				b.opens()
				b.do(chromedp.KeyEvent(kb.ArrowDown))
				if got := eval[int](b, "document.documentElement.scrollWidth"); got > int(width) {
					t.Errorf("%s at %d px: the page is %d px wide", name, width, got)
				}
				if got := eval[string](b, `document.querySelector("#suggestions").dir`); got != name {
					t.Errorf("%s at %d px: the list runs %s", name, width, got)
				}
				if small := eval[[]string](b, `[...document.querySelectorAll("[role=option]")].filter(e => e.getBoundingClientRect().height < 24).map(e => e.textContent)`); len(small) > 0 {
					t.Errorf("%s at %d px: too small to hit: %q", name, width, small)
				}
				if !eval[bool](b, `{ const r = document.querySelector(".suggest").getBoundingClientRect(); document.elementFromPoint(r.x + r.width / 2, r.y + 20).closest(".suggest") !== null }`) {
					t.Errorf("%s at %d px: something covers the list", name, width)
				}
				if shots := os.Getenv("POLYGLEAN_SHOTS"); shots != "" {
					raw, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
					if err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(filepath.Join(shots, fmt.Sprintf("suggest-%s-%s-%d.png", name, scheme, width)), raw, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	b.quiet()
}
