package alerts

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// While a harvest is in full flow, copies come in any order and are joined under the alert,
// which looks again and again. Each study is told as new once, whichever copy came first.
func TestHarvestInFullFlow(t *testing.T) {
	onBothBackends(t, func(t *testing.T, d *desk) {
		const studies, copies = 40, 3
		a := d.alert("all", func(a *Alert) { a.Kinds = []Kind{NewStudy} })
		var works []*work
		for i := range studies {
			for k := range copies {
				w := newWork(fmt.Sprintf("%c:%d", 'a'+k, i)).doi(fmt.Sprintf("10.5555/flow.%d", i)).
					title(strings.Repeat(fmt.Sprintf("study%d ", i), 4), "en").year(1980 + i)
				if k == 1 {
					w.abstract(firstAbstract)
				}
				works = append(works, w)
			}
		}
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(works), func(i, j int) { works[i], works[j] = works[j], works[i] })
		d.service.pace.settle, d.service.pace.longest = time.Hour, 20*time.Millisecond
		end := d.serve()
		for chunk := range slices.Chunk(works, 6) {
			d.put(chunk...)
		}
		end()
		d.ranNow("all")

		firsts := map[string]int{} // by study
		records := map[string]int{}
		for _, told := range d.told(a) {
			kind, members, _ := strings.Cut(told, " ")
			if kind != string(NewStudy) {
				t.Errorf("told %q", told)
			}
			list := strings.Split(members, ",")
			firsts[list[0][len("a:"):]]++
			for _, r := range list {
				records[r]++
			}
		}
		digests, _, err := d.service.Digests(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d studies in %d digests", len(firsts), len(digests))
		if len(digests) < 3 {
			t.Errorf("%d digests: the harvest was over before it was looked at twice, and this tests nothing", len(digests))
		}
		for i := range studies {
			if n := firsts[fmt.Sprint(i)]; n != 1 {
				t.Errorf("study %d was told as new %d times", i, n)
			}
		}
		for r, n := range records {
			if n > 1 {
				t.Errorf("record %s was told as new %d times", r, n)
			}
		}
	})
}
