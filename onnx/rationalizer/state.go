package rationalizer

import (
	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// The parts of a layout's state, as suffixes of its name, and the suffix of
// the outputs that hold their new values.
const (
	ParamsPart, MeanPart, VariancePart, CompletedPart = ".params", ".mean", ".variance", ".completed"
	NextSuffix                                        = ".next"
)

// statePart is one tensor of a layout's state.
type statePart struct {
	suffix string
	dtype  tensor.DType // Invalid: that of the parameters
	one    bool         // one number, in place of one a parameter
	of     func(*nn.State) **graph.Value
}

var paramsPart = statePart{suffix: ParamsPart, of: func(s *nn.State) **graph.Value { return &s.Params }}

var optimizerParts = []statePart{
	{suffix: MeanPart, of: func(s *nn.State) **graph.Value { return &s.Mean }},
	{suffix: VariancePart, of: func(s *nn.State) **graph.Value { return &s.Variance }},
	{suffix: CompletedPart, dtype: tensor.Int64, one: true, of: func(s *nn.State) **graph.Value { return &s.Completed }},
}

// stateParts lists what a step carries of a layout.
func stateParts(l nn.Layout) []statePart {
	if l.Carried {
		return []statePart{paramsPart}
	}
	return append([]statePart{paramsPart}, optimizerParts...)
}

func (p statePart) size(l nn.Layout) int {
	if p.one {
		return 1
	}
	return l.Size()
}

// stateInputs declares the state.
func (s *Step) stateInputs() map[string]nn.State {
	states := map[string]nn.State{}
	for _, l := range s.out.Layouts {
		var st nn.State
		for _, p := range stateParts(l) {
			dtype := p.dtype
			if dtype == tensor.Invalid {
				dtype = s.dtype()
			}
			*p.of(&st) = s.root.Input(l.Name+p.suffix, dtype, graph.N(p.size(l)))
		}
		states[l.Name] = st
	}
	return states
}

// stateList and stateMap turn the state into a list and back.
func (s *Step) stateList(states map[string]nn.State) []*graph.Value {
	var list []*graph.Value
	for _, l := range s.out.Layouts {
		st := states[l.Name]
		for _, p := range stateParts(l) {
			list = append(list, *p.of(&st))
		}
	}
	return list
}

func (s *Step) stateMap(list []*graph.Value) map[string]nn.State {
	out := map[string]nn.State{}
	for _, l := range s.out.Layouts {
		var st nn.State
		for _, p := range stateParts(l) {
			*p.of(&st), list = list[0], list[1:]
		}
		out[l.Name] = st
	}
	return out
}

// InitialParams draws the first parameters of a run: a flat vector a layout.
func InitialParams(layouts []nn.Layout, seed uint64) map[string][]float32 {
	params := map[string][]float32{}
	for _, l := range layouts {
		for _, v := range l.Initial(seed) {
			params[l.Name] = append(params[l.Name], float32(v))
		}
	}
	return params
}

// FreshState is the state of optimisers that start from params, by input name,
// and the output that holds the next value of each.
func FreshState(layouts []nn.Layout, params map[string][]float32) (next map[string]string, state map[string]*tensor.Tensor) {
	next, state = map[string]string{}, map[string]*tensor.Tensor{}
	for _, l := range layouts {
		for _, p := range stateParts(l) {
			name := l.Name + p.suffix
			next[name] = name + NextSuffix
			switch {
			case p.suffix == ParamsPart:
				state[name] = tensor.Vector(params[l.Name])
			case p.dtype == tensor.Int64:
				state[name] = tensor.Vector(make([]int64, p.size(l)))
			default:
				state[name] = tensor.Vector(make([]float32, p.size(l)))
			}
		}
	}
	return next, state
}

// StateNames lists the tensors of the layouts' state.
func StateNames(layouts []nn.Layout) []string {
	var names []string
	for _, l := range layouts {
		for _, p := range stateParts(l) {
			names = append(names, l.Name+p.suffix)
		}
	}
	return names
}
