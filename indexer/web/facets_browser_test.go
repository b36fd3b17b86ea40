package web

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestBrowserFacetsStayAsTheyWereLeft: on the next page, too.
func TestBrowserFacetsStayAsTheyWereLeft(t *testing.T) {
	b := openTab(t, startBrowser(t), startSite(t, shelf()))
	b.do(chromedp.Navigate(b.site + "/"))
	for _, want := range []map[string]bool{{"language": false, "type": true}, {"language": true, "type": false}} {
		for _, facet := range []string{"language", "type"} {
			b.do(chromedp.Click("details[data-group=" + facet + "] > summary"))
		}
		for _, path := range []string{"/?q=trata", "/"} {
			b.do(chromedp.Navigate(b.site + path))
			for facet, open := range want {
				if got := eval[bool](b, "document.querySelector('details[data-group="+facet+"]').open"); got != open {
					t.Errorf("%s: %s is open: %t, want %t", path, facet, got, open)
				}
			}
		}
	}
}
