package plots

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// decode takes the keys that select records out of a table of an experiment
// file, and decodes the rest of it into what rest points to.
func (s *Selector) decode(table, rest any) error {
	all, ok := table.(map[string]any)
	if !ok {
		return fmt.Errorf("expected a table with keys, not %v", table)
	}
	*s = Selector{}
	others := map[string]any{}
	for name, value := range all {
		c := findColumn(selectable, name)
		if c == nil {
			others[name] = value
			continue
		}
		text, err := c.wanted(value)
		if err != nil {
			return fmt.Errorf("%s = %v: %w", name, value, err)
		}
		(*s)[name] = text
	}
	if err := decodeTable(others, rest); err != nil {
		return fmt.Errorf("%w; records are selected by %s", err, columnNames(selectable))
	}
	return nil
}

// wanted is a value of an experiment file as records have it.
func (c *column) wanted(value any) (string, error) {
	var r Record
	var text string
	switch v := value.(type) {
	case string:
		text = v
	case int64:
		text = strconv.FormatInt(v, 10)
	case float64:
		text = formatNumber(v)
	default:
		return "", errors.New("expected text or a number")
	}
	err := c.parse(&r, text)
	return c.format(&r), err
}

// decodeTable decodes a table that has been read into what into points to. An
// unknown key is an error.
func decodeTable(table map[string]any, into any) error {
	var text strings.Builder
	if err := toml.NewEncoder(&text).Encode(table); err != nil {
		return err
	}
	meta, err := toml.Decode(text.String(), into)
	if err != nil {
		return err
	}
	for _, key := range meta.Undecoded() {
		return fmt.Errorf("unknown key %q", key)
	}
	return nil
}
