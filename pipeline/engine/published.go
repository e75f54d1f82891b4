package engine

import (
	"context"
	"fmt"

	"rationale/stages"
)

// Published is a node for an artifact that the store has. Plans build on it without
// knowing how it was made, and so without being able to make it again.
func Published(m Manifest) *Node { return &Node{Stage: published{m}, Label: m.Label} }

// published is the stage of a published artifact.
type published struct{ manifest Manifest }

func (p published) Name() string { return p.manifest.Stage }
func (p published) Version() int { return p.manifest.Version }
func (p published) Params() any  { return p.manifest.Params }

// Run is called only when the artifact has gone, or is damaged.
func (p published) Run(context.Context, *stages.Env) error {
	return fmt.Errorf("artifact %s is no longer there as it was; the command that made it makes it again", p.manifest.ID)
}

// recipe is what a node's identity is computed from.
func (n *Node) recipe(inputs map[string]Source) (Recipe, error) {
	if p, ok := n.Stage.(published); ok {
		return p.manifest.Recipe, nil
	}
	params, err := paramsJSON(n.Stage.Params())
	return Recipe{Stage: n.Stage.Name(), Version: n.Stage.Version(), Params: params, Inputs: inputs}, err
}
