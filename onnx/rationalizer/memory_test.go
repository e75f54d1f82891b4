package rationalizer

import "testing"

// TestMemoryGrowsWithTheModel: twice the width is nearly four times the
// parameters and twice the states; an attacker is half as much again.
func TestMemoryGrowsWithTheModel(t *testing.T) {
	m, err := Lookup("RNP")
	if err != nil {
		t.Fatal(err)
	}
	of := func(hidden int, attack bool) (parameters, batch float64) {
		c := Config{Classes: 2, Width: 100, Hyper: Defaults(), Flags: map[string]bool{"attack": attack}}
		c.Hyper.Hidden = hidden
		return m.ParameterMemory(c), m.BatchMemory(c)
	}
	p1, b1 := of(4000, false)
	p2, b2 := of(8000, false)
	if p2 < 3.8*p1 || p2 > 4*p1 || b2 != 2*b1 {
		t.Errorf("parameters %g, %g; batch %g, %g", p1, p2, b1, b2)
	}
	pa, ba := of(4000, true)
	if pa <= 1.4*p1 || pa >= 1.6*p1 || ba != 2*b1 {
		t.Errorf("with an attacker: parameters %g, %g; batch %g, %g", p1, pa, b1, ba)
	}
	if matrices := 4.0 * 6 * 4000 * 4000 * 2; p1 < matrices {
		t.Errorf("%g bytes, though the GRUs' matrices take %g", p1, matrices)
	}
}
