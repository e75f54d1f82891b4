package formats

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"rationale/datasets/fault"
	"rationale/datasets/quote"
)

func init() {
	register(Format{
		Name:    "jsonl",
		Doc:     "Any file with one JSON object a line; the keys are the columns.",
		Example: "rationale data import jsonl train.jsonl test.jsonl --name claims --set tokens=words --set query=claim --split train=train.jsonl,test=test.jsonl,dev=0.1",
		Options: columnOptions,
		Licence: "that of the source",
		Read:    readJSONL,
	})
}

func readJSONL(in *Intake) error {
	c, err := newColumns(in)
	if err != nil {
		return err
	}
	for _, file := range in.Files() {
		if err := readJSONLFile(in, file, c); err != nil {
			return err
		}
	}
	return nil
}

// readJSONLFile wants text and label in the first object already. The other
// columns may be missing here and there, but not everywhere.
func readJSONLFile(in *Intake, file File, c *columns) error {
	keys := map[string]bool{}
	err := in.Lines(file, func(_ int, line string) (Example, error) {
		if strings.TrimSpace(line) == "" {
			return Example{}, notARow
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			return Example{}, fault.New("broken JSON", "%v; expected one JSON object a line", err)
		}
		first := len(keys) == 0
		for key := range object {
			keys[key] = true
		}
		if first {
			if err := require(file.Path, c.needed(), slices.Sorted(maps.Keys(keys))); err != nil {
				return Example{}, err
			}
		}
		if err := fault.CheckJSON(line, fault.ExactKey); err != nil {
			return Example{}, err
		}
		return c.example(func(column string) value { return jsonValue(column, object[column]) })
	})
	if err != nil {
		return err
	}
	return require(file.Path, c.asked(), slices.Sorted(maps.Keys(keys)))
}

// readFields reads one JSON object with known keys into what fields points to.
func readFields(text string, fields any, expected string) error {
	err := json.Unmarshal([]byte(text), fields)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) && wrong.Field != "" {
		return fault.New("wrong type", "%s holds a value of type %s at byte %d; expected %s", quote.Name(wrong.Field), wrong.Value, wrong.Offset, typeName(wrong.Type))
	}
	if err != nil {
		return fault.New("broken JSON", "%v; expected %s", err, expected)
	}
	if err := fault.CheckNulls(text); err != nil {
		return err
	}
	return fault.CheckJSON(text, fault.AnyCase)
}

// typeName is what a field takes, in the words of JSON.
func typeName(t reflect.Type) kind {
	switch t.Kind() {
	case reflect.String:
		return aText
	case reflect.Slice:
		return aList
	case reflect.Struct:
		return anObject
	case reflect.Int:
		return "a whole number"
	}
	return aNumber
}
