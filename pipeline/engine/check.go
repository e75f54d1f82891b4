package engine

import (
	"context"
	"errors"
	"runtime"

	"golang.org/x/sync/errgroup"

	"rationale/stages"
)

// Decision says what a plan has to do about one step, and why.
type Decision struct {
	ID    string `json:"id"`
	Stage string `json:"stage"`
	Label string `json:"label"`
	// Run is false when the artifact is there and undamaged.
	Run bool `json:"run"`
	// Reason says in words why the step has to run; empty when it has not.
	Reason string `json:"reason,omitempty"`

	damaged bool
}

// Check decides for each step of the plan, in the plan's order, whether it has
// to run against the store. It reads every artifact of the plan that is there
// (once per process) and changes nothing.
func (p *Plan) Check(ctx context.Context, s *Store) ([]Decision, error) {
	decisions := make([]Decision, len(p.steps))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, step := range p.steps {
		g.Go(func() error {
			return stages.Guard(func() (err error) {
				if err = ctx.Err(); err == nil {
					decisions[i], err = s.decide(step)
				}
				return err
			})
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return decisions, p.explain(s, decisions)
}

// decide looks at the step's own artifact only.
func (s *Store) decide(step *Step) (Decision, error) {
	d := Decision{ID: step.ID, Stage: step.Recipe.Stage, Label: step.Label}
	has, err := s.Has(step.ID)
	if err != nil || !has {
		d.Run = true
		return d, err
	}
	_, err = s.Verify(step.ID)
	var damage *DamageError
	if errors.As(err, &damage) {
		d.Run, d.damaged = true, true
		d.Reason = "artifact damaged: file " + damage.File + ": " + damage.Fault
		return d, nil
	}
	return d, err
}

// explain gives a reason to each step whose artifact is absent.
func (p *Plan) explain(s *Store, decisions []Decision) error {
	var earlier []Manifest
	var listed bool
	for i, step := range p.steps {
		d := &decisions[i]
		if !d.Run || d.damaged {
			continue
		}
		if !listed {
			var err error
			if earlier, err = p.earlier(s); err != nil {
				return err
			}
			listed = true
		}
		d.Reason = reason(step, earlier)
	}
	return nil
}

// earlier lists the store's artifacts that are not part of this plan. Damaged
// ones are left out: they say nothing about a step, and stop none.
func (p *Plan) earlier(s *Store) ([]Manifest, error) {
	all, err := s.List()
	var list []Manifest
	for _, m := range all.Manifests {
		if _, ours := p.byID[m.ID]; !ours {
			list = append(list, m)
		}
	}
	return list, err
}
