package experiments

import (
	"slices"
	"strconv"

	"rationale/plots"
)

// targetsOf are those of the entry's targets that were asked for, or that the profile
// has time for on data of a format; all of them where it has none of those.
func (l *Lab) targetsOf(entry RunEntry, format string) []float64 {
	wanted := l.opts.Targets
	if len(wanted) == 0 {
		wanted = l.profile.Targets[format]
	}
	some := slices.DeleteFunc(slices.Clone(entry.Targets), func(t float64) bool { return !slices.Contains(wanted, t) })
	if len(some) == 0 {
		return entry.Targets
	}
	return some
}

// shownTarget is a target as records have it.
func shownTarget(t float64) string { return strconv.FormatFloat(t, 'g', -1, 64) }

// about keeps of the experiment's figures and tables the panels and claims that are
// about targets of its runs.
func (p *Planned) about() {
	trained := func(s plots.Selector) bool {
		wanted, named := s[targetKey]
		return !named || slices.ContainsFunc(p.Runs, func(r *Run) bool { return r.Labels[targetKey] == wanted })
	}
	p.Figures, p.Tables = slices.Clone(p.Figures), slices.Clone(p.Tables)
	for i, f := range p.Figures {
		if spec, ok := f.Spec.(*plots.CurvesSpec); ok {
			kept := *spec
			kept.Panels = slices.DeleteFunc(slices.Clone(spec.Panels), func(s plots.PanelSpec) bool { return !trained(s.Selector) })
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
