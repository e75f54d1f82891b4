package predict

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"rationale/datasets/fault"
	"rationale/stages/infer"
	"rationale/stages/tokenize"
)

// Model answers for texts, see infer.Model.
type Model interface {
	Reading() tokenize.Reading
	Prepare(query, text string) (tokenize.Given, error)
	AnswerAll(ctx context.Context, given []tokenize.Given) ([]infer.Answer, error)
}

// Options say how lines of texts are read.
type Options struct {
	// JSONL takes each line for a JSON object with the key text, and query and id
	// where there are such; otherwise a line is a text.
	JSONL   bool
	Query   string // what texts are about that bring no query along; may be empty
	Workers int    // windows of lines that are worked on at the same time
}

// Texts answers for the lines of in, and hands on the answers in the lines' order.
// A line that cannot be read has its error in place of an answer, and the others go
// on. When ctx ends, Texts returns, though in may still be waited for.
func Texts(ctx context.Context, m Model, o Options, in io.Reader, use func(Answered) error) error {
	return answerLines(ctx, texts{m, o}, o.Workers, in, use)
}

// texts asks about texts.
type texts struct {
	model   Model
	options Options
}

// text is a text of the user's.
type text struct {
	written string
	tokenize.Given
}

// object is a line of JSON. Other keys are passed over: such lines come out of
// other programs.
type object struct {
	ID    json.RawMessage `json:"id"`
	Text  *string         `json:"text"`
	Query *string         `json:"query"`
}

// expected shows what a line of JSON should be.
const expected = `expected an object such as {"id": "a1", "text": "a lovely aroma"}`

// read reads a line, by the words and ids of the model.
func (a texts) read(l line) question[text] {
	q := question[text]{head: head{Line: l.number}}
	written, query := l.text, a.options.Query
	if q.err = l.check(); q.err == nil && a.options.JSONL {
		written, query, q.err = q.parse(l.text, query)
	}
	if q.err == nil {
		q.given.written = written
		q.given.Given, q.err = a.model.Prepare(query, written)
	}
	return q
}

// parse takes a line of JSON apart and gives its text and its query, or the one that is
// for all lines.
func (h *head) parse(line, all string) (text, query string, err error) {
	var o object
	if err := json.Unmarshal([]byte(line), &o); err != nil {
		return "", "", fmt.Errorf("%s: %w", expected, err)
	}
	if err := fault.CheckJSON(line, fault.AnyCase); err != nil {
		return "", "", err
	}
	if o.Text == nil {
		return "", "", fmt.Errorf(`no "text"; %s`, expected)
	}
	if query = all; o.Query != nil {
		query = *o.Query
	}
	return *o.Text, query, h.identify(o.ID)
}

// answer answers for texts.
func (a texts) answer(ctx context.Context, asked []question[text]) ([]any, error) {
	given := make([]tokenize.Given, len(asked))
	for i, q := range asked {
		given[i] = q.given.Given
	}
	answers, err := a.model.AnswerAll(ctx, given)
	if err != nil {
		return nil, err
	}
	classes := a.model.Reading().Classes
	out := make([]any, len(asked))
	for i, q := range asked {
		out[i] = newTextAnswer(q, answers[i], classes)
	}
	return out, nil
}

// advice notices JSON that is read as text.
func (a texts) advice(first line) string {
	if a.options.JSONL || first.number > 1 || !strings.HasPrefix(first.text, "{") || !json.Valid([]byte(first.text)) {
		return ""
	}
	return "line 1 is a JSON object and was read as a text; with --jsonl the text inside is"
}
