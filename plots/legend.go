package plots

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	thumbWidth = vg.Length(24)
	thumbGap   = vg.Length(4)   // between sample and text
	thumbDrop  = vg.Length(0.9) // from the middle of a line to that of its small letters
	entryGap   = vg.Length(14)  // between entries of a row
	legendLead = vg.Length(3)   // between rows
)

// legendEntry is a sample of a look with its name.
type legendEntry struct {
	text  string
	thumb func(c draw.Canvas, left vg.Point) // nil for text alone
}

// width is the room that the entry needs.
func (e legendEntry) width() vg.Length {
	w := legendText.Width(e.text)
	if e.thumb != nil {
		w += thumbWidth + thumbGap
	}
	return w
}

// legend is the block that shows what things look like. Entries flow into as many rows
// as they need, so that none is clipped.
func legend(entries []legendEntry, width vg.Length) block {
	rows := flow(entries, width-2*sheetMargin)
	line := legendText.Height("X")
	return block{
		height: vg.Length(len(rows))*(line+legendLead) - legendLead,
		draw: func(c draw.Canvas) {
			y := c.Max.Y - line/2
			for _, row := range rows {
				drawLegendRow(c, row, y)
				y -= line + legendLead
			}
		},
	}
}

// flow fills rows with entries from left to right.
func flow(entries []legendEntry, room vg.Length) [][]legendEntry {
	var rows [][]legendEntry
	var used vg.Length
	for _, e := range entries {
		if len(rows) == 0 || used+entryGap+e.width() > room {
			rows = append(rows, nil)
			used = -entryGap
		}
		last := len(rows) - 1
		rows[last] = append(rows[last], e)
		used += entryGap + e.width()
	}
	return rows
}

// drawLegendRow draws one row, centred around height y.
func drawLegendRow(c draw.Canvas, row []legendEntry, y vg.Length) {
	total := -entryGap
	for _, e := range row {
		total += entryGap + e.width()
	}
	style := legendText
	style.YAlign = draw.YCenter
	x := c.Center().X - total/2
	for _, e := range row {
		next := x + e.width() + entryGap
		if e.thumb != nil {
			e.thumb(c, vg.Point{X: x, Y: y - thumbDrop})
			x += thumbWidth + thumbGap
		}
		c.FillText(style, vg.Point{X: x, Y: y}, e.text)
		x = next
	}
}

// legendEntries lists lines in the order of their first appearance, then the
// references, the rings, and the meaning of the bands, for a sheet of this width.
func (f *Curves) legendEntries(looks map[string]look, names []string, width vg.Length) []legendEntry {
	room := width - 2*sheetMargin
	var entries []legendEntry
	add := func(text string, thumb func(draw.Canvas, vg.Point)) {
		text = shorten(legendText, printable(text), room-thumbWidth-thumbGap)
		entries = append(entries, legendEntry{text, thumb})
	}
	for _, name := range names {
		add(name, f.thumb(looks[name]))
	}
	for _, name := range f.references() {
		add(name, func(c draw.Canvas, left vg.Point) {
			c.StrokeLine2(referenceStroke, left.X, left.Y, left.X+thumbWidth, left.Y)
		})
	}
	if f.choosing() {
		add("chosen epoch", func(c draw.Canvas, left vg.Point) {
			drawRing(c, axisColour, left.Add(vg.Point{X: thumbWidth / 2}))
		})
	}
	switch seeds := f.seeds(); {
	case seeds.most >= 2:
		add("± 1 std over "+seeds.String(), f.spreadThumb())
	case seeds.most == 1:
		add("(one seed)", nil)
	}
	return entries
}

// references are the different names of reference lines.
func (f *Curves) references() []string {
	var names []string
	seen := map[string]bool{"": true}
	for _, p := range f.Panels {
		if p.Reference != nil && !seen[p.Reference.Name] {
			seen[p.Reference.Name] = true
			names = append(names, p.Reference.Name)
		}
	}
	return names
}

// choosing tells whether any line has a chosen epoch.
func (f *Curves) choosing() bool {
	for _, p := range f.Panels {
		if slices.ContainsFunc(p.Lines, func(l Line) bool { return len(l.Chosen) > 0 }) {
			return true
		}
	}
	return false
}

// thumb is a sample of what has the look: a line or a bar.
func (f *Curves) thumb(l look) func(draw.Canvas, vg.Point) {
	if f.barred() {
		return l.patch
	}
	return l.thumb
}

// spreadThumb is a sample of what shows deviations.
func (f *Curves) spreadThumb() func(draw.Canvas, vg.Point) {
	if f.barred() {
		return whiskerThumb
	}
	return bandThumb
}

// barred tells that the figure has bars in place of lines.
func (f *Curves) barred() bool {
	return slices.ContainsFunc(f.Panels, func(p Panel) bool { return p.Axis == Places })
}

// thumb is a short piece of the line with its marker.
func (l look) thumb(c draw.Canvas, left vg.Point) {
	c.StrokeLine2(l.stroke(), left.X, left.Y, left.X+thumbWidth, left.Y)
	l.marker.draw(c, l.colour, left.Add(vg.Point{X: thumbWidth / 2}))
}

func bandThumb(c draw.Canvas, left vg.Point) {
	c.FillPolygon(bandSample, []vg.Point{
		left.Add(vg.Point{Y: -3}), left.Add(vg.Point{X: thumbWidth, Y: -3}),
		left.Add(vg.Point{X: thumbWidth, Y: 3}), left.Add(vg.Point{Y: 3}),
	})
}

// seedCount is the least and largest number of seeds behind a point.
type seedCount struct{ least, most int }

func (s seedCount) String() string {
	if s.least == s.most {
		return fmt.Sprintf("%d seeds", s.most)
	}
	return fmt.Sprintf("%d to %d seeds", s.least, s.most)
}

func (f *Curves) seeds() seedCount {
	var s seedCount
	for _, p := range f.Panels {
		for _, l := range p.Lines {
			for _, q := range l.Points {
				if q.N > 0 && (s.least == 0 || q.N < s.least) {
					s.least = q.N
				}
				s.most = max(s.most, q.N)
			}
		}
	}
	return s
}
