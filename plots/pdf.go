package plots

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"time"

	"codeberg.org/go-pdf/fpdf"
	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// pdfDate is what every PDF states as the time it was made, so that its bytes
// depend on the figure alone.
var pdfDate = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// renderPDF draws the sheet as a PDF of one page.
func renderPDF(s *sheet) ([]byte, error) {
	c := newPDFCanvas(s.width, s.height)
	s.draw(draw.NewCanvas(c, s.width, s.height))
	c.Pop()
	var out bytes.Buffer
	if err := errors.Join(c.err, c.doc.Output(&out)); err != nil {
		return nil, fmt.Errorf("writing PDF: %w", err)
	}
	return out.Bytes(), nil
}

// pdfCanvas is a vg.Canvas that writes PDF. It stands in for vgpdf.Canvas,
// which garbles text outside ASCII, confuses the bold font with the regular
// one, darkens translucent colours and writes temporary files. Fonts are
// embedded with only the glyphs in use, so text can be searched and copied.
type pdfCanvas struct {
	doc   *fpdf.Fpdf
	width vg.Length   // of lines, now
	saved []vg.Length // line widths below it on the stack
	err   error       // the first thing that could not be drawn
}

func newPDFCanvas(width, height vg.Length) *pdfCanvas {
	doc := fpdf.NewCustom(&fpdf.InitType{
		UnitStr: "pt",
		Size:    fpdf.SizeType{Wd: width.Points(), Ht: height.Points()},
	})
	doc.SetCreationDate(pdfDate)
	doc.SetModificationDate(pdfDate)
	doc.SetCatalogSort(true)
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.AddPage()
	c := &pdfCanvas{doc: doc}
	c.Push()
	c.Translate(vg.Point{Y: height}) // fpdf counts y from the top
	c.Scale(1, -1)
	vg.Initialize(c)
	return c
}

// SetLineWidth implements vg.Canvas.
func (c *pdfCanvas) SetLineWidth(w vg.Length) {
	c.width = w
	c.doc.SetLineWidth(w.Points())
}

// SetLineDash implements vg.Canvas.
func (c *pdfCanvas) SetLineDash(pattern []vg.Length, offset vg.Length) {
	dashes := make([]float64, len(pattern))
	for i, d := range pattern {
		dashes[i] = d.Points()
	}
	c.doc.SetDashPattern(dashes, offset.Points())
}

// SetColor implements vg.Canvas.
func (c *pdfCanvas) SetColor(colour color.Color) {
	if colour == nil {
		colour = color.Black
	}
	straight := color.NRGBAModel.Convert(colour).(color.NRGBA) // not multiplied by alpha
	r, g, b := int(straight.R), int(straight.G), int(straight.B)
	c.doc.SetFillColor(r, g, b)
	c.doc.SetDrawColor(r, g, b)
	c.doc.SetTextColor(r, g, b)
	c.doc.SetAlpha(float64(straight.A)/math.MaxUint8, "Normal")
}

// Rotate implements vg.Canvas.
func (c *pdfCanvas) Rotate(radians float64) {
	c.doc.TransformRotate(-radians*180/math.Pi, 0, 0)
}

// Translate implements vg.Canvas.
func (c *pdfCanvas) Translate(p vg.Point) {
	c.doc.TransformTranslate(p.X.Points(), p.Y.Points())
}

// Scale implements vg.Canvas.
func (c *pdfCanvas) Scale(x, y float64) {
	c.doc.TransformScale(100*x, 100*y, 0, 0)
}

// Push implements vg.Canvas.
func (c *pdfCanvas) Push() {
	c.saved = append(c.saved, c.width)
	c.doc.TransformBegin()
}

// Pop implements vg.Canvas.
func (c *pdfCanvas) Pop() {
	c.doc.TransformEnd()
	c.width = c.saved[len(c.saved)-1]
	c.saved = c.saved[:len(c.saved)-1]
}

// Stroke implements vg.Canvas.
func (c *pdfCanvas) Stroke(p vg.Path) {
	if c.width > 0 {
		c.path(p, "D")
	}
}

// Fill implements vg.Canvas.
func (c *pdfCanvas) Fill(p vg.Path) { c.path(p, "F") }

// path draws straight lines, all that our figures are made of.
func (c *pdfCanvas) path(p vg.Path, style string) {
	for _, part := range p {
		x, y := part.Pos.X.Points(), part.Pos.Y.Points()
		switch part.Type {
		case vg.MoveComp:
			c.doc.MoveTo(x, y)
		case vg.LineComp:
			c.doc.LineTo(x, y)
		case vg.CloseComp:
			c.doc.ClosePath()
		default:
			c.fail(errors.New("arcs and curves are not supported"))
		}
	}
	c.doc.DrawPath(style)
}

// FillString implements vg.Canvas.
func (c *pdfCanvas) FillString(face font.Face, at vg.Point, text string) {
	style := ""
	if face.Font.Weight == stdfont.WeightBold {
		style = "B"
	}
	family := string(face.Font.Typeface) + string(face.Font.Variant)
	if c.doc.GetFontDesc(family, style) == (fpdf.FontDescType{}) {
		var source bytes.Buffer
		if _, err := face.Face.WriteSourceTo(nil, &source); err != nil {
			c.fail(fmt.Errorf("font %s: %w", face.Name(), err))
			return
		}
		c.doc.AddUTF8FontFromBytes(family, style, source.Bytes())
	}
	c.doc.SetFont(family, style, face.Font.Size.Points())
	c.Push()
	defer c.Pop()
	c.Translate(at)
	c.Scale(1, -1) // text stands upright in fpdf's own direction
	c.doc.Text(0, 0, text)
}

// DrawImage implements vg.Canvas; our figures contain no images.
func (c *pdfCanvas) DrawImage(vg.Rectangle, image.Image) {
	c.fail(errors.New("images are not supported"))
}

func (c *pdfCanvas) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}
