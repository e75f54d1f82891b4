package plots

import (
	"image/color"
	"math"
	"strings"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	// The plot package registers the Liberation fonts, which are compiled in:
	// figures do not depend on the fonts of the machine.
	"gonum.org/v1/plot"
)

// Style is the look of one line: colour, dash pattern and marker together, so
// that lines stay apart in grey print and for colour-blind readers too. The
// colours are those of Okabe and Ito, without the yellow, which vanishes on
// white.
type Style string

// The six styles, in the order in which lines without a style get them.
const (
	Blue       Style = "blue"
	Orange     Style = "orange"
	Green      Style = "green"
	Vermillion Style = "vermillion"
	Purple     Style = "purple"
	Sky        Style = "sky"
)

// look is what a Style stands for.
type look struct {
	style  Style
	colour color.RGBA
	dashes []vg.Length
	marker marker
}

// palette holds every style in the order of assignment.
var palette = []look{
	{Blue, color.RGBA{R: 0x00, G: 0x72, B: 0xB2, A: 0xff}, nil, disc},
	{Orange, color.RGBA{R: 0xE6, G: 0x9F, B: 0x00, A: 0xff}, []vg.Length{5, 1.8}, square},
	{Green, color.RGBA{R: 0x00, G: 0x9E, B: 0x73, A: 0xff}, []vg.Length{5, 1.6, 1.2, 1.6}, triangle},
	{Vermillion, color.RGBA{R: 0xD5, G: 0x5E, B: 0x00, A: 0xff}, []vg.Length{2.4, 1.6}, diamond},
	{Purple, color.RGBA{R: 0xCC, G: 0x79, B: 0xA7, A: 0xff}, []vg.Length{9, 2}, wedge},
	{Sky, color.RGBA{R: 0x56, G: 0xB4, B: 0xE9, A: 0xff}, []vg.Length{1.2, 1.4}, plus},
}

// find returns the look of a style.
func (s Style) find() (look, bool) {
	for _, l := range palette {
		if l.style == s {
			return l, true
		}
	}
	return look{}, false
}

// styleNames lists the styles for error messages.
func styleNames() string {
	names := make([]string, len(palette))
	for i, l := range palette {
		names[i] = string(l.style)
	}
	return strings.Join(names, ", ")
}

var (
	inkColour   = color.Gray{Y: 0x1a} // text
	axisColour  = color.Gray{Y: 0x55}
	gridColour  = color.Gray{Y: 0xe4}
	refColour   = color.Gray{Y: 0x66}
	paperColour = color.White
	bandSample  = color.Gray{Y: 0xd8} // in the legend
)

const (
	lineWidth    = vg.Length(1.3)
	markerRadius = vg.Length(2.1)
	ringRadius   = vg.Length(3) // around a chosen epoch
	bandAlpha    = 0x3c         // of 0xff
)

// faded is the colour of a ± std band around a line of colour c.
func faded(c color.RGBA) color.NRGBA {
	return color.NRGBA{R: c.R, G: c.G, B: c.B, A: bandAlpha}
}

// stroke is the line style of a curve.
func (l look) stroke() draw.LineStyle {
	return draw.LineStyle{Color: l.colour, Width: lineWidth, Dashes: l.dashes}
}

// referenceStroke is the line style of a reference such as "chance".
var referenceStroke = draw.LineStyle{Color: refColour, Width: 0.9, Dashes: []vg.Length{1, 2}}

// marker is the outline of a glyph around the origin, in units of its radius.
type marker []vg.Point

var (
	disc     = ring(24, 0, 1)
	square   = ring(4, math.Pi/4, 1.2)
	triangle = ring(3, math.Pi/2, 1.3)
	diamond  = ring(4, math.Pi/2, 1.3)
	wedge    = ring(3, -math.Pi/2, 1.3)
	plus     = cross(1.2, 0.42)
)

// ring puts n corners on a circle of radius r, the first at angle start.
func ring(n int, start, r float64) marker {
	m := make(marker, n)
	for i := range m {
		sin, cos := math.Sincos(start + 2*math.Pi*float64(i)/float64(n))
		m[i] = vg.Point{X: vg.Length(r * cos), Y: vg.Length(r * sin)}
	}
	return m
}

// cross is an upright plus sign with arms of length a and half width b.
func cross(a, b vg.Length) marker {
	return marker{
		{X: a, Y: b}, {X: b, Y: b}, {X: b, Y: a}, {X: -b, Y: a}, {X: -b, Y: b}, {X: -a, Y: b},
		{X: -a, Y: -b}, {X: -b, Y: -b}, {X: -b, Y: -a}, {X: b, Y: -a}, {X: b, Y: -b}, {X: a, Y: -b},
	}
}

// draw paints the marker at p with a thin white rim, which keeps it apart from
// the lines that cross there.
func (m marker) draw(c draw.Canvas, colour color.Color, p vg.Point) {
	m.paint(c, p, markerRadius, colour, draw.LineStyle{Color: color.White, Width: 0.4})
}

// paint fills the marker at p, of a radius, and strokes its outline.
func (m marker) paint(c draw.Canvas, p vg.Point, radius vg.Length, fill color.Color, outline draw.LineStyle) {
	corners := make([]vg.Point, 0, len(m)+1)
	for _, q := range m {
		corners = append(corners, p.Add(q.Scale(radius)))
	}
	c.FillPolygon(fill, corners)
	c.StrokeLines(outline, append(corners, corners[0]))
}

// drawRing paints an open circle at p with a white core, which covers what
// lies below it.
func drawRing(c draw.Canvas, colour color.Color, p vg.Point) {
	disc.paint(c, p, ringRadius, color.White, draw.LineStyle{Color: colour, Width: 1.2})
}

// sans is the typeface of all text in figures.
var sans = font.Font{Typeface: "Liberation", Variant: "Sans"}

// textStyle is sans at a size in points.
func textStyle(size vg.Length, weight stdfont.Weight) draw.TextStyle {
	f := font.From(sans, size)
	f.Weight = weight
	return draw.TextStyle{Color: inkColour, Font: f, Handler: plot.DefaultTextHandler}
}

var (
	titleText  = textStyle(9.5, stdfont.WeightBold)
	panelText  = textStyle(8.5, stdfont.WeightBold)
	labelText  = textStyle(8.5, stdfont.WeightNormal)
	tickText   = textStyle(8, stdfont.WeightNormal)
	legendText = textStyle(8.5, stdfont.WeightNormal)
)
