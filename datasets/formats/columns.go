package formats

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"rationale/datasets"
	"rationale/datasets/fault"
	"rationale/datasets/quote"
	"rationale/datasets/spelling"
	"rationale/datasets/words"
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
	rule                        words.Rule // of text and query
}

// newColumns reads the options of columnOptions.
func newColumns(in *Intake) (*columns, error) {
	c := &columns{
		text: in.Option("text"), tokens: in.Option("tokens"), label: in.Option("label"), id: in.Option("id"),
		rationale: in.Option("rationale"), spans: in.Option("spans"), substring: in.Option("substring"),
		query: in.Option("query"), document: in.Option("document"), split: in.rule.column,
		classes: splitList(in.Option("classes")), drop: splitList(in.Option("drop")), rule: words.Rule(in.Option("words")),
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
	gold := 0
	for _, name := range []string{c.rationale, c.spans, c.substring} {
		if name != "" {
			gold++
		}
	}
	switch {
	case !slices.Contains(textRules, string(c.rule)):
		return fmt.Errorf("words=%s: %s", c.rule, spelling.Hint(string(c.rule), textRules))
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

// example makes a row of a record; cell returns what stands in a column.
func (c *columns) example(cell func(column string) value) (Example, error) {
	class, err := cell(c.label).name()
	switch {
	case err != nil:
		return Example{}, err
	case slices.Contains(c.drop, class):
		return Example{}, leftOut("class " + class)
	case class == "" || c.classes != nil && !slices.Contains(c.classes, class):
		return Example{}, fault.New("unknown label", "column %s holds %q; expected %s", quote.Name(c.label), class, c.expectedClass())
	}
	e := Example{Class: class}
	for _, set := range []func(*Example, func(string) value) error{c.setNames, c.setSplit, c.setText} {
		if err := set(&e, cell); err != nil {
			return Example{}, err
		}
	}
	return e, nil
}

func (c *columns) expectedClass() string {
	if c.classes == nil {
		return "the name of a class"
	}
	return "one of " + quote.Names(append(slices.Clone(c.classes), c.drop...))
}

// optional is what stands in a column that need not be named.
func optional(cell func(string) value, column string) value {
	if column == "" {
		return value{kind: nothing}
	}
	return cell(column)
}

// setNames fills in what identifies the row and its document.
func (c *columns) setNames(e *Example, cell func(string) value) (err error) {
	if e.ID, err = optional(cell, c.id).name(); err != nil {
		return err
	}
	e.Document, err = optional(cell, c.document).name()
	return err
}

func (c *columns) setSplit(e *Example, cell func(string) value) error {
	if c.split == "" {
		return nil
	}
	word, err := cell(c.split).name()
	if err != nil {
		return err
	}
	word = strings.ToLower(word)
	if e.Split = splitWords[word]; e.Split == "" {
		return fault.New("unknown split", "column %s holds %q; expected train, dev (or validation) or test", c.split, word)
	}
	return nil
}

// setText fills in tokens, rationale and query.
func (c *columns) setText(e *Example, cell func(string) value) error {
	if c.tokens != "" {
		return c.setTokens(e, cell)
	}
	body := cell(c.text)
	if body.kind == nothing {
		return body.wrong("a text")
	}
	text, err := body.text()
	if err != nil {
		return err
	}
	query, err := optional(cell, c.query).text()
	if err != nil {
		return err
	}
	text = c.rule.Fold(text)
	spans := c.rule.Spans(text)
	e.Tokens, e.Spaces = words.Cut(text, spans, c.rule.Fold), words.Spaces(spans)
	if query != "" {
		e.Query = words.Cut(query, c.rule.Spans(query), c.rule.Fold)
	}
	e.Rationale, err = c.readRationale(text, spans, cell)
	return err
}

// setTokens is setText where the tokens are ready.
func (c *columns) setTokens(e *Example, cell func(string) value) (err error) {
	if e.Tokens, err = cell(c.tokens).tokens(); err != nil {
		return err
	}
	if e.Query, err = optional(cell, c.query).tokens(); err != nil {
		return err
	}
	e.Rationale, err = optional(cell, c.rationale).marks()
	return err
}

// readRationale reads the marks of a text's tokens in the form that there is.
func (c *columns) readRationale(text string, tokens []words.Span, cell func(string) value) ([]bool, error) {
	switch {
	case c.rationale != "":
		return cell(c.rationale).marks()
	case c.spans != "":
		return readSpans(text, tokens, cell(c.spans))
	case c.substring != "":
		return c.readSubstring(text, tokens, cell(c.substring))
	}
	return nil, nil
}

// readSpans reads ranges of characters and marks the tokens they touch.
func readSpans(text string, tokens []words.Span, cell value) ([]bool, error) {
	ranges, err := cell.ranges()
	if err != nil || ranges == nil {
		return nil, err
	}
	offsets := charOffsets(text)
	var gold []words.Span
	for _, r := range ranges {
		if r[0] < 0 || r[0] > r[1] || r[1] >= len(offsets) {
			return nil, fault.New("span outside text", "span [%d, %d] of a text with %d characters (a line end of CR LF has two)", r[0], r[1], len(offsets)-1)
		}
		if r[0] < r[1] { // nothing lies within an empty one
			gold = append(gold, words.Span{Start: offsets[r[0]], End: offsets[r[1]]})
		}
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
func (c *columns) readSubstring(text string, tokens []words.Span, cell value) ([]bool, error) {
	piece, err := cell.text()
	if err != nil || piece == "" {
		return nil, err
	}
	gold, ok := firstOccurrence(text, c.rule.Fold(piece))
	if !ok {
		return nil, fault.New("span outside text", "the text does not contain %q of column %s", piece, c.substring)
	}
	return marks(tokens, []words.Span{gold}), nil
}
