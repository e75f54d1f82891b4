package plots

import (
	"fmt"
	"slices"
	"strings"
)

// Selector names records by their keys. An empty field admits every value of
// that key.
type Selector struct {
	Stage   string `toml:"stage"`
	Dataset string `toml:"dataset"`
	Method  string `toml:"method"`
	Encoder string `toml:"encoder"`
	Split   string `toml:"split"`
	Mask    string `toml:"mask"`
	Metric  string `toml:"metric"`
}

// key is one key of a record by which it can be selected.
type key struct {
	name   string
	wanted func(*Selector) *string
	found  func(*Record) string
}

// keys are in the order in which a search narrows down, so that an error can
// say at which key it ran dry.
var keys = []key{
	{"dataset", func(s *Selector) *string { return &s.Dataset }, func(r *Record) string { return r.Dataset }},
	{"method", func(s *Selector) *string { return &s.Method }, func(r *Record) string { return r.Method }},
	{"encoder", func(s *Selector) *string { return &s.Encoder }, func(r *Record) string { return r.Encoder }},
	{"stage", func(s *Selector) *string { return &s.Stage }, func(r *Record) string { return r.Stage }},
	{"split", func(s *Selector) *string { return &s.Split }, func(r *Record) string { return r.Split }},
	{"metric", func(s *Selector) *string { return &s.Metric }, func(r *Record) string { return r.Metric }},
	{"mask", func(s *Selector) *string { return &s.Mask }, func(r *Record) string { return r.Mask }},
}

// Matches reports whether the record has every key that the selector asks for.
func (s Selector) Matches(r Record) bool {
	for _, k := range keys {
		if want := *k.wanted(&s); want != "" && want != k.found(&r) {
			return false
		}
	}
	return true
}

// or fills the fields that s leaves empty from other.
func (s Selector) or(other Selector) Selector {
	for _, k := range keys {
		if field := k.wanted(&s); *field == "" {
			*field = *k.wanted(&other)
		}
	}
	return s
}

// String lists the keys asked for: `dataset="tweets", metric="asr"`.
func (s Selector) String() string {
	var parts []string
	for _, k := range keys {
		if want := *k.wanted(&s); want != "" {
			parts = append(parts, fmt.Sprintf("%s=%q", k.name, want))
		}
	}
	return strings.Join(parts, ", ")
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
	for _, k := range keys {
		want := *k.wanted(&s)
		if want == "" {
			continue
		}
		next := slices.DeleteFunc(slices.Clone(left), func(r Record) bool { return k.found(&r) != want })
		if len(next) == 0 {
			return fmt.Sprintf("no record has %s; of %s %q there is none, only %s",
				s, k.name, want, quoteAll(distinct(left, k.found)))
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
