package engine

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"rationale/stages"
)

// Plan is a set of stages in an order in which they can run, each once.
type Plan struct {
	steps []*Step
	byID  map[string]*Step
	idOf  map[*Node]string
}

// Step is one distinct stage of a plan.
type Step struct {
	// ID is the name of the step's artifact in the store.
	ID string
	// Identity is the full SHA-256 that ID is cut from.
	Identity string
	// Label and Weight are those of the first node with this identity.
	Label  string
	Weight float64
	// Stage does the work.
	Stage stages.Stage
	// Recipe is what the identity was computed from.
	Recipe Recipe

	external []Input // the roles filled by external folders
}

// artifacts are the inputs that lie in the store, by role.
func (s *Step) artifacts() map[string]string {
	ids := map[string]string{}
	for role, source := range s.Recipe.Inputs {
		if source.Artifact != "" {
			ids[role] = source.Artifact
		}
	}
	return ids
}

// NewPlan orders the targets and everything they need: inputs first, ties in
// the order of mention, so the same graph always gives the same order. Nodes
// with equal identity become one step. A cycle is an error.
func NewPlan(targets ...*Node) (*Plan, error) {
	b := &planner{
		plan: &Plan{byID: map[string]*Step{}, idOf: map[*Node]string{}},
		open: map[*Node]bool{},
	}
	for _, n := range targets {
		if _, err := b.visit(n); err != nil {
			return nil, err
		}
	}
	return b.plan, nil
}

// Steps lists the steps, inputs before their users.
func (p *Plan) Steps() []*Step { return slices.Clone(p.steps) }

// ID is the artifact name of a node that the plan was built from, a target or
// one of its inputs; it is empty for any other node.
func (p *Plan) ID(n *Node) string { return p.idOf[n] }

// planner walks the graph depth first.
type planner struct {
	plan *Plan
	open map[*Node]bool // nodes on the path, to find cycles
	path []*Node
}

// visit adds the node's inputs and then the node, and returns its step.
func (b *planner) visit(n *Node) (*Step, error) {
	if id, ok := b.plan.idOf[n]; ok {
		return b.plan.byID[id], nil
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	if b.open[n] {
		return nil, b.cycle(n)
	}
	b.open[n], b.path = true, append(b.path, n)
	inputs, err := b.visitInputs(n)
	if err != nil {
		return nil, err
	}
	delete(b.open, n)
	b.path = b.path[:len(b.path)-1]

	step, err := newStep(n, inputs)
	if err != nil {
		return nil, err
	}
	return b.add(n, step), nil
}

func (b *planner) visitInputs(n *Node) (map[string]Source, error) {
	sources := map[string]Source{}
	for _, in := range n.Inputs {
		if in.From == nil {
			sources[in.Role] = Source{Digest: in.Digest}
			continue
		}
		step, err := b.visit(in.From)
		if err != nil {
			return nil, err
		}
		sources[in.Role] = Source{Artifact: step.ID, Digest: step.Identity}
	}
	return sources, nil
}

// add records the node's step, or finds the equal one already there.
func (b *planner) add(n *Node, step *Step) *Step {
	if same, ok := b.plan.byID[step.ID]; ok {
		step = same
	} else {
		b.plan.steps = append(b.plan.steps, step)
		b.plan.byID[step.ID] = step
	}
	b.plan.idOf[n] = step.ID
	return step
}

func (b *planner) cycle(n *Node) error {
	from := slices.Index(b.path, n)
	var names []string
	for _, p := range append(b.path[from:], n) {
		names = append(names, p.label())
	}
	return fmt.Errorf("the plan has a cycle: %s", strings.Join(names, " needs "))
}

func newStep(n *Node, inputs map[string]Source) (*Step, error) {
	recipe, err := n.recipe(inputs)
	if err != nil {
		return nil, fmt.Errorf("stage %s (%s): %w", n.Stage.Name(), n.label(), err)
	}
	identity, err := recipe.Identity()
	if err != nil {
		return nil, fmt.Errorf("stage %s (%s): %w", n.Stage.Name(), n.label(), err)
	}
	step := &Step{
		ID: artifactID(recipe.Stage, identity), Identity: identity,
		Label: n.label(), Weight: n.weight(), Stage: n.Stage, Recipe: recipe,
	}
	for _, in := range n.Inputs {
		if in.From != nil {
			continue
		}
		if in.Dir, err = filepath.Abs(in.Dir); err != nil {
			return nil, err
		}
		step.external = append(step.external, in)
	}
	return step, nil
}
