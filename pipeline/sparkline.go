package main

import "strings"

// bars are the heights of a sparkline, from the least to the greatest value.
var bars = []rune("▁▂▃▄▅▆▇█")

// sparklineWidth is the most characters that one takes.
const sparklineWidth = 40

// sparkline draws a curve as a line of bars; undefined values are gaps. Of more
// points than it has room for it draws evenly spaced ones, the last among them.
func sparkline(points []point) string {
	points = thinned(points, sparklineWidth)
	least, most, found := extremes(points)
	if !found {
		return ""
	}
	var out strings.Builder
	for _, p := range points {
		out.WriteRune(bar(p.Value, least, most))
	}
	return out.String()
}

// bar is the height of one value; equal values are all of middle height. Halves
// keep differences of the greatest numbers finite.
func bar(v *float64, least, most float64) rune {
	span := most/2 - least/2
	switch {
	case v == nil:
		return ' '
	case span == 0:
		return bars[len(bars)/2]
	}
	return bars[int((*v/2-least/2)/span*float64(len(bars)-1)+0.5)]
}

func extremes(points []point) (least, most float64, found bool) {
	for _, p := range points {
		switch v := p.Value; {
		case v == nil:
		case !found:
			least, most, found = *v, *v, true
		default:
			least, most = min(least, *v), max(most, *v)
		}
	}
	return least, most, found
}

// thinned keeps n points at most.
func thinned(points []point, n int) []point {
	if len(points) <= n {
		return points
	}
	out := make([]point, n)
	for i := range out {
		out[i] = points[i*(len(points)-1)/(n-1)]
	}
	return out
}
