package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"polyglean/internal/prisma"
)

// flows are diagrams with hardly anything in them and with much, in several scripts.
func flows() map[string]prisma.Flow {
	many := prisma.Flow{
		Review:     "Which factors facilitate, hinder or ambivalently affect leaving sexual exploitation: a synthetic review with a long title",
		Automation: 81234, Duplicates: 31250, Unreadable: 3, Screened: 1245, Excluded: 980, Unscreened: 41, Sought: 224, Unassessed: 12, Assessed: 212,
		Included: 61, Reports: 70, Previous: 13, Known: 12,
	}
	for i, name := range []string{"OpenAlex", "Crossref", "Europe PMC", "PubMed", "DOAJ", "SciELO", "HAL", "LILACS/BVS", "J-STAGE", "OpenAIRE Graph", "SSOAR, Social Science Open Access Repository of the synthetic kind"} {
		many.Databases = append(many.Databases, prisma.Count{Label: name, N: 12345 - 987*i})
	}
	many.Others = []prisma.Count{{Label: "citation searching", N: 118}, {Label: "imported from Sociological Abstracts", N: 52}}
	for i, reason := range []string{
		"not about leaving", "性的搾取からの離脱ではなく、その予防だけを扱っている研究であり、本レビューの対象とはならないもの", "не об выходе из сексуальной эксплуатации, а о её предупреждении среди подростков",
		"الدراسة لا تتناول الخروج من الاستغلال الجنسي", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", "no reason given",
	} {
		many.Reasons = append(many.Reasons, prisma.Count{Label: reason, N: 40 - i})
	}
	few := prisma.Flow{Review: "A small synthetic review", Databases: []prisma.Count{{Label: "OpenAlex", N: 3}}, Screened: 3, Excluded: 2, Sought: 1, Assessed: 1, Included: 1, Reports: 1}
	return map[string]prisma.Flow{"few": few, "many": many, "none": {Review: "从性剥削中脱离的因素:一项虚构的系统综述,其标题很长,长到一行写不下,还要继续写下去,直到超出图的宽度为止,再多写几个字就一定超出了"}}
}

// TestBrowserFlowDiagram: every word of the diagram stands inside of its box, those at
// the side too.
func TestBrowserFlowDiagram(t *testing.T) {
	browser := startBrowser(t)
	for name, flow := range flows() {
		h, err := New(shelf(), Options{Log: slog.New(slog.DiscardHandler), Flow: func(_ context.Context, updated bool) (prisma.Flow, error) {
			f := flow
			f.Date, f.Updated = "2026-01-02", updated
			return f, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(h)
		defer server.Close()
		b := openTab(t, browser, server.URL)
		for _, form := range []string{"", "form=updated"} {
			b.do(chromedp.EmulateViewport(920, 900), chromedp.Navigate(server.URL+"/prisma.svg?"+form))
			outside := eval[[]string](b, `(() => {
				const out = [];
				let box = null;
				for (const e of document.querySelectorAll("svg > rect, svg > text")) {
					const r = e.getBoundingClientRect();
					if (e.tagName === "rect") { box = r; continue; }
					const within = box ?? document.documentElement.getBoundingClientRect();
					if (r.left < within.left + 2 || r.right > within.right - 2 || r.top < within.top || r.bottom > within.bottom) out.push(e.textContent);
				}
				return out;
			})()`)
			if len(outside) > 0 {
				t.Errorf("%s, %q: outside of its box stands %q", name, form, outside)
			}
			for _, phase := range []string{"Identification", "Screening", "Included"} {
				if n := eval[int](b, fmt.Sprintf(`[...document.querySelectorAll("text.t")].filter(e => e.textContent === %q).length`, phase)); n != 1 {
					t.Errorf("%s, %q: %d labels %q", name, form, n, phase)
				}
			}
			if shots := os.Getenv("POLYGLEAN_SHOTS"); shots != "" {
				for _, scheme := range []string{"light", "dark"} {
					b.do(call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
						Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
					}))
					raw, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
					if err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(filepath.Join(shots, fmt.Sprintf("flow-%s%s-%s.png", name, form, scheme)), raw, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}
