package plots

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The looks of nodes and edges. Filled, hollow and ringed nodes stay apart without
// colours.
var (
	pickedColour = palette[0].colour
	goldStroke   = draw.LineStyle{Color: palette[3].colour, Width: 1.3}
	plainStroke  = draw.LineStyle{Color: color.Gray{Y: 0x77}, Width: 0.8}
	pickedEdge   = draw.LineStyle{Color: pickedColour, Width: 2}
	plainEdge    = draw.LineStyle{Color: color.Gray{Y: 0xaa}, Width: 0.8}
)

const (
	largestNode = vg.Length(3.6) // radius
	smallestOne = vg.Length(1.2)
	ringGap     = vg.Length(2.2) // between a node's edge and its ring
	graphLead   = vg.Length(2)   // between a picture and its texts
	graphMargin = largestNode + ringGap + 1
	graphHeight = 0.9 // of a picture at most, as a share of its width
)

// arrange lays the figure out on a sheet.
func (g *Graphs) arrange() (*sheet, error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	rows := g.rows()
	columns := 1
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	width := fullWidth
	if columns <= 2 {
		width = columnWidth
	}
	blocks := []block{heading(g.Title, width), legend(g.legendEntries(), width)}
	across := (width - 2*sheetMargin - vg.Length(columns-1)*panelGapX) / vg.Length(columns)
	for _, row := range rows {
		blocks = append(blocks, newGraphRow(row, across).block())
	}
	return stack(width, blocks...), nil
}

// legendEntries are the looks that occur.
func (g *Graphs) legendEntries() []legendEntry {
	picked := slices.ContainsFunc(g.Examples, func(h Highlight) bool { return len(h.Rationales) > 0 })
	gold := slices.ContainsFunc(g.Examples, func(h Highlight) bool { return h.Gold != nil })
	var out []legendEntry
	add := func(shown bool, text string, picked, gold bool) {
		if shown {
			out = append(out, legendEntry{text, nodeThumb(picked, gold)})
		}
	}
	add(picked, "selected", true, false)
	add(gold, "gold", false, true)
	add(picked && gold, "both", true, true)
	return out
}

// nodeThumb is a sample of two nodes and the edge between them.
func nodeThumb(picked, gold bool) func(draw.Canvas, vg.Point) {
	return func(c draw.Canvas, left vg.Point) {
		a := left.Add(vg.Point{X: largestNode + ringGap})
		b := left.Add(vg.Point{X: thumbWidth - largestNode - ringGap})
		strokeEdge(c, a, b, picked)
		for _, p := range []vg.Point{a, b} {
			drawNode(c, p, .8*largestNode, picked, gold)
		}
	}
}

// graphRow is one row of pictures.
type graphRow struct {
	panels        []graphPanel
	width         vg.Length // of a picture
	headings      []string  // wrapped
	notes         []string
	above, below  vg.Length // room for texts
	pictureHeight vg.Length
}

func newGraphRow(panels []graphPanel, width vg.Length) *graphRow {
	r := &graphRow{panels: panels, width: width}
	for i, p := range panels {
		r.headings = append(r.headings, wrap(panelText, p.heading, r.headingRoom(i)))
		r.notes = append(r.notes, wrapLines(tickText, p.notes, width))
		r.above = max(r.above, textRoom(panelText, r.headings[i]))
		r.below = max(r.below, textRoom(tickText, r.notes[i]))
		r.pictureHeight = max(r.pictureHeight, p.height(width))
	}
	return r
}

// headingRoom is the width of a picture and of those behind it that have no heading.
func (r *graphRow) headingRoom(i int) vg.Length {
	room := r.width
	for _, p := range r.panels[i+1:] {
		if p.heading != "" {
			break
		}
		room += panelGapX + r.width
	}
	return room
}

// height is that of a picture so wide.
func (p graphPanel) height(width vg.Length) vg.Length {
	low, high := bounds(p.at)
	shape := (high.y - low.y) / max(high.x-low.x, 1)
	return 2*graphMargin + vg.Length(min(shape, graphHeight))*(width-2*graphMargin)
}

// wrapLines wraps each line by itself.
func wrapLines(style draw.TextStyle, lines []string, width vg.Length) string {
	text := ""
	for i, line := range lines {
		if i > 0 {
			text += "\n"
		}
		text += wrap(style, line, width)
	}
	return text
}

// textRoom is the height of a text with the gap to its picture; 0 without text.
func textRoom(style draw.TextStyle, text string) vg.Length {
	if text == "" {
		return 0
	}
	return style.Height(text) + graphLead
}

func (r *graphRow) block() block {
	return block{height: r.above + r.pictureHeight + r.below, draw: r.draw}
}

func (r *graphRow) draw(c draw.Canvas) {
	for i := range r.panels {
		area := c
		area.Min.X += vg.Length(i) * (r.width + panelGapX)
		area.Max.X = area.Min.X + r.width
		r.drawTexts(area, i)
		area.Max.Y -= r.above
		area.Min.Y += r.below
		r.panels[i].draw(area)
	}
}

// drawTexts writes above and below a picture.
func (r *graphRow) drawTexts(c draw.Canvas, i int) {
	above, below := panelText, tickText
	above.YAlign, below.YAlign = draw.YTop, draw.YTop
	c.FillText(above, vg.Point{X: c.Min.X, Y: c.Max.Y}, r.headings[i])
	c.FillText(below, vg.Point{X: c.Min.X, Y: c.Min.Y + r.below - graphLead}, r.notes[i])
}

// draw paints the graph: edges first, those between selected nodes on top.
func (p graphPanel) draw(c draw.Canvas) {
	at, radius := p.fit(c)
	for _, picked := range []bool{false, true} {
		for _, e := range p.Edges {
			if (p.picked(e[0]) && p.picked(e[1])) == picked {
				strokeEdge(c, at[e[0]], at[e[1]], picked)
			}
		}
	}
	for v := range at {
		drawNode(c, at[v], radius, p.picked(v), p.gold(v))
	}
}

// fit puts the nodes as far apart as the room allows, at its middle, and gives their
// radius.
func (p graphPanel) fit(c draw.Canvas) ([]vg.Point, vg.Length) {
	low, high := bounds(p.at)
	size := c.Size()
	scale := min((size.X-2*graphMargin)/vg.Length(max(high.x-low.x, 1)), (size.Y-2*graphMargin)/vg.Length(max(high.y-low.y, 1)))
	middle := c.Center()
	out := make([]vg.Point, len(p.at))
	for v, s := range p.at {
		out[v] = middle.Add(vg.Point{X: scale * vg.Length(s.x-(low.x+high.x)/2), Y: scale * vg.Length(s.y-(low.y+high.y)/2)})
	}
	return out, max(min(scale/4, largestNode), smallestOne)
}

func strokeEdge(c draw.Canvas, a, b vg.Point, picked bool) {
	style := plainEdge
	if picked {
		style = pickedEdge
	}
	c.StrokeLine2(style, a.X, a.Y, b.X, b.Y)
}

// drawNode paints a node: filled when it was selected, ringed when it is gold.
func drawNode(c draw.Canvas, at vg.Point, radius vg.Length, picked, gold bool) {
	if gold {
		disc.paint(c, at, radius+min(ringGap, radius), color.White, goldStroke)
	}
	fill, stroke := color.Color(color.White), plainStroke
	if picked {
		fill, stroke.Color = pickedColour, pickedColour
	}
	disc.paint(c, at, radius, fill, stroke)
}
