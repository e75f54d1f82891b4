package runtime_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

var statePairs = map[string]string{"p": "p_next", "v": "v_next", "t": "t_next"}

func initialState() tensors {
	return tensors{
		"p": tensor.Vector([]float32{1, -2, .3, 4}),
		"v": tensor.Vector(make([]float32, 4)),
		"t": tensor.Scalar[int64](0),
	}
}

// gradient is a different batch for every step.
func gradient(step int) tensors {
	x := float32(step)
	return tensors{"g": tensor.Vector([]float32{.1 * x, .7 - x, -.3, 1e-3 * x * x})}
}

func newStepper(t *testing.T) *runtime.Stepper {
	t.Helper()
	p, err := runtime.NewStepper(runtimetest.NewSession(t, "step", stepModel()), statePairs, initialState())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func wantState(t *testing.T, p *runtime.Stepper, want tensors) {
	t.Helper()
	got := p.State()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(tensor.Tensor{})); diff != "" {
		t.Error(diff)
	}
}

func TestStepperEqualsManualLoop(t *testing.T) {
	p := newStepper(t)
	manual := runtimetest.NewSession(t, "manual", stepModel())
	state := initialState()
	for step := range 20 {
		in := gradient(step)
		for name, x := range state {
			in[name] = x
		}
		want, err := manual.Run(background, in)
		if err != nil {
			t.Fatal(err)
		}
		metrics, err := p.Step(background, gradient(step))
		if err != nil {
			t.Fatal(err)
		}
		state = tensors{"p": want["p_next"], "v": want["v_next"], "t": want["t_next"]}
		if diff := cmp.Diff(tensors{"speed": want["speed"]}, metrics, cmp.AllowUnexported(tensor.Tensor{})); diff != "" {
			t.Errorf("step %d: metrics: %s", step, diff)
		}
		wantState(t, p, state)
	}
	if got := tensor.Data[int64](state["t"])[0]; got != 20 {
		t.Errorf("the counter is at %d, want 20", got)
	}
}

func TestStepperResumes(t *testing.T) {
	unbroken, broken := newStepper(t), newStepper(t)
	step := func(p *runtime.Stepper, i int) {
		if _, err := p.Step(background, gradient(i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 10 {
		step(unbroken, i)
	}
	for i := range 4 {
		step(broken, i)
	}
	saved := broken.State()
	resumed := newStepper(t)
	step(resumed, 99)
	if err := resumed.SetState(saved); err != nil {
		t.Fatal(err)
	}
	for i := 4; i < 10; i++ {
		step(resumed, i)
	}
	wantState(t, resumed, unbroken.State())
}

// TestStateIsACopy changes what State gave and what SetState took.
func TestStateIsACopy(t *testing.T) {
	p := newStepper(t)
	state := p.State()
	tensor.Data[float32](state["p"])[0] = 99
	wantState(t, p, initialState())
	if err := p.SetState(state); err != nil {
		t.Fatal(err)
	}
	tensor.Data[float32](state["p"])[0] = -1
	want := initialState()
	tensor.Data[float32](want["p"])[0] = 99
	wantState(t, p, want)
}

func TestFailedStepLeavesState(t *testing.T) {
	p := newStepper(t)
	if _, err := p.Step(background, gradient(1)); err != nil {
		t.Fatal(err)
	}
	before := p.State()
	cancelled, cancel := context.WithCancel(background)
	cancel()
	for _, c := range []struct {
		name  string
		ctx   context.Context
		batch tensors
		want  string
	}{
		{"cancelled", cancelled, gradient(2), "context canceled"},
		{"no batch", background, nil, `input "g" is missing`},
		{"wrong batch", background, tensors{"g": tensor.Vector([]float32{1})}, `input "g" wants 4`},
		{"state in batch", background, tensors{"g": tensor.Vector(make([]float32, 4)), "p": tensor.Vector(make([]float32, 4))}, `must not hold "p"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := p.Step(c.ctx, c.batch); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			wantState(t, p, before)
		})
	}
}

// TestCancelledMidStepLeavesState stops a step that is already running.
func TestCancelledMidStepLeavesState(t *testing.T) {
	s := runtimetest.NewSession(t, "endless", endlessModel())
	x := of(t, []int64{64, 64}, make([]float32, 64*64)...)
	tensor.Data[float32](x)[0] = 1
	p, err := runtime.NewStepper(s, map[string]string{"x0": "x_end"}, tensors{"x0": x})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(background, 1e8)
	defer cancel()
	if _, err := p.Step(ctx, tensors{"turns": tensor.Scalar[int64](1 << 40)}); err == nil {
		t.Error("an endless step ended")
	}
	wantState(t, p, tensors{"x0": x})
}

func TestNewStepperRefuses(t *testing.T) {
	s := runtimetest.NewSession(t, "step", stepModel())
	without := func(name string) tensors {
		state := initialState()
		delete(state, name)
		return state
	}
	with := func(name string, x *tensor.Tensor) tensors {
		state := initialState()
		state[name] = x
		return state
	}
	for _, c := range []struct {
		name  string
		pairs map[string]string
		state tensors
		want  string
	}{
		{"input", map[string]string{"w": "p_next"}, nil, `state "w": the model has no such input`},
		{"output", map[string]string{"p": "w_next"}, nil, `state "p": the model has no output "w_next"`},
		{"shared output", map[string]string{"p": "p_next", "v": "p_next"}, nil, `states "p" and "v" share the output "p_next"`},
		{"state missing", statePairs, without("v"), `state "v" is missing (float32 [4])`},
		{"state unknown", statePairs, with("w", tensor.Scalar[int64](0)), `"w" is no state`},
		{"state type", statePairs, with("t", tensor.Scalar[int32](0)), `state "t" wants int64`},
		{"state shape", statePairs, with("p", tensor.Vector([]float32{1})), `state "p" wants 4 in dimension 0`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := runtime.NewStepper(s, c.pairs, c.state); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
