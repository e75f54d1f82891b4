package formats

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"rationale/datasets"
	"rationale/datasets/fault"
	"rationale/datasets/quote"
	"rationale/datasets/spelling"
)

// columnOptions are the options of the formats with named columns.
var columnOptions = []Option{
	{"text", "", "column with the text; \"text\" when tokens is not given either"},
	{"tokens", "", "column with ready tokens instead: parted by spaces, or a JSON list of strings"},
	{"label", "label", "column with the name or number of the class"},
	{"id", "", "column that identifies the row; without it, file and line do"},
	{"rationale", "", "column with one 0 or 1 per token: parted by spaces, or a JSON list"},
	{"spans", "", "column with the rationale as ranges of the text, [[start, end], …], in characters from 0, end exclusive"},
	{"substring", "", "column with the rationale as a piece of the text; its first occurrence counts"},
	{"query", "", "column with a claim or question about the text"},
	{"document", "", "column that names the document, for --split by=document"},
	{"classes", "", "class names in the order of their numbers, parted by commas; without it they are sorted"},
	{"drop", "", "class names whose rows are left out, parted by commas"},
	{"words", "unicode", "how the text falls into tokens: unicode or ascii words and single punctuation marks (ascii lower-cases), or space"},
	{"lower", "true", "lower-case tokens before a vocabulary look-up: true or false"},
}

// columns says which column holds what; an empty name means that there is none.
type columns struct {
	text, tokens, label, id     string
	rationale, spans, substring string
	query, document, split      string
	classes, drop               []string
	words                       string
	splitWords                  splitter
}

// newColumns reads the options of columnOptions.
func newColumns(in *Intake) (*columns, error) {
	c := &columns{
		text: in.Option("text"), tokens: in.Option("tokens"), label: in.Option("label"), id: in.Option("id"),
		rationale: in.Option("rationale"), spans: in.Option("spans"), substring: in.Option("substring"),
		query: in.Option("query"), document: in.Option("document"), split: in.rule.column,
		classes: splitList(in.Option("classes")), drop: splitList(in.Option("drop")), words: in.Option("words"),
	}
	if lower := in.Option("lower"); lower != "true" && lower != "false" {
		return nil, fmt.Errorf("lower=%s: expected true or false", lower)
	}
	return c, c.check()
}

// check fills in defaults and refuses settings that contradict each other.
func (c *columns) check() error {
	if c.text == "" && c.tokens == "" {
		c.text = "text"
	}
	c.splitWords = splitters[c.words]
	gold := 0
	for _, name := range []string{c.rationale, c.spans, c.substring} {
		if name != "" {
			gold++
		}
	}
	switch {
	case c.splitWords == nil:
		return fmt.Errorf("words=%s: %s", c.words, spelling.Hint(c.words, slices.Sorted(maps.Keys(splitters))))
	case c.text != "" && c.tokens != "":
		return errors.New("give either text or tokens, not both")
	case len(c.classes) > datasets.MaxClasses || len(c.drop) > datasets.MaxClasses:
		return fmt.Errorf("classes and drop: at most %d names", datasets.MaxClasses)
	case c.label == "":
		return errors.New("label is empty: name the column of the classes")
	case gold > 1:
		return errors.New("give at most one of rationale, spans and substring")
	case c.tokens != "" && c.spans+c.substring != "":
		return errors.New("spans and substring are places in a text; with tokens give rationale")
	}
	return nil
}

// askedColumn is a column that the options name: option, then column.
type askedColumn struct{ option, column string }

// needed lists the columns that every row has to have.
func (c *columns) needed() []askedColumn {
	return []askedColumn{{"text", c.text}, {"tokens", c.tokens}, {"label", c.label}}
}

// asked lists all columns that the options name.
func (c *columns) asked() []askedColumn {
	return append(c.needed(), []askedColumn{
		{"id", c.id}, {"rationale", c.rationale}, {"spans", c.spans}, {"substring", c.substring},
		{"query", c.query}, {"document", c.document}, {"--split column", c.split},
	}...)
}

// require compares columns asked for with those that exist.
func require(path string, asked []askedColumn, existing []string) error {
	for _, a := range asked {
		place := slices.Index(existing, a.column)
		if place >= 0 && slices.Contains(existing[place+1:], a.column) {
			return fmt.Errorf("%s has two columns called %q: which one counts is not clear; rename one", quote.Name(path), a.column)
		}
		if a.column != "" && place < 0 {
			return fmt.Errorf("%s has no column %q: %s (name the right one with %s=COLUMN)",
				quote.Name(path), a.column, spelling.Hint(a.column, existing), a.option)
		}
	}
	return nil
}

// example makes a row of a record; cell returns a column's content as text, where
// lists stand as JSON, and "" when there is none.
func (c *columns) example(cell func(column string) string) (Example, error) {
	class := strings.TrimSpace(cell(c.label))
	if slices.Contains(c.drop, class) {
		return Example{}, leftOut("class " + class)
	}
	if class == "" || c.classes != nil && !slices.Contains(c.classes, class) {
		return Example{}, fault.New("unknown label", "column %s holds %q; expected %s", quote.Name(c.label), class, c.expectedClass())
	}
	e := Example{Class: class}
	e.ID = strings.TrimSpace(optional(cell, c.id))
	e.Document = optional(cell, c.document)
	err := c.setSplit(&e, cell)
	if err == nil {
		err = c.setText(&e, cell)
	}
	return e, err
}

func (c *columns) expectedClass() string {
	if c.classes == nil {
		return "the name of a class"
	}
	return "one of " + quote.Names(append(slices.Clone(c.classes), c.drop...))
}

func optional(cell func(string) string, column string) string {
	if column == "" {
		return ""
	}
	return cell(column)
}

func (c *columns) setSplit(e *Example, cell func(string) string) error {
	if c.split == "" {
		return nil
	}
	word := strings.ToLower(strings.TrimSpace(cell(c.split)))
	if e.Split = splitWords[word]; e.Split == "" {
		return fault.New("unknown split", "column %s holds %q; expected train, dev (or validation) or test", c.split, word)
	}
	return nil
}

// setText fills in tokens, rationale and query.
func (c *columns) setText(e *Example, cell func(string) string) (err error) {
	if c.tokens != "" {
		if e.Tokens, err = readTokens(cell(c.tokens)); err != nil {
			return err
		}
		if e.Query, err = readTokens(optional(cell, c.query)); err != nil {
			return err
		}
		e.Rationale, err = readMarks(optional(cell, c.rationale))
		return err
	}
	text := c.fold(cell(c.text))
	spans := c.splitWords(text)
	e.Tokens = cut(text, spans)
	if query := c.fold(optional(cell, c.query)); query != "" {
		e.Query = cut(query, c.splitWords(query))
	}
	switch {
	case c.rationale != "":
		e.Rationale, err = readMarks(cell(c.rationale))
	case c.spans != "":
		e.Rationale, err = readSpans(text, spans, cell(c.spans))
	case c.substring != "":
		e.Rationale, err = c.readSubstring(text, spans, cell(c.substring))
	}
	return err
}

// fold lower-cases where the way of finding words knows small letters only. It
// does so letter by letter, which keeps character positions.
func (c *columns) fold(text string) string {
	if c.words == "ascii" {
		return strings.ToLower(text)
	}
	return text
}

// readTokens reads a JSON list of strings or else splits at spaces.
func readTokens(text string) ([]string, error) {
	var list []string
	if strings.HasPrefix(text, "[") && json.Unmarshal([]byte(text), &list) == nil {
		return list, fault.CheckSurrogates(text)
	}
	tokens, _ := spaced(text, nil)
	return tokens, nil
}

// readMarks reads 0 and 1; nil when the cell is empty, that is, unknown.
func readMarks(text string) ([]bool, error) {
	fields := strings.FieldsFunc(strings.Trim(text, "[] "), func(r rune) bool { return isSpace(r) || r == ',' })
	var out []bool
	for i, field := range fields {
		switch field {
		case "1", "true":
			out = append(out, true)
		case "0", "false":
			out = append(out, false)
		default:
			return nil, fault.New("rationale mark", "mark %d is %q; expected 0 or 1", i, field)
		}
	}
	return out, nil
}

// readSpans reads ranges of characters and marks the tokens they touch.
func readSpans(text string, tokens []span, cell string) ([]bool, error) {
	if strings.TrimSpace(cell) == "" {
		return nil, nil
	}
	var ranges [][2]int
	if err := json.Unmarshal([]byte(cell), &ranges); err != nil {
		return nil, fault.New("rationale span", "%q is not of the form [[start, end], …]", cell)
	}
	offsets := charOffsets(text)
	var gold []span
	for _, r := range ranges {
		if r[0] < 0 || r[0] > r[1] || r[1] >= len(offsets) {
			return nil, fault.New("span outside text", "span [%d, %d] of a text with %d characters", r[0], r[1], len(offsets)-1)
		}
		gold = append(gold, span{offsets[r[0]], offsets[r[1]]})
	}
	return marks(tokens, gold), nil
}

// charOffsets maps character positions, the end included, to byte offsets.
func charOffsets(text string) []int {
	offsets := make([]int, 0, utf8.RuneCountInString(text)+1)
	for i := range text {
		offsets = append(offsets, i)
	}
	return append(offsets, len(text))
}

// readSubstring marks the tokens that the first occurrence of a piece touches.
func (c *columns) readSubstring(text string, tokens []span, piece string) ([]bool, error) {
	if piece == "" {
		return nil, nil
	}
	gold, ok := firstOccurrence(text, c.fold(piece))
	if !ok {
		return nil, fault.New("span outside text", "the text does not contain %q of column %s", piece, c.substring)
	}
	return marks(tokens, []span{gold}), nil
}
