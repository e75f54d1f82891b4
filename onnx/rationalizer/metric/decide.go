package metric

import (
	"fmt"
	"math"
)

// Float is the element type of a model's outputs.
type Float interface{ ~float32 | ~float64 }

// threshold is the mask value above which a position is selected. Hard masks
// hold 0 and 1, apart from the rounding of the straight-through estimator.
const threshold = 0.5

// Selected says for each position of a mask whether it is selected: z > 0.5.
// NaN is an error, for it would read as "not selected".
func Selected[F Float](z []F) ([]bool, error) {
	selected := make([]bool, len(z))
	for t, v := range z {
		if math.IsNaN(float64(v)) {
			return nil, fmt.Errorf("the mask at position %d is NaN: the model's parameters have diverged; "+
				"take an earlier checkpoint or train with a lower learning rate", t)
		}
		selected[t] = v > threshold
	}
	return selected, nil
}

// ArgMax is the predicted class of each text: the position of the largest of
// its logits, the lower one in a tie. The logits are [B,classes], row-major.
func ArgMax[F Float](logits []F, classes int) ([]int, error) {
	if classes < 1 || len(logits)%classes != 0 {
		return nil, fmt.Errorf("%d logits are not rows of %d classes", len(logits), classes)
	}
	predicted := make([]int, len(logits)/classes)
	for b := range predicted {
		best, err := argMax(logits[b*classes : (b+1)*classes])
		if err != nil {
			return nil, fmt.Errorf("text %d of the batch: %w", b, err)
		}
		predicted[b] = best
	}
	return predicted, nil
}

// argMax is the position of the largest value, the first one in a tie.
func argMax[F Float](row []F) (int, error) {
	best := 0
	for c, v := range row {
		if math.IsNaN(float64(v)) {
			return 0, fmt.Errorf("the logit of class %d is NaN: the model's parameters have diverged; "+
				"take an earlier checkpoint or train with a lower learning rate", c)
		}
		if v > row[best] {
			best = c
		}
	}
	return best, nil
}
