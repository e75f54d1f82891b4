package examples

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
)

// lengths are examples that have nothing but lengths; every second one is of
// class 1.
type lengths []int

func (l lengths) Len() int                           { return len(l) }
func (l lengths) Class(i int) int                    { return i % 2 }
func (l lengths) Length(i int) int                   { return l[i] }
func (l lengths) Words(int) Words                    { return Words{} }
func (l lengths) Chosen(int, []bool) []bool          { return nil }
func (l lengths) Values(int, []float32) []float32    { return nil }
func (l lengths) Truth(int, rationalizer.Unit) Truth { return Truth{} }
func (l lengths) Size(b []int) rationalizer.Size {
	return rationalizer.Size{Examples: len(b), Positions: Longest(l, b)}
}

func (l lengths) Column(name string, batch []int, size rationalizer.Size) (*tensor.Tensor, error) {
	switch name {
	case rationalizer.InputLabels:
		return Labels(l, batch), nil
	case rationalizer.InputMask:
		all := make([]int64, len(batch)*size.Positions)
		for row, i := range batch {
			for k := range l[i] {
				all[row*size.Positions+k] = 1
			}
		}
		return Rows(all, size.Positions), nil
	}
	return nil, fmt.Errorf("no column %s", name)
}

// TestOrder demands that an epoch holds each text once, in full batches but
// one, and that buckets keep lengths together.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := lengths(rapid.SliceOfN(rapid.IntRange(1, 9), 1, 60).Draw(t, "lengths"))
		p := Order{Seed: 3, Batch: rapid.IntRange(1, 8).Draw(t, "batch"), Bucket: rapid.IntRange(0, 4).Draw(t, "bucket")}
		epoch := rapid.IntRange(1, 5).Draw(t, "epoch")
		batches := p.Epoch(set, epoch)

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
			if p.Bucket > 0 && !slices.IsSortedFunc(batch, func(i, j int) int { return cmp.Compare(set[i], set[j]) }) {
				t.Fatalf("a batch of the bucket is not in order of length: %v", batch)
			}
		}
		if len(seen) != len(set) || short > 1 || (short == 1) != (len(set)%p.Batch > 0) {
			t.Fatalf("%d texts in %d batches, %d of them short", len(seen), len(batches), short)
		}
		if again := p.Epoch(set, epoch); !slices.EqualFunc(again, batches, slices.Equal) {
			t.Fatal("another order for the same epoch")
		}
	})
}

func TestEpochsDiffer(t *testing.T) {
	o, set := Order{Seed: 3, Batch: 4, Bucket: 2}, lengths(slices.Repeat([]int{3}, 40))
	if slices.EqualFunc(o.Epoch(set, 1), o.Epoch(set, 2), slices.Equal) {
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
		var order [][]int
		for group := range Groups(batches, k) {
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

// feeds are those of a step with a bit of everything.
var feeds = []rationalizer.Feed{
	{Name: rationalizer.InputMask, Kind: rationalizer.Column}, {Name: rationalizer.InputLabels, Kind: rationalizer.Column},
	{Name: rationalizer.LearningRate, Kind: rationalizer.Scalar}, {Name: "sparsity", Kind: rationalizer.Scalar},
	{Name: "attacked_class", Kind: rationalizer.OtherClass, Noise: nn.Noise{Purpose: "attacked class"}},
}

func halving(name string, step int64) float64 {
	if name == rationalizer.LearningRate {
		return 1 / float64(int64(1)<<step)
	}
	return .25
}

// inputs makes the inputs of a run.
func inputs(t *testing.T, spec rationalizer.Spec, set Set, group [][]int, step int64) map[string]*tensor.Tensor {
	t.Helper()
	in, err := Feeder{Spec: spec, Seed: 4, Scalar: halving, Positions: 9}.Inputs(set, group, step)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// TestInputsStack compares a run of several steps with the single ones.
func TestInputsStack(t *testing.T) {
	set := lengths{3, 1, 4, 2}
	spec := rationalizer.Spec{Padding: rationalizer.Trim, Classes: 2, K: 2, Feeds: feeds}
	both := inputs(t, spec, set, [][]int{{0, 1}, {2, 3}}, 5)
	if len(both) != len(feeds) {
		t.Errorf("%d inputs of %d feeds", len(both), len(feeds))
	}
	for name, x := range both {
		if x.Shape()[0] != 2 {
			t.Errorf("%s has shape %v", name, x.Shape())
		}
	}
	if got := both[rationalizer.InputMask].Shape(); !slices.Equal(got, []int64{2, 2, 4}) {
		t.Errorf("masks of shape %v; want both batches as long as the longest text", got)
	}
	for name, x := range inputs(t, spec, set, [][]int{{2, 3}}, 6) {
		if all := both[name].Float64s(); !slices.Equal(all[len(all)/2:], x.Float64s()) {
			t.Errorf("%s of the second step differs", name)
		}
	}
	if got := tensor.Data[float32](both[rationalizer.LearningRate]); got[1] != got[0]/2 {
		t.Errorf("learning rates %v", got)
	}
}

// TestPaperPadsToTheLongest of the data, not of the batch.
func TestPaperPadsToTheLongest(t *testing.T) {
	in := inputs(t, rationalizer.Spec{Padding: rationalizer.Paper, Classes: 2, K: 1, Feeds: feeds}, lengths{3, 1}, [][]int{{0, 1}}, 1)
	if got := in[rationalizer.InputMask].Shape(); !slices.Equal(got, []int64{2, 9}) {
		t.Errorf("masks of shape %v", got)
	}
}

// TestUnknownFeeds: what a set or this program does not know is an error.
func TestUnknownFeeds(t *testing.T) {
	for want, feed := range map[string]rationalizer.Feed{
		"no column colour":              {Name: "colour", Kind: rationalizer.Column},
		"this program knows no such in": {Name: "colour", Kind: "dream"},
	} {
		f := Feeder{Spec: rationalizer.Spec{K: 1, Feeds: []rationalizer.Feed{feed}}}
		if _, err := f.Inputs(lengths{3}, [][]int{{0}}, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestKeysInPlaceOfNoise: a graph that makes its noise is given keys, a step
// its own, and no other random input.
func TestKeysInPlaceOfNoise(t *testing.T) {
	noise := rationalizer.Feed{Name: "a", Kind: rationalizer.Random, Noise: nn.Noise{Purpose: "a", Law: nn.Logistic}}
	keep := rationalizer.Feed{Name: "b", Kind: rationalizer.Random, Noise: nn.Noise{Purpose: "b", Law: nn.Keep, Share: .5}}
	spec := rationalizer.Spec{Padding: rationalizer.Trim, Classes: 2, K: 2, NoiseInGraph: true, Feeds: append(slices.Clone(feeds), noise, keep)}
	in := inputs(t, spec, lengths{3, 2}, [][]int{{0}, {1}}, 5)
	var want []int64
	for _, step := range []uint64{5, 6} {
		want = append(want, int64(noise.Noise.Key(4, step)), int64(keep.Noise.Key(4, step)))
	}
	keys := in[rationalizer.InputNoiseKeys]
	if keys == nil || !slices.Equal(tensor.Data[int64](keys), want) || !slices.Equal(keys.Shape(), []int64{2, 2}) {
		t.Errorf("keys %v, want %v", keys, want)
	}
	if in["a"] != nil || in["b"] != nil {
		t.Error("noise is drawn all the same")
	}
	spec.Feeds = feeds
	if in := inputs(t, spec, lengths{3}, [][]int{{0}}, 5); in[rationalizer.InputNoiseKeys] != nil {
		t.Error("keys of no noise")
	}
}

// TestOtherClassesAreDrawnAnew: of the two wrong ones of three, each is a text's
// aim in about half of the steps.
func TestOtherClassesAreDrawnAnew(t *testing.T) {
	const steps = 400
	set, spec := lengths{3, 1, 4, 2}, rationalizer.Spec{Padding: rationalizer.Trim, Classes: 3, K: 1, Feeds: feeds}
	aims := map[[2]int64]int{}
	for step := range int64(steps) {
		for i, y := range tensor.Data[int64](inputs(t, spec, set, [][]int{{0, 1, 2, 3}}, step+1)["attacked_class"]) {
			aims[[2]int64{int64(i), y}]++
		}
	}
	for i := range set {
		for y := range int64(3) {
			n, own := aims[[2]int64{int64(i), y}], int(y) == set.Class(i)
			if own && n > 0 || !own && (n < steps/2-50 || n > steps/2+50) {
				t.Errorf("text %d of class %d: class %d was the aim of %d in %d steps", i, set.Class(i), y, n, steps)
			}
		}
	}
}

func TestOtherClasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := rapid.IntRange(2, 5).Draw(t, "classes")
		labels := rapid.SliceOf(rapid.IntRange(0, classes-1)).Draw(t, "labels")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for i, y := range OtherClasses(r, labels, classes) {
			if y == labels[i] || y < 0 || y >= classes {
				t.Fatalf("class %d attacked by %d of %d", labels[i], y, classes)
			}
		}
	})
	labels := make([]int, 300)
	drawn := map[int]int{}
	for _, y := range OtherClasses(rand.New(rand.NewPCG(1, 0)), labels, 4) {
		drawn[y]++
	}
	for y := 1; y < 4; y++ {
		if drawn[y] < 70 {
			t.Errorf("class %d drawn %d times of 300", y, drawn[y])
		}
	}
}
