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
	// LeftOut names the datasets on which no run is made, and says why.
	LeftOut []string

	Profile     string
	Experiments []Planned
	Runs        []*Run
	Random      bool // some runs are on made-up word vectors

	seeds  int      // runs of each kind
	only   []string // the datasets asked for; empty for those of each experiment
	device []string // the flags of the backend
}

// Planned is an experiment on datasets.
type Planned struct {
	Experiment
	Datasets []plots.DatasetSpec
	Runs     []*Run
	Drawings []*engine.Node // one for each of the experiment's figures
}

// Reproduce plans experiments on whatever data is there, or on the named
// datasets alone.
func (l *Lab) Reproduce(names []string, only ...string) (*Batch, error) {
	chosen, err := choose(names)
	if err != nil {
		return nil, err
	}
	asked := l.Datasets()
	if len(only) > 0 {
		asked = only
		if only, err = l.fit(only); err != nil {
			return nil, err
		}
	}
	b := &Batch{Profile: l.opts.Profile, seeds: l.seeds(), only: only, device: l.opts.flags()}
	runs := map[string]*Run{} // by their labels
	for _, e := range chosen {
		p, err := l.experiment(e, only, runs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name, err)
		}
		b.Experiments = append(b.Experiments, p)
	}
	b.Runs = slices.SortedFunc(maps.Values(runs), func(x, y *Run) int { return x.Labels.Compare(y.Labels) })
	tellApart(b.Runs)
	b.Targets = b.targets()
	l.note(b, asked)
	return b, nil
}

// fit drops those of the named datasets on which no run can be made, by their
// manifests, as long as there are others; the batch notes which.
func (l *Lab) fit(names []string) ([]string, error) {
	var fit []string
	var unfit error
	for _, name := range names {
		_, err := l.runnable(name)
		switch {
		case err == nil:
			fit = append(fit, name)
		case l.sources[name].unfit != "":
			unfit = err
		default:
			return nil, err
		}
	}
	if len(fit) > 0 {
		return fit, nil
	}
	return nil, unfit
}

// targets are what has to be made.
func (b *Batch) targets() []*engine.Node {
	var out []*engine.Node
	for _, r := range b.Runs {
		out = append(out, r.Evaluate)
	}
	for _, p := range b.Experiments {
		out = append(out, p.Drawings...)
	}
	return out
}

// experiment plans the runs of one experiment on every dataset with every seed,
// and its figures. Runs that are known already are shared.
func (l *Lab) experiment(e Experiment, only []string, known map[string]*Run) (Planned, error) {
	p := Planned{Experiment: e}
	names := only
	if len(names) == 0 {
		names = l.datasetsOf(e)
	}
	for _, dataset := range names {
		p.Datasets = append(p.Datasets, l.shown(dataset, e))
		for _, spec := range e.Runs {
			for seed := range l.seeds() {
				r, err := l.plan(RunSpec{Method: spec.Method, Dataset: dataset, Seed: uint64(seed + 1)}, spec.Set)
				if err != nil {
					return p, err
				}
				if first, twice := known[r.Labels.String()]; twice {
					r = first
				}
				known[r.Labels.String()] = r
				if !slices.Contains(p.Runs, r) {
					p.Runs = append(p.Runs, r)
				}
			}
		}
	}
	for _, f := range e.Figures {
		p.Drawings = append(p.Drawings, p.drawing(f))
	}
	return p, nil
}

// drawing plans a figure of the numbers of all runs, of training and of
// evaluation.
func (p *Planned) drawing(f plots.FigureEntry) *engine.Node {
	node := &engine.Node{Label: "draw " + p.file(f.Name), Weight: 1}
	labels := map[string]plots.Labels{}
	for i, r := range p.Runs {
		for _, from := range []*engine.Node{r.Train, r.Evaluate} {
			role := fmt.Sprintf("%s%03d", from.Stage.Name(), i)
			node.Inputs = append(node.Inputs, engine.Input{Role: role, From: from})
			labels[role] = r.Labels
		}
	}
	node.Stage = figure.New(figure.Params{
		Name: p.file(f.Name), Figure: f, Datasets: p.Datasets, Labels: labels,
	})
	return node
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
		return s.format == "generated" || s.vectors == nil || s.unfit != ""
	})
}

// shown says how an experiment's figures and tables call a dataset; generated
// ones are called so. The papers' own data are the beer reviews of an experiment's
// aspects.
func (l *Lab) shown(name string, e Experiment) plots.DatasetSpec {
	s, title := l.sources[name], name
	if s.format == "generated" {
		title = s.aspect + " (generated)"
	}
	own := s.format == "beer" && slices.Contains(e.Aspects, s.aspect) && !s.derived
	return plots.DatasetSpec{Name: name, Title: title, Classes: s.classes, Paper: own}
}

// note tells people what the batch will use of the datasets that were asked for.
func (l *Lab) note(b *Batch, asked []string) {
	seconds := 0.0
	used := map[string]bool{}
	for _, r := range b.Runs {
		seconds += r.Train.Weight + r.Evaluate.Weight
		used[r.Dataset] = true
		b.Random = b.Random || l.sources[r.Dataset].vectors == nil
	}
	b.Notes = append(b.Notes, fmt.Sprintf("%d runs on %s, profile %s: some %.0f min on two cores if nothing is done yet",
		len(b.Runs), joinSorted(used), l.opts.Profile, math.Ceil(seconds/60/2)))
	for _, name := range asked {
		if why := l.leftOut(name); why != "" {
			b.LeftOut = append(b.LeftOut, name+" is left out: "+why)
		}
	}
	b.Notes = append(b.Notes, b.LeftOut...)
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
	case s.unfit != "":
		return s.unfit
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
