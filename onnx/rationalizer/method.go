package rationalizer

import (
	"fmt"
	"slices"
	"strings"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// Method is one way to train a rationalizer.
type Method struct {
	Name string // as printed in the papers
	Doc  string // one line for people
	Base string // the method that this one wraps; empty for none
	// Options are the settings that this method has, and others may lack.
	Options []Option
	// Players are the model's.
	Players func(c Config) Players
	// Loss is what the players minimise together on a batch, [1]. The predictor
	// reads the further views in the same pass; Loss gives their logits [B,C].
	Loss func(s *Step, x *Batch, further ...View) (loss *graph.Value, logits []*graph.Value)
	// Attacker is f_a of a configuration that trains one, or nil.
	Attacker func(c Config) *Generator
	// Train is one training step; when nil, an update of the model on its loss.
	Train func(s *Step)
	// Instructs tells that the attacker's selections train the model too.
	Instructs bool
	// Reader names the method whose trained model reads this one's
	// selections; empty for none.
	Reader string

	finished bool // the model's players do not learn any more
}

// The teams: those who share an optimiser, and the reader that never learns.
const modelTeam, attackerTeam = "model", "attacker"

// ReaderLayout names the frozen reader's parameters.
const ReaderLayout = "reader"

// Selects tells that the model selects words.
func (m Method) Selects() bool { return m.Players(Config{}).Generator != nil }

// Attacked tells that a trained attacker comes with the model.
func (m Method) Attacked(c Config) bool { return m.attacker(m.complete(c)) != nil }

func (m Method) attacker(c Config) *Generator {
	if m.Attacker == nil {
		return nil
	}
	return m.Attacker(c)
}

// train adds one training step to the graph.
func (m Method) train(s *Step) {
	if m.Train != nil {
		m.Train(s)
		return
	}
	loss, _ := m.Loss(s, s.Batch())
	s.Minimize(modelTeam, loss)
}

// layouts lists the trained parameters, an optimiser each, in the order in which
// a step updates them.
func (m Method) layouts(c Config) []nn.Layout {
	if m.finished {
		return m.attackers(c)
	}
	return append(m.models(c), m.attackers(c)...)
}

// models lists the parameters of the model's players.
func (m Method) models(c Config) []nn.Layout {
	p := m.Players(c)
	if p.Predictor == nil {
		return nil // it lies outside
	}
	return grouped(modelTeam, p.params(c))
}

// attackers lists those of the attacker, if there is one.
func (m Method) attackers(c Config) []nn.Layout {
	f := m.attacker(c)
	if f == nil {
		return nil
	}
	return grouped(attackerTeam, f.params(c))
}

// Layouts lists the trained parameters of a configuration with the laws of their
// first values, an optimiser each.
func Layouts(c Config) ([]nn.Layout, error) {
	c, m, err := c.check()
	if err != nil {
		return nil, fmt.Errorf("rationalizer: %w", err)
	}
	return m.layouts(c), nil
}

// grouped lays out a team's parameters: the common group under the team's name,
// others behind it as TEAM/GROUP, what is carried as TEAM/carried, and what nothing
// moves as TEAM/fixed. All of a group learn at one pace.
func grouped(team string, params []nn.Param) []nn.Layout {
	out := []nn.Layout{{Name: team}}
	for _, p := range params {
		name := team
		switch {
		case p.Fixed:
			name += "/fixed"
		case p.Carried:
			name += "/carried"
		case p.Group != "":
			name += "/" + p.Group
		}
		i := slices.IndexFunc(out, func(l nn.Layout) bool { return l.Name == name })
		if i < 0 {
			i = len(out)
			out = append(out, nn.Layout{Name: name, Carried: p.Carried || p.Fixed, Pace: p.Pace})
		}
		out[i].Params = append(out[i].Params, p)
	}
	return out
}

// inTeam tells whether a layout holds parameters of the team.
func inTeam(l nn.Layout, team string) bool {
	return l.Name == team || strings.HasPrefix(l.Name, team+"/")
}

var methods []Method

// register adds methods; each file of this package that holds one calls it.
func register(m ...Method) bool {
	methods = append(methods, m...)
	return true
}

// Methods lists all methods by name.
func Methods() []Method {
	return slices.SortedFunc(slices.Values(methods), func(a, b Method) int { return strings.Compare(a.Name, b.Name) })
}

// Lookup finds a method by its name, in any case.
func Lookup(name string) (Method, error) {
	var known []string
	for _, m := range Methods() {
		if strings.EqualFold(m.Name, name) {
			return m, nil
		}
		known = append(known, m.Name)
	}
	return Method{}, fmt.Errorf("no method %q; there are %s", name, strings.Join(known, ", "))
}
