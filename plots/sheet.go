package plots

import (
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Figure is a picture that Save can write: Curves, of lines or of bars, or Graphs.
type Figure interface {
	// arrange checks the figure and fixes the size and place of its parts.
	arrange() (*sheet, error)
}

// sheet is a figure with its size known, ready to be drawn in any format.
type sheet struct {
	width, height vg.Length
	blocks        []block // from top to bottom
}

// block is one part of a sheet, as wide as the sheet without its margins.
type block struct {
	height vg.Length
	draw   func(draw.Canvas)
}

const blockGap = vg.Length(6)

// stack puts blocks below each other; those without height are left out.
func stack(width vg.Length, blocks ...block) *sheet {
	s := &sheet{width: width, height: 2 * sheetMargin}
	for _, b := range blocks {
		if b.height == 0 {
			continue
		}
		if len(s.blocks) > 0 {
			s.height += blockGap
		}
		s.height += b.height
		s.blocks = append(s.blocks, b)
	}
	return s
}

// draw paints the sheet onto a canvas of its size.
func (s *sheet) draw(c draw.Canvas) {
	c.FillPolygon(paperColour, []vg.Point{
		c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y},
	})
	top := c.Max.Y - sheetMargin
	for _, b := range s.blocks {
		area := c
		area.Min.X += sheetMargin
		area.Max.X -= sheetMargin
		area.Max.Y, area.Min.Y = top, top-b.height
		b.draw(area)
		top -= b.height + blockGap
	}
}

// heading is the title of a figure, wrapped to the width of the sheet.
func heading(title string, width vg.Length) block {
	text := wrap(titleText, title, width-2*sheetMargin)
	if text == "" {
		return block{}
	}
	style := titleText
	style.XAlign, style.YAlign = draw.XCenter, draw.YTop
	return block{
		height: style.Height(text),
		draw:   func(c draw.Canvas) { c.FillText(style, vg.Point{X: c.Center().X, Y: c.Max.Y}, text) },
	}
}

// wrap breaks text between words into lines of at most the given width; a word
// that is wider on its own is cut and ends in "…".
func wrap(style draw.TextStyle, text string, width vg.Length) string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(printable(text)) {
		switch joined := line + " " + word; {
		case line != "" && style.Width(joined) <= width:
			line = joined
		default:
			if line != "" {
				lines = append(lines, line)
			}
			line = shorten(style, word, width)
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// shorten cuts text that is wider than width and marks the cut with "…".
func shorten(style draw.TextStyle, text string, width vg.Length) string {
	if style.Width(text) <= width {
		return text
	}
	runes := []rune(text)
	for len(runes) > 1 && style.Width(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// printable makes text safe to draw: control characters become spaces, and
// characters that the built-in font lacks become "□", where they would
// otherwise vanish in silence.
func printable(text string) string {
	var buffer sfnt.Buffer
	face := font.DefaultCache.Lookup(sans, 10)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		if glyph, err := face.Face.GlyphIndex(&buffer, r); err != nil || glyph == 0 {
			return '□'
		}
		return r
	}, strings.ToValidUTF8(text, "□"))
}
