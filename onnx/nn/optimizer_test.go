package nn

import (
	"fmt"
	"math"
	"os"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// adamFile is 1000 optimiser steps on a toy loss, by PyTorch in float64.
type adamFile struct {
	Coefficients struct{ A, B, C, D, E, W0 []float64 }
	Runs         map[string]struct {
		Settings struct {
			LR, Beta1, Beta2, Eps, Decay float64
			WeightDecay                  float64 `json:"weight_decay"`
			ClipNorm                     float64 `json:"clip_norm"`
			DecayEvery                   int64   `json:"decay_every"`
			MinLR                        float64 `json:"min_lr"`
		}
		After map[int64]struct {
			LR float64
			W  []float64
		}
	}
}

// gradient is that of the toy loss before step t.
func (f adamFile) gradient(w []float64, t int64) []float64 {
	c, out := f.Coefficients, make([]float64, len(w))
	for i, x := range w {
		out[i] = c.A[i]*(x-c.B[i]) + c.C[i]*c.D[i]*math.Cos(c.D[i]*x) + c.E[i]*math.Cos(.37*float64(t)+float64(i))
	}
	return out
}

// updater runs an optimiser's update step by step.
type updater struct {
	program
	dtype tensor.DType
	state map[string]*tensor.Tensor
}

func newUpdater(t *testing.T, o Optimizer, dtype tensor.DType, w []float64) *updater {
	t.Helper()
	n := graph.N(len(w))
	g := graph.New("update")
	s := o.Update(g, State{
		Params: g.Input("params", dtype, n), Mean: g.Input("mean", dtype, n), Variance: g.Input("variance", dtype, n),
		Completed: g.Input("completed", tensor.Int64, graph.N(1)),
	}, g.Input("gradient", dtype, n), g.Input("rate", dtype, graph.N(1)))
	g.Output("params.next", s.Params)
	g.Output("mean.next", s.Mean)
	g.Output("variance.next", s.Variance)
	g.Output("completed.next", s.Completed)
	u := &updater{program: compile(t, g), dtype: dtype, state: map[string]*tensor.Tensor{}}
	u.state["params"] = u.vector(w)
	u.state["mean"], u.state["variance"] = u.vector(make([]float64, len(w))), u.vector(make([]float64, len(w)))
	u.state["completed"] = tensor.Vector([]int64{0})
	return u
}

func (u *updater) vector(x []float64) *tensor.Tensor {
	v, err := tensor.FromFloat64(u.dtype, []int64{int64(len(x))}, x)
	if err != nil {
		u.t.Fatal(err)
	}
	return v
}

func (u *updater) params() []float64 { return u.state["params"].Float64s() }

func (u *updater) step(gradient []float64, rate float64) {
	u.t.Helper()
	u.state["gradient"], u.state["rate"] = u.vector(gradient), u.vector([]float64{rate})
	for name, v := range u.run(u.state) {
		u.state[name[:len(name)-len(".next")]] = v
	}
}

// TestAdamAgreesWithPyTorch follows 1000 steps of Adam, AdamW, clipping,
// decay and all together, to 1e-10 in float64 and, in the float32 of training,
// to 1e-6 of the largest parameter. Each float32 step rounds the parameters,
// so that for other numbers than ours no more than 1e-5 can be promised.
func TestAdamAgreesWithPyTorch(t *testing.T) {
	f, single := readFixture[adamFile](t, "adam_1000.json"), 1e-6
	if os.Getenv("FIXTURES") != "" {
		single = 1e-5
	}
	for name, run := range f.Runs {
		set := run.Settings
		o := Optimizer{Rule: AdamRule, Beta1: set.Beta1, Beta2: set.Beta2, Epsilon: set.Eps,
			WeightDecay: set.WeightDecay, ClipNorm: set.ClipNorm}
		rate := Schedule{Rate: set.LR, Decay: set.Decay, Least: set.MinLR, Every: set.DecayEvery}
		for _, p := range []struct {
			dtype     tensor.DType
			tolerance float64
		}{{tensor.Float64, 1e-10}, {tensor.Float32, single}} {
			t.Run(fmt.Sprintf("%s/%v", name, p.dtype), func(t *testing.T) {
				u := newUpdater(t, o, p.dtype, f.Coefficients.W0)
				for i := int64(1); i <= 1000; i++ {
					u.step(f.gradient(u.params(), i), rate.At(i))
					want, ok := run.After[i]
					if !ok {
						continue
					}
					near(t, fmt.Sprintf("after step %d: parameters", i), u.params(), want.W, p.tolerance)
					near(t, "rate", []float64{rate.At(i)}, []float64{want.LR}, 1e-14)
				}
				if done := tensor.Data[int64](u.state["completed"])[0]; done != 1000 {
					t.Errorf("%d steps counted", done)
				}
			})
		}
	}
}

// TestAdamDefaults: PyTorch's.
func TestAdamDefaults(t *testing.T) {
	if got, want := Adam(), (Optimizer{Rule: "adam", Beta1: .9, Beta2: .999, Epsilon: 1e-8}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestSGD(t *testing.T) {
	w, d := []float64{1, -2, 3}, []float64{3, 0, -4} // of norm 5
	for _, tc := range []struct {
		name string
		o    Optimizer
		want []float64
	}{
		{"plain", Optimizer{Rule: SGDRule}, []float64{.7, -2, 3.4}},
		{"decay", Optimizer{Rule: SGDRule, WeightDecay: .5}, []float64{.95 - .3, -1.9, 2.85 + .4}},
		{"clipped", Optimizer{Rule: SGDRule, ClipNorm: 1}, []float64{1 - .3/5.000001, -2, 3 + .4/5.000001}},
		{"below the bound", Optimizer{Rule: SGDRule, ClipNorm: 6}, []float64{.7, -2, 3.4}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			u := newUpdater(t, tc.o, tensor.Float64, w)
			u.step(d, .1)
			near(t, "parameters", u.params(), tc.want, 1e-14)
		})
	}
}

func TestSchedule(t *testing.T) {
	decay := Schedule{Rate: 1, Decay: .5, Least: .2, Every: 3}
	for _, tc := range []struct {
		s    Schedule
		t    int64
		want float64
	}{
		{Schedule{Rate: .1}, 1, .1},
		{Schedule{Rate: .1, Decay: .5, Least: 7}, 1000, .1}, // constant: nothing applies
		{decay, 1, 1}, {decay, 3, 1}, {decay, 4, .5}, {decay, 6, .5}, {decay, 7, .25}, {decay, 9, .25},
		{decay, 10, .2}, {decay, 1 << 40, .2},
	} {
		if got := tc.s.At(tc.t); got != tc.want {
			t.Errorf("%+v at step %d: %v, want %v", tc.s, tc.t, got, tc.want)
		}
	}
}

// TestFall: equal steps down, and then the last value for good.
func TestFall(t *testing.T) {
	f := Fall{From: 1, To: .2, Steps: 4}
	for step, want := range map[int64]float64{1: 1, 2: .8, 3: .6, 4: .4, 5: .2, 100: .2} {
		if got := f.At(step); math.Abs(got-want) > 1e-15 {
			t.Errorf("step %d: %v, want %v", step, got, want)
		}
	}
	if got := (Fall{From: 1, To: .2}).At(1); got != .2 {
		t.Errorf("without steps it begins at %v", got)
	}
}
