package plots

import (
	"errors"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// BarsSpec is what an experiment file says about a figure of bars: groups of them
// side by side, a bar a line. The height is the mean over seeds of the numbers that
// stand for a run as a whole; a whisker shows the deviation.
//
//	[[figures]]
//	kind = "bars"
//	[[figures.groups]]
//	title = "S ≈ 10 %"
//	target = 0.1
//	[[figures.lines]]
//	name = "RNP"
//	method = "RNP"
//	metric = "f1"
type BarsSpec struct {
	CurvesSpec
	Groups []PanelSpec `toml:"groups"` // from left to right; their keys complete those of lines
}

// Measures lists the metrics that the bars are of.
func (s BarsSpec) Measures() []string {
	with := s.CurvesSpec
	with.Panels = joinedPanels(s.Panels, s.Groups)
	return with.Measures()
}

// Figure draws the bars on the given datasets, unless the description lists its own.
// A bar without a number is left out; a line without any is an error.
func (s BarsSpec) Figure(records []Record, datasets []DatasetSpec) (Figure, error) {
	if len(s.Datasets) == 0 {
		s.Datasets = datasets
	}
	like := Panel{Axis: Places}
	for _, g := range s.Groups {
		like.Groups = append(like.Groups, g.Title)
	}
	return s.arranged(finalRecords(records), s.bar, like)
}

// bar makes the bars of a line, a point a group.
func (s BarsSpec) bar(records []Record, l LineSpec, keys Selector) (Line, error) {
	out := Line{Name: l.Name, Style: l.Colour}
	missed := ""
	for i, g := range s.Groups {
		of := keys.or(g.Selector)
		behind := Filter(records, of)
		if len(behind) == 0 {
			missed = explainMiss(records, of)
		}
		if err := out.add(float64(i), behind); err != nil {
			return out, err
		}
	}
	if len(out.Points) == 0 && missed != "" {
		return out, errors.New(missed)
	}
	return out, nil
}

// add adds the point of the records at x; none where no number is defined.
func (l *Line) add(x float64, records []Record) error {
	of, err := SummarizeSeeds(records)
	if err == nil && of.N > 0 {
		l.Points = append(l.Points, Point{X: x, Mean: of.Mean, Std: of.Std, N: of.N})
	}
	return err
}

func joinedPanels(a, b []PanelSpec) []PanelSpec { return append(append([]PanelSpec{}, a...), b...) }

// bars draws the contents of a panel of bars: bars, whiskers, then the reference,
// which bars would hide.
type bars struct {
	panel Panel
	looks map[string]look
}

const (
	groupWidth   = .8 // of the room between two groups' middles
	whiskerWidth = .4 // of a bar's width
)

// whiskerStroke is the line style of deviations and of the rims of bars.
var whiskerStroke = draw.LineStyle{Color: color.Gray{Y: 0x33}, Width: 0.8}

// Plot implements plot.Plotter.
func (b bars) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	width := groupWidth / float64(len(b.panel.Lines))
	for i, line := range b.panel.Lines {
		for _, q := range line.Points {
			middle := q.X + width*(float64(i)-float64(len(b.panel.Lines)-1)/2)
			b.bar(c, b.looks[line.Name], q, toX(middle), toX(middle+width)-toX(middle), toY)
		}
	}
	if ref := b.panel.Reference; ref != nil {
		strokeReference(c, toY(ref.Value))
	}
}

// bar draws one bar with its whisker around x.
func (b bars) bar(c draw.Canvas, l look, q Point, x, width vg.Length, toY func(float64) vg.Length) {
	left, right := x-width/2, x+width/2
	foot, top := toY(0), toY(q.Mean)
	corners := c.ClipPolygonY([]vg.Point{{X: left, Y: foot}, {X: right, Y: foot}, {X: right, Y: top}, {X: left, Y: top}})
	c.FillPolygon(l.colour, corners)
	c.StrokeLines(draw.LineStyle{Color: color.White, Width: 0.6}, corners)
	if q.N < 2 {
		return
	}
	low, high := toY(q.Mean-q.Std), toY(q.Mean+q.Std)
	for _, line := range whisker(x, low, high, whiskerWidth*width/2) {
		c.StrokeLines(whiskerStroke, c.ClipLinesY(line)...)
	}
}

// whisker is an upright line from low to high, closed by bars of a half width.
func whisker(x, low, high, half vg.Length) [][]vg.Point {
	return [][]vg.Point{
		{{X: x, Y: low}, {X: x, Y: high}},
		{{X: x - half, Y: low}, {X: x + half, Y: low}},
		{{X: x - half, Y: high}, {X: x + half, Y: high}},
	}
}

// patch is a short piece of a bar, for the legend.
func (l look) patch(c draw.Canvas, left vg.Point) {
	const half = 3
	c.FillPolygon(l.colour, []vg.Point{
		left.Add(vg.Point{X: thumbWidth / 2, Y: -half}), left.Add(vg.Point{X: thumbWidth, Y: -half}),
		left.Add(vg.Point{X: thumbWidth, Y: half}), left.Add(vg.Point{X: thumbWidth / 2, Y: half}),
	})
}

func whiskerThumb(c draw.Canvas, left vg.Point) {
	for _, line := range whisker(left.X+thumbWidth*3/4, left.Y-4, left.Y+4, 3) {
		c.StrokeLines(whiskerStroke, line)
	}
}
