package engine

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"rationale/stages"
)

// Node is one stage instance in the graph that a plan is made from.
type Node struct {
	// Stage is the work and its parameters.
	Stage stages.Stage
	// Inputs fill the stage's roles; their order has no meaning.
	Inputs []Input
	// Label names the node for people: "train RNP on tweets, seed 1". It is
	// not part of the identity; the stage's name stands in when it is empty.
	Label string
	// Weight is the estimated cost in seconds, used for the time left.
	// Zero or less counts as one second.
	Weight float64
}

// Input fills one role of a stage: with the output of another node, or with
// an external folder such as an imported dataset. Exactly one of From and Dir
// is set.
type Input struct {
	// Role is the name under which the stage finds the output of another node
	// in Env.Inputs, and what Open gave in Env.Opened.
	Role string
	// From is the node whose output this is.
	From *Node
	// Dir is an external folder.
	Dir string
	// Digest is the SHA-256 of the external folder's content as 64 lower-case
	// hexadecimal digits. What is hashed is for its owner to say; the engine
	// takes equal digests to mean equal content.
	Digest string
	// Open opens Dir; an external folder needs it. A run calls it once, demands
	// Digest of what it gives, and hands that, not the folder, to the stages.
	Open func(dir string) (stages.Opened, error)
}

// namePattern is what a stage name or a role may look like: both may end up
// in file names, so neither may hold a separator.
var namePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$`)

var digestPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// checkName refuses names that could lead out of the store's folders.
func checkName(what, name string) error {
	if !namePattern.MatchString(name) || strings.Contains(name, "..") {
		return fmt.Errorf("%s %q is not allowed: use up to 100 letters, digits and . _ + -, "+
			"beginning with a letter or digit and without \"..\"", what, name)
	}
	return nil
}

func (n *Node) check() error {
	if n == nil || n.Stage == nil {
		return errors.New("a node of the plan has no stage")
	}
	if err := checkName("stage name", n.Stage.Name()); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, in := range n.Inputs {
		if err := in.check(); err != nil {
			return fmt.Errorf("stage %s (%s): %w", n.Stage.Name(), n.label(), err)
		}
		if seen[in.Role] {
			return fmt.Errorf("stage %s (%s): role %q is filled twice", n.Stage.Name(), n.label(), in.Role)
		}
		seen[in.Role] = true
	}
	return nil
}

func (n *Node) label() string {
	if n.Label == "" {
		return n.Stage.Name()
	}
	return n.Label
}

func (n *Node) weight() float64 {
	if n.Weight > 0 {
		return n.Weight
	}
	return 1
}

func (in Input) check() error {
	if err := checkName("role", in.Role); err != nil {
		return err
	}
	switch {
	case in.From != nil && in.Dir != "":
		return fmt.Errorf("input %s has both a stage and a folder: set one of them", in.Role)
	case in.From == nil && in.Dir == "":
		return fmt.Errorf("input %s has neither a stage nor a folder", in.Role)
	case in.Dir != "" && !digestPattern.MatchString(in.Digest):
		return fmt.Errorf("input %s: folder %s needs a SHA-256 digest of 64 lower-case hexadecimal digits, not %q",
			in.Role, in.Dir, in.Digest)
	case in.Dir != "" && in.Open == nil:
		return fmt.Errorf("input %s: nothing opens folder %s: set Open", in.Role, in.Dir)
	}
	return nil
}
