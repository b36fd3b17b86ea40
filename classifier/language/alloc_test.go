package language

import "testing"

func TestDetectAllocatesNothing(t *testing.T) {
	e := New()
	var scores Scores
	for _, text := range []string{
		"Women who leave the sex trade and what helps them", "Жінки, які постраждали від торгівлі людьми", "被拐卖妇女的社会融入",
		"मानव तस्करी से बचे लोगों का पुनर्वास", "Trgovina ljudima u Srbiji i socijalna reintegracija žrtava",
	} {
		if n := testing.AllocsPerRun(20, func() {
			e.Detect(text, Options{Declared: "en"})
			e.Score(text, &scores)
		}); n != 0 {
			t.Errorf("%q: %v allocations", text, n)
		}
	}
}
