package plots

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	columnWidth = 3.4 * vg.Inch // of a two-column paper
	fullWidth   = 6.9 * vg.Inch // of its page
	sheetMargin = vg.Length(6)  // around everything
	panelGapX   = vg.Length(14)
	panelGapY   = vg.Length(8)
	panelLead   = vg.Length(4) // between a panel's title and its axes
	yTickCount  = 6
)

// arrange lays the figure out on a sheet.
func (f *Curves) arrange() (*sheet, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	looks, names, err := f.looks()
	if err != nil {
		return nil, err
	}
	columns, width := f.columns(), columnWidth
	if columns > 1 {
		width = fullWidth
	}
	rows := (len(f.Panels) + columns - 1) / columns
	g := &curvesGrid{figure: f, looks: looks, width: width, rows: rows, columns: columns}
	g.titles = g.wrapTitles((width-2*sheetMargin)/vg.Length(g.columns) - 40)
	return stack(width,
		heading(f.Title, width),
		legend(f.legendEntries(looks, names, width), width),
		block{height: g.height(), draw: g.draw},
	), nil
}

// columns is the number of panels in a row: up to three side by side, four as
// two by two.
func (f *Curves) columns() int {
	switch n := len(f.Panels); {
	case f.Columns > 0:
		return min(f.Columns, n)
	case n <= 3:
		return n
	case n == 4:
		return 2
	default:
		return 3
	}
}

// curvesGrid draws the panels of a figure in rows and columns.
type curvesGrid struct {
	figure        *Curves
	looks         map[string]look
	width         vg.Length // of the sheet
	rows, columns int
	titles        []string // of the panels, wrapped
}

func (g *curvesGrid) wrapTitles(width vg.Length) []string {
	titles := make([]string, len(g.figure.Panels))
	for i, p := range g.figure.Panels {
		titles[i] = wrap(panelText, p.Title, width)
	}
	return titles
}

// titleHeight is the room that the tallest panel title needs.
func (g *curvesGrid) titleHeight() vg.Length {
	var tallest vg.Length
	for _, t := range g.titles {
		if t != "" {
			tallest = max(tallest, panelText.Height(t)+panelLead)
		}
	}
	return tallest
}

// height is that of all rows, titles included.
func (g *curvesGrid) height() vg.Length {
	axes := 1.9 * vg.Inch
	if g.columns == 3 {
		axes = 1.6 * vg.Inch
	} else if g.columns > 3 {
		axes = 1.3 * vg.Inch
	}
	rows := vg.Length(g.rows)
	return rows*(axes+g.titleHeight()) + (rows-1)*panelGapY
}

func (g *curvesGrid) draw(c draw.Canvas) {
	plots := g.plots()
	title := g.titleHeight()
	tiles := draw.Tiles{Rows: g.rows, Cols: g.columns, PadX: panelGapX, PadY: panelGapY + title, PadTop: title}
	areas := plot.Align(plots, tiles, c)
	style := panelText
	style.YAlign = draw.YBottom
	for i := range g.figure.Panels {
		row, column := i/g.columns, i%g.columns
		p, area := plots[row][column], areas[row][column]
		p.Draw(area)
		data := p.DataCanvas(area)
		c.FillText(style, vg.Point{X: data.Min.X, Y: data.Max.Y + panelLead}, g.titles[i])
	}
}

// plots makes one plot a panel, in rows; places without a panel are nil.
func (g *curvesGrid) plots() [][]*plot.Plot {
	low, high := g.figure.sharedRange()
	grid := make([][]*plot.Plot, g.rows)
	for row := range grid {
		grid[row] = make([]*plot.Plot, g.columns)
		for column := range grid[row] {
			i := row*g.columns + column
			if i >= len(g.figure.Panels) {
				continue
			}
			p := g.figure.Panels[i]
			if p.YMin == p.YMax {
				p.YMin, p.YMax = low, high
			}
			outer := column == 0 || !g.sameYAxis(i, i-1)
			lowest := i+g.columns >= len(g.figure.Panels)
			grid[row][column] = g.plot(p, outer, lowest)
		}
	}
	return grid
}

// sameYAxis tells whether two panels have the same y axis, so that one set of
// labels serves both.
func (g *curvesGrid) sameYAxis(i, j int) bool {
	a, b := g.figure.Panels[i], g.figure.Panels[j]
	return a.YMin == b.YMin && a.YMax == b.YMax && a.YLabel == b.YLabel
}

// sharedRange is the y range of the panels that do not set their own.
func (f *Curves) sharedRange() (low, high float64) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, p := range f.Panels {
		if p.YMin != p.YMax {
			continue
		}
		if p.Reference != nil {
			lo, hi = min(lo, p.Reference.Value), max(hi, p.Reference.Value)
		}
		if p.Axis == Places { // the length of a bar is read as its number
			lo, hi = min(lo, 0), max(hi, 0)
		}
		for _, l := range p.Lines {
			for _, q := range l.Points {
				bottom, top := q.reach()
				lo, hi = min(lo, bottom), max(hi, top)
			}
		}
	}
	if lo > hi {
		return 0, 1 // every panel has its own range
	}
	return widen(lo, hi, yTickCount)
}

// plot builds the axes and curves of one panel. Labels of the y axis are drawn
// in outer panels only, the label of the x axis in the lowest ones.
func (g *curvesGrid) plot(p Panel, outer, lowest bool) *plot.Plot {
	out := plot.New()
	out.BackgroundColor = nil
	dressAxis(&out.X)
	dressAxis(&out.Y)
	g.dressX(&out.X, p)
	out.Y.Min, out.Y.Max = p.YMin, p.YMax
	out.Y.Tick.Marker = plot.ConstantTicks(percentTicks(p.YMin, p.YMax, yTickCount, outer))
	if outer {
		out.Y.Label.Text = printable(p.YLabel)
	}
	if lowest {
		out.X.Label.Text = printable(p.XLabel)
	}
	grid := plotter.NewGrid()
	grid.Vertical.Width = 0
	grid.Horizontal = draw.LineStyle{Color: gridColour, Width: 0.6}
	low, high := out.Y.Min, out.Y.Max
	out.Add(grid, p.plotter(g.looks))
	out.Y.Min, out.Y.Max = low, high
	return out
}

// plotter draws what is in the panel.
func (p Panel) plotter(looks map[string]look) plot.Plotter {
	if p.Axis == Places {
		return bars{panel: p, looks: looks}
	}
	return layers{panel: p, looks: looks}
}

// dressX sets the range and the ticks of the x axis.
func (g *curvesGrid) dressX(x *plot.Axis, p Panel) {
	first, last := p.xRange()
	switch p.Axis {
	case Places:
		x.Min, x.Max = -.5, float64(len(p.Groups))-.5
		x.Tick.Length = 0
		x.Tick.Marker = plot.ConstantTicks(groupTicks(p.Groups, g.columnWidth()/vg.Length(len(p.Groups))))
	case Values:
		air := 0.05 * max(last-first, 1e-3)
		x.Min, x.Max = first-air, last+air
		x.Tick.Marker = plot.ConstantTicks(valueTicks(p))
	default:
		air := max(0.025*(last-first), 0.25)
		x.Min, x.Max = first-air, last+air
		x.Tick.Marker = plot.ConstantTicks(epochTicks(first, last, g.xTickCount(last)))
	}
}

// columnWidth is the room between the axes of a panel.
func (g *curvesGrid) columnWidth() vg.Length {
	const besides = 30 // points: left and right of the axes
	return (g.width-2*sheetMargin)/vg.Length(g.columns) - besides
}

// xTickCount is how many labels as long as that of the last epoch fit below a
// panel with air between them.
func (g *curvesGrid) xTickCount(last float64) int {
	const air = 6 // points, between labels
	return max(int(g.columnWidth()/(tickText.Width(epochTick(math.Floor(last)).Label)+air)), 1)
}

// xRange is from the first to the last point of any line; 0 to 1 without lines.
func (p *Panel) xRange() (first, last float64) {
	first, last = math.Inf(1), math.Inf(-1)
	for _, l := range p.Lines {
		first = min(first, l.Points[0].X)
		last = max(last, l.Points[len(l.Points)-1].X)
	}
	if first > last {
		return 0, 1
	}
	return first, last
}

func dressAxis(a *plot.Axis) {
	a.Padding = 0
	a.LineStyle = draw.LineStyle{Color: axisColour, Width: 0.6}
	a.Tick.LineStyle = a.LineStyle
	a.Tick.Length = 2.5
	label, tick := labelText, tickText
	label.XAlign, label.YAlign = a.Label.TextStyle.XAlign, a.Label.TextStyle.YAlign
	tick.XAlign, tick.YAlign = a.Tick.Label.XAlign, a.Tick.Label.YAlign
	a.Label.TextStyle, a.Tick.Label = label, tick
	a.Label.Padding = 3
}
