package rationalizer

import (
	"fmt"
	"math"
	"strconv"
)

// Range says which numbers a setting may be.
type Range struct {
	Least, Most float64
	Above       bool // Least itself is not among them
	Below       bool // Most itself is not
}

// The ranges that many settings share. Graphs compute in float32, so that a
// larger number would be infinite to them.
var (
	Share       = Range{Most: 1, Above: true, Below: true}
	NotNegative = Range{Most: math.MaxFloat32}
	Positive    = Range{Most: math.MaxFloat32, Above: true}
)

// has tells whether a number is in the range; NaN never is.
func (r Range) has(x float64) bool {
	return x >= r.Least && x <= r.Most && !(r.Above && x == r.Least) && !(r.Below && x == r.Most)
}

// String is "above 0 and below 1" or "1 to 65536".
func (r Range) String() string {
	if !r.Above && !r.Below && r.Most != math.MaxFloat32 {
		return fmt.Sprintf("%.15g to %.15g", r.Least, r.Most)
	}
	least, most := "at least", "at most"
	if r.Above {
		least = "above"
	}
	if r.Below {
		most = "below"
	}
	return fmt.Sprintf("%s %.15g and %s %.3g", least, r.Least, most, r.Most)
}

// Within wants a setting's value in its range. The error names both, and asks
// whether a share was given in percent.
func Within[N int | float64](r Range, name string, value N) error {
	x := float64(value)
	if r.has(x) {
		return nil
	}
	return fmt.Errorf("settings: %s = %s; expected %s", name, shown(x), r.wanted(x))
}

// shown is a number as people write it: 1000000, not 1e+06.
func shown(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// wanted says what is expected in place of a number out of the range.
func (r Range) wanted(x float64) string {
	switch {
	case r.Least != 0 || r.Most != 1:
		return r.String()
	case x > 1 && r.has(x/100):
		return fmt.Sprintf("a share, %s: did you mean %.6g?", r, x/100)
	}
	return "a share, " + r.String()
}
