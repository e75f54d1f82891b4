package plots

import (
	"fmt"
	"math"
	"strconv"
)

// missing stands in a table for a number that is not there.
const missing = "–"

// decimals is how many of them the numbers of a table are shown with.
type decimals int

// number shows a number.
func (d decimals) number(v float64) string {
	if !defined(v) {
		return missing
	}
	return strconv.FormatFloat(d.round(v), 'f', int(d), 64)
}

// signed shows a difference with its sign; zero has none.
func (d decimals) signed(v float64) string {
	switch r := d.round(v); {
	case !defined(v):
		return missing
	case r > 0:
		return "+" + d.number(r)
	case r < 0:
		return "−" + d.number(-r)
	default:
		return d.number(0)
	}
}

// withStd is "71.2 ± 1.3".
func (d decimals) withStd(value, std float64) string {
	if !defined(std) {
		return d.number(value)
	}
	return d.number(value) + " ± " + d.number(std)
}

// gained is "+1.3 ± 0.4 (3)".
func (d decimals) gained(s Summary) string {
	text := d.signed(s.Mean)
	if defined(s.Std) {
		text += " ± " + d.number(s.Std)
	}
	return fmt.Sprintf("%s (%d)", text, s.N)
}

// probability shows one that rounds to 0 as less than the last digit.
func (d decimals) probability(p float64) string {
	if least := math.Pow10(-int(d)); p < least {
		return "< " + d.number(least)
	}
	return d.number(p)
}

// summary is "71.2 ± 1.3 (3 seeds)".
func (d decimals) summary(s Summary) string {
	switch s.N {
	case 0:
		return missing
	case 1:
		return d.number(s.Mean) + " (1 seed)"
	default:
		return fmt.Sprintf("%s (%d seeds)", d.withStd(s.Mean, s.Std), s.N)
	}
}

// brief is a summary where columns are many: "71.2 ± 1.3 (3)".
func (d decimals) brief(s Summary) string {
	if s.N == 0 {
		return missing
	}
	return fmt.Sprintf("%s (%d)", d.withStd(s.Mean, s.Std), s.N)
}

// round rounds halves away from zero, and never to −0.
func (d decimals) round(v float64) float64 {
	unit := math.Pow10(int(d))
	return math.Round(v*unit)/unit + 0
}
