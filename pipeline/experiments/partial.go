package experiments

import (
	"slices"

	"rationale/pipeline/engine"
	"rationale/plots"
)

// Without is the part of a batch that is left without the runs that need a lost
// result, with figures of the others: where a seed failed the others are shown, and a
// dataset on which one kind of run has none left is no part of that experiment. An
// experiment of which nothing is left is dropped.
func (b *Batch) Without(lost func(*engine.Node) bool) *Batch {
	rest := *b
	gone := func(r *Run) bool { return slices.ContainsFunc(r.nodes(), lost) }
	rest.Runs = slices.DeleteFunc(slices.Clone(b.Runs), gone)
	rest.Experiments = nil
	for _, p := range b.Experiments {
		if p = p.without(gone).counting(lost); len(p.Datasets) > 0 {
			rest.Experiments = append(rest.Experiments, p)
		}
	}
	rest.Targets = rest.targets()
	return &rest
}

// Drawn is the part of a batch whose figures are not lost.
func (b *Batch) Drawn(lost func(*engine.Node) bool) *Batch {
	rest := *b
	rest.Experiments = slices.DeleteFunc(slices.Clone(b.Experiments), func(p Planned) bool {
		return slices.ContainsFunc(p.Drawings, lost)
	})
	rest.Targets = rest.targets()
	return &rest
}

// without plans the experiment's figures anew, without the lost runs.
func (p Planned) without(lost func(*Run) bool) Planned {
	if !slices.ContainsFunc(p.Runs, lost) {
		return p
	}
	left := slices.DeleteFunc(slices.Clone(p.Runs), lost)
	whole := func(d plots.DatasetSpec) bool {
		return !slices.ContainsFunc(p.Runs, func(r *Run) bool {
			return r.Labels["dataset"] == d.Name && !slices.ContainsFunc(left, r.sameKind)
		})
	}
	out := Planned{Experiment: p.Experiment, Annotations: p.Annotations}
	for _, d := range p.Datasets {
		if whole(d) {
			out.Datasets = append(out.Datasets, d)
		}
	}
	shown := func(dataset string) bool {
		return slices.ContainsFunc(out.Datasets, func(d plots.DatasetSpec) bool { return d.Name == dataset })
	}
	for _, r := range left {
		if shown(r.Labels["dataset"]) {
			out.Runs = append(out.Runs, r)
		}
	}
	out.Counts = slices.DeleteFunc(slices.Clone(p.Counts), func(c Counted) bool { return !shown(c.Dataset) })
	out.draw()
	return out
}

// sameKind tells that two runs differ in nothing but the seed.
func (r *Run) sameKind(other *Run) bool {
	return r.Labels.With(plots.SeedKey, "").Compare(other.Labels.With(plots.SeedKey, "")) == 0
}
