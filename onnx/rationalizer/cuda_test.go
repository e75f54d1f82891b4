package rationalizer

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// deviceMethods are all shapes that a step takes.
var deviceMethods = []string{"RNP", "RNP+A2I", "random patterns", "classifier"}

// deviceConfig is a method as it is trained on a device, at the papers' sizes.
func deviceConfig(method string, steps int) Config {
	c := benchConfig(method)
	c.StepsPerRun, c.NoiseInGraph, c.WholeVocabulary = steps, true, true
	return c
}

// deviceInputs are the first state and different texts for every step of a
// run: 32 of them, of 20 to 64 words.
func deviceInputs(t testing.TB, c Config, g *StepGraph, seed uint64) values {
	t.Helper()
	var steps []values
	for i := range uint64(c.StepsPerRun) {
		b := zipfTexts(rand.New(rand.NewPCG(seed, i)), int(c.Vectors.Shape()[0]), 32, 20, 64)
		if len(g.Of(Random)) > 0 {
			b[InputNoiseKeys] = g.NoiseKeys(seed, i)
		}
		steps = append(steps, b)
	}
	return join(state(c, g), stepInputs(t, g, steps))
}

// stepInputs are the inputs of one run of as many steps, without those that
// the graph does not have.
func stepInputs(t testing.TB, g *StepGraph, steps []values) values {
	t.Helper()
	in := values{}
	for _, v := range g.Inputs() {
		first, given := steps[0][v.Name()]
		if !given {
			continue
		}
		in[v.Name()] = first
		if g.K > 1 {
			in[v.Name()] = stackSteps(t, steps, v.Name())
		}
	}
	return in
}

// zipfTexts are texts of random lengths whose words follow Zipf's law, with
// labels, the classes aimed at and a learning rate.
func zipfTexts(r *rand.Rand, words, count, shortest, frame int) values {
	zipf := rand.NewZipf(r, 1.1, 5, uint64(words-2))
	ids, mask := make([]int64, count*frame), make([]int64, count*frame)
	labels, other := make([]int64, count), make([]int64, count)
	for i := range count {
		for t := range shortest + r.IntN(frame-shortest+1) {
			ids[i*frame+t], mask[i*frame+t] = int64(zipf.Uint64())+1, 1
		}
		labels[i] = r.Int64N(2)
		other[i] = 1 - labels[i]
	}
	return values{
		InputIDs: grid(frame, ids), InputMask: grid(frame, mask),
		"labels": tensor.Vector(labels), "attacked_class": tensor.Vector(other),
		"learning_rate": tensor.Vector([]float32{1e-4}),
	}
}

// runOn runs a step graph once on a provider.
func runOn(t testing.TB, r *runtime.Runtime, g *StepGraph, in values, opts ...runtime.SessionOption) values {
	t.Helper()
	model, err := g.Model()
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.NewSession(g.Method, model, opts...)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	out, err := s.Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCUDAAgreesWithCPU runs the same steps on both providers: one in a run,
// and four in a run. Losses, metrics, parameters and moments must agree to 1e-4
// of the largest element of each.
func TestCUDAAgreesWithCPU(t *testing.T) {
	device := runtimetest.OpenCUDA(t)
	for _, method := range deviceMethods {
		for _, steps := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s/%d", method, steps), func(t *testing.T) {
				c := deviceConfig(method, steps)
				c.Inspect = true
				agreeWithCPU(t, device, c)
			})
		}
	}
}

// agreeWithCPU compares one run. A hard mask can flip where margin and noise
// cancel to the last digits, and whatever reads it differs then: the share of
// equal mask elements is told, and other texts are tried.
func agreeWithCPU(t *testing.T, device *runtime.Runtime, c Config) {
	g := mustStepGraph(t, c)
	for seed := range uint64(3) {
		in := deviceInputs(t, c, g, seed)
		want, got := runOn(t, runtimetest.Open(t), g, in), runOn(t, device, g, in)
		equal, all := equalMasks(got, want)
		if t.Logf("%d of %d mask elements are equal", equal, all); equal < all-all/1000 {
			t.Fatal("that is more than ties can explain")
		}
		if equal == all {
			agree(t, got, want)
			return
		}
	}
	t.Error("no texts led to the same masks")
}

// equalMasks counts the elements of all masks, and those that are the same.
func equalMasks(got, want values) (equal, all int) {
	for name, mask := range want {
		if !strings.HasPrefix(name, "z") {
			continue
		}
		theirs := got[name].Float64s()
		for i, z := range mask.Float64s() {
			if all++; theirs[i] == z {
				equal++
			}
		}
	}
	return equal, all
}

// tolerance of two providers, as a share of the largest element.
const tolerance = 1e-4

// agree compares all outputs but single gradients, which the moments hold.
func agree(t *testing.T, got, want values) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if strings.HasPrefix(name, "grad/") {
			continue
		}
		if off := worst(got[name], want[name]); !(off <= tolerance) {
			t.Errorf("%s %v differs by %.2g of its largest element", name, want[name].Shape(), off)
		}
	}
}

// worst is the largest difference as a share of the largest element.
func worst(got, want *tensor.Tensor) float64 {
	if want.DType() == tensor.Int64 {
		if slices.Equal(tensor.Data[int64](got), tensor.Data[int64](want)) {
			return 0
		}
		return math.Inf(1)
	}
	var off, largest float64
	a, b := got.Float64s(), want.Float64s()
	if len(a) != len(b) {
		return math.Inf(1)
	}
	for i := range b {
		off, largest = max(off, math.Abs(a[i]-b[i])), max(largest, math.Abs(b[i]))
	}
	if off == 0 {
		return 0
	}
	return off / largest
}

// TestCUDARepeats runs the same step twice. Sums by atomic additions come in no
// fixed order, so that the bits need not be the same; the log tells.
func TestCUDARepeats(t *testing.T) {
	device := runtimetest.OpenCUDA(t)
	for _, method := range deviceMethods {
		t.Run(method, func(t *testing.T) {
			c := deviceConfig(method, 4)
			g := mustStepGraph(t, c)
			in := deviceInputs(t, c, g, 1)
			first, second := runOn(t, device, g, in), runOn(t, device, g, in)
			agree(t, second, first)
			for _, name := range slices.Sorted(maps.Keys(first)) {
				if off := worst(second[name], first[name]); off > 0 {
					t.Logf("%s differs by %.2g of its largest element", name, off)
				}
			}
		})
	}
}
