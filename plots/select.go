package plots

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Selector names records by their keys: those that tell runs apart, and stage,
// split, metric and mask. A key that it lacks admits every value; an empty value
// admits the records without one.
type Selector map[string]string

// selectable are the keys by which records can be selected, in the order in
// which a search narrows down, so that an error can say at which key it ran dry.
var selectable = selectableColumns()

func selectableColumns() []column {
	out := labelColumns()
	for _, name := range []string{"stage", "split", "metric", "mask"} {
		out = append(out, *findColumn(recordColumns, name))
	}
	return out
}

// findColumn finds a column by name; nil when there is none.
func findColumn(columns []column, name string) *column {
	i := slices.IndexFunc(columns, func(c column) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return &columns[i]
}

func columnNames(columns []column) string { return strings.Join(namesOf(columns), ", ") }

func namesOf(columns []column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}

// SelectorKeys lists the keys by which records can be selected, from coarse to
// fine.
func SelectorKeys() []string { return namesOf(selectable) }

// ParseSelector reads words "KEY=VALUE", as a command line has them.
func ParseSelector(words []string) (Selector, error) {
	s := Selector{}
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			return nil, fmt.Errorf("%q: expected KEY=VALUE, as in method=RNP", word)
		}
		c := findColumn(selectable, name)
		if c == nil {
			return nil, fmt.Errorf("unknown key %q; there are %s", name, columnNames(selectable))
		}
		if _, twice := s[name]; twice {
			return nil, fmt.Errorf("key %q comes twice", name)
		}
		text, err := c.wanted(value)
		if err != nil {
			return nil, fmt.Errorf("%s = %s: expected a number", name, value)
		}
		s[name] = text
	}
	return s, nil
}

// Matches reports whether the record has every key that the selector asks for.
// No record has a key that is not in the table.
func (s Selector) Matches(r Record) bool {
	for name, want := range s {
		if c := findColumn(selectable, name); c == nil || c.format(&r) != want {
			return false
		}
	}
	return true
}

// or adds the keys that s lacks from other.
func (s Selector) or(other Selector) Selector {
	out := Selector{}
	maps.Copy(out, other)
	maps.Copy(out, s)
	return out
}

// String lists the keys asked for: `dataset="tweets", metric="asr"`.
func (s Selector) String() string {
	var parts []string
	for _, c := range selectable {
		if want, ok := s[c.name]; ok {
			parts = append(parts, fmt.Sprintf("%s=%q", c.name, want))
		}
	}
	return strings.Join(parts, ", ")
}

// metricsIn lists the metrics that selectors ask for, each once, by name.
func metricsIn(selectors []Selector) []string {
	var out []string
	for _, s := range selectors {
		if metric, asked := s["metric"]; asked {
			out = append(out, metric)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Filter returns the records that the selector matches, in their order.
func Filter(records []Record, s Selector) []Record {
	var kept []Record
	for _, r := range records {
		if s.Matches(r) {
			kept = append(kept, r)
		}
	}
	return kept
}

// explainMiss says why no record matches: the first key, in the order of the
// search, at which nothing is left, and the values that were there instead.
func explainMiss(records []Record, s Selector) string {
	left := records
	for _, c := range selectable {
		want, asked := s[c.name]
		if !asked {
			continue
		}
		next := slices.DeleteFunc(slices.Clone(left), func(r Record) bool { return c.format(&r) != want })
		if len(next) == 0 {
			return fmt.Sprintf("no record has %s; of %s %q there is none, only %s",
				s, c.name, want, quoteAll(distinct(left, c.format)))
		}
		left = next
	}
	return fmt.Sprintf("no record has %s", s)
}

// distinct returns the different values of a key, sorted.
func distinct(records []Record, of func(*Record) string) []string {
	var values []string
	for i := range records {
		values = append(values, of(&records[i]))
	}
	slices.Sort(values)
	return slices.Compact(values)
}

func quoteAll(values []string) string {
	if len(values) == 0 {
		return "an empty list of records"
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = fmt.Sprintf("%q", v)
	}
	return strings.Join(quoted, ", ")
}
