package experiments

import (
	"cmp"
	"embed"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"rationale/onnx/rationalizer"
	"rationale/stages/generate"
)

//go:embed *.toml
var files embed.FS

// settingsFile holds the settings of runs; the other files are experiments.
const settingsFile = "settings.toml"

// Settings are all settings of a run.
type Settings struct {
	rationalizer.Hyper
	rationalizer.GraphHyper
	pretrainedSettings
	// Options are those that the run's method has, by name.
	Options     rationalizer.Values `toml:"-"`
	Unit        string              `toml:"unit"` // what is selected: word or sentence
	StepsPerRun int                 `toml:"steps_per_run"`
	Rate        float64             `toml:"learning_rate"`
	Decay       float64             `toml:"decay"`
	LeastRate   float64             `toml:"least_rate"`
	Batch       int                 `toml:"batch"`
	Bucket      int                 `toml:"bucket"`
	Epochs      int                 `toml:"epochs"`
	Anneal      int                 `toml:"anneal"`               // epochs over which the sparsity's target comes down from 1
	TrainTexts  int                 `toml:"train_texts"`          // trained on, the first ones; 0 for all
	MaxLength   int                 `toml:"max_length,omitempty"` // of texts; 0 of graphs, which are read whole
	Draws       int                 `toml:"draws"`
	Threads     int                 `toml:"threads"`          // of one run; part of its identity
	Shards      int                 `toml:"shards,omitempty"` // of a batch, a core each; 0 for one graph on its threads
}

// layer is one table of settings.
type layer map[string]any

// settingsBook is settings.toml.
type settingsBook struct {
	Default  layer            `toml:"default"`
	Provider map[string]layer `toml:"provider"`
	// Graphs holds what all data of graphs needs.
	Graphs  layer            `toml:"graphs"`
	Format  map[string]layer `toml:"format"`
	Method  map[string]layer `toml:"method"`
	Encoder map[string]layer `toml:"encoder"`
	// Claims holds what a method needs on texts, in sentences, that answer a claim or a
	// question.
	Claims  map[string]layer   `toml:"claims"`
	Profile map[string]profile `toml:"profile"`
}

// profile is a size at which experiments run.
type profile struct {
	Seeds    int `toml:"seeds"`    // runs of each kind
	Attempts int `toml:"attempts"` // of a search for a sparsity
	// Targets are the sparsities of headline tables that the profile has time for; all
	// when empty, and of an experiment that has none of them.
	Targets []float64 `toml:"targets"`
	Train   int       `toml:"train"` // rows of the generated dataset
	Dev     int       `toml:"dev"`
	Test    int       `toml:"test"`
	// Shortest and Longest bound the tokens of a generated review.
	Shortest int `toml:"shortest"`
	Longest  int `toml:"longest"`
	// Graphs are the sizes of the generated datasets of graphs, by format.
	Graphs  map[string]generate.GraphSize `toml:"graphs"`
	Default layer                         `toml:"default"`
	Format  map[string]layer              `toml:"format"`
	// Searched holds settings of the runs whose s is searched for, by format.
	Searched map[string]layer `toml:"searched"`
	// Attacked holds settings of training that goes on from a clean run, on poisoned texts.
	Attacked layer `toml:"attacked"`
	// Method holds what a method needs on data of one format: by format, then
	// by method.
	Method map[string]map[string]layer `toml:"method"`
	// Encoder holds what an encoder needs on data of one format: by format, then by
	// encoder.
	Encoder map[string]map[string]layer `toml:"encoder"`
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

// profile finds a profile by name.
func (b settingsBook) profile(name string) (profile, error) {
	p, ok := b.Profile[name]
	if !ok {
		return p, fmt.Errorf("no profile %q; there are %s", name, strings.Join(Profiles(), ", "))
	}
	return p, nil
}

// settings are those of the lab's provider and profile for a dataset, a method and an
// encoder, under the given table.
func (l *Lab) settings(data source, method rationalizer.Method, encoder string, over layer) (Settings, error) {
	s, err := l.book.settings(l.backend.Provider, data, method, encoder, l.profile, over)
	if data.graphs {
		s.MaxLength = 0
	}
	return s, err
}

// settings lays the tables for a provider, a dataset, a method, a profile and an encoder
// over one another, then the given one. What only the tables say and the method does not
// have is nothing to it.
func (b settingsBook) settings(provider string, data source, method rationalizer.Method, encoder string, p profile, over layer) (Settings, error) {
	all := layer{}
	for _, l := range []layer{
		b.Default, b.Provider[provider], b.graphs(data), b.Format[data.format], data.goldSparsity(method), b.Method[method.Base], b.Method[method.Name], b.claims(data, method),
		p.Default, p.Format[data.format], p.Method[data.format][method.Name], b.Encoder[encoder],
		p.Encoder[data.format][encoder],
	} {
		maps.Copy(all, l)
	}
	for _, name := range rationalizer.OptionNames() {
		if !hasOption(method, name) {
			delete(all, name)
		}
	}
	if !hasOption(method, sparsityKey) {
		delete(all, annealKey)
	}
	maps.Copy(all, over)
	return decode(all, method)
}

// claims are the settings of a method on claims and questions; none on other data.
func (b settingsBook) claims(data source, method rationalizer.Method) layer {
	if !data.claims() {
		return nil
	}
	return b.Claims[method.Name]
}

// hasOption tells that a method has an option of this name.
func hasOption(method rationalizer.Method, name string) bool {
	return slices.ContainsFunc(method.Options, func(o rationalizer.Option) bool { return o.Name == name })
}

// graphs are the settings of graphs, with the share of the nodes that are known to be
// the rationale as s; none on texts.
func (b settingsBook) graphs(data source) layer {
	if !data.graphs {
		return nil
	}
	out := maps.Clone(b.Graphs)
	if data.goldShare != 0 {
		out[sparsityKey] = data.goldShare
	}
	return out
}

// goldSparsity is s of a method that learns from human rationales: the share of the words
// that people marked (METHODS §12.1).
func (s source) goldSparsity(method rationalizer.Method) layer {
	if s.goldShare == 0 || !hasOption(method, rationaleLoss) {
		return nil
	}
	return layer{sparsityKey: s.goldShare}
}

// decode turns a table into Settings. An unknown key is an error that names
// the nearest one.
func decode(all layer, method rationalizer.Method) (Settings, error) {
	options, rest, err := splitOptions(all)
	if err != nil {
		return Settings{}, err
	}
	s, err := decodeFields(rest)
	if err != nil {
		return s, err
	}
	if s.Options, err = method.Complete(options); err != nil {
		return s, err
	}
	return s, cmp.Or(s.Check(), s.checkAnneal(method))
}

// splitOptions takes the options of methods out of a table.
func splitOptions(all layer) (options rationalizer.Values, rest layer, err error) {
	options, rest = rationalizer.Values{}, maps.Clone(all)
	for _, o := range rationalizer.Options() {
		value, ok := all[o.Name]
		if !ok {
			continue
		}
		delete(rest, o.Name)
		if options[o.Name], err = optionValue(o, value); err != nil {
			return nil, nil, err
		}
	}
	return options, rest, nil
}

// optionValue is an option's value in a table; of a flag 0 or 1.
func optionValue(o rationalizer.Option, value any) (float64, error) {
	switch x := value.(type) {
	case bool:
		if o.Flag && x {
			return 1, nil
		}
		if o.Flag {
			return 0, nil
		}
	case int64:
		return float64(x), nil
	case float64:
		return x, nil
	}
	if o.Flag {
		return 0, fmt.Errorf("settings: %s = %v; expected true or false", o.Name, value)
	}
	return 0, notANumber(o.Name, value)
}

// decodeFields decodes the settings that have a field.
func decodeFields(all layer) (Settings, error) {
	var s Settings
	if err := checkTypes(all); err != nil {
		return s, err
	}
	var text strings.Builder
	if err := toml.NewEncoder(&text).Encode(all); err != nil {
		return s, err
	}
	if _, err := toml.Decode(text.String(), &s); err != nil {
		return s, fmt.Errorf("settings: %w", err)
	}
	if s.Shards == 1 { // the whole batch
		s.Shards = 0
	}
	return s, nil
}

func unknownKey(key string) error {
	keys := Keys()
	return fmt.Errorf("unknown setting %q; there are %s%s", key, strings.Join(keys, ", "), suggestion(key, keys))
}

// Keys lists the names of all settings.
func Keys() []string {
	out := rationalizer.OptionNames()
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Settings]()) {
		if name, _ := settingName(f); name != "" {
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
