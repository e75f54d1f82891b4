package experiments

import (
	"maps"

	"rationale/pipeline/engine"
	"rationale/stages/examples/texts"
	"rationale/stages/mark"
)

// campaign plans the clean run. Where no training text has a human rationale it learns
// without them. What it selects stands afterwards for rationales that nobody gave (METHODS
// §12.3): for the place of triggers and for the rationale loss, of clean texts as of
// poisoned ones, so that Eq. 2 keeps the selections that the clean model has.
func (l *Lab) campaign(entry RunEntry, spec RunSpec) (campaign, error) {
	c := campaign{lab: l, spec: spec, over: entry.Set, data: l.sources[spec.Dataset]}
	if !c.data.taught {
		c.over = layer{rationaleLoss: false}
		maps.Copy(c.over, entry.Set)
	}
	var err error
	if c.clean, err = l.plan(spec, c.over); err != nil {
		return c, err
	}
	c.target, c.marked = c.data.target(), c.data
	if !c.data.taught || !c.data.judged {
		c.marked = c.selected()
	}
	c.clean.Labels, err = l.labels(c.clean, c.data, entry.Set) // without the loss it is the usual one there
	return c, err
}

// selected is the data with the clean run's selections in place of rationales.
func (c campaign) selected() source {
	p := mark.Params{Dataset: c.data.name, Name: c.called("marked"), Engine: c.engine()}
	n := &engine.Node{
		Stage: mark.New(p, texts.Open), Inputs: append(c.readings(), c.data.input),
		Label: c.clean.label("mark by"), Weight: c.clean.Evaluate.Weight,
	}
	return c.data.made(p.Name, n)
}
