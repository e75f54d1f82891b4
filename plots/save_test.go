package plots

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// digests renders one figure in every format.
func digests(t *testing.T) string {
	f := syntheticFigure(t, "fig6.toml", fig6Shapes, []string{"aroma", "palate", "tweets"}, 3, 20)
	var out strings.Builder
	for _, format := range Formats {
		data, err := Render(f, format)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s %x\n", format, sha256.Sum256(data))
	}
	return out.String()
}

// digestsWanted asks a process of the test binary for its digests.
const digestsWanted = "PLOTS_TEST_DIGESTS"

func TestSameFigureSameBytes(t *testing.T) {
	got := digests(t)
	if path := os.Getenv(digestsWanted); path != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if again := digests(t); again != got {
		t.Errorf("the second time in one process:\n%s%s", got, again)
	}
	path := filepath.Join(t.TempDir(), "digests")
	other := exec.Command(os.Args[0], "-test.run=^TestSameFigureSameBytes$")
	other.Env = append(os.Environ(), digestsWanted+"="+path, "TZ=Asia/Tokyo", "LC_ALL=de_DE.UTF-8")
	if log, err := other.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	theirs, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(theirs) != got {
		t.Errorf("in another process:\n%s%s", got, theirs)
	}
}

func TestSaveWritesThreeFiles(t *testing.T) {
	folder := t.TempDir()
	if err := Save(sixLines(), folder, "a2i-fig3"); err != nil {
		t.Fatal(err)
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	picture, err := png.DecodeConfig(bytes.NewReader(read("a2i-fig3.png")))
	if err != nil {
		t.Fatal(err)
	}
	if want := int(math.Round(columnWidth.Dots(pngDPI))); picture.Width != want {
		t.Errorf("the PNG is %d pixels wide, want %d", picture.Width, want)
	}
	if err := wellFormed(read("a2i-fig3.svg")); err != nil {
		t.Error(err)
	}
	if data := read("a2i-fig3.pdf"); !bytes.HasPrefix(data, []byte("%PDF-")) {
		t.Errorf("the PDF begins with %q", data[:8])
	}
}

func TestSaveErrors(t *testing.T) {
	if err := Save(&Curves{}, t.TempDir(), "empty"); err == nil || !strings.Contains(err.Error(), "figure empty: the figure has no panels") {
		t.Errorf("got %v", err)
	}
	missing := filepath.Join(t.TempDir(), "missing")
	if err := Save(sixLines(), missing, "six"); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), missing) {
		t.Errorf("got %v", err)
	}
	if _, err := Render(sixLines(), "eps"); err == nil || !strings.Contains(err.Error(), "known: png, svg, pdf") {
		t.Errorf("got %v", err)
	}
}

// The names of datasets come from users and must stay text inside an SVG.
func TestSVGEscapesText(t *testing.T) {
	f := sixLines()
	f.Title = `</text><script>alert("1")</script> & 'x' ]]> ` + "\x00\x0b"
	data, err := Render(f, SVG)
	if err != nil {
		t.Fatal(err)
	}
	if err := wellFormed(data); err != nil {
		t.Error(err)
	}
	if bytes.Contains(data, []byte("<script")) {
		t.Error("a title became an element")
	}
	if !bytes.Contains(data, []byte("'Liberation Sans',Arial")) {
		t.Error("the SVG names no font to fall back on")
	}
}

// wellFormed reports the first error of XML syntax.
func wellFormed(data []byte) error {
	for d := xml.NewDecoder(bytes.NewReader(data)); ; {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestPDFEmbedsBothFontsAndStatesAFixedDate(t *testing.T) {
	data, err := Render(sixLines(), PDF)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(data, []byte("/FontFile2 ")); n != 2 {
		t.Errorf("%d fonts are embedded, want regular and bold", n)
	}
	if n := bytes.Count(data, []byte("/ToUnicode ")); n != 2 {
		t.Errorf("the text of %d fonts can be copied, want 2", n)
	}
	if !bytes.Contains(data, []byte("D:20000101000000")) {
		t.Error("the date is not fixed")
	}
	if size := len(data); size > 100_000 {
		t.Errorf("the PDF has %d bytes: are the fonts reduced to what is used?", size)
	}
}
