package train

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
)

// diverged is the error of a run whose numbers are none any more by that step.
func diverged(step int64, format string, args ...any) error {
	return fmt.Errorf("training diverged by step %d: %w; lower learning_rate or set clip_norm", step, fmt.Errorf(format, args...))
}

// checkState wants parameters and moments that are numbers. The steps' graphs may
// hide others: a mask compares a score with 0, and NaN is not above it. Of
// parameters the sum of squares has to be a float32 too, for those that lie
// beyond are of no use to the float32 that graphs compute in.
func (r *run) checkState() error {
	state := r.steps.state()
	for _, name := range slices.Sorted(maps.Keys(state)) {
		t := state[name]
		if t.DType() != tensor.Float32 {
			continue // counters
		}
		power := 1
		if strings.HasSuffix(name, rationalizer.ParamsPart) {
			power = 2
		}
		if s := sumOf(tensor.Data[float32](t), power); math.IsNaN(s) || math.Abs(s) > math.MaxFloat32 {
			return diverged(r.done, "%s has NaN, infinity or numbers beyond any use in it", name)
		}
	}
	return nil
}

// sumOf adds up the values, or their squares when power is 2.
func sumOf(values []float32, power int) float64 {
	total := 0.0
	for _, v := range values {
		x := float64(v)
		if power == 2 {
			x *= x
		}
		total += x
	}
	return total
}

// answered says of an error of the evaluation that the model has diverged when
// that is what its answers tell.
func (r *run) answered(err error) error {
	if errors.Is(err, rationalizer.ErrNotFinite) {
		err = diverged(r.done, "%w", err)
	}
	return err
}
