package recall

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > within {
		t.Errorf("%s is %.4f, want %.4f", what, got, want)
	}
}

// The worked examples of Newcombe (1998, Stat Med 17:857–872), table I, method 3.
func TestShareHasTheIntervalOfWilson(t *testing.T) {
	for _, c := range []struct {
		hits, of  int
		low, high float64
	}{
		{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718},
	} {
		s := ShareOf(c.hits, c.of)
		near(t, "low", s.Low, c.low, 0.0001)
		near(t, "high", s.High, c.high, 0.0001)
	}
	if s := ShareOf(0, 0); s.Low != 0 || s.High != 1 || s.Rate != 0 {
		t.Errorf("the share of nothing is %+v", s)
	}
}

// Ten turtles are marked; of fifteen caught later five are. By hand: 11·16/6−1, and
// Sadinle's interval 19.5 + 10.5·exp(±1.96·√(2/5.5+1/10.5+5.5/57.75)).
func TestChapmanOfTurtles(t *testing.T) {
	m := Chapman(10, 15, 5)
	near(t, "total", m.Total, 28.333, 0.001)
	near(t, "low", m.Low, 21.94, 0.01)
	near(t, "high", m.High, 64.66, 0.03)
	if m.Seen != 20 {
		t.Errorf("seen %d, want 20", m.Seen)
	}
}

// Lists that agree on everything leave nothing to find; an interval never ends below
// what was seen.
func TestChapmanBounds(t *testing.T) {
	m := Chapman(13, 13, 13)
	if m.Total != 13 || m.Low != 13 || m.High < 13 {
		t.Errorf("two lists of the same items give %+v", m)
	}
	m = Chapman(4, 3, 0)
	if m.Total != 19 || m.Low < 7 || m.High <= m.Total {
		t.Errorf("two lists that share nothing give %+v", m)
	}
}

// The cottontails of Edwards and Eberhardt, as Chao (1987) estimates them: 76 rabbits
// of 135 were caught, 43 of them once and 16 twice; 134, with a standard error of 24.
// The paper's formula is that of many occasions.
func TestChaoOfCottontails(t *testing.T) {
	m := Chao(76, 43, 16, 1_000_000)
	near(t, "total", m.Total, 133.8, 0.05)
	near(t, "low", m.Low, 102.4, 0.1)
	near(t, "high", m.High, 202.4, 0.3)
}

func TestChaoOfFewLists(t *testing.T) {
	// By hand: 20 + 2/3 · 10²/(2·5).
	near(t, "total", Chao(20, 10, 5, 3).Total, 26.667, 0.001)
	// None twice: 4 + 1/2 · 4·3/2.
	near(t, "total", Chao(4, 4, 0, 2).Total, 7, 0.001)
	if m := Chao(5, 0, 5, 2); m.Total != 5 || m.High != 5 {
		t.Errorf("all items on both lists give %+v", m)
	}
	if m := Chao(5, 5, 0, 1); m.Total != 5 {
		t.Errorf("one list gives %+v", m)
	}
}

// hepatitis is the outbreak of hepatitis A in Taiwan of Chao and others (2001, Stat
// Med 20:3123–3157): lists P, Q, E. Bit 0 is P.
var hepatitis = Histories{0b111: 28, 0b011: 21, 0b101: 17, 0b001: 69, 0b110: 18, 0b010: 55, 0b100: 63}

func TestPairsOfHepatitis(t *testing.T) {
	// The paper's estimates for pairs of lists are 336, 378 and 334 (Petersen).
	for _, c := range []struct {
		a, b  uint
		total float64
	}{{1, 2, 336}, {1, 4, 378}, {2, 4, 334}} {
		a, b, both := hepatitis.On(c.a), hepatitis.On(c.b), hepatitis.On(c.a|c.b)
		near(t, "ratio", float64(a)*float64(b)/float64(both), c.total, 0.6)
		near(t, "Chapman", Chapman(a, b, both).Total, c.total, 6)
	}
}

func TestLogLinearModelsOfHepatitis(t *testing.T) {
	// The paper gives 388 for independent lists. With all pairs the model is
	// saturated, and the estimate 28·69·55·63/(21·17·18) unseen: 1313 in all.
	m, ok := fitPoisson(hepatitis, 3, nil)
	if !ok {
		t.Fatal("independence does not converge")
	}
	near(t, "independent", 271+m.unseen, 388, 0.6)
	m, ok = fitPoisson(hepatitis, 3, [][2]int{{0, 1}, {0, 2}, {1, 2}})
	if !ok {
		t.Fatal("the saturated model does not converge")
	}
	near(t, "saturated", 271+m.unseen, 1312.8, 0.5)

	best, ok := LogLinear(hepatitis, 3)
	if !ok {
		t.Fatal("no model")
	}
	// A later screening found about 545 infected. The model with dependence of P and Q,
	// and of Q and E, is the nearest that is not saturated: its table decomposes, so
	// that by hand the unseen are 69·63/17.
	near(t, "chosen", best.Total, 271+69*63/17.0, 0.01)
	if len(best.Dependent) != 2 || best.Dependent[0].A != 0 || best.Dependent[0].B != 1 || best.Dependent[1].A != 1 || best.Dependent[1].B != 2 {
		t.Errorf("dependent are %+v, want P with Q and Q with E", best.Dependent)
	}
	if best.Low > 545 || best.High < 545 {
		t.Errorf("the interval %v–%v does not hold 545", best.Low, best.High)
	}
	for _, d := range best.Dependent {
		if d.LogOdds <= 0 {
			t.Errorf("dependence %+v: the lists of this outbreak find the same people", d)
		}
	}
	if best.Low < 271 || best.Low >= best.Total || best.High <= best.Total {
		t.Errorf("interval %v–%v of %v", best.Low, best.High, best.Total)
	}
}

// Three independent lists of .5, .5 and .5 of 800 leave 100 of each history.
func TestLogLinearOfIndependentLists(t *testing.T) {
	h := Histories{}
	for history := uint(1); history < 8; history++ {
		h[history] = 100
	}
	m, ok := LogLinear(h, 3)
	if !ok || len(m.Dependent) != 0 {
		t.Fatalf("independent lists give %+v", m)
	}
	near(t, "total", m.Total, 800, 0.01)
}

func TestLogLinearRefusesTooLittle(t *testing.T) {
	if m, ok := LogLinear(Histories{1: 3, 2: 3, 4: 2, 3: 1}, 3); ok {
		t.Errorf("nine items give a model: %+v", m)
	}
	if _, ok := LogLinear(hepatitis, 2); ok {
		t.Error("two lists give a model")
	}
}

func TestWidestKeepsTheLargestLists(t *testing.T) {
	h := Histories{0b001: 1, 0b010: 5, 0b110: 2, 0b101: 1}
	narrow, kept := h.Widest(3, 2)
	if len(kept) != 2 || kept[0] != 1 || kept[1] != 2 {
		t.Fatalf("kept %v, want lists 1 and 2", kept)
	}
	if narrow[0b01] != 5 || narrow[0b11] != 2 || narrow[0b10] != 1 || narrow.Seen() != 8 {
		t.Errorf("histories %v", narrow)
	}
}

func TestOfferWeight(t *testing.T) {
	// By hand: 2·ln(2.5·89.5/(1.5·8.5)): 2 of 10 relevant hold it, 3 of 100 in all.
	near(t, "weight", OfferWeight(2, 10, 3, 100), 2*math.Log(2.5*89.5/(1.5*8.5)), 1e-9)
	if w := OfferWeight(5, 10, 50, 100); math.Abs(w) > 0.5 {
		t.Errorf("a term as common everywhere weighs %v", w)
	}
	if OfferWeight(4, 10, 5, 1000) <= OfferWeight(4, 10, 50, 1000) {
		t.Error("a term does not weigh less for being common elsewhere")
	}
}

func TestSurprise(t *testing.T) {
	// By hand: ln(2.5·89.5/(1.5·8.5)) over √(1/2.5+1/1.5+1/8.5+1/89.5).
	near(t, "surprise", Surprise(2, 10, 3, 100), 2.8651/1.0934, 0.001)
	if Surprise(3, 100, 3, 150) > 1.645 || Surprise(3, 300, 3, 10_000) < 1.645 {
		t.Error("three of three is a surprise where two of three are relevant anyway, or none where few are")
	}
}
