package plots

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Format is a file format of figures; its text is the file's extension.
type Format string

// The formats that Save writes. All of them come out the same, byte for byte,
// whenever the figure is the same.
const (
	PNG Format = "png" // 300 dots per inch
	SVG Format = "svg" // text stays text, in Liberation Sans or a font of the same widths
	PDF Format = "pdf" // fonts embedded
)

// Formats are all of them.
var Formats = []Format{PNG, SVG, PDF}

// pngDPI makes a full-width figure 2070 pixels wide: sharp in print.
const pngDPI = 300

// Render returns the figure as the bytes of a file.
func Render(f Figure, format Format) ([]byte, error) {
	s, err := f.arrange()
	if err != nil {
		return nil, err
	}
	return s.render(format)
}

// Save writes the figure as name.png, name.svg and name.pdf into the folder,
// which must exist.
func Save(f Figure, folder, name string) error {
	s, err := f.arrange()
	if err != nil {
		return fmt.Errorf("figure %s: %w", name, err)
	}
	for _, format := range Formats {
		data, err := s.render(format)
		if err != nil {
			return fmt.Errorf("figure %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+"."+string(format)), data, 0o644); err != nil {
			return fmt.Errorf("figure %s: %w", name, err)
		}
	}
	return nil
}

func (s *sheet) render(format Format) ([]byte, error) {
	switch format {
	case PNG:
		return renderPNG(s)
	case SVG:
		return renderSVG(s)
	case PDF:
		return renderPDF(s)
	default:
		return nil, fmt.Errorf("unknown figure format %q (known: png, svg, pdf)", format)
	}
}

func renderPNG(s *sheet) ([]byte, error) {
	canvas := vgimg.NewWith(vgimg.UseWH(s.width, s.height), vgimg.UseDPI(pngDPI))
	s.draw(draw.New(canvas))
	var out bytes.Buffer
	if err := png.Encode(&out, canvas.Image()); err != nil {
		return nil, fmt.Errorf("writing PNG: %w", err)
	}
	return out.Bytes(), nil
}

// renderSVG lets viewers without Liberation Sans fall back on Arial or
// Helvetica, whose letters have the same widths.
func renderSVG(s *sheet) ([]byte, error) {
	canvas := vgsvg.New(s.width, s.height)
	s.draw(draw.New(canvas))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("writing SVG: %w", err)
	}
	return []byte(strings.ReplaceAll(out.String(),
		"font-family:Liberation Sans;", "font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")), nil
}
