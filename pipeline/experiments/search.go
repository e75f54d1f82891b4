package experiments

import (
	"cmp"
	"math"
	"slices"

	"rationale/onnx/rationalizer"
)

// The setting s steers the share S of the words that a trained model selects, and
// misses it, with each seed by something else. A search finds the s at which S lands
// on a target. Its attempts are ordinary runs, and which comes next follows from what
// earlier ones reached: it can be stopped anywhere and goes on from the store.

// attempt is a finished run of a search.
type attempt struct {
	S       float64 // the setting s
	Reached float64 // the share that the model selects
}

// landed is how far from its target a share may be: one point, but for rounding.
const landed = 0.01 + 1e-9

// firstS is the setting that a search begins with. Where padding may be selected it
// adds to S, and s starts lower: 0.08, 0.17 and 0.27 for 0.1, 0.2 and 0.3.
func firstS(target float64, padding rationalizer.Padding) float64 {
	if padding == rationalizer.Paper {
		return roundS(max(target-.03, .8*target))
	}
	return roundS(target)
}

// nextS is the setting of the next attempt; false when the search is over: a share
// has landed, or the attempts are used up, or there is nothing new to try. The first
// correction is the gap itself, later ones follow the secant of the last two
// attempts.
func nextS(target float64, tried []attempt, most int) (float64, bool) {
	last := tried[len(tried)-1]
	if len(tried) >= most || nearest(target, tried).miss(target) <= landed {
		return 0, false
	}
	s := roundS(last.S + slope(tried)*(target-last.Reached))
	again := slices.ContainsFunc(tried, func(a attempt) bool { return a.S == s })
	return s, !again
}

// steepest bounds how much s is moved for a gap: epochs and masks are drawn by
// chance, so that a secant may point anywhere.
const steepest = 4

// slope is Δs/ΔS of the last two attempts; 1 where these tell none that makes sense.
func slope(tried []attempt) float64 {
	if len(tried) < 2 {
		return 1
	}
	a, b := tried[len(tried)-2], tried[len(tried)-1]
	k := (b.S - a.S) / (b.Reached - a.Reached)
	if !(k > 0 && k <= steepest) { // NaN too
		return 1
	}
	return k
}

// nearest is the attempt closest to the target, the first among equals.
func nearest(target float64, tried []attempt) attempt {
	return slices.MinFunc(tried, func(a, b attempt) int { return cmp.Compare(a.miss(target), b.miss(target)) })
}

// miss is how far the attempt is from the target.
func (a attempt) miss(target float64) float64 { return math.Abs(a.Reached - target) }

// roundS writes s with three decimals, within what the setting may be, so that equal
// attempts are one run.
func roundS(s float64) float64 {
	return min(max(math.Round(s*1000)/1000, .001), .999)
}
