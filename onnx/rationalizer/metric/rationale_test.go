package metric

import (
	"math"
	"strings"
	"testing"
)

// flags reads "0110 0" as positions, blanks ignored.
func flags(s string) []bool {
	s = strings.ReplaceAll(s, " ", "")
	out := make([]bool, len(s))
	for i := range s {
		out[i] = s[i] == '1'
	}
	return out
}

// text is one row of Rationale.Add.
type text struct{ mask, gold, selected string }

// rationaleOf measures the texts.
func rationaleOf(t *testing.T, texts ...text) *Rationale {
	t.Helper()
	var acc Rationale
	for _, x := range texts {
		if err := acc.Add(flags(x.selected), flags(x.gold), flags(x.mask)); err != nil {
			t.Fatal(err)
		}
	}
	return &acc
}

// fraction is part/whole.
func fraction(part, whole float64) Ratio { return defined(part / whole) }

// Two texts of five positions; one selected position of each class: hit, miss,
// padding.
var (
	textA = text{mask: "1111 0", gold: "0110 0", selected: "0100 1"}
	textB = text{mask: "111 00", gold: "100 00", selected: "110 00"}
)

func TestMicro(t *testing.T) {
	none := Ratio{}
	zero := defined(0)
	cases := []struct {
		name  string
		got   Micro
		want  Micro
		share Ratio
	}{
		{
			"padding counts", rationaleOf(t, textA, textB).Micro(),
			Micro{TP: 2, PP: 4, GP: 3, W: 7, S: fraction(4, 7), P: fraction(2, 4), R: fraction(2, 3), F1: fraction(4, 7)},
			fraction(3, 7),
		},
		{
			"padding left out", rationaleOf(t, textA, textB).MicroWithoutPadding(),
			Micro{TP: 2, PP: 3, GP: 3, W: 7, S: fraction(3, 7), P: fraction(2, 3), R: fraction(2, 3), F1: fraction(4, 6)},
			fraction(3, 7),
		},
		{
			"nothing selected", rationaleOf(t, text{"11 0", "10 0", "00 0"}).Micro(),
			Micro{GP: 1, W: 2, S: zero, P: zero, R: zero, F1: zero, NothingSelected: true},
			fraction(1, 2),
		},
		{
			"only padding selected", rationaleOf(t, text{"11 0", "10 0", "00 1"}).MicroWithoutPadding(),
			Micro{GP: 1, W: 2, S: zero, P: zero, R: zero, F1: zero, NothingSelected: true},
			fraction(1, 2),
		},
		{
			"no gold", rationaleOf(t, text{"11 0", "00 0", "01 0"}).Micro(),
			Micro{PP: 1, W: 2, S: fraction(1, 2), P: zero, R: none, F1: none, NoGold: true},
			zero,
		},
		{
			"no hit", rationaleOf(t, text{"11 0", "10 0", "01 0"}).Micro(),
			Micro{PP: 1, GP: 1, W: 2, S: fraction(1, 2), P: zero, R: zero, F1: zero},
			fraction(1, 2),
		},
		{
			"no text", rationaleOf(t).Micro(),
			Micro{S: none, P: zero, R: none, F1: none, NothingSelected: true, NoGold: true},
			none,
		},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, c.got, c.want)
		}
		if share := c.got.GoldShare(); share != c.share {
			t.Errorf("%s: gold share %v, want %v", c.name, share, c.share)
		}
	}
}

func TestMacro(t *testing.T) {
	got := rationaleOf(t, textA, textB).Macro()
	for _, c := range []struct {
		name string
		got  Ratio
		want float64
	}{{"P", got.P, .75}, {"R", got.R, .75}, {"F1", got.F1, 2. / 3}} {
		if !c.got.Defined || math.Abs(c.got.Value-c.want) > 1e-7 {
			t.Errorf("%s = %v, want %g", c.name, c.got, c.want)
		}
	}
	if empty := rationaleOf(t).Macro(); empty != (Macro{}) {
		t.Errorf("without texts: %+v", empty)
	}
}

func TestRandomF1(t *testing.T) {
	cases := []struct {
		name string
		of   Micro
		want Ratio
	}{
		{"half of a quarter", Micro{GP: 1, W: 4, S: defined(.5)}, fraction(1, 3)},
		{"nothing selected", Micro{GP: 1, W: 4, S: defined(0)}, defined(0)},
		{"more than every word", Micro{GP: 1, W: 4, S: defined(1.2)}, fraction(2, 5)},
		{"no gold", Micro{W: 4, S: defined(.5), NoGold: true}, Ratio{}},
		{"no text", Micro{}, Ratio{}},
	}
	for _, c := range cases {
		got := c.of.RandomF1()
		if got.Defined != c.want.Defined || math.Abs(got.Value-c.want.Value) > 1e-15 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
