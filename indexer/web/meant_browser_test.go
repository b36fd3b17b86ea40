package web

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestBrowserMeaning: what a query means can be read at every width, and chosen without
// a script.
func TestBrowserMeaning(t *testing.T) {
	browser := startBrowser(t)
	_, h := newReader(t)
	server := httptest.NewServer(h)
	defer server.Close()
	b := openTab(t, browser, server.URL)
	b.do(call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	pages := map[string]string{
		"meant-some":  "/?expand=ar&expand=es&expand=zh&q=" + url.QueryEscape("leaving forced prostitution NOT debts"),
		"meant-typed": "/?expand=off&q=" + url.QueryEscape("人身取引の被害者"),
		"fault":       "/?q=" + url.QueryEscape(`(leaving OR "sex work`),
	}
	for _, width := range []int64{320, 360, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			b.do(chromedp.EmulateViewport(width, 900), call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			}))
			for name, path := range pages {
				b.do(chromedp.Navigate(b.site + path))
				if name != "fault" {
					b.do(chromedp.Click("details.part summary"))
				}
				if got := eval[int](b, "document.documentElement.scrollWidth"); got > int(width) {
					t.Errorf("%s at %d px is %d px wide", name, width, got)
				}
				if small := eval[[]string](b, `[...document.querySelectorAll(".meant label, .meant summary, .meant .row a, .fix a")]
					.filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 24).map(e => e.outerHTML.slice(0, 80))`); len(small) > 0 {
					t.Errorf("%s at %d px: too small to hit: %q", name, width, small)
				}
				if shots := os.Getenv("POLYGLEAN_SHOTS"); shots != "" {
					raw, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
					if err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(filepath.Join(shots, fmt.Sprintf("%s-%s-%d.png", name, scheme, width)), raw, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}

	b.do(chromedp.Navigate(b.site+"/?q=brothel"), chromedp.Click("details.meant summary"), chromedp.Click("input[name=expand][value=es]"))
	b.follow(chromedp.Click(".meant button"))
	if on := eval[int](b, "document.querySelectorAll('.meant input:checked').length"); on == 0 || eval[bool](b, "document.querySelector('input[name=expand][value=es]').checked") {
		t.Errorf("after Spanish was unticked, %d boxes are ticked", on)
	}
	if !eval[bool](b, "document.querySelector('details.meant').open") {
		t.Error("what was chosen is folded away")
	}
	b.follow(chromedp.Click("input[name=expand][value=es]"), chromedp.Click(".meant button"))
	if got := eval[string](b, "location.search"); got != "?q=brothel" {
		t.Errorf("with every box ticked the address is %q", got)
	}
	b.do(chromedp.Navigate(b.site + pages["fault"]))
	b.follow(chromedp.Click(".fix a"))
	if got := eval[string](b, "document.querySelector('#q').value"); got != `(leaving OR "sex work")` {
		t.Errorf("the offer searches for %q", got)
	}
}
