package engine

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func toyNode(name string, inputs ...*Node) *Node {
	n := &Node{Stage: &toy{name: "toy", version: 1, params: toyParams{Text: name, Steps: 1}}, Label: name}
	for i, in := range inputs {
		n.Inputs = append(n.Inputs, Input{Role: string(rune('a' + i)), From: in})
	}
	return n
}

func labels(p *Plan) string {
	var names []string
	for _, s := range p.Steps() {
		names = append(names, s.Label)
	}
	return strings.Join(names, " ")
}

func TestPlanOrder(t *testing.T) {
	a, b := toyNode("a"), toyNode("b")
	c := toyNode("c", b, a)
	d := toyNode("d", a)
	for _, tc := range []struct {
		targets []*Node
		want    string
	}{
		{nil, ""},
		{[]*Node{a}, "a"},
		{[]*Node{c}, "b a c"},
		{[]*Node{d, c}, "a d b c"},
		{[]*Node{c, d, c}, "b a c d"},
	} {
		p, err := NewPlan(tc.targets...)
		if err != nil {
			t.Fatal(err)
		}
		if got := labels(p); got != tc.want {
			t.Errorf("order %q, want %q", got, tc.want)
		}
	}
}

func TestPlanMergesEqualNodes(t *testing.T) {
	a1, a2 := toyNode("a"), toyNode("a")
	b1, b2, c := toyNode("b", a1), toyNode("b", a2), toyNode("c", a2)
	p, err := NewPlan(b1, b2, c)
	if err != nil {
		t.Fatal(err)
	}
	if got := labels(p); got != "a b c" {
		t.Errorf("steps %q, want a b c", got)
	}
	if p.ID(b1) != p.ID(b2) || p.ID(b1) == p.ID(c) || p.ID(toyNode("b")) != "" {
		t.Errorf("ids %q %q %q", p.ID(b1), p.ID(b2), p.ID(c))
	}
}

// TestPlanOrderLaw: in any graph every step comes after its inputs, once.
func TestPlanOrderLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var nodes []*Node
		for i := range rapid.IntRange(1, 12).Draw(t, "nodes") {
			n := toyNode(string(rune('A' + rapid.IntRange(0, i).Draw(t, "name"))))
			for j, in := range nodes {
				if rapid.Bool().Draw(t, "edge") {
					n.Inputs = append(n.Inputs, Input{Role: string(rune('a' + j)), From: in})
				}
			}
			nodes = append(nodes, n)
		}
		p, err := NewPlan(rapid.Permutation(nodes).Draw(t, "targets")...)
		if err != nil {
			t.Fatal(err)
		}
		done := map[string]bool{}
		for _, s := range p.Steps() {
			for role, source := range s.Recipe.Inputs {
				if !done[source.Artifact] {
					t.Fatalf("%s comes before its input %s", s.ID, role)
				}
			}
			if done[s.ID] {
				t.Fatalf("%s is there twice", s.ID)
			}
			done[s.ID] = true
		}
	})
}

func TestPlanRefuses(t *testing.T) {
	named := func(name string) *Node { return &Node{Stage: &toy{name: name}} }
	input := func(in Input) *Node {
		n := toyNode("n")
		n.Inputs = []Input{in}
		return n
	}
	loop := toyNode("loop")
	loop.Inputs = []Input{{Role: "again", From: toyNode("middle", loop)}}
	twice := toyNode("twice")
	twice.Inputs = []Input{{Role: "r", From: toyNode("x")}, {Role: "r", From: toyNode("y")}}

	tests := map[string]struct {
		node *Node
		want string
	}{
		"nil node":       {nil, "no stage"},
		"nil stage":      {&Node{}, "no stage"},
		"nil input":      {input(Input{Role: "r"}), "neither a stage nor a folder"},
		"both":           {input(Input{Role: "r", From: loop, Dir: "x"}), "both a stage and a folder"},
		"dots":           {named("a/../b"), `stage name "a/../b"`},
		"only dots":      {named(".."), `stage name ".."`},
		"dots inside":    {named("a..b"), "not allowed"},
		"absolute":       {named("/etc"), "not allowed"},
		"empty name":     {named(""), "not allowed"},
		"role with dots": {input(Input{Role: "../x", From: loop}), `role "../x"`},
		"no digest":      {input(Input{Role: "r", Dir: "x"}), "folder x needs a SHA-256"},
		"short digest":   {input(Input{Role: "r", Dir: "x", Digest: "ab"}), "64 lower-case"},
		"nothing opens":  {input(Input{Role: "r", Dir: "x", Digest: rawDigest}), "nothing opens folder x"},
		"twice":          {twice, `role "r" is filled twice`},
		"cycle":          {loop, "cycle: loop needs middle needs loop"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := NewPlan(toyNode("fine"), tc.node)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestStoreRefusesNames(t *testing.T) {
	s := newStore(t)
	for _, id := range []string{"", "..", "train", "../train-0123456789abcdef", "a/b-0123456789abcdef",
		"/tmp-0123456789abcdef", "a..b-0123456789abcdef", "train-0123456789abcdeg", "-0123456789abcdef"} {
		_, pathErr := s.Path(id)
		_, hasErr := s.Has(id)
		_, verifyErr := s.Verify(id)
		_, _, logErr := s.Log(id)
		if slices.Contains([]error{pathErr, hasErr, verifyErr, logErr}, nil) {
			t.Errorf("%q: %v, %v, %v, %v; want four errors", id, pathErr, hasErr, verifyErr, logErr)
		}
	}
	if _, err := s.Path("train-0123456789abcdef"); err != nil {
		t.Error(err)
	}
}
