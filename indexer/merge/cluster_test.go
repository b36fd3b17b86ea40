package merge

import (
	"fmt"
	"testing"

	"polyglean/internal/record"
)

// Crowds whose records share all their keys make each pair once; a key that one record
// too many has makes none.
func TestPairsOfCrowds(t *testing.T) {
	var records []*Record
	crowd := func(name string, size int) {
		for i := range size {
			records = append(records, New(synthetic(fmt.Sprintf("test:%s-%d", name, i), func(c *record.Candidate) {
				c.Titles[0].Text = name + ": " + c.Titles[0].Text
				c.Pages, c.Volume, c.Authors[0].Name = "", "", name+", Ada"
			})))
		}
	}
	names := []string{"Bridges", "Gardens", "Harbours", "Markets", "Tunnels"}
	for _, name := range names {
		crowd(name, Common)
	}
	crowd("Stations", Common+1)
	found := map[pair]int{}
	for _, p := range pairs(records) {
		found[p]++
		if p.a >= p.b || int(p.b) >= len(names)*Common || int(p.a)/Common != int(p.b)/Common {
			t.Fatalf("records %d and %d are a pair", p.a, p.b)
		}
		if found[p] > 1 {
			t.Fatalf("records %d and %d are a pair twice", p.a, p.b)
		}
	}
	if want := len(names) * Common * (Common - 1) / 2; len(found) != want {
		t.Errorf("%d pairs, want %d", len(found), want)
	}
}
