package experiments

import "rationale/onnx/nn"

// tokensPerSecond is how many training tokens of a text one thread of a slow
// machine gets through in a pass of generator and predictor of 100 units, padding
// included. It only serves the estimate of the time before there is a measured one.
const tokensPerSecond = 40_000

// nodesPerSecond is the same of the nodes of graphs and 64 units, padding left out.
const nodesPerSecond = 200_000

// cost estimates a training run in seconds.
func (r *Run) cost(data source) float64 {
	passes := 1.0
	switch {
	case r.Method.Instructs:
		passes = 3.1
	case r.Method.Attacked(r.config(data)):
		passes = 2.5
	case r.Method.Reader != "":
		passes = 1.4
	case !r.Method.Selects():
		passes = 0.6
	}
	tokens := float64(data.trainTokens)
	if n := r.Settings.TrainTexts; n > 0 && n < data.trainTexts {
		tokens *= float64(n) / float64(data.trainTexts)
	}
	return passes * float64(r.Settings.Epochs) * tokens / r.speed(data)
}

// speed is how many tokens or nodes go by in a second of a pass.
func (r *Run) speed(data source) float64 {
	if data.graphs {
		return nodesPerSecond
	}
	return tokensPerSecond / r.encoderCost()
}

// encoderCost is the time of the run's encoders, that of GRUs of 100 units being 1.
func (r *Run) encoderCost() float64 {
	if r.begun == nil {
		return sizeCost(r.Settings.Hidden)
	}
	return layersCost(r.begun.form, r.Settings.Frozen)
}

// layersCost is the time of BERT's layers, of which the lowest so many do not learn. It
// is measured on MiniLM: 622 words a second, and six tenths of the time with four of its
// six layers frozen.
func layersCost(b nn.BERT, frozen int) float64 {
	weights := float64(b.Layers) * (4*float64(b.Width) + 2*float64(b.Inner)) * float64(b.Width)
	return 6e-6 * weights * (1 - .6*float64(frozen)/float64(b.Layers))
}

// sizeCost is the time of a recurrence of so many units, that of 100 being 1. The
// numbers are measured (onnx/PERFORMANCE.md).
func sizeCost(hidden int) float64 {
	of := func(h float64) float64 { return 0.92*h + 0.0056*h*h }
	return of(float64(hidden)) / of(100)
}
