package predict

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// question is what a line asks.
type question[Given any] struct {
	head
	given Given
	err   error // why there will be no answer
}

// head is what every line of the output begins with.
type head struct {
	Line int             `json:"line"`         // of the input, from 1
	ID   json.RawMessage `json:"id,omitempty"` // as it was given
}

// refusal is the line of a question that could not be read.
type refusal struct {
	head
	Error string `json:"error"`
}

// check refuses lines before anything looks into them.
func (l line) check() error {
	switch {
	case l.tooLong:
		return fmt.Errorf("the line has more than %d MB; give one text or graph a line", maxLine>>20)
	case !utf8.ValidString(l.text):
		return errors.New("the line is not valid UTF-8")
	}
	return nil
}

// identify keeps the id, which may be a text or a number.
func (h *head) identify(id json.RawMessage) error {
	switch {
	case len(id) == 0 || string(id) == "null":
		return nil
	case strings.ContainsRune("{[tf", rune(id[0])):
		return fmt.Errorf(`"id" is %s; expected a text or a number`, id)
	}
	h.ID = id
	return nil
}
