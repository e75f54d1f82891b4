package experiments

import (
	"embed"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"rationale/onnx/rationalizer"
)

//go:embed *.toml
var files embed.FS

// settingsFile holds the settings of runs; the other files are experiments.
const settingsFile = "settings.toml"

// Settings are all settings of a run.
type Settings struct {
	rationalizer.Hyper
	StepsPerRun int     `toml:"steps_per_run"`
	Rate        float64 `toml:"learning_rate"`
	Decay       float64 `toml:"decay"`
	LeastRate   float64 `toml:"least_rate"`
	Batch       int     `toml:"batch"`
	Bucket      int     `toml:"bucket"`
	Epochs      int     `toml:"epochs"`
	MaxLength   int     `toml:"max_length"`
	Seeds       int     `toml:"seeds"`
	Draws       int     `toml:"draws"`
	RandomWidth int     `toml:"random_width"`
	Threads     int     `toml:"threads"` // of one run; part of its identity
	Train       int     `toml:"train"`   // rows of a generated dataset
	Dev         int     `toml:"dev"`
	Test        int     `toml:"test"`
}

// layer is one table of settings.
type layer map[string]any

// settingsBook is settings.toml.
type settingsBook struct {
	Default layer            `toml:"default"`
	Format  map[string]layer `toml:"format"`
	Profile map[string]layer `toml:"profile"` // with a sub-table format
}

// Profiles lists the sizes at which experiments run.
func Profiles() []string { return []string{"smoke", "quick", "paper"} }

func readBook() (settingsBook, error) {
	var b settingsBook
	if _, err := toml.DecodeFS(files, settingsFile, &b); err != nil {
		return b, fmt.Errorf("%s: %w", settingsFile, err)
	}
	return b, nil
}

// settings lays the tables for a dataset's format and a profile over one
// another, then the given ones.
func (b settingsBook) settings(format, profile string, over ...layer) (Settings, error) {
	p, ok := b.Profile[profile]
	if !ok {
		return Settings{}, fmt.Errorf("no profile %q; there are %s", profile, strings.Join(Profiles(), ", "))
	}
	p = maps.Clone(p)
	formats, _ := p["format"].(map[string]any)
	delete(p, "format")
	all := layer{}
	perFormat, _ := formats[format].(map[string]any)
	for _, l := range slices.Concat([]layer{b.Default, b.Format[format], p, perFormat}, over) {
		maps.Copy(all, l)
	}
	return decode(all)
}

// decode turns a table into Settings. An unknown key is an error that names
// the nearest one.
func decode(all layer) (Settings, error) {
	var s Settings
	var text strings.Builder
	if err := toml.NewEncoder(&text).Encode(all); err != nil {
		return s, err
	}
	meta, err := toml.Decode(text.String(), &s)
	if err != nil {
		return s, fmt.Errorf("settings: %w", err)
	}
	for _, key := range meta.Undecoded() {
		return s, unknownKey(key.String())
	}
	return s, s.Check()
}

func unknownKey(key string) error {
	keys := Keys()
	return fmt.Errorf("unknown setting %q; did you mean %q? The settings are %s", key, nearest(key, keys), strings.Join(keys, ", "))
}

// Keys lists the names of all settings.
func Keys() []string {
	var out []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Settings]()) {
		if name := f.Tag.Get("toml"); name != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// ParseSet turns key=value pairs of the command line into a table.
func ParseSet(pairs map[string]string) (layer, error) {
	out := layer{}
	for _, key := range slices.Sorted(maps.Keys(pairs)) {
		value := pairs[key]
		switch {
		case !slices.Contains(Keys(), key):
			return nil, unknownKey(key)
		case value == "true" || value == "false":
			out[key] = value == "true"
		default:
			out[key] = parseNumber(value)
		}
	}
	return out, nil
}

// parseNumber reads whole numbers and fractions; anything else stays text.
func parseNumber(s string) any {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	if x, err := strconv.ParseFloat(s, 64); err == nil {
		return x
	}
	return s
}
