package plots

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/plots/internal/golden"
)

// motif is a tree of 8 nodes, and hanging on it a house (nodes 8 to 12) or, without
// its two inner edges, something else; the models chose these nodes of it.
func motif(title string, edges [][2]int, chosen ...[]int) Highlight {
	tree := [][2]int{{0, 1}, {0, 2}, {0, 3}, {1, 4}, {1, 5}, {2, 6}, {6, 7}, {3, 8}}
	h := Highlight{Title: title, Edges: append(tree, edges...), Gold: marks(13, 8, 9, 10, 11, 12)}
	for v := range 13 {
		h.Tokens = append(h.Tokens, strconv.Itoa(v))
	}
	for i, nodes := range chosen {
		h.Rationales = append(h.Rationales, Rationale{Name: []string{"RNP", "RNP+A2I"}[i], Note: "says house", Chosen: marks(13, nodes...)})
	}
	return h
}

func marks(n int, at ...int) []bool {
	m := make([]bool, n)
	for _, v := range at {
		m[v] = true
	}
	return m
}

var (
	house = [][2]int{{8, 9}, {8, 10}, {9, 10}, {9, 11}, {10, 12}, {11, 12}}
	cycle = [][2]int{{8, 9}, {9, 10}, {10, 11}, {11, 12}, {8, 12}}
)

func TestGoldenGraphs(t *testing.T) {
	for name, figure := range map[string]*Graphs{
		"graphs-two-methods.png": {Title: "Shapes", Examples: []Highlight{
			motif("test-0: house", house, []int{8, 9, 10, 11, 3}, []int{8, 9, 10, 11, 12}),
			motif("test-1: cycle, called by a name as long as its row", cycle, []int{0, 4, 11}, nil),
		}},
		"graphs-one-method.png": {Examples: []Highlight{
			motif("test-0: house", house, []int{9, 10, 11, 12}), motif("test-1: cycle", cycle, []int{0, 4, 11}),
			motif("test-2: house", house, nil), motif("test-3: cycle", cycle, []int{1, 8, 12}),
			{Title: "test-4: apart", Tokens: []string{"0", "1", "2", "3"}, Edges: [][2]int{{0, 1}, {2, 3}}, Rationales: []Rationale{{Name: "RNP", Note: "says cycle", Chosen: marks(4, 2)}}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			picture, err := Render(figure, PNG)
			if err != nil {
				t.Fatal(err)
			}
			golden.PNG(t, name, picture)
			for _, format := range []Format{SVG, PDF} {
				a, err := Render(figure, format)
				b, again := Render(figure, format)
				if err != nil || again != nil || string(a) != string(b) {
					t.Errorf("%s differs the second time; errors %v, %v", format, err, again)
				}
			}
		})
	}
}

// TestNotesOfGraphs: precision and recall of each picture, with a dash for what is
// not defined.
func TestNotesOfGraphs(t *testing.T) {
	unmarked := motif("", house, []int{0, 8})
	unmarked.Gold = nil
	for want, h := range map[string]Highlight{
		"P 80 %, R 80 %": motif("", house, []int{0, 8, 9, 10, 11}),
		"P –, R 0 %":     motif("", house, nil),
		"2 of 13 nodes":  unmarked,
	} {
		if got := h.panels()[0].notes; !slices.Equal(got, []string{"RNP says house", want}) {
			t.Errorf("notes %q, want %q", got, want)
		}
	}
	if p := motif("", house).panels(); len(p) != 1 || p[0].notes != nil {
		t.Errorf("a graph of which nothing was selected has %d pictures", len(p))
	}
}

// TestRowsOfGraphs: several selections of a graph begin a row, single ones fill rows.
func TestRowsOfGraphs(t *testing.T) {
	one, two := motif("one", house, nil), motif("two", house, nil, nil)
	for _, test := range []struct {
		examples []Highlight
		want     []int
	}{
		{[]Highlight{two, two}, []int{2, 2}},
		{slices.Repeat([]Highlight{one}, 5), []int{4, 1}},
		{[]Highlight{one, two, one}, []int{2, 2}},
	} {
		var got []int
		for _, row := range (&Graphs{Examples: test.examples}).rows() {
			got = append(got, len(row))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("rows of %v pictures, want %v", got, test.want)
		}
	}
}

func TestGraphsInWords(t *testing.T) {
	g := Graphs{Examples: []Highlight{motif("a", house, []int{3, 8}, nil)}}
	want := "a; RNP (says house) selects nodes 3 8; RNP+A2I (says house) selects no node; gold is nodes 8 9 10 11 12."
	if got := g.Text(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestGraphsThatCannotBeDrawn(t *testing.T) {
	for want, examples := range map[string][]Highlight{
		"no graph to draw":                          nil,
		`"a text" is no graph`:                      {{Title: "a text", Tokens: []string{"a"}}},
		`"empty" is no graph`:                       {{Title: "empty", Edges: [][2]int{}}},
		"has 1 nodes, and an edge of nodes 0 and 1": {{Tokens: []string{"0"}, Edges: [][2]int{{0, 1}}}},
		"an edge of nodes -1 and 0":                 {{Tokens: []string{"0"}, Edges: [][2]int{{-1, 0}}}},
		"1 tokens, but gold marks for 2":            {{Tokens: []string{"0"}, Edges: [][2]int{}, Gold: marks(2)}},
	} {
		if _, err := Render(&Graphs{Examples: examples}, PNG); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestPlaces: whatever the graph, in one piece or many, each node has a place, no two
// share one, and they are the same whenever it is drawn.
func TestPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "nodes")
		node := rapid.IntRange(0, n-1)
		edges := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [2]int { return [2]int{node.Draw(t, "a"), node.Draw(t, "b")} }), 0, 20).Draw(t, "edges")
		at := place(n, edges)
		if !slices.Equal(at, place(n, edges)) {
			t.Fatal("the same graph has other places the second time")
		}
		for u, p := range at {
			if math.IsNaN(p.x+p.y) || math.IsInf(p.x+p.y, 0) {
				t.Fatalf("node %d lies at %v", u, p)
			}
			for v, q := range at[:u] {
				if between(p, q) < .01 {
					t.Fatalf("nodes %d and %d both lie at %v", v, u, p)
				}
			}
		}
	})
}

// TestPathIsALine: a path is drawn nearly straight, from left to right, an edge about 1 long.
func TestPathIsALine(t *testing.T) {
	var edges [][2]int
	for v := range 9 {
		edges = append(edges, [2]int{v, v + 1})
	}
	at := place(10, edges)
	for v, p := range at {
		if want := math.Abs(float64(v) - 4.5); math.Abs(p.y) > .25 || math.Abs(math.Abs(p.x)-want) > .05 {
			t.Errorf("node %d of a path lies at %v", v, p)
		}
	}
}
