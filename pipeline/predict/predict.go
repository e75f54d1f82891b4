// Package predict asks a model about texts as they come, one a line, and gives what
// it says in their order, a line of JSON for each. Reading, finding words, running
// the model and writing go on at the same time, on all processors, and no more than
// some windows of lines are in memory.
package predict

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"

	"rationale/stages/infer"
	"rationale/stages/tokenize"
)

// Model answers for texts, see infer.Model.
type Model interface {
	Reading() tokenize.Reading
	Prepare(query, text string) (tokenize.Given, error)
	AnswerAll(ctx context.Context, given []tokenize.Given) ([]infer.Answer, error)
}

// Options say how lines are read.
type Options struct {
	// JSONL takes each line for a JSON object with the key text, and query and id
	// where there are such; otherwise a line is a text.
	JSONL   bool
	Query   string // what texts are about that bring no query along; may be empty
	Workers int    // windows of lines that are worked on at the same time
}

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

// predictor answers windows of lines.
type predictor struct {
	model   Model
	options Options
}

// Texts answers for the lines of in, and hands on the answers in the lines' order.
// A line that cannot be read has its error in place of an answer, and the others go
// on. When ctx ends, Texts returns, though in may still be waited for.
func Texts(ctx context.Context, m Model, o Options, in io.Reader, use func(Answered) error) error {
	p := &predictor{m, o}
	return inOrder(ctx, o.Workers, newLineReader(in).window, p.answer, use)
}

// answer answers a window of lines.
func (p *predictor) answer(ctx context.Context, window []line) (Answered, error) {
	questions := make([]question, len(window))
	var given []tokenize.Given
	for i, l := range window {
		if questions[i] = p.read(l); questions[i].err == nil {
			given = append(given, questions[i].given)
		}
	}
	answers, err := p.model.AnswerAll(ctx, given)
	if err != nil {
		return Answered{}, err
	}
	a, err := p.write(questions, answers)
	a.Advice = p.advice(window[0])
	return a, err
}

// write writes a line for each question; answers are those of the ones that could
// be read.
func (p *predictor) write(questions []question, answers []infer.Answer) (Answered, error) {
	a, classes := Answered{Lines: len(questions)}, p.model.Reading().Classes
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for _, q := range questions {
		r := record{Line: q.line, ID: q.id}
		if q.err != nil {
			r.Error = q.err.Error()
			a.Refused = append(a.Refused, Refused{q.line, q.err})
		} else {
			r.answer, answers = newAnswer(q, answers[0], classes), answers[1:]
		}
		if err := encoder.Encode(r); err != nil {
			return a, err
		}
	}
	a.Output = out.Bytes()
	return a, nil
}

// advice notices JSON that is read as text.
func (p *predictor) advice(first line) string {
	if p.options.JSONL || first.number > 1 || !strings.HasPrefix(first.text, "{") || !json.Valid([]byte(first.text)) {
		return ""
	}
	return "line 1 is a JSON object and was read as a text; with --jsonl the text inside is"
}
