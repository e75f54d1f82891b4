package plots

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	"rationale/plots/internal/golden"
)

func TestGoldenFigures(t *testing.T) {
	beer := []string{"appearance", "aroma", "palate"}
	for _, test := range []struct {
		name   string
		figure *Curves
	}{
		{"fig3-one-seed.png", syntheticFigure(t, "fig3.toml", fig3Shapes, []string{"generated-aroma"}, 1, 10)},
		{"fig3-long.png", syntheticFigure(t, "fig3.toml", fig3Shapes, []string{"generated-aroma"}, 3, 200)},
		{"fig6-three.png", syntheticFigure(t, "fig6.toml", fig6Shapes, beer, 3, 10)},
		{"fig6-six.png", syntheticFigure(t, "fig6.toml", fig6Shapes, append(beer, "movies", "tweets", "reviews whose name is long"), 3, 40)},
		{"six-lines.png", sixLines()},
	} {
		t.Run(test.name, func(t *testing.T) {
			picture, err := Render(test.figure, PNG)
			if err != nil {
				t.Fatal(err)
			}
			golden.PNG(t, test.name, picture)
		})
	}
}

// sixLines is a figure of a single panel with every style and awkward text.
func sixLines() *Curves {
	panel := Panel{XLabel: "Epoch", YLabel: "λ₁ ≈ Δ–\u0001x 啤", Reference: &Reference{Value: .5, Name: "chance"}}
	for i := range palette {
		line := Line{Name: "line " + strconv.Itoa(i+1)}
		for x := 1; x <= 2+i; x++ {
			line.Points = append(line.Points, Point{X: float64(x), Mean: .9 - .07*float64(i+x), Std: .02, N: 1 + x%3})
		}
		panel.Lines = append(panel.Lines, line)
	}
	panel.Lines[5].Name = "a line with a name so long that no column of any paper could hold it in full"
	return &Curves{Title: "A title that has to be broken because the column is narrow", Panels: []Panel{panel}}
}

func TestImpossibleFigures(t *testing.T) {
	nan := math.NaN()
	panel := func(lines ...Line) *Curves { return &Curves{Panels: []Panel{{Title: "P", Lines: lines}}} }
	line := func(name string, points ...Point) Line { return Line{Name: name, Points: points} }
	ok := Point{X: 1, Mean: .5, N: 1}
	many := make([]Line, len(palette)+1)
	for i := range many {
		many[i] = line(strconv.Itoa(i), ok)
	}
	for _, test := range []struct {
		name   string
		figure *Curves
		want   string
	}{
		{"no panels", &Curves{}, "the figure has no panels"},
		{"columns", &Curves{Columns: -1, Panels: []Panel{{}}}, "cannot have -1 columns"},
		{"no lines", panel(), `panel 1 "P": there are no lines`},
		{"no points", panel(line("a")), `panel 1 "P": line "a": there are no points`},
		{"no name", panel(line("", ok)), "needs a name for the legend"},
		{"NaN", panel(line("a", Point{X: 3, Mean: nan, N: 1})), `line "a": at x = 3 the value is NaN`},
		{"infinite", panel(line("a", Point{X: 3, Mean: math.Inf(1)})), "the value is +Inf"},
		{"NaN spread", panel(line("a", Point{X: 3, Mean: .5, Std: nan, N: 2})), "± NaN"},
		{"negative spread", panel(line("a", Point{X: 3, Mean: .5, Std: -1, N: 2})), "negative"},
		{"descending", panel(line("a", Point{X: 3, N: 1}, Point{X: 2, N: 1})), "x = 2 follows x = 3"},
		{"range", &Curves{Panels: []Panel{{YMin: 1, YMax: .5, Lines: []Line{line("a", ok)}}}}, "cannot reach from 1 to 0.5"},
		{"reference", &Curves{Panels: []Panel{{Reference: &Reference{Value: nan}, Lines: []Line{line("a", ok)}}}}, "NaN"},
		{"style", panel(Line{Name: "a", Style: "mauve", Points: []Point{ok}}), `unknown style "mauve" (known: blue, orange`},
		{"same style", panel(Line{Name: "a", Style: Blue, Points: []Point{ok}}, Line{Name: "b", Style: Blue, Points: []Point{ok}}), `"a" and "b" have the same style "blue"`},
		{"same name", panel(line("a", ok), line("a", ok)), `two lines named "a"`},
		{"two styles", &Curves{Panels: []Panel{
			{Lines: []Line{{Name: "a", Style: Blue, Points: []Point{ok}}}},
			{Lines: []Line{{Name: "a", Style: Green, Points: []Point{ok}}}},
		}}, `line "a" is "blue" in one panel and "green" in another`},
		{"too many", panel(many...), "at most 6 different lines"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Render(test.figure, SVG)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestLinesWithoutStyleTakeTheFreeOnes(t *testing.T) {
	point := []Point{{X: 1, Mean: .5}}
	f := &Curves{Panels: []Panel{
		{Lines: []Line{{Name: "a", Points: point}, {Name: "b", Style: Blue, Points: point}}},
		{Lines: []Line{{Name: "c", Points: point}, {Name: "a", Points: point}}},
	}}
	looks, names, err := f.looks()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(names, ""); got != "abc" {
		t.Errorf("names in the order %q", got)
	}
	for name, want := range map[string]Style{"a": Orange, "b": Blue, "c": Green} {
		if got := looks[name].style; got != want {
			t.Errorf("line %q is %s, want %s", name, got, want)
		}
	}
}

// drawCurves makes figures of every size that the package promises to draw.
var drawCurves = rapid.Custom(func(t *rapid.T) *Curves {
	f := &Curves{Title: rapid.String().Draw(t, "title"), Columns: rapid.IntRange(0, 7).Draw(t, "columns")}
	lines, epochs := rapid.IntRange(1, 6).Draw(t, "lines"), rapid.SampledFrom([]int{1, 2, 10, 50, 300}).Draw(t, "epochs")
	for range rapid.IntRange(1, 9).Draw(t, "panels") {
		p := Panel{Title: rapid.String().Draw(t, "panel"), XLabel: "Epoch", YLabel: rapid.String().Draw(t, "label")}
		for i := range lines {
			l := Line{Name: strconv.Itoa(i) + rapid.String().Draw(t, "name")}
			if len(f.Panels) > 0 {
				l.Name = f.Panels[0].Lines[i].Name
			}
			start := rapid.Float64Range(-1, 1).Draw(t, "start")
			for e := range epochs {
				l.Points = append(l.Points, Point{X: float64(e + 1), Mean: start * math.Cos(float64(e)), Std: .1, N: 1 + e%4})
			}
			p.Lines = append(p.Lines, l)
		}
		f.Panels = append(f.Panels, p)
	}
	return f
})

func TestEveryFigureCanBeDrawnAndFitsItsSheet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawCurves.Draw(t, "figure")
		sheet, err := f.arrange()
		if err != nil {
			t.Fatal(err)
		}
		looks, names, err := f.looks()
		if err != nil {
			t.Fatal(err)
		}
		room := sheet.width - 2*sheetMargin
		shown := 0
		for _, row := range flow(f.legendEntries(looks, names, room), room) {
			total := -entryGap
			for _, e := range row {
				total += entryGap + e.width()
				shown++
			}
			if total > room+.001 {
				t.Fatalf("a row of the legend is %v wide, the room %v", total, room)
			}
		}
		if want := len(f.Panels[0].Lines) + 1; shown != want {
			t.Fatalf("the legend has %d entries, want %d", shown, want)
		}
		if _, err := sheet.render(SVG); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWrapFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		room := vg.Length(rapid.Float64Range(40, 400).Draw(t, "room"))
		for line := range strings.SplitSeq(wrap(titleText, text, room), "\n") {
			if w := titleText.Width(line); w > room {
				t.Fatalf("%q is %v wide, the room %v", line, w, room)
			}
		}
	})
}

func TestWrapKeepsWords(t *testing.T) {
	const text = "Attack success rate per epoch, on the development split of every dataset"
	got := wrap(titleText, text, 120)
	if lines := strings.Count(got, "\n") + 1; lines < 3 {
		t.Errorf("%d lines: %q", lines, got)
	}
	if strings.ReplaceAll(got, "\n", " ") != text {
		t.Errorf("words were lost: %q", got)
	}
}

func TestPrintable(t *testing.T) {
	if got := printable("a\tb\x00 λ≈ 啤\xff"); got != "a b  λ≈ □□" {
		t.Errorf("got %q", got)
	}
}

func TestMarkersDoNotClutter(t *testing.T) {
	for _, n := range []int{2, 15, 16, 40, 200, 300} {
		for lines := 1; lines <= 6; lines++ {
			taken := map[int]bool{}
			for line := range lines {
				count := 0
				for j := range n {
					if marked(j, n, line, lines) {
						count++
						if n > 15 && taken[j] && (n+7)/8 >= 2*lines {
							t.Errorf("%d points, %d lines: two markers at %d", n, lines, j)
						}
						taken[j] = true
					}
				}
				if count < min(n, 5) || count > 15 {
					t.Errorf("%d points, line %d of %d: %d markers", n, line, lines, count)
				}
			}
		}
	}
}
