package inspect

import "math"

// Interval is a share with its 95 % confidence interval.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// z95 is the standard normal's 97.5 % quantile.
const z95 = 1.959963984540054

// wilson is the interval of a share of hits among so many texts (Wilson 1927). It
// keeps a width where all texts are hits, or none, as resampling texts would not.
func wilson(hits, texts int) Interval {
	n, p := float64(texts), float64(hits)/float64(texts)
	z2 := z95 * z95
	centre := (p + z2/(2*n)) / (1 + z2/n)
	half := z95 / (1 + z2/n) * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	return Interval{p, max(0, min(p, centre-half)), min(1, max(p, centre+half))} // p is inside but for rounding
}

// meanOf is the mean of independent shares. The distances of their bounds add up as
// squares (Zou and Donner 2008), so that each class's own uncertainty counts.
func meanOf(shares []Interval) Interval {
	var value, below, above float64
	for _, s := range shares {
		value += s.Value
		below += (s.Value - s.Low) * (s.Value - s.Low)
		above += (s.High - s.Value) * (s.High - s.Value)
	}
	n := float64(len(shares))
	value /= n
	return Interval{value, value - math.Sqrt(below)/n, value + math.Sqrt(above)/n}
}
