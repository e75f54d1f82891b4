package plots

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// percentTicks are the ticks of a y axis of fractions, at round percentages
// and about count of them.
func percentTicks(lo, hi float64, count int, labelled bool) []plot.Tick {
	step := percentStep(hi-lo, count)
	var ticks []plot.Tick
	// Adding 0 turns −0 into 0, which would be labelled "-0%".
	for i := math.Ceil(lo/step-1e-9) + 0; i*step <= hi+1e-9; i++ {
		label := " " // an empty label would make it a minor tick, without a grid line
		if labelled {
			label = strconv.FormatFloat(math.Round(i*step*1e4)/1e2, 'f', -1, 64) + "%"
		}
		ticks = append(ticks, plot.Tick{Value: i * step, Label: label})
	}
	return ticks
}

// percentStep is the smallest round step that gives at most count intervals.
func percentStep(span float64, count int) float64 {
	for unit := 1e-4; ; unit *= 10 {
		for _, m := range []float64{1, 2, 2.5, 5} {
			if step := m * unit; span/step <= float64(count)+1e-9 {
				return step
			}
		}
	}
}

// widen rounds a range of fractions outwards to ticks, with air above and
// below, but not beyond 0 and 1 when the data stay within them.
func widen(lo, hi float64, count int) (float64, float64) {
	const least, air = 0.08, 0.04
	short := max(least-(hi-lo), 0) / 2
	low, high := lo-short, hi+short
	low, high = low-air*(high-low), high+air*(high-low)
	step := percentStep(high-low, count)
	low, high = math.Floor(low/step+1e-9)*step, math.Ceil(high/step-1e-9)*step
	if lo >= 0 {
		low = max(low, 0)
	}
	if hi <= 1 {
		high = min(high, 1)
	}
	return low, high
}

// epochTicks are ticks at whole numbers, at most about count of them. A long
// axis that does not begin at a multiple of the step is marked at its first
// epoch as well.
func epochTicks(lo, hi float64, count int) []plot.Tick {
	first, last := math.Ceil(lo), math.Floor(hi)
	step := epochStep(last-first, count)
	var ticks []plot.Tick
	if step >= 5 && math.Mod(first, step) != 0 && step-math.Mod(first, step) >= step/2 {
		ticks = append(ticks, epochTick(first))
	}
	for e := math.Ceil(first/step) * step; e <= last; e += step {
		ticks = append(ticks, epochTick(e))
	}
	return ticks
}

// valueTicks are ticks at the points of all lines, without any rounding.
func valueTicks(p Panel) []plot.Tick {
	at := map[float64]bool{}
	for _, l := range p.Lines {
		for _, q := range l.Points {
			at[q.X] = true
		}
	}
	var ticks []plot.Tick
	for _, x := range slices.Sorted(maps.Keys(at)) {
		ticks = append(ticks, plot.Tick{Value: x, Label: strconv.FormatFloat(x, 'g', -1, 64)})
	}
	return ticks
}

// groupTicks name the groups of bars, in the room that each has.
func groupTicks(groups []string, room vg.Length) []plot.Tick {
	ticks := make([]plot.Tick, len(groups))
	for i, name := range groups {
		ticks[i] = plot.Tick{Value: float64(i), Label: wrap(tickText, name, room)}
	}
	return ticks
}

func epochTick(e float64) plot.Tick {
	return plot.Tick{Value: e, Label: strconv.FormatFloat(e, 'f', -1, 64)}
}

// epochStep is the smallest of 1, 2, 5, 10, 20, 50, … that gives at most count
// intervals.
func epochStep(span float64, count int) float64 {
	for unit := 1.0; ; unit *= 10 {
		for _, m := range []float64{1, 2, 5} {
			if span/(m*unit) <= float64(count) {
				return m * unit
			}
		}
	}
}
