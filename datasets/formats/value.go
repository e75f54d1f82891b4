package formats

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"rationale/datasets/fault"
	"rationale/datasets/quote"
	"rationale/datasets/words"
)

// value is what a record holds in one column. It is asked for as what the column
// promises, and refuses to be anything else.
type value struct {
	column string
	kind   kind
	raw    string // a text as it reads, everything else as JSON spells it
	lists  bool   // a text may spell a list, because the format has no lists of its own
}

// kind is a type of JSON in words, as errors name it.
type kind string

const (
	nothing  kind = "nothing"
	aText    kind = "a text"
	aNumber  kind = "a number"
	aTruth   kind = "true or false"
	aList    kind = "a list"
	anObject kind = "an object"
)

// kindOf looks at the first letter of a valid JSON value.
func kindOf(raw string) kind {
	if raw == "" {
		return nothing
	}
	switch raw[0] {
	case 'n':
		return nothing
	case '"':
		return aText
	case 't', 'f':
		return aTruth
	case '[':
		return aList
	case '{':
		return anObject
	}
	return aNumber
}

// csvValue is a field of a CSV record, which is text.
func csvValue(column, field string) value {
	return value{column: column, kind: aText, raw: field, lists: true}
}

// jsonValue is a valid JSON value; a key that is missing counts as null.
func jsonValue(column string, raw json.RawMessage) value {
	v := value{column: column, kind: kindOf(string(raw)), raw: string(raw)}
	switch v.kind {
	case aText:
		_ = json.Unmarshal(raw, &v.raw) // valid: cannot fail
	case nothing:
		v.raw = ""
	}
	return v
}

// wrong is the fault of a value that is not what the column promises.
func (v value) wrong(expected string) error { return v.not("wrong type", expected) }

// not is wrong under a reason of its own.
func (v value) not(reason, expected string) error {
	found := string(v.kind)
	if v.kind != nothing {
		found += ", " + strconv.Quote(shortened(v.raw))
	}
	return fault.New(reason, "column %s holds %s; expected %s", quote.Name(v.column), found, expected)
}

// shortened is enough of a value to find it by.
func shortened(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

// Lists and dictionaries as Python, NumPy or JSON print them. A text that reads
// like this was a list when somebody's program wrote it down.
var (
	quotedItem = `(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")`
	listSource = regexp.MustCompile(`(?s)^(?:array\()?\[\s*` + quotedItem + `(?:[\s,]+(?:` + quotedItem + `|\.\.\.))*[\s,]*\](?:,\s*dtype=[^()]*)?\)?$`)
	tupleCode  = regexp.MustCompile(`(?s)^\(\s*` + quotedItem + `\s*,(?:[\s,]*` + quotedItem + `)*[\s,]*\)$`)
	dictCode   = regexp.MustCompile(`(?s)^\{\s*` + quotedItem + `\s*:.*\}$`)
)

func isSource(text string) bool {
	text = strings.TrimSpace(text)
	return listSource.MatchString(text) || tupleCode.MatchString(text) || dictCode.MatchString(text)
}

// blank tells that nothing is said: null, no such key, or no letter.
func (v value) blank() bool {
	return v.kind == nothing || v.kind == aText && strings.TrimFunc(v.raw, words.IsSpace) == ""
}

// text is a text; "" when there is none.
func (v value) text() (string, error) {
	switch {
	case v.kind == nothing:
		return "", nil
	case v.kind != aText:
		return "", v.wrong("a text")
	case isSource(v.raw):
		return "", v.wrong("a text, not the spelling of a list or an object")
	}
	return v.raw, nil
}

// name is a text, a number or a truth value as it is spelt, without white space
// around it; "" when there is none.
func (v value) name() (string, error) {
	if v.kind == aNumber || v.kind == aTruth {
		return v.raw, nil
	}
	if v.kind != nothing && v.kind != aText {
		return "", v.wrong("a name or a number")
	}
	text, err := v.text()
	return strings.TrimSpace(text), err
}

// items are the elements of a list; found is false when the value is no list.
func (v value) items(reason, expected string) (items []json.RawMessage, found bool, err error) {
	text := strings.TrimSpace(v.raw)
	spelt := v.kind == aText && v.lists && strings.HasPrefix(text, "[")
	if v.kind != aList && !spelt {
		return nil, false, nil
	}
	if err := json.Unmarshal([]byte(text), &items); err != nil {
		return nil, true, v.not(reason, expected)
	}
	return items, true, fault.CheckSurrogates(text)
}

const tokensExpected = `tokens parted by spaces, or a JSON list of texts such as ["a", "b"] (JSON has commas and double quotes; Python's json.dumps writes it)`

// tokens are ready tokens; nil when there are none.
func (v value) tokens() ([]string, error) {
	if v.kind == aText && !looksListed(v.raw) {
		tokens, _ := words.Spaced(v.raw, nil)
		return tokens, nil
	}
	items, list, err := v.items("wrong type", tokensExpected)
	switch {
	case err != nil:
		return nil, err
	case v.kind == nothing:
		return nil, nil
	case !list:
		return nil, v.wrong(tokensExpected)
	}
	tokens := make([]string, len(items))
	for i, item := range items {
		token := jsonValue(v.column, item)
		if token.kind != aText {
			return nil, fault.New("wrong type", "column %s: token %d is %s, %.60q; expected a text", quote.Name(v.column), i, token.kind, item)
		}
		tokens[i] = token.raw
	}
	return tokens, nil
}

// looksListed tells whether tokens are spelt as a list: in brackets that belong
// together, or begun with a bracket and a quote. "[CLS] fine [SEP]" is neither.
func looksListed(text string) bool {
	text = strings.TrimSpace(text)
	switch {
	case !strings.HasPrefix(text, "["):
		return isSource(text)
	case strings.HasPrefix(text, `["`), strings.HasPrefix(text, "['"):
		return true
	}
	depth := 0
	for i, r := range text {
		switch r {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i == len(text)-1
			}
		}
	}
	return false
}

const marksExpected = "one 0 or 1 per token, parted by spaces, or a JSON list of them such as [0, 1]"

// marks are one 0 or 1 a token; nil when the value is blank, that is, unknown.
func (v value) marks() ([]bool, error) {
	if v.blank() {
		return nil, nil
	}
	items, list, err := v.items("rationale mark", marksExpected)
	switch {
	case err != nil:
		return nil, err
	case !list && v.kind != aText:
		return nil, v.not("rationale mark", marksExpected)
	case !list:
		return readMarks(v.column, strings.FieldsFunc(v.raw, func(r rune) bool { return words.IsSpace(r) || r == ',' }))
	}
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = string(item)
	}
	return readMarks(v.column, texts)
}

// readMarks reads 0 and 1.
func readMarks(column string, fields []string) ([]bool, error) {
	marked := make([]bool, len(fields))
	for i, field := range fields {
		switch field {
		case "1", "true":
			marked[i] = true
		case "0", "false":
		default:
			return nil, fault.New("rationale mark", "column %s: mark %d is %.60q; expected 0 or 1", quote.Name(column), i, field)
		}
	}
	return marked, nil
}

const rangesExpected = "a list of ranges, [[start, end], …], in whole numbers"

// ranges are pairs of numbers; nil when the value is blank, that is, unknown.
func (v value) ranges() ([][2]int, error) {
	if v.blank() {
		return nil, nil
	}
	items, list, err := v.items("rationale span", rangesExpected)
	if err == nil && !list {
		err = v.not("rationale span", rangesExpected)
	}
	out := make([][2]int, len(items))
	for i, item := range items {
		if err != nil {
			break
		}
		out[i], err = v.pair(item)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (v value) pair(item json.RawMessage) (pair [2]int, err error) {
	var ends []json.RawMessage
	if err := json.Unmarshal(item, &ends); err != nil || len(ends) != len(pair) {
		return pair, fault.New("rationale span", "column %s: %.60q is not of the form [start, end]", quote.Name(v.column), item)
	}
	for i, end := range ends {
		if pair[i], err = strconv.Atoi(string(end)); err != nil {
			return pair, fault.New("rationale span", "column %s: %.60q in %.60q is not a whole number", quote.Name(v.column), end, item)
		}
	}
	return pair, nil
}
