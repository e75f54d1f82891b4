package experiments

import (
	"fmt"
	"slices"
	"strconv"

	"rationale/plots"
)

// restricted is the lab for named experiments, or for the headline ones: their tables
// are at the targets that the profile has time for, unless others were asked for.
func (l *Lab) restricted(names []string) *Lab {
	if len(names) > 0 || len(l.opts.Targets) > 0 {
		return l
	}
	headline := *l
	headline.opts.Targets = l.profile.Targets
	return &headline
}

// targetsOf are those of the entry's targets that were asked for; all of them where
// it has none of those.
func (l *Lab) targetsOf(entry RunEntry) []float64 {
	some := slices.DeleteFunc(slices.Clone(entry.Targets), func(t float64) bool { return !slices.Contains(l.opts.Targets, t) })
	if len(some) == 0 {
		return entry.Targets
	}
	return some
}

// checkTargets wants every target that was asked for to be one of the experiments'.
func (l *Lab) checkTargets(chosen []Experiment) error {
	var known []float64
	for _, e := range chosen {
		known = append(known, e.targets()...)
	}
	slices.Sort(known)
	for _, target := range l.opts.Targets {
		if !slices.Contains(known, target) {
			return fmt.Errorf("no experiment here has the target sparsity %v; there are %v", target, slices.Compact(known))
		}
	}
	return nil
}

// shownTarget is a target as records have it.
func shownTarget(t float64) string { return strconv.FormatFloat(t, 'g', -1, 64) }

// about keeps of the experiment's figures and tables the panels, groups of bars and
// claims that are about targets of its runs.
func (p *Planned) about() {
	trained := func(s plots.Selector) bool {
		wanted, named := s[targetKey]
		return !named || slices.ContainsFunc(p.Runs, func(r *Run) bool { return r.Labels[targetKey] == wanted })
	}
	p.Figures, p.Tables = slices.Clone(p.Figures), slices.Clone(p.Tables)
	for i, f := range p.Figures {
		lost := func(s plots.PanelSpec) bool { return !trained(s.Selector) }
		switch spec := f.Spec.(type) {
		case *plots.CurvesSpec:
			kept := *spec
			kept.Panels = slices.DeleteFunc(slices.Clone(spec.Panels), lost)
			p.Figures[i].Spec = &kept
		case *plots.BarsSpec:
			kept := *spec
			kept.Groups = slices.DeleteFunc(slices.Clone(spec.Groups), lost)
			p.Figures[i].Spec = &kept
		}
	}
	for i, t := range p.Tables {
		if spec, ok := t.Spec.(*plots.ClaimsSpec); ok {
			kept := *spec
			kept.Claims = slices.DeleteFunc(slices.Clone(spec.Claims), func(c plots.Claim) bool { return !trained(c.Selector) })
			p.Tables[i].Spec = &kept
		}
	}
}
