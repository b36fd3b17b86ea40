package web

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"polyglean/indexer"
)

// The pages in a real browser: what only a browser can tell. Set POLYGLEAN_SHOTS to
// a directory to keep pictures of them.

// startBrowser starts Chromium, or skips the test where there is none.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("skipped: no Chromium here, so the pages were not opened in a browser; install chromium and run .ci/run")
	}
	// Its directory is chromedp's: processes of a browser that has ended write there for a
	// moment more, which t.TempDir takes amiss.
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// startSite serves a library on a free port and returns its address.
func startSite(t *testing.T, lib indexer.Searcher) string {
	t.Helper()
	ln, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	h := newSite(t, lib)
	go func() { served <- Serve(ctx, ln, h) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return "http://" + ln.Addr().String()
}

// tab is a tab of the browser whose console and requests are watched.
type tab struct {
	t    *testing.T
	ctx  context.Context
	site string

	mu        sync.Mutex
	complaint []string
}

func openTab(t *testing.T, browser context.Context, site string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, site: site}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.complain("console: %s", m)
		}
	}()
	err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*network.EventRequestWillBeSent); ok && !strings.HasPrefix(e.Request.URL, site+"/") {
			b.complain("request to %s", e.Request.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *tab) complain(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaint = append(b.complaint, fmt.Sprintf(format, args...))
}

// quiet fails the test when the console said anything, violations of the content
// policy included, or another host was asked.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaint {
		b.t.Error(c)
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// follow does what leads to another page, and waits for it.
func (b *tab) follow(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func eval[T any](b *tab, js string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js))
	if err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

func call[P, R any](cmd cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cmd, params)
		return err
	})
}

func TestBrowserWalk(t *testing.T) {
	browser := startBrowser(t)
	for _, script := range []bool{true, false} {
		t.Run(fmt.Sprintf("script=%t", script), func(t *testing.T) {
			b := openTab(t, browser, startSite(t, shelf()))
			b.do(call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script}),
				chromedp.Navigate(b.site+"/"))

			// By keyboard alone: the skip link, the way home, the search box, the button.
			for _, want := range []string{"a.skip", "a.brand", "input#q", "#ask button", "details.help summary"} {
				b.do(chromedp.KeyEvent(kb.Tab))
				if !eval[bool](b, fmt.Sprintf("document.activeElement.matches(%q)", want)) {
					t.Fatalf("Tab came to %s, want %s", eval[string](b, "document.activeElement.outerHTML"), want)
				}
				if !eval[bool](b, `["outlineStyle"].every(p => getComputedStyle(document.activeElement)[p] !== "none")`) {
					t.Errorf("%s: the focus cannot be seen", want)
				}
			}
			b.do(chromedp.Focus("#q"), chromedp.KeyEvent("trata"))
			b.follow(chromedp.KeyEvent(kb.Enter))
			if got := eval[string](b, "document.querySelector('.hit mark').textContent"); got != "trata" {
				t.Errorf("marked %q", got)
			}
			if got := eval[string](b, "location.search"); got != "?q=trata" {
				t.Errorf("the address is %q", got)
			}

			// A facet, a study, one of its words, and back to the same list.
			b.follow(chromedp.Click("#filters details[data-group=language] li a"))
			filtered := eval[string](b, "location.search")
			if !strings.Contains(filtered, "q=trata&language=") {
				t.Errorf("after a facet the address is %q", filtered)
			}
			if n := eval[int](b, "document.querySelectorAll('.hit').length"); n != 1 {
				t.Errorf("%d hits after a facet", n)
			}
			b.follow(chromedp.Click(".hit h3 a"))
			if got := eval[string](b, "document.querySelector('h1').innerText"); !strings.Contains(strings.ToLower(got), "salir de la trata") {
				t.Errorf("study %q", got)
			}
			b.do(chromedp.Click(".findings .evidence a"))
			for end := time.Now().Add(time.Minute); !eval[bool](b, "document.querySelector('mark:target') !== null"); time.Sleep(20 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatal("the evidence leads to no mark")
				}
			}
			b.follow(chromedp.Click("nav.crumbs a"))
			if got := eval[string](b, "location.search"); got != filtered {
				t.Errorf("back at %q, want %q", got, filtered)
			}

			// The years' form, whose empty field is not sent where there is script.
			b.do(chromedp.Navigate(b.site + "/?sort=newest"))
			b.do(chromedp.Focus("input[name=from]"), chromedp.KeyEvent("2020"))
			b.follow(chromedp.Click(".refine button"))
			want := "?from=2020&to=&sort=newest"
			if script {
				want = "?from=2020&sort=newest"
			}
			if got := eval[string](b, "location.search"); got != want {
				t.Errorf("the form went to %q, want %q", got, want)
			}
			b.quiet()
		})
	}
}

func TestBrowserPutsTheCursorAtTheFault(t *testing.T) {
	b := openTab(t, startBrowser(t), startSite(t, shelf()))
	b.do(chromedp.Navigate(b.site + "/?q=" + url.QueryEscape("𝒳 exit) x")))
	if got := eval[[]int](b, "[document.activeElement.selectionStart, document.activeElement.selectionEnd]"); len(got) != 2 || got[0] != 7 || got[1] != 8 {
		t.Errorf("selected %v, want the parenthesis at 7", got)
	}
}

// pages are those whose looks are checked.
func lookPages(lib *library) map[string]string {
	return map[string]string{
		"home": "/", "search": "/?q=trata&language=es", "empty": "/?q=unfindable&language=fa", "syntax": "/?q=" + url.QueryEscape("exit OR leaving) AND trata"),
		"study-es": "/study/" + lib.studies[0].ID + "?q=trata", "study-en": "/study/" + lib.studies[1].ID, "study-ar": "/study/" + lib.studies[2].ID,
		"study-ru": "/study/" + lib.studies[6].ID, "missing": "/nothing",
	}
}

func TestBrowserLayout(t *testing.T) {
	lib := shelf()
	b := openTab(t, startBrowser(t), startSite(t, lib))
	shots := os.Getenv("POLYGLEAN_SHOTS")
	for _, width := range []int64{320, 360, 800, 1400} {
		for _, scheme := range []string{"light", "dark"} {
			b.do(chromedp.EmulateViewport(width, 900), call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			}))
			for name, path := range lookPages(lib) {
				b.do(chromedp.Navigate(b.site + path))
				if got := eval[int](b, "document.documentElement.scrollWidth"); got > int(width) {
					t.Errorf("%s at %d px is %d px wide", name, width, got)
				}
				// WCAG 2.2, 2.5.8: 24 by 24 CSS pixels, save for links within a sentence.
				if small := eval[[]string](b, `[...document.querySelectorAll("button, .button, .facet li a, .chips a, .orders a, summary, input:not([type=hidden])")]
					.filter(e => e.checkVisibility() && e.type !== "checkbox" && e.getBoundingClientRect().height < 24).map(e => e.outerHTML.slice(0, 80))`); len(small) > 0 {
					t.Errorf("%s at %d px: too small to hit: %q", name, width, small)
				}
				if shots != "" && width != 320 {
					raw, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
					if err != nil {
						t.Fatal(err)
					}
					file := filepath.Join(shots, fmt.Sprintf("%s-%s-%d.png", name, scheme, width))
					if err := os.WriteFile(file, raw, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}
