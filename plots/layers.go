package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// layers draws the contents of a panel from back to front: reference, bands,
// lines, markers, rings around the chosen epochs. Earlier lines lie above later ones.
type layers struct {
	panel Panel
	looks map[string]look
}

// Plot implements plot.Plotter.
func (l layers) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	at := func(x, y float64) vg.Point { return vg.Point{X: toX(x), Y: toY(y)} }
	if ref := l.panel.Reference; ref != nil {
		strokeReference(c, toY(ref.Value))
	}
	for i := len(l.panel.Lines) - 1; i >= 0; i-- {
		line := &l.panel.Lines[i]
		for _, run := range line.banded() {
			c.FillPolygon(faded(l.looks[line.Name].colour), c.ClipPolygonY(bandOutline(run, at)))
		}
	}
	for i := len(l.panel.Lines) - 1; i >= 0; i-- {
		l.curve(c, i, at)
	}
	for i := len(l.panel.Lines) - 1; i >= 0; i-- {
		line := &l.panel.Lines[i]
		for _, q := range line.Chosen {
			if p := at(q.X, q.Mean); c.Contains(p) {
				drawRing(c, l.looks[line.Name].colour, p)
			}
		}
	}
}

// strokeReference draws the reference across the panel.
func strokeReference(c draw.Canvas, y vg.Length) {
	ends := []vg.Point{{X: c.Min.X, Y: y}, {X: c.Max.X, Y: y}}
	c.StrokeLines(referenceStroke, c.ClipLinesY(ends)...)
}

// curve draws line i and its markers.
func (l layers) curve(c draw.Canvas, i int, at func(x, y float64) vg.Point) {
	line := &l.panel.Lines[i]
	look := l.looks[line.Name]
	path := make([]vg.Point, len(line.Points))
	for j, q := range line.Points {
		path[j] = at(q.X, q.Mean)
	}
	c.StrokeLines(look.stroke(), c.ClipLinesY(path)...)
	for j, p := range path {
		if marked(j, len(path), i, len(l.panel.Lines)) && c.Contains(p) {
			look.marker.draw(c, look.colour, p)
		}
	}
}

// marked tells whether point j of n carries a marker: each of a short curve,
// about eight of a long one, shifted from line to line so that they do not
// cover each other.
func marked(j, n, line, lines int) bool {
	const short, few = 15, 8
	if n <= short {
		return true
	}
	step := (n + few - 1) / few
	return j%step == step/2*line/lines
}

// banded returns the stretches of points that have a spread.
func (l *Line) banded() [][]Point {
	var runs [][]Point
	start := -1
	for i, p := range l.Points {
		switch {
		case p.N >= 2 && start < 0:
			start = i
		case p.N < 2 && start >= 0:
			runs = append(runs, l.Points[start:i])
			start = -1
		}
	}
	if start >= 0 {
		runs = append(runs, l.Points[start:])
	}
	return runs
}

// bandOutline walks along the upper edge of a band and back along the lower.
func bandOutline(run []Point, at func(x, y float64) vg.Point) []vg.Point {
	outline := make([]vg.Point, 0, 2*len(run))
	for _, p := range run {
		outline = append(outline, at(p.X, p.Mean+p.Std))
	}
	for i := len(run) - 1; i >= 0; i-- {
		outline = append(outline, at(run[i].X, run[i].Mean-run[i].Std))
	}
	return outline
}
