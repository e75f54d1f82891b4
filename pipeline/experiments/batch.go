package experiments

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rationale/pipeline/engine"
	"rationale/plots"
	"rationale/stages/figure"
	"rationale/stages/floor"
)

// Batch is a planned set of experiments.
type Batch struct {
	// Targets are what has to be made.
	Targets []*engine.Node
	// Notes tell people beforehand what is used and how long it may take.
	Notes []string
	// LeftOut names the datasets on which no run is made, and says why.
	LeftOut []string
	// Further is how many runs may follow where a search for a sparsity is open: the
	// batch is then the part of the work that is known.
	Further int

	Profile     string
	Experiments []Planned
	Runs        []*Run // that figures and tables show
	Random      bool   // some runs are on made-up word vectors

	asked []string // the words of the command line that ask for it again
}

// Planned is an experiment on datasets.
type Planned struct {
	Experiment
	Datasets []plots.DatasetSpec
	Runs     []*Run
	Counts   []Counted // the datasets of an experiment about the data itself
	// Drawings are the experiment's figures, one for each; none while a search for a
	// sparsity is open.
	Drawings []*engine.Node
	// Annotations tells that sparsities were read on annotated test texts.
	Annotations bool
}

// Reproduce plans experiments on whatever data is there, or on the named
// datasets alone. Where a search for a sparsity is open it plans what is known so
// far, and Searching tells so.
func (l *Lab) Reproduce(names []string, only ...string) (*Batch, error) {
	chosen, err := choose(names)
	if err != nil {
		return nil, err
	}
	l = l.restricted(names)
	if err := cmp.Or(l.checkTargets(chosen), l.checkCheckpoint(chosen)); err != nil {
		return nil, err
	}
	asked := l.ofUsers()
	if len(only) > 0 {
		asked = only
		if err := l.checkFit(chosen, only); err != nil {
			return nil, err
		}
	}
	parts, err := l.parts(chosen, only)
	if err != nil {
		return nil, err
	}
	b := &Batch{Profile: l.opts.Profile, asked: l.command(chosen, only), LeftOut: l.leftOut(chosen, asked)}
	if len(parts) == 0 {
		return nil, b.nothing()
	}
	return b, l.fill(b, parts)
}

// nothing says that there is nothing to run on, and why.
func (b *Batch) nothing() error {
	if len(b.LeftOut) == 0 {
		return errors.New("nothing to run on: no data is there that the paper shows this for; import some (\"data import\"), or name another dataset with --dataset")
	}
	return fmt.Errorf("nothing to run on: %s", strings.Join(b.LeftOut, "; "))
}

// fill plans the parts.
func (l *Lab) fill(b *Batch, parts []part) error {
	runs := map[string]*Run{} // by their labels
	for _, of := range parts {
		p, err := l.planned(of, runs)
		if err != nil {
			return fmt.Errorf("%s: %w", of.Name, err)
		}
		b.Experiments = append(b.Experiments, p)
	}
	b.Runs = slices.SortedFunc(maps.Values(runs), func(x, y *Run) int { return x.Labels.Compare(y.Labels) })
	tellApart(slices.DeleteFunc(slices.Clone(b.Runs), func(r *Run) bool { return r.Search != nil || r.Assess != nil }))
	b.Targets = b.targets()
	l.note(b)
	return nil
}

// checkFit wants runs to be possible on one of the named datasets at least, and no
// other fault of the rest than one that their manifests tell: those are left out.
func (l *Lab) checkFit(chosen []Experiment, names []string) error {
	if !slices.ContainsFunc(chosen, Experiment.trains) {
		return nil
	}
	find := l.runnable
	if !slices.ContainsFunc(chosen, Experiment.reads) {
		find = l.fit
	}
	var unfit error
	fit := 0
	for _, name := range names {
		s, err := find(name)
		other := l.otherKind(chosen, name)
		switch {
		case err == nil && other == "":
			fit++
		case err == nil:
			unfit = fmt.Errorf("dataset %s: %s", name, other)
		case s.unfit != "":
			unfit = err
		default:
			return err
		}
	}
	if fit > 0 {
		return nil
	}
	return unfit
}

// targets are what has to be made.
func (b *Batch) targets() []*engine.Node {
	var out []*engine.Node
	for _, r := range b.trained() {
		out = append(out, r.measured()...)
	}
	for _, p := range b.Experiments {
		for _, c := range p.Counts {
			out = append(out, c.Node)
		}
		out = append(out, p.Drawings...)
	}
	return out
}

// trained are the runs behind those that are shown: runs of a given s first, then
// all attempts of searches.
func (b *Batch) trained() []*Run {
	var given, attempts []*Run
	for _, r := range b.Runs {
		if r.Search == nil {
			given = append(given, r)
		} else {
			attempts = append(attempts, r.Search.Attempts...)
		}
	}
	return append(given, attempts...)
}

// Searching tells that a search for a sparsity is open.
func (b *Batch) Searching() bool { return searching(b.Runs) }

func searching(runs []*Run) bool {
	return slices.ContainsFunc(runs, func(r *Run) bool { return r.Search != nil && r.Search.Open })
}

// planned plans what an experiment makes of its datasets.
func (l *Lab) planned(of part, known map[string]*Run) (Planned, error) {
	if of.trains() {
		return l.experiment(of, known)
	}
	return l.statistics(of)
}

// experiment plans the runs of one experiment on every dataset with every seed,
// and its figures. Runs that are known already are shared.
func (l *Lab) experiment(of part, known map[string]*Run) (Planned, error) {
	p := Planned{Experiment: of.Experiment, Annotations: l.opts.SparsityFrom == FromAnnotations}
	for _, dataset := range of.datasets {
		p.Datasets = append(p.Datasets, l.shown(dataset, of.Experiment))
		for _, entry := range of.Runs {
			for seed := range l.seeds(of.Experiment) {
				runs, err := l.runs(entry, RunSpec{
					Method: entry.Method, Dataset: dataset, Encoder: entry.Encoder, Checkpoint: l.checkpointOf(of.Experiment), Seed: uint64(seed + 1),
				})
				if err != nil {
					return p, err
				}
				p.share(runs, known)
			}
		}
	}
	p.Counts = l.floors(of)
	p.about()
	p.draw()
	return p, nil
}

// share adds runs to the experiment, in place of equal ones those that are known.
func (p *Planned) share(runs []*Run, known map[string]*Run) {
	for _, r := range runs {
		if first, twice := known[r.Labels.String()]; twice {
			r = first
		}
		known[r.Labels.String()] = r
		if !slices.Contains(p.Runs, r) {
			p.Runs = append(p.Runs, r)
		}
	}
}

// runs plans what an entry says: a run, or one for each target sparsity.
func (l *Lab) runs(entry RunEntry, spec RunSpec) ([]*Run, error) {
	if !entry.in(l.opts.Profile) {
		return nil, nil
	}
	if entry.Backdoor != nil {
		return l.attacked(entry, spec)
	}
	if len(entry.Targets) == 0 {
		r, err := l.plan(spec, entry.Set)
		return []*Run{r}, err
	}
	var out []*Run
	for _, target := range l.targetsOf(entry) {
		r, err := l.search(spec, entry.Set, target)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// draw plans the experiment's figures, as soon as its runs are known.
func (p *Planned) draw() {
	p.Drawings = nil
	if searching(p.Runs) {
		return
	}
	for _, f := range p.Figures {
		p.Drawings = append(p.Drawings, p.drawing(f))
	}
}

// drawing plans a figure of the numbers of all runs, of training and of
// evaluation, and of the datasets' where it looks for them.
func (p *Planned) drawing(f plots.FigureEntry) *engine.Node {
	node := &engine.Node{Label: "draw " + p.file(f.Name), Weight: 1}
	labels := map[string]plots.Labels{}
	add := func(from *engine.Node, i int, of plots.Labels) {
		role := fmt.Sprintf("%s%03d", from.Stage.Name(), i)
		node.Inputs = append(node.Inputs, engine.Input{Role: role, From: from})
		labels[role] = of
	}
	for i, r := range p.Runs {
		for _, from := range append([]*engine.Node{r.Train}, r.measured()...) {
			add(from, i, r.Labels)
		}
	}
	if slices.Contains(f.Spec.Measures(), floor.QueryAccuracy) {
		for i, c := range p.Counts {
			add(c.Node, i, plots.Labels{"dataset": c.Dataset})
		}
	}
	node.Stage = figure.New(figure.Params{
		Name: p.file(f.Name), Figure: f, Datasets: p.Datasets, Labels: labels,
	})
	return node
}

// seeds is the number of an experiment's runs of each kind.
func (l *Lab) seeds(e Experiment) int {
	return cmp.Or(l.opts.Seeds, e.Seeds[l.opts.Profile], l.profile.Seeds)
}
