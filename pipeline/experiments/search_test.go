package experiments

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/rationalizer"
)

// hunt searches a target where a law says what an s selects.
func hunt(target, s float64, most int, selects func(s float64) float64) []attempt {
	var tried []attempt
	for more := true; more; s, more = nextS(target, tried, most) {
		tried = append(tried, attempt{s, selects(s)})
	}
	return tried
}

func TestFirstS(t *testing.T) {
	for _, tc := range []struct{ target, trim, paper float64 }{
		{.1, .1, .08}, {.2, .2, .17}, {.3, .3, .27}, {.0004, .001, .001},
	} {
		if got := firstS(tc.target, rationalizer.Trim); got != tc.trim {
			t.Errorf("target %v, trimmed: begins with %v, want %v", tc.target, got, tc.trim)
		}
		if got := firstS(tc.target, rationalizer.Paper); got != tc.paper {
			t.Errorf("target %v, padded: begins with %v, want %v", tc.target, got, tc.paper)
		}
	}
}

func TestSearch(t *testing.T) {
	constant := func(share float64) func(float64) float64 { return func(float64) float64 { return share } }
	for _, tc := range []struct {
		name    string
		target  float64
		selects func(float64) float64
		want    []float64 // the settings tried
		nearest float64
	}{
		{"lands at once", .2, func(s float64) float64 { return s + .01 }, []float64{.2}, .2},
		{"shifted by the gap", .2, func(s float64) float64 { return s + .035 }, []float64{.2, .165}, .165},
		{"a secant", .2, func(s float64) float64 { return 2 * s }, []float64{.2, .001, .1}, .1},
		{"falls as s rises", .2, func(s float64) float64 { return .5 - s }, []float64{.2, .1, .001}, .2},
		{"selects everything", .1, constant(1), []float64{.1, .001}, .1},
		{"selects nothing", .3, constant(0), []float64{.3, .6, .9, .999}, .3},
	} {
		tried := hunt(tc.target, firstS(tc.target, rationalizer.Trim), 4, tc.selects)
		var got []float64
		for _, a := range tried {
			got = append(got, a.S)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: tried %v, want %v", tc.name, got, tc.want)
		}
		if best := nearest(tc.target, tried).S; best != tc.nearest {
			t.Errorf("%s: takes %v, want %v", tc.name, best, tc.nearest)
		}
	}
}

// TestSearchLands: where S grows in proportion to s, not too steeply, three attempts
// are enough.
func TestSearchLands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := rapid.Float64Range(.1, .4).Draw(t, "target")
		rise := rapid.Float64Range(.5, 1.5).Draw(t, "rise")
		shift := rapid.Float64Range(-.02, .04).Draw(t, "shift")
		tried := hunt(target, firstS(target, rationalizer.Trim), 4, func(s float64) float64 { return rise*s + shift })
		if best := nearest(target, tried); best.miss(target) > landed || len(tried) > 3 {
			t.Fatalf("tried %v", tried)
		}
	})
}

// TestSearchEnds: whatever is selected, no s is tried twice or out of its range, the
// attempts are no more than allowed, and the nearest is taken.
func TestSearchEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := rapid.Float64Range(.001, .999).Draw(t, "target")
		most := rapid.IntRange(1, 6).Draw(t, "most")
		tried := hunt(target, firstS(target, rationalizer.Paper), most, func(float64) float64 {
			return rapid.Float64Range(0, 1).Draw(t, "selects")
		})
		seen := map[float64]bool{}
		for _, a := range tried {
			if a.S <= 0 || a.S >= 1 || seen[a.S] || a.S != math.Round(a.S*1000)/1000 {
				t.Fatalf("tried %v", tried)
			}
			seen[a.S] = true
		}
		for i, a := range tried {
			if a.miss(target) < nearest(target, tried).miss(target) || i < len(tried)-1 && a.miss(target) <= landed {
				t.Fatalf("took %v of %v", nearest(target, tried), tried)
			}
		}
		if len(tried) > most {
			t.Fatalf("%d attempts of %d", len(tried), most)
		}
	})
}
