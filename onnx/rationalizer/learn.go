package rationalizer

import (
	"maps"
	"slices"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// Weights are a team's parameters as they stand at this point of the step.
func (s *Step) Weights(team string) nn.Weights {
	all := nn.Weights{}
	for _, l := range s.team(team) {
		if s.weights[l.Name] == nil {
			s.weights[l.Name] = l.Unpack(s.g, s.states[l.Name].Params)
		}
		maps.Copy(all, s.weights[l.Name])
	}
	return all
}

// team lists the layouts of a team, frozen ones too.
func (s *Step) team(name string) []nn.Layout {
	var out []nn.Layout
	for _, l := range slices.Concat(s.out.Layouts, s.out.Frozen) {
		if inTeam(l, name) {
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		s.g.Fail("the method has no parameters called %q", name)
	}
	return out
}

// Frozen declares parameters that the step reads and never changes.
func (s *Step) Frozen(l nn.Layout) {
	s.out.Frozen = append(s.out.Frozen, l)
	s.weights[l.Name] = l.Unpack(s.g, s.root.Input(l.Name+ParamsPart, s.dtype(), graph.N(l.Size())))
}

// Rate gives a group of a team's parameters another learning rate [1] in this
// step, for the updates that follow.
func (s *Step) Rate(team, group string, rate *graph.Value) { s.rates[team+"/"+group] = rate }

// Minimize adds one optimiser step on the loss for a team's parameters: one
// backward pass, and an update of each group at its own rate. Everything else
// that the loss depends on is constant.
func (s *Step) Minimize(team string, loss *graph.Value) {
	layouts := s.learning(team)
	var params []*graph.Value
	w := s.Weights(team)
	for _, l := range layouts {
		params = append(params, l.List(w)...)
	}
	parts, err := grad.Of(s.g, loss, params)
	if err != nil {
		s.g.Fail("%v", err)
		return
	}
	for _, l := range layouts {
		s.update(l, parts[:len(l.Params)])
		parts = parts[len(l.Params):]
	}
	s.settle(team)
	s.measureLoss(team, loss)
}

// learning lists the layouts of a team that have an optimiser.
func (s *Step) learning(team string) []nn.Layout {
	var out []nn.Layout
	for _, l := range s.team(team) {
		if _, trained := s.states[l.Name]; trained && !l.Carried {
			out = append(out, l)
		}
	}
	return out
}

// update is one step of a layout's optimiser with these gradients. What was
// read with the old values stands no more.
func (s *Step) update(l nn.Layout, parts []*graph.Value) {
	for i, p := range l.Params {
		s.Inspect("grad/"+l.Name+"."+p.Name, parts[i])
	}
	s.states[l.Name] = s.c.Hyper.optimizer().Update(s.g.Scope(l.Name), s.states[l.Name], l.Pack(s.g, parts), s.rate(l))
	s.changed(l)
}

// rate is the learning rate of a layout: that of its group, or else the step's, at
// the layout's pace.
func (s *Step) rate(l nn.Layout) *graph.Value {
	rate := s.groupRate(l)
	if l.Pace == 0 {
		return rate
	}
	return nn.Times(s.g, l.Pace, rate)
}

func (s *Step) groupRate(l nn.Layout) *graph.Value {
	for group, rate := range s.rates {
		if inTeam(l, group) {
			return rate
		}
	}
	return s.Scalar(LearningRate)
}

// carry gives a carried parameter of a team its next value, which holds for what
// the team reads from here on, and lasts if it learns from that: see settle.
func (s *Step) carry(team, param string, next *graph.Value) {
	s.Weights(team)
	for _, l := range s.team(team) {
		if !l.Carried || s.weights[l.Name][param] == nil {
			continue
		}
		w := maps.Clone(s.weights[l.Name])
		w[param] = next
		s.weights[l.Name], s.carried[l.Name] = w, w
		return
	}
	s.g.Fail("%s carries no parameter called %q", team, param)
}

// settle keeps what a team's readings have carried so far. What is carried after its
// last update in a step is dropped: a reading that another team learns from leaves
// the model as it is.
func (s *Step) settle(team string) {
	for _, l := range s.team(team) {
		if w := s.carried[l.Name]; w != nil {
			s.states[l.Name] = nn.State{Params: l.Pack(s.g, l.List(w))}
		}
	}
}

func (s *Step) changed(l nn.Layout) {
	delete(s.weights, l.Name)
	for _, f := range []*Generator{s.players.Generator, s.attacker} {
		if f != nil && inTeam(l, f.Team) {
			delete(s.encoded, f)
		}
	}
}

// Stop is v without its gradient.
func (s *Step) Stop(v *graph.Value) *graph.Value { return grad.Stop(s.g, v) }
