package rationalizer

import (
	"errors"
	"fmt"
	"slices"

	"rationale/onnx/tensor"
)

// Asked is what an evaluation graph was asked: about B texts of T positions,
// padding included, and C classes.
type Asked struct{ Texts, Length, Classes int }

// byWord and byClass are the outputs of evaluation graphs, [B,T] and [B,C].
var (
	byWord  = []string{OutRationale, OutProbability, OutAttack}
	byClass = []string{OutLogits, OutAttackLogits, OutFullLogits, OutGoldLogits, OutReaderLogits, OutGivenLogits}
)

// Check compares what a model returned with what it was asked: all models
// classify, and every output that a reader knows is a float32 tensor of finite
// numbers and of the question's shape. The model may be anybody's; name stands for it in errors.
func (q Asked) Check(name string, out map[string]*tensor.Tensor) error {
	if out[OutLogits] == nil {
		return fmt.Errorf("model %s returned no %s", name, OutLogits)
	}
	for _, width := range []struct {
		outputs []string
		size    int
	}{{byWord, q.Length}, {byClass, q.Classes}} {
		want := []int64{int64(q.Texts), int64(width.size)}
		for _, output := range width.outputs {
			if err := checkFloat32(out[output], want); err != nil {
				return fmt.Errorf("model %s: output %s: %w, as %d texts of %d positions and %d classes ask for", name, output, err, q.Texts, q.Length, q.Classes)
			}
		}
	}
	return nil
}

// ErrNotFinite is wrapped by the error about an answer that is no number: of a
// model that has diverged, or that was given numbers it cannot compute with.
var ErrNotFinite = errors.New("with NaN or infinity in it")

// checkFloat32 passes an output that the model does not have.
func checkFloat32(t *tensor.Tensor, want []int64) error {
	switch {
	case t == nil:
		return nil
	case t.DType() != tensor.Float32 || !slices.Equal(t.Shape(), want):
		return fmt.Errorf("returned %v %v, expected %v %v", t.DType(), t.Shape(), tensor.Float32, want)
	case !t.Finite():
		return fmt.Errorf("returned %v %v %w, expected finite numbers", t.DType(), t.Shape(), ErrNotFinite)
	}
	return nil
}
