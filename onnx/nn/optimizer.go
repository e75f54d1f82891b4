package nn

import (
	"math"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// Rule is an optimiser's update rule.
type Rule string

// The update rules.
const (
	AdamRule Rule = "adam"
	SGDRule  Rule = "sgd"
)

// Optimizer updates a flat vector of parameters.
type Optimizer struct {
	Rule         Rule
	Beta1, Beta2 float64 // decay of the moments
	Epsilon      float64
	WeightDecay  float64 // decoupled: AdamW
	ClipNorm     float64 // bound of the gradient's Euclidean norm; 0 for none
}

// Adam is PyTorch's default Adam.
func Adam() Optimizer { return Optimizer{Rule: AdamRule, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8} }

// State is what an optimiser carries from step to step.
type State struct {
	Params    *graph.Value // [N]
	Mean      *graph.Value // [N], decayed mean of the gradient
	Variance  *graph.Value // [N], decayed mean of its square
	Completed *graph.Value // [1] int64, steps done
}

// Update is one step with gradient d [N] and learning rate lr [1].
func (o Optimizer) Update(g *graph.Graph, s State, d, lr *graph.Value) State {
	g = g.Scope("optimizer")
	if o.ClipNorm > 0 {
		d = clipNorm(g, d, o.ClipNorm)
	}
	s.Completed = g.Add(s.Completed, g.Ints(1))
	s, change := o.change(g, s, d, lr)
	if o.WeightDecay > 0 { // in one subtraction: each one rounds the parameters
		change = g.Add(change, g.Mul(s.Params, Times(g, o.WeightDecay, lr)))
	}
	s.Params = g.Sub(s.Params, change)
	return s
}

// change is what the parameters lose by the rule, and the new moments.
func (o Optimizer) change(g *graph.Graph, s State, d, lr *graph.Value) (State, *graph.Value) {
	if o.Rule == SGDRule {
		return s, g.Mul(lr, d)
	}
	return o.adam(g, s, d, lr)
}

// adam is
//
//	m ← β₁m + (1−β₁)d,  v ← β₂v + (1−β₂)d²,
//	w ← w − lr · (m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε).
func (o Optimizer) adam(g *graph.Graph, s State, d, lr *graph.Value) (State, *graph.Value) {
	s.Mean = g.Add(Times(g, o.Beta1, s.Mean), Times(g, 1-o.Beta1, d))
	s.Variance = g.Add(Times(g, o.Beta2, s.Variance), Times(g, 1-o.Beta2, g.Mul(d, d)))
	root := g.Sqrt(g.Div(s.Variance, unbias(g, o.Beta2, s.Completed, d.DType)))
	rate := g.Div(lr, unbias(g, o.Beta1, s.Completed, d.DType))
	return s, g.Div(g.Mul(rate, s.Mean), g.Add(root, g.Like(root, o.Epsilon)))
}

// unbias is 1 − βᵗ, computed in float64: in float32 the first steps' value
// for β₂ would be off by 1e-4.
func unbias(g *graph.Graph, beta float64, t *graph.Value, dtype tensor.DType) *graph.Value {
	power := g.Pow(g.Scalar(tensor.Float64, beta), g.Cast(t, tensor.Float64))
	return g.Cast(g.Sub(g.Scalar(tensor.Float64, 1), power), dtype)
}

// clipNorm scales d by min(1, bound/(‖d‖ + 1e-6)).
func clipNorm(g *graph.Graph, d *graph.Value, bound float64) *graph.Value {
	norm := g.Sqrt(g.ReduceSum(g.Mul(d, d), false))
	scale := g.Div(g.Like(norm, bound), g.Add(norm, g.Like(norm, 1e-6)))
	return g.Mul(d, g.Min(scale, g.Like(scale, 1)))
}

// Schedule is the learning rate of each step, counted from 1:
// max(Least, Rate · Decay^⌊(t−1)/Every⌋); Every = 0 keeps the rate constant.
type Schedule struct {
	Rate, Decay, Least float64
	Every              int64
}

// At is the learning rate of step t ≥ 1.
func (s Schedule) At(t int64) float64 {
	if s.Every <= 0 {
		return s.Rate
	}
	return math.Max(s.Least, s.Rate*math.Pow(s.Decay, float64((t-1)/s.Every)))
}

// Fall is a number that moves from one value to another in equal steps, counted from
// 1, and then stays.
type Fall struct {
	From, To float64
	Steps    int64 // until To is reached
}

// At is the number at step t ≥ 1.
func (f Fall) At(t int64) float64 {
	if t > f.Steps {
		return f.To
	}
	return f.From + (f.To-f.From)*float64(t-1)/float64(f.Steps)
}
