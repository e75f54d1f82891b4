package infer

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rationale/stages/examples/texts"
	"rationale/stages/tokenize"
)

// TestBatchesHoldEachTextOnce, and none has more texts or positions than there should
// be at once, unless a text alone has. Where there are texts enough, every processor has
// a batch.
func TestBatchesHoldEachTextOnce(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		lengths := rapid.SliceOfN(rapid.IntRange(1, 2*mostPositions), 0, 400).Draw(r, "lengths")
		atOnce := rapid.IntRange(1, 4).Draw(r, "at once")
		m := &Model{
			answering: answering{
				padTo:  rapid.SampledFrom([]int{0, 256, 2 * mostPositions}).Draw(r, "pad to"),
				places: make(chan struct{}, atOnce),
			},
			reader: &tokenize.Reader{},
		}
		set := make(texts.Set, len(lengths))
		for i, n := range lengths {
			set[i] = tokenize.Text{IDs: make([]int32, n)}
		}
		batches := m.batches(set, m.fits)
		if len(batches) < min(atOnce, len(lengths)/leastExamples) {
			r.Fatalf("%d texts in %d batches for %d processors", len(lengths), len(batches), atOnce)
		}
		var seen []int
		for _, batch := range batches {
			longest := m.padTo
			for _, i := range batch {
				longest = max(longest, lengths[i])
			}
			if len(batch) == 0 || len(batch) > mostExamples || len(batch) > 1 && len(batch)*longest > mostPositions {
				r.Fatalf("%d texts of %d positions at once", len(batch), longest)
			}
			seen = append(seen, batch...)
		}
		slices.Sort(seen)
		for i := range lengths {
			if len(seen) != len(lengths) || seen[i] != i {
				r.Fatalf("texts %v of %d", seen, len(lengths))
			}
		}
	})
}

// TestSoftmax: whatever finite logits there are, the shares add up to 1 and keep
// their order, and the ratio of two is that of the exponentials.
func TestSoftmax(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		logits := rapid.SliceOfN(rapid.Float32Range(-1e30, 1e30), 2, 5).Draw(r, "logits")
		p, sum := softmax(logits), 0.0
		for i := range p {
			sum += p[i]
			for k := range p {
				if logits[i] > logits[k] && p[i] < p[k] {
					r.Fatalf("softmax of %v is %v", logits, p)
				}
			}
		}
		if math.Abs(sum-1) > 1e-12 {
			r.Fatalf("softmax of %v is %v", logits, p)
		}
	})
	if p := softmax([]float32{1, 0}); math.Abs(p[0]/p[1]-math.E) > 1e-12 {
		t.Errorf("softmax of 1 and 0 is %v", p)
	}
}
