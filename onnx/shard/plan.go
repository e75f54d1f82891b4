package shard

import (
	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// Axes names, by their symbols, the lengths in which a shard differs from its batch.
type Axes struct {
	Examples string   // how many examples there are: the shards' add up to the batch's
	Frames   []string // how long they are at most, such as the longest text
}

// Plan is a step graph in segments. Its values keep the names that they have in the
// step graph; a segment's inputs are what earlier ones gave, or what the step is given.
type Plan struct {
	Phases []Phase
	// Examples are the inputs that hold the batch's examples.
	Examples []*graph.Value
	// Lengths are values that say how large the whole batch is.
	Lengths []Length
	// Outputs are the step's.
	Outputs []string

	axes Axes
}

// Phase is what can be done between two agreements of the shards: first what is the
// same for all of them, then what each does with its examples.
type Phase struct {
	Common *graph.Graph // nil for nothing
	Own    *graph.Graph // nil for nothing
	Sums   []Sum        // of what Own gives
}

// Length is a length of the whole batch, as a number.
type Length struct {
	Value *graph.Value
	Of    graph.Dim
}

// Sum is a value of which every shard has a part.
type Sum struct {
	Value *graph.Value
	// Of is how many elements a mean is of; a part then counts by its share of
	// them. 0 for a sum.
	Of graph.Dim
}

// Share is what a shard's part of a sum counts, given how many of each thing the shard
// and the batch have.
func (s Sum) Share(shard, batch map[string]int64) float64 {
	if s.Of == graph.N(0) {
		return 1
	}
	return float64(s.Of.At(shard)) / float64(s.Of.At(batch))
}

// Tensor is the length as a number.
func (l Length) Tensor(batch map[string]int64) (*tensor.Tensor, error) {
	return tensor.FromFloat64(l.Value.DType, l.Value.Shape.At(nil), []float64{float64(l.Of.At(batch))})
}
