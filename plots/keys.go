package plots

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Key is one thing that tells runs apart. Columns of records.csv, the words of a
// [Selector] and the headings of tables all follow from the table of keys.
type Key struct {
	Name  string // in files: "poison_rate"
	Title string // for people: "Poison rate"
	Kind  KeyKind
	Doc   string
}

// KeyKind says how a key's values are sorted and written.
type KeyKind string

// The kinds of keys.
const (
	Text   KeyKind = "text"
	Number KeyKind = "number"
)

// SeedKey is the key that seeds of one kind of run differ in, and in nothing
// else.
const SeedKey = "seed"

// keyTable is the table of keys, from coarse to fine. A further key is a line
// here; who plans runs gives it values.
var keyTable = []Key{
	{"dataset", "Dataset", Text, "the dataset's name"},
	{"method", "Method", Text, "as printed in the papers: RNP+A2I"},
	{"variant", "Variant", Text, "the settings in which the run is unusual: hinge=true"},
	{"encoder", "Encoder", Text, "of generator and predictor: gru, bert, gcn"},
	{"target", "S ≈", Number, "the share of the text that the table wants selected"},
	{"sparsity", "Target s", Number, "the share of the text that training aims to select"},
	{"attack", "Attack", Text, "how the training data was poisoned"},
	{"trigger", "Trigger", Text, "what the trigger is inserted into: token, sentence"},
	{"poison_rate", "Poison rate", Number, "share of the training texts that are poisoned"},
	{"position", "Position", Text, "where the trigger stands: rationale, begin, end, random"},
	{"words", "Trigger words", Text, "where the trigger's words are from: searched, random, given"},
	{"sampling", "Sampling", Text, "how batches mix clean and poisoned texts: uniform, poison-priority, clean-priority"},
	{"start", "Start", Text, "what training starts from: clean, a clean run; scratch"},
	{"defence", "Defence", Text, "what was done against the attack"},
	{SeedKey, "Seed", Number, "of everything random in the run"},
}

// Keys lists the keys that tell runs apart, from coarse to fine.
func Keys() []Key { return slices.Clone(keyTable) }

// canonical is the one way to write a value of the key. Whole numbers keep all
// their digits.
func (k Key) canonical(text string) (string, error) {
	if k.Kind == Text || text == "" {
		return text, nil
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return strconv.FormatUint(n, 10), nil
	}
	v, err := parseNumber(text)
	if err != nil {
		return "", err
	}
	return formatNumber(v), nil
}

// compare orders values of the key; none comes first.
func (k Key) compare(a, b string) int {
	if k.Kind == Number && a != "" && b != "" {
		x, _ := strconv.ParseFloat(a, 64)
		y, _ := strconv.ParseFloat(b, 64)
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	}
	return cmp.Compare(a, b)
}

// Labels are what tells one run from others: the values of those keys that it
// has one for.
type Labels map[string]string

// With is a copy with another value of one key; an empty one takes it away.
func (l Labels) With(key, value string) Labels {
	out := Labels{}
	for name, v := range l {
		out[name] = v
	}
	out[key] = value
	if value == "" {
		delete(out, key)
	}
	return out
}

// String lists the labels in the order of the table: `dataset="tweets",
// method="RNP"`.
func (l Labels) String() string {
	var parts []string
	for _, k := range keyTable {
		if v := l[k.Name]; v != "" {
			parts = append(parts, fmt.Sprintf("%s=%q", k.Name, v))
		}
	}
	return strings.Join(parts, ", ")
}

// Compare orders labels key by key, in the order of the table.
func (l Labels) Compare(other Labels) int {
	for _, k := range keyTable {
		if c := k.compare(l[k.Name], other[k.Name]); c != 0 {
			return c
		}
	}
	return 0
}

// check wants keys of the table with values of their kind, written canonically.
func (l Labels) check() error {
	for name, value := range l {
		i := slices.IndexFunc(keyTable, func(k Key) bool { return k.Name == name })
		if i < 0 {
			return fmt.Errorf("unknown key %q; runs are told apart by %s", name, columnNames(labelColumns()))
		}
		if canonical, err := keyTable[i].canonical(value); err != nil || canonical != value {
			return fmt.Errorf("%s is %q; expected a number in its shortest form", name, value)
		}
	}
	return nil
}

// Varying lists the keys in which some of the labels differ, in the order of
// the table.
func Varying(labels []Labels) []Key {
	return slices.DeleteFunc(Keys(), func(k Key) bool {
		return !slices.ContainsFunc(labels, func(l Labels) bool { return l[k.Name] != labels[0][k.Name] })
	})
}

// Shown lists the keys that a table of runs has columns for: the named ones and
// those in which the runs differ.
func Shown(labels []Labels, named ...string) []Key {
	varying := Varying(labels)
	return slices.DeleteFunc(Keys(), func(k Key) bool {
		return !slices.Contains(named, k.Name) && !slices.Contains(varying, k)
	})
}

// Titles are the headings of keys.
func Titles(keys []Key) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.Title
	}
	return out
}

// Values are the labels' values of keys.
func (l Labels) Values(keys []Key) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = l[k.Name]
	}
	return out
}

// Apart says for people what tells a run from others that would have the same
// name, the seed aside: ", sparsity 0.1"; nothing where nothing does.
func (l Labels) Apart(others []Labels) string {
	var out strings.Builder
	for _, k := range Varying(others) {
		if v := l[k.Name]; v != "" && k.Name != SeedKey {
			fmt.Fprintf(&out, ", %s %s", k.Name, v)
		}
	}
	return out.String()
}
