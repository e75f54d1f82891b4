package train

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/tokenize"
)

// textsOf makes texts of given lengths.
func textsOf(lengths []int) []tokenize.Text {
	var out []tokenize.Text
	for i, n := range lengths {
		out = append(out, tokenize.Text{IDs: make([]int32, n), Word: make([]int32, n), Label: int64(i % 2)})
	}
	return out
}

// TestOrder demands that an epoch holds each text once, in full batches but
// one, and that buckets keep lengths together.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := textsOf(rapid.SliceOfN(rapid.IntRange(1, 9), 1, 60).Draw(t, "lengths"))
		p := Params{Seed: 3, Batch: rapid.IntRange(1, 8).Draw(t, "batch"), Bucket: rapid.IntRange(0, 4).Draw(t, "bucket")}
		b := newBatcher(rationalizer.Spec{Padding: rationalizer.Trim, K: 1}, p, 9)
		epoch := rapid.IntRange(1, 5).Draw(t, "epoch")
		batches := b.order(texts, epoch)

		seen := slices.Concat(batches...)
		slices.Sort(seen)
		for i, k := range seen {
			if i != k {
				t.Fatalf("texts %v", seen)
			}
		}
		short := 0
		for _, batch := range batches {
			if len(batch) < p.Batch {
				short++
			}
			if p.Bucket > 0 && !slices.IsSortedFunc(batch, func(i, j int) int { return cmp.Compare(len(texts[i].IDs), len(texts[j].IDs)) }) {
				t.Fatalf("a batch of the bucket is not in order of length: %v", batch)
			}
		}
		if len(seen) != len(texts) || short > 1 || (short == 1) != (len(texts)%p.Batch > 0) {
			t.Fatalf("%d texts in %d batches, %d of them short", len(seen), len(batches), short)
		}
		if again := b.order(texts, epoch); !slices.EqualFunc(again, batches, slices.Equal) {
			t.Fatal("another order for the same epoch")
		}
	})
}

func TestEpochsDiffer(t *testing.T) {
	b := newBatcher(rationalizer.Spec{Padding: rationalizer.Paper, K: 1}, Params{Seed: 3, Batch: 4, Bucket: 2}, 9)
	texts := textsOf(slices.Repeat([]int{3}, 40))
	if slices.EqualFunc(b.order(texts, 1), b.order(texts, 2), slices.Equal) {
		t.Error("two epochs have the same order")
	}
}

// TestGroups demands that runs keep the order of the batches, hold K batches
// of one size or a single one, and are not broken up without need.
func TestGroups(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 4).Draw(t, "k")
		sizes := rapid.SliceOfN(rapid.SampledFrom([]int{5, 5, 5, 2}), 1, 20).Draw(t, "sizes")
		var batches [][]int
		for i, n := range sizes {
			batches = append(batches, slices.Repeat([]int{i}, n))
		}
		b := batcher{spec: rationalizer.Spec{K: k}}
		var order [][]int
		for group := range b.groups(batches) {
			if len(group) != 1 && len(group) != k || !sameSize(group) {
				t.Fatalf("a run of %d batches, K is %d: %v", len(group), k, group)
			}
			if rest := batches[len(order):]; len(group) == 1 && k > 1 && len(rest) >= k && sameSize(rest[:k]) {
				t.Fatalf("%v begins a whole run and goes alone", rest[0])
			}
			order = append(order, group...)
		}
		if !slices.EqualFunc(order, batches, slices.Equal) {
			t.Fatalf("order %v", order)
		}
	})
}

// TestPrepareStacks compares a run of several steps with the single ones.
func TestPrepareStacks(t *testing.T) {
	texts := textsOf([]int{3, 1, 4, 2})
	spec := rationalizer.Spec{Padding: rationalizer.Trim, Classes: 2, K: 2, Metrics: []string{"attack_hits"}}
	b := newBatcher(spec, Params{Seed: 1, Batch: 2}, 9)
	rate := nn.Schedule{Rate: 1, Decay: .5, Every: 1}
	both := b.prepare(texts, [][]int{{0, 1}, {2, 3}}, 5, rate)
	if both.steps != 2 || both.texts != 4 {
		t.Errorf("%d steps on %d texts", both.steps, both.texts)
	}
	for name, x := range both.inputs {
		if x.Shape()[0] != 2 {
			t.Errorf("%s has shape %v", name, x.Shape())
		}
	}
	if got := both.inputs[rationalizer.InputIDs].Shape(); !slices.Equal(got, []int64{2, 2, 4}) {
		t.Errorf("ids of shape %v; want both batches as long as the longest text", got)
	}
	second := b.prepare(texts, [][]int{{2, 3}}, 6, rate)
	for name, x := range second.inputs {
		stacked := both.inputs[name]
		if x.DType() == tensor.Int64 {
			all := tensor.Data[int64](stacked)
			if !slices.Equal(all[len(all)/2:], tensor.Data[int64](x)) {
				t.Errorf("%s of the second step differs", name)
			}
		}
	}
	if got := tensor.Data[float32](both.inputs["learning_rate"]); got[1] != got[0]/2 {
		t.Errorf("learning rates %v", got)
	}
}

// TestKeysInPlaceOfNoise: a graph that makes its noise is given keys, a step
// its own, and no other random input.
func TestKeysInPlaceOfNoise(t *testing.T) {
	noise := rationalizer.NoiseInput{Noise: nn.Noise{Name: "a", Law: nn.Logistic}}
	keep := rationalizer.NoiseInput{Noise: nn.Noise{Name: "b", Law: nn.Keep, Share: .5}}
	spec := rationalizer.Spec{Padding: rationalizer.Trim, Classes: 2, K: 2, NoiseInGraph: true, Noises: []rationalizer.NoiseInput{noise, keep}}
	in := newBatcher(spec, Params{Seed: 4, Batch: 1}, 9).prepare(textsOf([]int{3, 2}), [][]int{{0}, {1}}, 5, nn.Schedule{Rate: 1}).inputs
	var want []int64
	for _, step := range []uint64{5, 6} {
		want = append(want, int64(noise.Key(4, step)), int64(keep.Key(4, step)))
	}
	keys := in[rationalizer.InputNoiseKeys]
	if keys == nil || !slices.Equal(tensor.Data[int64](keys), want) || !slices.Equal(keys.Shape(), []int64{2, 2}) {
		t.Errorf("keys %v, want %v", keys, want)
	}
	if in["a"] != nil || in["b"] != nil {
		t.Error("noise is drawn all the same")
	}
	spec.Noises = nil
	if in := newBatcher(spec, Params{Seed: 4, Batch: 1}, 9).prepare(textsOf([]int{3}), [][]int{{0}}, 5, nn.Schedule{Rate: 1}).inputs; in[rationalizer.InputNoiseKeys] != nil {
		t.Error("keys of no noise")
	}
}

func TestAttackedClasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := rapid.IntRange(2, 5).Draw(t, "classes")
		labels := rapid.SliceOf(rapid.IntRange(0, classes-1)).Draw(t, "labels")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for i, y := range attackedClasses(r, labels, classes) {
			if y == labels[i] || y < 0 || y >= classes {
				t.Fatalf("class %d attacked by %d of %d", labels[i], y, classes)
			}
		}
	})
	labels := make([]int, 300)
	drawn := map[int]int{}
	for _, y := range attackedClasses(rand.New(rand.NewPCG(1, 0)), labels, 4) {
		drawn[y]++
	}
	for y := 1; y < 4; y++ {
		if drawn[y] < 70 {
			t.Errorf("class %d drawn %d times of 300", y, drawn[y])
		}
	}
}

// TestEpochLog sums two runs, one of them of two steps.
func TestEpochLog(t *testing.T) {
	column := func(values ...float32) *tensor.Tensor {
		x, err := tensor.Of([]int64{int64(len(values)), 1}, values)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	log := newEpochLog()
	for _, run := range []struct {
		out map[string]*tensor.Tensor
		p   prepared
	}{
		{map[string]*tensor.Tensor{"loss": column(1, 2), "hits": matrix([]float32{1, 2, 3, 0}, 2)}, prepared{steps: 2, texts: 8}},
		{map[string]*tensor.Tensor{"loss": tensor.Vector([]float32{5}), "hits": tensor.Vector([]float32{1, 1})}, prepared{steps: 1, texts: 2}},
	} {
		if err := log.add(run.out, run.p); err != nil {
			t.Fatal(err)
		}
	}
	if got := log.mean("loss"); got != (1*4+2*4+5*2)/10. {
		t.Errorf("mean loss %v", got)
	}
	if got := log.rate("hits"); got != .8 {
		t.Errorf("rate of hits %v", got)
	}
	if got := balanced(log.hits["hits"], []int{5, 5}); got != (5./5+3./5)/2 {
		t.Errorf("balanced rate %v", got)
	}
	if got := balanced(log.hits["hits"], []int{10, 0}); got != .5 {
		t.Errorf("balanced rate without the second class %v", got)
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		err := log.add(map[string]*tensor.Tensor{"loss": column(1, float32(bad))}, prepared{steps: 2, texts: 8})
		if err == nil || !strings.Contains(err.Error(), "learning_rate") {
			t.Errorf("%v: error %v", bad, err)
		}
	}
}
