package experiments

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"rationale/pipeline/engine"
	"rationale/plots"
	"rationale/stages/figure"
)

// Batch is a planned set of experiments.
type Batch struct {
	// Targets are what has to be made.
	Targets []*engine.Node
	// Notes tell people beforehand what is used and how long it may take.
	Notes []string

	Profile string
	Figures []Figure
	Runs    []*Run
	Random  bool // some runs are on made-up word vectors
}

// Figure is one experiment's figure.
type Figure struct {
	Experiment Experiment
	Node       *engine.Node
	Datasets   []string
	Runs       []*Run
}

// Reproduce plans experiments on whatever data is there, or on the named
// datasets alone.
func (l *Lab) Reproduce(names []string, only ...string) (*Batch, error) {
	chosen, err := choose(names)
	if err != nil {
		return nil, err
	}
	for _, name := range only {
		if _, err := l.dataset(name); err != nil {
			return nil, err
		}
	}
	b := &Batch{Profile: l.opts.Profile}
	runs := map[string]*Run{} // by everything that tells them apart
	for _, e := range chosen {
		f, err := l.figure(e, only, runs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name, err)
		}
		b.Figures = append(b.Figures, f)
	}
	for _, key := range slices.Sorted(maps.Keys(runs)) {
		b.Runs = append(b.Runs, runs[key])
	}
	b.Targets = b.targets()
	l.note(b)
	return b, nil
}

// targets are what has to be made.
func (b *Batch) targets() []*engine.Node {
	var out []*engine.Node
	for _, r := range b.Runs {
		out = append(out, r.Evaluate)
	}
	for _, f := range b.Figures {
		out = append(out, f.Node)
	}
	return out
}

// figure plans one experiment: its runs on every dataset with every seed.
func (l *Lab) figure(e Experiment, only []string, runs map[string]*Run) (Figure, error) {
	f := Figure{Experiment: e, Datasets: only}
	if len(only) == 0 {
		f.Datasets = l.datasetsOf(e)
	}
	node := &engine.Node{Label: "draw " + e.Name, Weight: 1}
	for _, dataset := range f.Datasets {
		for _, spec := range e.Runs {
			for seed := range l.seeds() {
				r, err := l.plan(RunSpec{Method: spec.Method, Dataset: dataset, Seed: uint64(seed + 1)}, spec.Set)
				if err != nil {
					return f, err
				}
				runs[fmt.Sprintf("%s/%s/%d/%v", dataset, spec.Method, seed, spec.Set)] = r
				f.Runs = append(f.Runs, r)
				node.Inputs = append(node.Inputs, engine.Input{Role: fmt.Sprintf("run%03d", len(node.Inputs)), From: r.Train})
			}
		}
	}
	node.Stage = figure.New(figure.Params{Name: e.Name, Spec: l.drawing(e, f.Datasets)})
	f.Node = node
	return f, nil
}

// seeds is the number of runs of each kind.
func (l *Lab) seeds() int {
	if l.opts.Seeds > 0 {
		return l.opts.Seeds
	}
	return l.profile.Seeds
}

// datasetsOf lists the datasets of an experiment: for each aspect the
// imported beer set if there is one, the generated one otherwise; then every
// other imported set.
func (l *Lab) datasetsOf(e Experiment) []string {
	var out []string
	for _, aspect := range e.Aspects {
		name := "generated-" + aspect
		for _, candidate := range l.usable() {
			if s := l.sources[candidate]; s.format == "beer" && s.aspect == aspect {
				name = candidate
			}
		}
		out = append(out, name)
	}
	for _, name := range l.usable() {
		if l.sources[name].format != "beer" {
			out = append(out, name)
		}
	}
	return out
}

// usable lists the imported datasets that runs can be made on; a damaged one has
// no vectors.
func (l *Lab) usable() []string {
	return slices.DeleteFunc(l.Datasets(), func(name string) bool {
		s := l.sources[name]
		return s.format == "generated" || s.vectors == nil
	})
}

// drawing completes the figure's description with the datasets; generated
// ones are called so.
func (l *Lab) drawing(e Experiment, names []string) plots.CurvesSpec {
	spec := e.Figure
	for _, name := range names {
		s, title := l.sources[name], name
		if s.format == "generated" {
			title = s.aspect + " (generated)"
		}
		spec.Datasets = append(spec.Datasets, plots.DatasetSpec{Name: name, Title: title, Classes: s.classes})
	}
	return spec
}

// note tells people what the batch will use.
func (l *Lab) note(b *Batch) {
	seconds := 0.0
	used := map[string]bool{}
	for _, r := range b.Runs {
		seconds += r.Train.Weight + r.Evaluate.Weight
		used[r.Dataset] = true
		b.Random = b.Random || l.sources[r.Dataset].vectors == nil
	}
	b.Notes = append(b.Notes, fmt.Sprintf("%d runs on %s, profile %s: some %.0f min on two cores if nothing is done yet",
		len(b.Runs), joinSorted(used), l.opts.Profile, math.Ceil(seconds/60/2)))
	for _, name := range l.Datasets() {
		if why := l.leftOut(name); why != "" {
			b.Notes = append(b.Notes, name+" is left out: "+why)
		}
	}
	if b.Random {
		b.Notes = append(b.Notes, "generated data uses seeded random word vectors, frozen")
	}
}

// leftOut says in short why no run can be made on a dataset; empty when one can.
func (l *Lab) leftOut(name string) string {
	s := l.sources[name]
	switch {
	case s.damage != nil:
		return "it is damaged"
	case s.format == "generated" || s.vectors != nil:
		return ""
	case errors.Is(l.noVectors, ErrNoVectors):
		return ErrNoVectors.Error()
	}
	return "the word vectors are damaged"
}

func joinSorted(set map[string]bool) string {
	out := ""
	for i, name := range slices.Sorted(maps.Keys(set)) {
		if i > 0 {
			out += ", "
		}
		out += name
	}
	return out
}
