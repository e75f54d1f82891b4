package predict

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets"
	"rationale/datasets/fault"
	"rationale/stages/evaluate"
	"rationale/stages/examples/graphs"
	"rationale/stages/infer"
)

// stars selects the nodes with several edges, and knows a graph with such nodes for a
// star.
type stars struct{}

func (stars) Classes() []string { return []string{"line", "star"} }

func (stars) Prepare(text string) (graphs.Graph, error) {
	var o struct{ Edges []datasets.Edge }
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return graphs.Graph{}, err
	}
	g := graphs.Graph{Graph: datasets.Graph{Edges: o.Edges}}
	for _, e := range o.Edges {
		g.Nodes = max(g.Nodes, int(e[1])+1)
	}
	return g, nil
}

func (stars) AnswerAll(_ context.Context, given []graphs.Graph) ([]infer.Answer, error) {
	answers := make([]infer.Answer, len(given))
	for i, g := range given {
		ends := make([]int, g.Nodes)
		x := evaluate.Example{Predicted: "line", Selected: make([]bool, g.Nodes)}
		for _, e := range g.Edges {
			for _, v := range e {
				if ends[v]++; ends[v] > 1 {
					x.Selected[v], x.Predicted = true, "star"
				}
			}
		}
		answers[i] = infer.Answer{Example: x, Classes: []float64{.5, .5}}
	}
	return answers, nil
}

// Read refuses graphs without edges.
func (stars) Read(g datasets.Graph) (graphs.Graph, error) {
	if len(g.Edges) == 0 {
		return graphs.Graph{}, errors.New("no edges")
	}
	return graphs.Graph{Graph: g}, nil
}

// rowsOf are the rows of a file; nil is a graph that is unfit, and behind them the file
// ends or fails.
type rowsOf struct {
	graphs []*datasets.Graph
	end    error
}

func (r *rowsOf) Next() (datasets.Graph, error) {
	if len(r.graphs) == 0 {
		return datasets.Graph{}, r.end
	}
	g := r.graphs[0]
	r.graphs = r.graphs[1:]
	if g == nil {
		return datasets.Graph{}, fault.New("loop", "an edge joins node 0 to itself")
	}
	return *g, nil
}

// answersToRows are the answers to a file.
func answersToRows(t *testing.T, in GraphRows) (output string, refused []Refused, err error) {
	t.Helper()
	err = GraphsOf(t.Context(), stars{}, 2, in, func(x Answered) error {
		output, refused = output+string(x.Output), append(refused, x.Refused...)
		return nil
	})
	return output, refused, err
}

// TestAnswersToRows: they are counted as lines are, in windows, and their ids are texts.
func TestAnswersToRows(t *testing.T) {
	star := datasets.Graph{ID: `"a"`, Nodes: 3, Edges: []datasets.Edge{{0, 1}, {0, 2}}}
	got, refused, err := answersToRows(t, &rowsOf{[]*datasets.Graph{&star, nil, {ID: "b", Nodes: 1}}, io.EOF})
	want := `{"line":1,"id":"\"a\"","label":"star","probability":0.5,"probabilities":{"line":0.5,"star":0.5},"rationale":[0],"nodes":3}` + "\n" +
		`{"line":2,"error":"loop: an edge joins node 0 to itself"}` + "\n" + `{"line":3,"error":"no edges"}` + "\n"
	if d := cmp.Diff(want, got); d != "" || err != nil || len(refused) != 2 {
		t.Errorf("%d refused, error %v (-want +got)\n%s", len(refused), err, d)
	}
	got, _, err = answersToRows(t, &rowsOf{slices.Repeat([]*datasets.Graph{&star}, 3*windowLines+1), io.EOF})
	if n := strings.Count(got, "star"); n != 2*(3*windowLines+1) || err != nil {
		t.Errorf("%d answers, error %v", n, err)
	}
	got, _, err = answersToRows(t, &rowsOf{[]*datasets.Graph{&star}, io.ErrUnexpectedEOF})
	if !errors.Is(err, io.ErrUnexpectedEOF) || strings.Count(got, "star") != 2 {
		t.Errorf("a file that fails behind a graph: %v, answered %q", err, got)
	}
}

// TestAnswersToGraphs: a line that is no graph has its error in its place.
func TestAnswersToGraphs(t *testing.T) {
	input := `{"id": "a", "edges": [[0, 1], [0, 2]]}` + "\n" + `{"edges": 3}` + "\n" + `{"edges": [[0, 1]]}` + "\n" + `{"id": [1], "edges": []}` + "\n\xff\n"
	var got string
	var refused []Refused
	err := Graphs(t.Context(), stars{}, 2, strings.NewReader(input), func(x Answered) error {
		got, refused = got+string(x.Output), append(refused, x.Refused...)
		return nil
	})
	const even = `"probability":0.5,"probabilities":{"line":0.5,"star":0.5}`
	want := `{"line":1,"id":"a","label":"star",` + even + `,"rationale":[0],"nodes":3}` + "\n" +
		`{"line":2,"error":"json: cannot unmarshal number into Go struct field .Edges of type []datasets.Edge"}` + "\n" +
		`{"line":3,"label":"line",` + even + `,"rationale":[],"nodes":2}` + "\n" +
		`{"line":4,"error":"\"id\" is [1]; expected a text or a number"}` + "\n" +
		`{"line":5,"error":"the line is not valid UTF-8"}` + "\n"
	if d := cmp.Diff(want, got); d != "" || err != nil || len(refused) != 3 {
		t.Errorf("%d refused, error %v (-want +got)\n%s", len(refused), err, d)
	}
}
