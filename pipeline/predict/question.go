package predict

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"rationale/datasets/fault"
	"rationale/stages/tokenize"
)

// question is what a line asks.
type question struct {
	line  int
	id    json.RawMessage // as it was given; nil for none
	text  string
	given tokenize.Given
	err   error // why there will be no answer
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
func (p *predictor) read(l line) question {
	q := question{line: l.number, text: l.text}
	query := p.options.Query
	if q.err = l.check(); q.err == nil && p.options.JSONL {
		query, q.err = q.parse(l.text, query)
	}
	if q.err == nil {
		q.given, q.err = p.model.Prepare(query, q.text)
	}
	return q
}

// check refuses lines before anything looks into them.
func (l line) check() error {
	switch {
	case l.tooLong:
		return fmt.Errorf("the line has more than %d MB; give one text a line", maxLine>>20)
	case !utf8.ValidString(l.text):
		return errors.New("the line is not valid UTF-8")
	}
	return nil
}

// parse takes a line of JSON apart and gives its query, or the one that is for all
// lines.
func (q *question) parse(line, query string) (string, error) {
	var o object
	if err := json.Unmarshal([]byte(line), &o); err != nil {
		return "", fmt.Errorf("%s: %w", expected, err)
	}
	if err := fault.CheckJSON(line, fault.AnyCase); err != nil {
		return "", err
	}
	if o.Text == nil {
		return "", fmt.Errorf(`no "text"; %s`, expected)
	}
	if q.text = *o.Text; o.Query != nil {
		query = *o.Query
	}
	return query, q.identify(o.ID)
}

// identify keeps the id, which may be a text or a number.
func (q *question) identify(id json.RawMessage) error {
	switch {
	case len(id) == 0 || string(id) == "null":
		return nil
	case strings.ContainsRune("{[tf", rune(id[0])):
		return fmt.Errorf(`"id" is %s; expected a text or a number`, id)
	}
	q.id = id
	return nil
}
