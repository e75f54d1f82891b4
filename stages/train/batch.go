package train

import (
	"cmp"
	"iter"
	"math/rand/v2"
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
		p.Bucket = 0 // all texts are equally long anyway
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

// groups cuts an epoch's batches into runs of the step graphs, in their order:
// K batches where as many of one size follow one another, otherwise one.
func (b batcher) groups(batches [][]int) iter.Seq[[][]int] {
	return func(yield func([][]int) bool) {
		for len(batches) > 0 {
			n := 1
			if ahead := batches[:min(b.spec.K, len(batches))]; len(ahead) == b.spec.K && sameSize(ahead) {
				n = b.spec.K
			}
			if !yield(batches[:n]) {
				return
			}
			batches = batches[n:]
		}
	}
}

func sameSize(batches [][]int) bool {
	return !slices.ContainsFunc(batches, func(b []int) bool { return len(b) != len(batches[0]) })
}

// prepare makes the inputs of one run: a step, counted from 1, on each batch
// of the group.
//
// All texts of a group are padded to its longest. In padding "trim" that
// changes one thing beside the rounding: the coherence term is a mean over
// more positions, so it weighs less on the group's shorter batches.
func (b batcher) prepare(texts []tokenize.Text, group [][]int, step int64, rate nn.Schedule) prepared {
	length := b.length
	if b.spec.Padding != rationalizer.Paper {
		length = longest(texts, slices.Concat(group...))
	}
	p := prepared{steps: len(group)}
	var inputs []map[string]*tensor.Tensor
	for i, batch := range group {
		at := step + int64(i)
		inputs = append(inputs, b.inputs(texts, batch, length, at, rate.At(at)))
		p.texts += len(batch)
	}
	p.inputs = stack(inputs)
	return p
}

// longest is at least 2: the coherence term compares neighbours.
func longest(texts []tokenize.Text, batch []int) int {
	n := 2
	for _, i := range batch {
		n = max(n, len(texts[i].IDs))
	}
	return n
}

// inputs are the tensors of one step on a batch, whose texts are padded to a
// length.
func (b batcher) inputs(texts []tokenize.Text, batch []int, length int, step int64, rate float64) map[string]*tensor.Tensor {
	in := textInputs(texts, batch, length)
	labels := make([]int64, len(batch))
	for i, k := range batch {
		labels[i] = texts[k].Label
	}
	in["labels"] = tensor.Vector(labels)
	in["learning_rate"] = tensor.Vector([]float32{float32(rate)})
	if slices.Contains(b.spec.Metrics, "attack_hits") {
		r := nn.Stream(b.params.Seed, "attacked class", uint64(step))
		in["attacked_class"] = tensor.Vector(attackedClasses(r, labels, b.spec.Classes))
	}
	b.addNoise(in, length, len(batch), uint64(step))
	return in
}

// addNoise draws the random inputs, or gives their keys to a graph that makes
// them.
func (b batcher) addNoise(in map[string]*tensor.Tensor, length, texts int, step uint64) {
	switch {
	case len(b.spec.Noises) == 0: // then the graph has no input for keys either
	case b.spec.NoiseInGraph:
		in[rationalizer.InputNoiseKeys] = b.spec.NoiseKeys(b.params.Seed, step)
	default:
		for _, n := range b.spec.Noises {
			t := n.Tensor(int64(length), int64(texts))
			n.Draw(t, b.params.Seed, step)
			in[n.Name] = t
		}
	}
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
func attackedClasses[T int | int64](r *rand.Rand, labels []T, classes int) []T {
	out := make([]T, len(labels))
	for i, y := range labels {
		out[i] = (y + 1 + T(r.IntN(classes-1))) % T(classes)
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
