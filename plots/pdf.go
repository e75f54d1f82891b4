package plots

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"
	stdfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/encoding/charmap"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgpdf"
)

// A PDF states when it was made. Ours carry a fixed date instead, so that the
// bytes depend on the figure alone. The canvas does not expose its document,
// hence the library's defaults; no other code of this program writes PDF.
func init() {
	epoch := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	fpdf.SetDefaultCreationDate(epoch)
	fpdf.SetDefaultModificationDate(epoch)
	fpdf.SetDefaultCatalogSort(true)
}

// renderPDF draws the sheet as a PDF of one page with its fonts embedded.
func renderPDF(s *sheet) ([]byte, error) {
	canvas := &pdfCanvas{vgpdf.New(s.width, s.height)}
	s.draw(draw.NewCanvas(canvas, s.width, s.height))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("writing PDF: %w", err)
	}
	return out.Bytes(), nil
}

// pdfCanvas corrects the text of vgpdf.Canvas. That canvas embeds its fonts
// with the code page 1252 but passes strings on as UTF-8, so "±" would come
// out as "Â±". Here text is translated to the code page, and what lies outside
// it (≈, Δ, λ) is drawn as outlines.
type pdfCanvas struct{ *vgpdf.Canvas }

// FillString implements vg.Canvas.
func (c *pdfCanvas) FillString(face font.Face, at vg.Point, text string) {
	encoded, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		fillOutlines(c, face, at, text)
		return
	}
	c.Canvas.FillString(plainName(face), at, encoded)
}

// plainName moves the weight of a bold face into its name: vgpdf registers
// every face as regular, and would not find it again as bold.
func plainName(face font.Face) font.Face {
	if face.Font.Weight == stdfont.WeightBold {
		face.Font.Variant += "Bold"
		face.Font.Weight = stdfont.WeightNormal
	}
	return face
}

// fillOutlines draws text as filled shapes, without kerning.
func fillOutlines(c vg.Canvas, face font.Face, at vg.Point, text string) {
	var buffer sfnt.Buffer
	em := face.Face.UnitsPerEm()
	scale := face.Font.Size / vg.Length(em)
	for _, r := range text {
		glyph, err := face.Face.GlyphIndex(&buffer, r)
		if err != nil {
			continue // printable has replaced what the font lacks
		}
		if shape, err := face.Face.LoadGlyph(&buffer, glyph, fixed.I(int(em)), nil); err == nil {
			c.Fill(outline(shape, at, scale/64))
		}
		if step, err := face.Face.GlyphAdvance(&buffer, glyph, fixed.I(int(em)), stdfont.HintingNone); err == nil {
			at.X += vg.Length(step) * scale / 64
		}
	}
}

// outline turns a glyph, whose y axis points down, into a path at a position.
func outline(shape sfnt.Segments, at vg.Point, scale vg.Length) vg.Path {
	var path vg.Path
	place := func(p fixed.Point26_6) vg.Point {
		return at.Add(vg.Point{X: vg.Length(p.X) * scale, Y: -vg.Length(p.Y) * scale})
	}
	for _, s := range shape {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			path.Move(place(s.Args[0]))
		case sfnt.SegmentOpLineTo:
			path.Line(place(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			path.QuadTo(place(s.Args[0]), place(s.Args[1]))
		case sfnt.SegmentOpCubeTo:
			path.CubeTo(place(s.Args[0]), place(s.Args[1]), place(s.Args[2]))
		}
	}
	return path
}
