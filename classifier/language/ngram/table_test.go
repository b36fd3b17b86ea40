package ngram

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// grams of a small alphabet: a is 2, b is 3.
func gramOf(symbols ...byte) (g Gram) {
	for _, s := range symbols {
		g = g.Then(s)
	}
	return g
}

func testTable(t *testing.T) []byte {
	t.Helper()
	rows := []Row{
		{gramOf(Border), []byte{10, 10, 10}},
		{gramOf(2), []byte{20, 30, 40}},
		{gramOf(3), []byte{60, 50, 40}},
		{gramOf(Border, 2), []byte{1, 2, 3}},
		{gramOf(Border, 2, 3), []byte{7, 8, 9}},
	}
	table, err := AppendPart(Header(), "Latn", []string{"aa", "bb", "cc"}, []rune("ab"), rows)
	if err != nil {
		t.Fatal(err)
	}
	table, err = AppendPart(table, "Cyrl", []string{"dd"}, []rune("жш"), []Row{{gramOf(2), []byte{5}}})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestGram(t *testing.T) {
	g := gramOf(4, 5, 6)
	if g.Order() != 3 || g.Context() != gramOf(4, 5) || g.Shorter() != gramOf(5, 6) || g.Initial() != gramOf(Border, 4, 5, 6) {
		t.Errorf("order %d, context %x, shorter %x, initial %x", g.Order(), g.Context(), g.Shorter(), g.Initial())
	}
}

func TestSumTakesTheLongestGram(t *testing.T) {
	parts, err := Read(testTable(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(parts) != 2 || parts[0].Script != "Latn" || parts[1].Script != "Cyrl" || !slices.Equal(parts[0].Languages, []string{"aa", "bb", "cc"}) || string(parts[1].Letters) != "жш" {
		t.Fatalf("read %+v", parts)
	}
	for _, tt := range []struct {
		symbols []byte
		want    []uint32
		counted int
	}{
		{nil, []uint32{0, 0, 0}, 0},
		{[]byte{Border}, []uint32{0, 0, 0}, 0}, // a second border in a row
		{[]byte{2}, []uint32{1, 2, 3}, 1},      // at the beginning of a word
		{[]byte{2, 3}, []uint32{8, 10, 12}, 2},
		{[]byte{3, 2}, []uint32{80, 80, 80}, 2}, // neither has a longer row
		{[]byte{0, 2}, []uint32{20, 30, 40}, 1}, // no context behind an unknown letter
		{[]byte{2, Border}, []uint32{11, 12, 13}, 2},
		{[]byte{2, Border, 2}, []uint32{12, 14, 16}, 3},
	} {
		sum := NewSum(parts[0])
		for _, s := range tt.symbols {
			sum.Add(s)
		}
		if got, symbols := sum.Costs(); !slices.Equal(got, tt.want) || symbols != tt.counted {
			t.Errorf("%v costs %v for %d symbols, want %v for %d", tt.symbols, got, symbols, tt.want, tt.counted)
		}
	}
}

// TestSumDoesNotRunOver adds more than the lanes hold.
func TestSumDoesNotRunOver(t *testing.T) {
	languages := make([]string, MaxLanguages)
	costs := make([]byte, MaxLanguages)
	for i := range languages {
		languages[i], costs[i] = "xx", byte(255-i)
	}
	table, err := AppendPart(Header(), "Latn", languages, []rune("a"), []Row{{gramOf(Border), costs}, {gramOf(2), costs}})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := Read(table)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []struct {
		word     int // symbols
		repeated int // times
	}{
		{1000, 1}, // in one long word
		{1, 1000},
		{maxRun - 1, 100},
		{maxRun, 100},
	} {
		sum := NewSum(parts[0])
		n := 0
		for range text.repeated {
			for range text.word {
				sum.Add(2)
			}
			sum.Add(Border)
			n += text.word + 1
		}
		costs, _ := sum.Costs()
		for i, got := range costs {
			if want := uint32(n * (255 - i)); got != want {
				t.Errorf("language %d costs %d in %d words of %d letters, want %d", i, got, text.repeated, text.word, want)
			}
		}
	}
}

func TestDamagedTable(t *testing.T) {
	table := testTable(t)
	whole := map[int]bool{len(Header()): true, len(table): true}
	second := bytes.Index(table, []byte("Cyrl"))
	whole[second] = true
	for n := range table {
		if _, err := Read(table[:n]); err == nil && !whole[n] {
			t.Errorf("no error for the first %d of %d bytes", n, len(table))
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		bad := bytes.Clone(table)
		bad[r.IntN(second)] ^= byte(1 + r.IntN(255))
		_, _ = Read(bad) // an error or not, but no panic
	}
}

func TestAppendPartRefuses(t *testing.T) {
	many := make([]string, MaxLanguages+1)
	for i := range many {
		many[i] = "xx"
	}
	if _, err := AppendPart(Header(), "Latn", many, nil, nil); err == nil {
		t.Error("no error for too many languages")
	}
	if _, err := AppendPart(Header(), "Latn", []string{"xx"}, make([]rune, MaxLetters+1), nil); err == nil {
		t.Error("no error for too many letters")
	}
}

// TestSumAgainstEachGram compares a Sum that reads text after text with looking for the
// longest gram at each symbol, over words of few letters and of many lengths.
func TestSumAgainstEachGram(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	costs := map[Gram][]byte{}
	for range 400 {
		g := Gram(Border * r.IntN(2))
		for range 1 + r.IntN(MaxOrder-1) {
			g = g.Then(byte(2 + r.IntN(3)))
		}
		costs[g] = []byte{byte(r.IntN(256)), byte(r.IntN(256))}
	}
	for _, symbol := range []byte{Border, 2, 3, 4} {
		costs[gramOf(symbol)] = []byte{symbol, 2 * symbol}
	}
	var rows []Row
	for g, c := range costs {
		rows = append(rows, Row{g, c})
	}
	table, err := AppendPart(Header(), "Latn", []string{"aa", "bb"}, []rune("abc"), rows)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := Read(table)
	if err != nil {
		t.Fatal(err)
	}
	sum := NewSum(parts[0])
	for range 5000 {
		text := make([]byte, r.IntN(60))
		for i := range text {
			text[i] = []byte{2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3, 4, 0, Border}[r.IntN(14-r.IntN(3))]
		}
		want, counted := []uint32{0, 0}, 0
		context := []byte{Border}
		sum.Start()
		for _, symbol := range text {
			sum.Add(symbol)
			switch {
			case symbol == 0:
				context = nil
				continue
			case symbol == Border && slices.Equal(context, []byte{Border}):
				continue
			}
			context = append(context, symbol)
			context = context[max(0, len(context)-MaxOrder):]
			for i := range context {
				if c, ok := costs[gramOf(context[i:]...)]; ok {
					want[0] += uint32(c[0])
					want[1] += uint32(c[1])
					counted++
					break
				}
			}
			if symbol == Border {
				context = []byte{Border}
			}
		}
		if got, n := sum.Costs(); !slices.Equal(got, want) || n != counted {
			t.Fatalf("%v costs %v for %d symbols, want %v for %d", text, got, n, want, counted)
		}
	}
}
