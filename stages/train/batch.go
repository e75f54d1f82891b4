package train

import (
	"cmp"
	"slices"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/tokenize"
)

// batcher cuts texts into batches and turns them into a step graph's inputs.
type batcher struct {
	spec   rationalizer.Spec
	params Params
	length int // of every text in padding "paper"
}

func newBatcher(spec rationalizer.Spec, p Params, maxLength int) batcher {
	if spec.Padding == rationalizer.Paper {
		p.Bucket = 0
	}
	return batcher{spec, p, maxLength}
}

// order lists the batches of an epoch (counted from 1) as indices into texts.
// The last batch may be smaller. The order depends on seed and epoch alone.
func (b batcher) order(texts []tokenize.Text, epoch int) [][]int {
	r := nn.Stream(b.params.Seed, "shuffle", uint64(epoch))
	index := r.Perm(len(texts))
	size := b.params.Batch
	if b.params.Bucket > 0 {
		for window := range slices.Chunk(index, size*b.params.Bucket) {
			slices.SortStableFunc(window, func(i, j int) int {
				return cmp.Compare(len(texts[i].IDs), len(texts[j].IDs))
			})
		}
	}
	batches := slices.Collect(slices.Chunk(index, size))
	if b.params.Bucket > 0 {
		r.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
	}
	return batches
}

// shape is the length that a batch's texts are padded to.
func (b batcher) shape(texts []tokenize.Text, batch []int) int {
	if b.spec.Padding == rationalizer.Paper {
		return b.length
	}
	return longest(texts, batch)
}

// longest is at least 2: the coherence term compares neighbours.
func longest(texts []tokenize.Text, batch []int) int {
	n := 2
	for _, i := range batch {
		n = max(n, len(texts[i].IDs))
	}
	return n
}

// inputs are the tensors of one step, counted from 1, on a batch.
func (b batcher) inputs(texts []tokenize.Text, batch []int, step int64, rate float64) map[string]*tensor.Tensor {
	length := b.shape(texts, batch)
	in := textInputs(texts, batch, length)
	labels := make([]int64, len(batch))
	for i, k := range batch {
		labels[i] = texts[k].Label
	}
	in["labels"] = tensor.Vector(labels)
	in["learning_rate"] = tensor.Vector([]float32{float32(rate)})
	if slices.Contains(b.spec.Metrics, "attack_hits") {
		in["attacked_class"] = tensor.Vector(attackedClasses(labels, b.spec.Classes, b.params.Seed, step))
	}
	for _, n := range b.spec.Noises {
		t := n.Tensor(int64(length), int64(len(batch)))
		n.Draw(t, b.params.Seed, uint64(step))
		in[n.Name] = t
	}
	return in
}

// textInputs are ids and mask [B,T] of a batch.
func textInputs(texts []tokenize.Text, batch []int, length int) map[string]*tensor.Tensor {
	ids, mask := make([]int64, len(batch)*length), make([]int64, len(batch)*length)
	for row, k := range batch {
		for t, id := range texts[k].IDs {
			ids[row*length+t], mask[row*length+t] = int64(id), 1
		}
	}
	return map[string]*tensor.Tensor{
		rationalizer.InputIDs: matrix(ids, length), rationalizer.InputMask: matrix(mask, length),
	}
}

// matrix views row-major data with rows of n elements.
func matrix[T tensor.Element](data []T, n int) *tensor.Tensor {
	t, _ := tensor.Of([]int64{int64(len(data) / n), int64(n)}, data) // the sizes are ours
	return t
}

// attackedClasses draws a wrong class for each text; with two classes there
// is one.
func attackedClasses(labels []int64, classes int, seed uint64, step int64) []int64 {
	r := nn.Stream(seed, "attacked class", uint64(step))
	out := make([]int64, len(labels))
	for i, y := range labels {
		out[i] = (y + 1 + int64(r.IntN(classes-1))) % int64(classes)
	}
	return out
}

// stack joins the inputs of several steps along a new leading axis; all have
// the same shapes.
func stack(steps []map[string]*tensor.Tensor) map[string]*tensor.Tensor {
	if len(steps) == 1 {
		return steps[0]
	}
	out := map[string]*tensor.Tensor{}
	for name, first := range steps[0] {
		parts := make([]*tensor.Tensor, len(steps))
		for i, s := range steps {
			parts[i] = s[name]
		}
		switch first.DType() {
		case tensor.Int64:
			out[name] = stackOf[int64](parts)
		case tensor.Uint8:
			out[name] = stackOf[uint8](parts)
		default:
			out[name] = stackOf[float32](parts)
		}
	}
	return out
}

func stackOf[T tensor.Element](parts []*tensor.Tensor) *tensor.Tensor {
	var data []T
	for _, p := range parts {
		data = append(data, tensor.Data[T](p)...)
	}
	t, _ := tensor.Of(append([]int64{int64(len(parts))}, parts[0].Shape()...), data) // the sizes are ours
	return t
}
