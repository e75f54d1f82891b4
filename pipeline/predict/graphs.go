package predict

import (
	"context"
	"encoding/json"
	"io"

	"rationale/datasets"
	"rationale/stages/examples/graphs"
	"rationale/stages/infer"
)

// GraphModel answers for graphs, see infer.Graphs.
type GraphModel interface {
	Classes() []string
	Prepare(text string) (graphs.Graph, error)
	Read(g datasets.Graph) (graphs.Graph, error)
	AnswerAll(ctx context.Context, given []graphs.Graph) ([]infer.Answer, error)
}

// Graphs is Texts for lines that are graphs, each a JSON object.
func Graphs(ctx context.Context, m GraphModel, workers int, in io.Reader, use func(Answered) error) error {
	return answerLines(ctx, graphAsker{m}, workers, in, use)
}

// graphAsker asks about graphs.
type graphAsker struct{ model GraphModel }

// read reads a line, by the features that the model knows.
func (a graphAsker) read(l line) question[graphs.Graph] {
	q := question[graphs.Graph]{head: head{Line: l.number}}
	if q.err = l.check(); q.err == nil {
		q.given, q.err = a.model.Prepare(l.text)
	}
	if q.err == nil {
		var o struct{ ID json.RawMessage }
		if q.err = json.Unmarshal([]byte(l.text), &o); q.err == nil {
			q.err = q.identify(o.ID)
		}
	}
	return q
}

// answer answers for graphs.
func (a graphAsker) answer(ctx context.Context, asked []question[graphs.Graph]) ([]any, error) {
	given := make([]graphs.Graph, len(asked))
	for i, q := range asked {
		given[i] = q.given
	}
	answers, err := a.model.AnswerAll(ctx, given)
	if err != nil {
		return nil, err
	}
	out := make([]any, len(asked))
	for i, q := range asked {
		out[i] = newGraphAnswer(q, answers[i], a.model.Classes())
	}
	return out, nil
}

func (graphAsker) advice(line) string { return "" }

// graphAnswer is what the model says of a graph.
type graphAnswer struct {
	head
	verdict
	// Rationale are the selected nodes, by number; absent of a classifier, which
	// selects nothing.
	Rationale []int `json:"rationale,omitzero"`
	Nodes     int   `json:"nodes"` // of the graph
}

func newGraphAnswer(q question[graphs.Graph], x infer.Answer, classes []string) graphAnswer {
	a := graphAnswer{head: q.head, verdict: newVerdict(x, classes), Nodes: q.given.Nodes}
	if x.Selected == nil {
		return a
	}
	a.Rationale = []int{}
	for v, selected := range x.Selected {
		if selected {
			a.Rationale = append(a.Rationale, v)
		}
	}
	return a
}
