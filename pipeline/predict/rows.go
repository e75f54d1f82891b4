package predict

import (
	"context"
	"encoding/json"
	"errors"

	"rationale/datasets"
	"rationale/datasets/fault"
	"rationale/stages/examples/graphs"
)

// GraphRows gives graphs in the form of a dataset's, see datasets.GraphFile.
type GraphRows interface {
	// Next gives the next one, io.EOF behind the last; a *fault.Row is about one alone.
	Next() (datasets.Graph, error)
}

// GraphsOf is Graphs for the rows of a file in place of lines: they are counted as lines
// are.
func GraphsOf(ctx context.Context, m GraphModel, workers int, in GraphRows, use func(Answered) error) error {
	rows := &rowReader{in: in}
	answer := func(ctx context.Context, window []row) (Answered, error) {
		questions := make([]question[graphs.Graph], len(window))
		for i, r := range window {
			questions[i] = r.question(m)
		}
		return answerQuestions(ctx, graphAsker{m}, questions)
	}
	return inOrder(ctx, workers, rows.piece, enoughRows, answer, use)
}

// enoughRows tells that graphs are enough for a window.
func enoughRows(window []row) bool { return len(window) >= windowLines }

// row is a graph of the input, or why it is none.
type row struct {
	number int // from 1
	graph  datasets.Graph
	fault  *fault.Row // nil for none
}

// rowReader reads rows.
type rowReader struct {
	in     GraphRows
	number int
}

// piece gives the next rows, and with the last ones io.EOF or what came in their place.
func (r *rowReader) piece() (rows []row, err error) {
	for len(rows) < pieceLines {
		g, err := r.in.Next()
		var unfit *fault.Row
		if err != nil && !errors.As(err, &unfit) {
			return rows, err
		}
		r.number++
		rows = append(rows, row{r.number, g, unfit})
	}
	return rows, nil
}

// question is what a row asks a model.
func (r row) question(m GraphModel) question[graphs.Graph] {
	q := question[graphs.Graph]{head: head{Line: r.number}}
	if r.fault != nil {
		q.err = r.fault
		return q
	}
	if q.given, q.err = m.Read(r.graph); q.err == nil {
		q.ID, q.err = json.Marshal(r.graph.ID)
	}
	return q
}
