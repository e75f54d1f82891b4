package rationalizer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Option is a setting with a name: a number, which every training step is given
// anew, so that the same graphs serve each of its values; or a flag or constant,
// which decides what the graphs compute.
type Option struct {
	Name     string
	Doc      string
	Default  float64 // of a flag: 0 or 1
	Flag     bool
	Constant bool   // a number that is part of the graphs, such as one that evaluation needs too
	Share    bool   // a number strictly between 0 and 1; otherwise any that is not negative
	With     string // the flag of the method without which the number is not used; empty: it always is
}

// What the losses of most methods are made of.
var (
	classes    = Option{Name: classWeight, Doc: "weight of every cross-entropy term", Default: 0.9}
	selections = []Option{
		classes,
		{Name: sparsity, Doc: "s: target share of selected units", Default: 0.15, Share: true},
		{Name: lambdaSparsity, Doc: "λ1: weight of the sparsity term", Default: 10},
		{Name: lambdaCoherence, Doc: "λ2: weight of the coherence term", Default: 10},
	}
)

// withDefaults are the options with other defaults.
func withDefaults(options []Option, defaults Values) []Option {
	out := slices.Clone(options)
	for i, o := range out {
		if value, ok := defaults[o.Name]; ok {
			out[i].Default = value
		}
	}
	return out
}

// The names of these numbers, and of the one that moves every step.
const (
	sparsity        = "sparsity"
	lambdaSparsity  = "lambda_sparsity"
	lambdaCoherence = "lambda_coherence"
	classWeight     = "class_weight"

	LearningRate = "learning_rate"
)

// Options lists the options of all methods, each once, by name.
func Options() []Option {
	byName := map[string]Option{}
	for _, m := range methods {
		for _, o := range m.Options {
			byName[o.Name] = o
		}
	}
	return slices.SortedFunc(maps.Values(byName), func(a, b Option) int { return strings.Compare(a.Name, b.Name) })
}

// OptionNames lists their names.
func OptionNames() []string {
	var names []string
	for _, o := range Options() {
		names = append(names, o.Name)
	}
	return names
}

// Check says what is wrong with a value of the option.
func (o Option) Check(value float64) error {
	if o.Flag && value != 0 && value != 1 {
		return fmt.Errorf("settings: %s = %s; expected true or false", o.Name, shown(value))
	}
	return Within(o.Range(), o.Name, value)
}

// Range is where the option's values lie.
func (o Option) Range() Range {
	switch {
	case o.Flag:
		return Range{Most: 1}
	case o.Share:
		return Share
	}
	return NotNegative
}

// Values are the options of a method by name; what is missing has its default.
type Values map[string]float64

// Complete gives every option of the method a value, and checks those given.
func (m Method) Complete(given Values) (Values, error) {
	out := Values{}
	for _, o := range m.Options {
		value, ok := given[o.Name]
		if !ok {
			value = o.Default
		}
		if err := o.Check(value); err != nil {
			return nil, err
		}
		out[o.Name] = value
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, ok := out[name]; !ok {
			return nil, m.lacks(name)
		}
	}
	return out, nil
}

// lacks is the error of an option that is not the method's.
func (m Method) lacks(name string) error {
	var own, having []string
	for _, o := range m.Options {
		own = append(own, o.Name)
	}
	for _, other := range Methods() {
		if slices.ContainsFunc(other.Options, func(o Option) bool { return o.Name == name }) {
			having = append(having, other.Name)
		}
	}
	return fmt.Errorf("settings: %s has no setting %q, which belongs to %s; expected one of %s",
		m.Name, name, strings.Join(having, ", "), strings.Join(own, ", "))
}

// Split parts the values into those that the graphs depend on, flags and
// constants, and those that each step of these graphs is given.
func (m Method) Split(all Values) (flags map[string]bool, constants, scalars Values) {
	flags, constants, scalars = map[string]bool{}, Values{}, Values{}
	for _, o := range m.Options {
		switch {
		case o.Flag:
			flags[o.Name] = all[o.Name] != 0
		case o.Constant:
			constants[o.Name] = all[o.Name]
		case o.With == "" || all[o.With] != 0:
			scalars[o.Name] = all[o.Name]
		}
	}
	return flags, constants, scalars
}
