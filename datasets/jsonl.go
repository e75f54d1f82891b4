package datasets

import (
	"encoding/json"
	"strings"
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

func readJSONL(f *Feed) error {
	c, err := newColumns(f)
	if err != nil {
		return err
	}
	for _, file := range f.Files() {
		if err := readJSONLFile(f, file, c); err != nil {
			return err
		}
	}
	return nil
}

// readJSONLFile wants text and label in the first object already. The other
// columns may be missing here and there, but not everywhere.
func readJSONLFile(f *Feed, file File, c *columns) error {
	keys := map[string]bool{}
	err := f.Lines(file, func(_ int, line string) (Example, error) {
		if strings.TrimSpace(line) == "" {
			return Example{}, notARow
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			return Example{}, badRow("broken JSON", "%v; expected one JSON object a line", err)
		}
		first := len(keys) == 0
		for key := range object {
			keys[key] = true
		}
		if first {
			if err := require(file.Path, c.needed(), sortedKeys(keys)); err != nil {
				return Example{}, err
			}
		}
		if err := checkJSON(line, exactKey); err != nil {
			return Example{}, err
		}
		return c.example(func(column string) string { return jsonCell(object[column]) })
	})
	if err != nil {
		return err
	}
	return require(file.Path, c.asked(), sortedKeys(keys))
}

// jsonCell is a value as text: strings without their quotes, null and missing
// values as nothing, everything else as it stands.
func jsonCell(raw json.RawMessage) string {
	var text string
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}
