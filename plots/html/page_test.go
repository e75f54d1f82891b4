package html

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"rationale/plots"
	"rationale/plots/internal/golden"
)

// samplePage uses every kind of block. name stands wherever a user's words can.
func samplePage(t testing.TB, name string) Page {
	t.Helper()
	line := plots.Line{Name: name}
	for epoch := 1; epoch <= 5; epoch++ {
		line.Points = append(line.Points, plots.Point{X: float64(epoch), Mean: .5 + .04*float64(epoch), Std: .03, N: 3})
	}
	svg, err := plots.Render(&plots.Curves{Title: name, Panels: []plots.Panel{{
		Title: name, XLabel: "Epoch", YLabel: "Accuracy", Lines: []plots.Line{line}}}}, plots.SVG)
	if err != nil {
		t.Fatal(err)
	}
	comparison := &plots.Table{Title: name, Remarks: []string{"About " + name}, Grids: []plots.Grid{{
		Title: "Part of " + name, Header: []string{"Method", "F1"}, Labels: 1, Rows: []plots.GridRow{
			{Cells: []plots.Cell{{Text: name}, {Text: "61.2 ± 1.1 (3)", Mark: plots.Best, Paper: "60.0", Delta: "+1.2"}}},
			{Cells: []plots.Cell{{Text: name}, {Text: "59.0 ± 1.4 (3)", Mark: plots.Second}}, Block: true},
			plots.PlainRow("RNP", "–"),
		},
	}}}
	return Page{
		Title: "Results on " + name, Subtitle: "Quick profile, 3 seeds",
		Sections: []Section{
			{Title: "Figures", Blocks: []Block{
				Paragraph("What was measured on " + name + "."),
				Figure{SVG: svg, Alt: "Accuracy over five epochs on " + name, Caption: "Figure 3. Mean over 3 seeds."},
			}},
			{Title: "Numbers beside the paper's", Blocks: append(Filled(comparison), Links{"Runs behind them", []LinkItem{
				{"RNP on " + name, []Link{{"seed 1", "run-" + name}, {"seed 2", "run-2"}}},
			}})},
			{Title: "Rationales", Blocks: Examples([]plots.Highlight{{
				Title: name, Tokens: []string{"a", "wonderful", name, "!"}, Gold: []bool{false, true, true, false},
				Rationales: []plots.Rationale{
					{Name: "RNP", Note: name, Chosen: []bool{false, false, true, true}},
					{Name: "RNP+A2I", Chosen: []bool{false, true, false, false}},
				},
			}, graphOf(name)})},
			{Title: "Settings of " + name, Blocks: []Block{
				Definitions{{"dataset", name}, {"learning rate", "0.001"}},
				Code("rationale reproduce a2i-fig3 --data " + name),
			}},
			{Title: "Time and memory", Blocks: []Block{Table{
				Header: []string{"Stage", "Run", "Seconds", "Peak memory (MiB)"}, Labels: 2,
				Rows:    [][]string{{"train", name, "41.2", "612"}, {"evaluate", name, "2.0", "340"}},
				Anchors: []string{"run-" + name, "run-2"},
			}}},
			{Title: "Differences from the paper", Blocks: []Block{List{"Generated texts instead of " + name, "10 epochs instead of 300"}}},
		},
	}
}

// graphOf is a graph with a name of the user's wherever one can stand.
func graphOf(name string) plots.Highlight {
	return plots.Highlight{
		Title: name, Tokens: []string{"0", name, "2"}, Edges: [][2]int{{0, 1}, {1, 2}}, Gold: []bool{false, true, true},
		Rationales: []plots.Rationale{{Name: name, Note: name, Chosen: []bool{false, true, false}}},
	}
}

func write(t testing.TB, p Page) string {
	t.Helper()
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGoldenPage(t *testing.T) {
	got := write(t, samplePage(t, "generated-aroma"))
	golden.Text(t, "page.html", []byte(got))
	if again := write(t, samplePage(t, "generated-aroma")); again != got {
		t.Error("the same page has other bytes the second time")
	}
}

// hostileNames try to leave the place where they stand.
var hostileNames = []string{
	`<script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`' onmouseover='alert(1)`,
	`</style><style>*{display:none}`,
	`</title></head><body>`,
	`{{.Title}} {{define "page"}}`,
	`javascript:alert(1)`,
	`]]>&lt;b&gt;<!--`,
	"\u202etxt.exe\x00\x1b[2J",
}

func TestNamesStayText(t *testing.T) {
	harmless := elements(t, write(t, samplePage(t, "harmless")))
	for _, name := range hostileNames {
		page := write(t, samplePage(t, name))
		if got := elements(t, page); got != harmless {
			t.Errorf("%q changes the elements of the page:\n%s\n%s", name, harmless, got)
		}
	}
}

// elements lists all elements with the names of their attributes. The page is
// written so that it is XML as well.
func elements(t testing.TB, page string) string {
	t.Helper()
	var out strings.Builder
	for d := xml.NewDecoder(strings.NewReader(page)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return out.String()
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, page)
		}
		if e, ok := token.(xml.StartElement); ok {
			out.WriteString("<" + e.Name.Local)
			for _, a := range e.Attr {
				out.WriteString(" " + a.Name.Local)
				if a.Name.Local == "href" && !strings.HasPrefix(a.Value, "#") || a.Name.Local == "src" && !strings.HasPrefix(a.Value, "data:image/") {
					t.Errorf("the page refers to %q", a.Value)
				}
			}
			out.WriteString(">")
		}
	}
}

func TestPageLoadsNothing(t *testing.T) {
	page := write(t, samplePage(t, "generated-aroma"))
	for _, bad := range []string{"<script", "<link", "@import", "url(", "http:", "https:", "<iframe"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
}

func TestPNGFigure(t *testing.T) {
	page := write(t, Page{Sections: []Section{{Blocks: []Block{Figure{PNG: []byte("png"), Alt: "x"}}}}})
	if !strings.Contains(page, `<img src="data:image/png;base64,cG5n" alt="x" />`) {
		t.Errorf("no picture in\n%s", page)
	}
}

// TestExamples: texts are blocks of their own, and graphs one picture.
func TestExamples(t *testing.T) {
	text := plots.Highlight{Tokens: []string{"a"}}
	for _, test := range []struct {
		list []plots.Highlight
		want string
	}{
		{nil, "[]"},
		{[]plots.Highlight{text, text}, "[html.Highlight html.Highlight]"},
		{[]plots.Highlight{graphOf("a"), graphOf("b")}, "[html.Graphs]"},
		{[]plots.Highlight{text, graphOf("a")}, "[html.Highlight html.Graphs]"},
	} {
		var got []string
		for _, b := range Examples(test.list) {
			got = append(got, fmt.Sprintf("%T", b))
		}
		if fmt.Sprint(got) != test.want {
			t.Errorf("blocks %v, want %s", got, test.want)
		}
	}
}

func TestPageErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		block Block
		want  string
	}{
		{"row too long", Table{Caption: "T", Header: []string{"a"}, Rows: [][]string{{"1"}, {"1", "2"}}}, `table "T": row 2 has 2 cells, the header 1`},
		{"anchors", Table{Caption: "T", Header: []string{"a"}, Rows: [][]string{{"1"}}, Anchors: []string{"x", "y"}}, `table "T": 2 anchors for 1 rows`},
		{"no picture", Figure{Alt: "x", Caption: "C"}, `figure "C": give either SVG or PNG`},
		{"two pictures", Figure{Alt: "x", SVG: []byte("s"), PNG: []byte("p")}, "give either SVG or PNG"},
		{"no description", Figure{SVG: []byte("s")}, "set Alt"},
		{"edge", Graphs{Examples: []plots.Highlight{{Tokens: []string{"0"}, Edges: [][2]int{{0, 3}}}}}, "has 1 nodes, and an edge of nodes 0 and 3"},
		{"mask", Highlight{Tokens: []string{"a"}, Gold: []bool{true, true}}, "has 1 tokens, but gold marks for 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := Page{Title: "P", Sections: []Section{{Title: "S", Blocks: []Block{test.block}}}}.Write(io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), `page "P": section "S": `) || strings.Contains(err.Error(), "tmpl") {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	failing := errors.New("disk full")
	if err := samplePage(t, "x").Write(writerFunc(func([]byte) (int, error) { return 0, failing })); !errors.Is(err, failing) {
		t.Errorf("got %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
