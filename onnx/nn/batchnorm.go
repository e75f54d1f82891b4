package nn

import "rationale/onnx/graph"

// PyTorch's defaults: the ε inside BatchNorm's root, and the weight of a batch in
// the running statistics.
const BatchNormEpsilon, BatchNormMomentum = 1e-5, 0.1

const runningMean, runningVariance = ".running_mean", ".running_var"

// BatchNormParams are the parameters of BatchNorm over n features, and the running
// statistics, which a step carries.
func BatchNormParams(name string, n int) []Param {
	shape := []int64{int64(n)}
	return []Param{
		{Name: name + ".weight", Shape: shape, Init: Init{Fill: 1}},
		{Name: name + ".bias", Shape: shape},
		{Name: name + runningMean, Shape: shape, Carried: true},
		{Name: name + runningVariance, Shape: shape, Init: Init{Fill: 1}, Carried: true},
	}
}

// BatchNorm gives each feature of x [G,N,W] mean 0 and variance 1 and applies weight
// γ and bias β:
//
//	γ⊙(x − μ)/√(σ² + ε) + β.
//
// In training μ and σ² are those of the rows where m [G,N] is 1, and carry is given
// the next values of the running statistics, by name. In evaluation carry is nil,
// and the running statistics stand for the batch's.
func BatchNorm(g *graph.Graph, w Weights, name string, x, m *graph.Value, carry func(param string, next *graph.Value)) *graph.Value {
	g = g.Scope(name)
	mean, variance := w[name+runningMean], w[name+runningVariance]
	if carry != nil {
		running := statistics{mean, variance}
		batch, rows := statisticsOf(g, x, m)
		next := running.towards(g, batch.unbiased(g, rows))
		carry(name+runningMean, next.mean)
		carry(name+runningVariance, next.variance)
		mean, variance = batch.mean, batch.variance
	}
	deviation := g.Sqrt(g.Add(variance, g.Like(variance, BatchNormEpsilon)))
	scale := g.Div(w[name+".weight"], deviation)
	return g.Add(g.Mul(g.Sub(x, mean), scale), w[name+".bias"])
}

// statistics are the mean and the variance of each feature, [W].
type statistics struct{ mean, variance *graph.Value }

// statisticsOf are those of the rows of x [G,N,W] where m [G,N] is 1, whose number is
// rows [1].
func statisticsOf(g *graph.Graph, x, m *graph.Value) (of statistics, rows *graph.Value) {
	m = g.Unsqueeze(m, 2)
	rows = atLeastOne(g, One(g, g.ReduceSum(m, false)))
	average := func(x *graph.Value) *graph.Value { return g.Div(g.ReduceSum(g.Mul(m, x), false, 0, 1), rows) }
	of.mean = average(x)
	centred := g.Sub(x, of.mean)
	of.variance = average(g.Mul(centred, centred))
	return of, rows
}

// unbiased is an estimate of what the rows were drawn from: the variance times
// n/(n − 1).
func (s statistics) unbiased(g *graph.Graph, rows *graph.Value) statistics {
	others := atLeastOne(g, g.Sub(rows, g.Like(rows, 1)))
	return statistics{s.mean, g.Mul(s.variance, g.Div(rows, others))}
}

// towards moves running statistics to those of a batch.
func (s statistics) towards(g *graph.Graph, batch statistics) statistics {
	move := func(from, to *graph.Value) *graph.Value {
		return g.Add(Times(g, 1-BatchNormMomentum, from), Times(g, BatchNormMomentum, to))
	}
	return statistics{move(s.mean, batch.mean), move(s.variance, batch.variance)}
}
