// Package predict asks a model about texts or graphs as they come, one a line, and gives
// what it says in their order, a line of JSON for each. Reading, finding words, running
// the model and writing go on at the same time, on all processors, and no more than
// some windows of lines are in memory. What a line is in a window with changes no answer,
// see infer.Model.AnswerAll.
package predict

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
)

// Answered is what came of some lines that follow one another.
type Answered struct {
	Lines   int
	Output  []byte // a line of JSON for each
	Refused []Refused
	// Advice is what the user may have meant; mostly empty.
	Advice string
}

// Refused is a line that no answer was given to.
type Refused struct {
	Line int // from 1
	Err  error
}

// asker is a model with the kind of line that it answers.
type asker[Given any] interface {
	// read reads a line as the model does.
	read(l line) question[Given]
	// answer gives what becomes a line of JSON for each of the questions, which could
	// all be read.
	answer(ctx context.Context, asked []question[Given]) ([]any, error)
	// advice is what whoever wrote the first line of a window may have meant.
	advice(first line) string
}

// answerLines answers the lines of in, and hands on the answers in the lines' order. A
// line that cannot be read has its error in place of an answer, and the others go on.
// When ctx ends, it returns, though in may still be waited for.
func answerLines[Given any](ctx context.Context, a asker[Given], workers int, in io.Reader, use func(Answered) error) error {
	answer := func(ctx context.Context, window []line) (Answered, error) { return answerWindow(ctx, a, window) }
	return inOrder(ctx, workers, newLineReader(in).piece, full, answer, use)
}

// answerWindow answers a window of lines.
func answerWindow[Given any](ctx context.Context, a asker[Given], window []line) (Answered, error) {
	questions := make([]question[Given], len(window))
	for i, l := range window {
		questions[i] = a.read(l)
	}
	out, err := answerQuestions(ctx, a, questions)
	out.Advice = a.advice(window[0])
	return out, err
}

// answerQuestions answers those that could be read.
func answerQuestions[Given any](ctx context.Context, a asker[Given], questions []question[Given]) (Answered, error) {
	var asked []question[Given]
	for _, q := range questions {
		if q.err == nil {
			asked = append(asked, q)
		}
	}
	answers, err := a.answer(ctx, asked)
	if err != nil {
		return Answered{}, err
	}
	return write(questions, answers)
}

// write writes a line for each question; answers are those of the ones that could be
// read.
func write[Given any](questions []question[Given], answers []any) (Answered, error) {
	a := Answered{Lines: len(questions)}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for _, q := range questions {
		var said any
		if q.err != nil {
			said = refusal{q.head, q.err.Error()}
			a.Refused = append(a.Refused, Refused{q.Line, q.err})
		} else {
			said, answers = answers[0], answers[1:]
		}
		if err := encoder.Encode(said); err != nil {
			return a, err
		}
	}
	a.Output = out.Bytes()
	return a, nil
}
