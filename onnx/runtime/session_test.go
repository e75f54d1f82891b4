package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

type tensors = map[string]*tensor.Tensor

func TestInterface(t *testing.T) {
	s := runtimetest.NewSession(t, "add", addModel())
	wantIn := []runtime.Info{
		{Name: "x", DType: tensor.Float32, Shape: []int64{-1, 3}, Symbols: []string{"batch", ""}},
		{Name: "y", DType: tensor.Float32, Shape: []int64{-1, 3}, Symbols: []string{"batch", ""}},
	}
	if diff := cmp.Diff(wantIn, s.Inputs()); diff != "" {
		t.Error(diff)
	}
	if got := s.Outputs()[0].String(); got != "float32 [batch,3]" {
		t.Errorf("output reads %q", got)
	}
}

func TestRun(t *testing.T) {
	s := runtimetest.NewSession(t, "add", addModel())
	out, err := s.Run(background, tensors{
		"x": of[float32](t, []int64{2, 3}, 1, 2, 3, 4, 5, 6),
		"y": of[float32](t, []int64{2, 3}, 10, 20, 30, 40, 50, 60),
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{2, 3}, out["sum"].Shape()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]float32{11, 22, 33, 44, 55, 66}, tensor.Data[float32](out["sum"])); diff != "" {
		t.Error(diff)
	}
}

func TestRunEmptyBatch(t *testing.T) {
	s := runtimetest.NewSession(t, "add", addModel())
	empty := of[float32](t, []int64{0, 3})
	out, err := s.Run(background, tensors{"x": empty, "y": empty})
	if err != nil {
		t.Fatal(err)
	}
	if got := out["sum"].Shape(); !slices.Equal(got, []int64{0, 3}) {
		t.Errorf("shape %v", got)
	}
}

func TestRunScalars(t *testing.T) {
	s := runtimetest.NewSession(t, "scale", scaleModel())
	in := tensors{"x": tensor.Vector([]float32{1, 2}), "factor": tensor.Scalar[float32](3)}
	out, err := s.Run(background, in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float32{3, 6}, tensor.Data[float32](out["y"])); diff != "" {
		t.Error(diff)
	}
	if got := out["square"]; len(got.Shape()) != 0 || tensor.Data[float32](got)[0] != 9 {
		t.Errorf("square is %v of shape %v", tensor.Data[float32](got), got.Shape())
	}
	into := tensors{"y": tensor.Vector(make([]float32, 2)), "square": tensor.Scalar[float32](0)}
	if err := s.RunInto(background, in, into); err != nil {
		t.Fatal(err)
	}
	if got := tensor.Data[float32](into["square"])[0]; got != 9 {
		t.Errorf("square written in place is %v", got)
	}
}

// TestElementTypes passes each element type through the library and back,
// with the output allocated by onnxruntime and by the caller.
func TestElementTypes(t *testing.T) {
	for _, x := range []*tensor.Tensor{
		tensor.Vector([]float32{1.5, -2}), tensor.Vector([]float64{1e-300, 2}),
		tensor.Vector([]int32{-1 << 31, 7}), tensor.Vector([]int64{-1 << 63, 7}),
		tensor.Vector([]uint8{0, 255}), tensor.Vector([]bool{true, false}),
	} {
		t.Run(x.DType().String(), func(t *testing.T) {
			s := runtimetest.NewSession(t, "identity", graph{
				Name:    "identity",
				Inputs:  []value{{Name: "x", DType: x.DType(), Dims: []any{"n"}}},
				Outputs: []value{{Name: "y", DType: x.DType(), Dims: []any{"n"}}},
				Nodes:   []node{{Op: "Identity", Name: "same", Inputs: []string{"x"}, Outputs: []string{"y"}}},
			}.Model())
			out, err := s.Run(background, tensors{"x": x})
			if err != nil {
				t.Fatal(err)
			}
			y, err := tensor.New(x.DType(), 2)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.RunInto(background, tensors{"x": x}, tensors{"y": y}); err != nil {
				t.Fatal(err)
			}
			for _, got := range []*tensor.Tensor{out["y"], y} {
				if diff := cmp.Diff(x, got, cmp.AllowUnexported(tensor.Tensor{})); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestRunWithoutInputs(t *testing.T) {
	s := runtimetest.NewSession(t, "constant", constantModel())
	if in := s.Inputs(); len(in) != 0 {
		t.Errorf("inputs %v", in)
	}
	out, err := s.Run(background, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float32{1, 2}, tensor.Data[float32](out["abs"])); diff != "" {
		t.Error(diff)
	}
}

func TestRunRefusesBadInputs(t *testing.T) {
	s := runtimetest.NewSession(t, "add", addModel())
	good := of[float32](t, []int64{1, 3}, 1, 2, 3)
	for _, c := range []struct {
		name   string
		inputs tensors
		want   string
	}{
		{"missing", tensors{"x": good}, `input "y" is missing (float32 [batch,3])`},
		{"nil", tensors{"x": good, "y": nil}, `input "y" is missing`},
		{"unknown", tensors{"x": good, "y": good, "z": good}, `no input "z"; it has x, y`},
		{"type", tensors{"x": good, "y": of[int64](t, []int64{1, 3}, 1, 2, 3)}, `input "y" wants float32 [batch,3], got int64 [1 3]`},
		{"rank", tensors{"x": good, "y": tensor.Vector([]float32{1, 2, 3})}, `input "y" wants rank 2 (float32 [batch,3]), got rank 1 [3]`},
		{"fixed dimension", tensors{"x": good, "y": of[float32](t, []int64{1, 2}, 1, 2)}, `input "y" wants 3 in dimension 1 (float32 [batch,3]), got [1 2]`},
		{"symbol", tensors{"x": good, "y": of[float32](t, []int64{2, 3}, 1, 2, 3, 4, 5, 6)}, `input "y" has batch = 2 ([2 3]), but "x" has batch = 1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.Run(background, c.inputs)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `"add"`) {
				t.Errorf("got %v, want it to name the session and %q", err, c.want)
			}
		})
	}
}

func TestRunIntoRefusesBadOutputs(t *testing.T) {
	s := runtimetest.NewSession(t, "add", addModel())
	x, y := of[float32](t, []int64{1, 3}, 1, 2, 3), of[float32](t, []int64{1, 3}, 1, 2, 3)
	for _, c := range []struct {
		name    string
		outputs tensors
		want    string
	}{
		{"missing", tensors{}, `output "sum" has no tensor to be written to (float32 [batch,3])`},
		{"unknown", tensors{"sum": of[float32](t, []int64{1, 3}, 0, 0, 0), "s": x}, `no output "s"`},
		{"type", tensors{"sum": of[int32](t, []int64{1, 3}, 0, 0, 0)}, `output "sum" wants float32`},
		{"an input", tensors{"sum": x}, `output "sum" shares its memory`},
		{"wrong batch", tensors{"sum": of[float32](t, []int64{2, 3}, 0, 0, 0, 0, 0, 0)}, `onnxruntime: Non-zero status code returned while running Add node. Name:'add_xy' Status Message: The output`},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := s.RunInto(background, tensors{"x": x, "y": y}, c.outputs)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestRunError(t *testing.T) {
	s := runtimetest.NewSession(t, "matmul", graph{
		Name:    "matmul",
		Inputs:  []value{float32s("a", "m", "k"), float32s("b", "l", "n")},
		Outputs: []value{float32s("c", "m", "n")},
		Nodes:   []node{{Op: "MatMul", Name: "logits", Inputs: []string{"a", "b"}, Outputs: []string{"c"}}},
	}.Model())
	_, err := s.Run(background, tensors{"a": of[float32](t, []int64{1, 2}, 1, 2), "b": of[float32](t, []int64{1, 1}, 1)})
	if err == nil || !strings.Contains(err.Error(), "logits") {
		t.Errorf("got %v, want the operator's name", err)
	}
}

func TestNewSessionRefuses(t *testing.T) {
	whole := addModel()
	noise := bytes.Repeat([]byte{0xff, 0x13, 0x57}, 100)
	for _, c := range []struct {
		name  string
		model []byte
		want  string
	}{
		{"empty", nil, "no graph"},
		{"noise", noise, "not a usable model of 300 bytes"},
		{"text", []byte("this is not a model at all"), "not a usable model"},
		{"cut short", whole[:len(whole)-20], "cut short"},
		{"string input", graph{
			Inputs: []value{{Name: "words", DType: 8, Dims: []any{1}}}, Outputs: []value{float32s("y", 1)},
		}.Model(), `"words" has element type dtype(8)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := runtimetest.Open(t).NewSession("victim", c.model)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `"victim"`) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestRefusedModel lets onnxruntime itself refuse a model. Nothing of it stays
// on disk.
func TestRefusedModel(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	model := graph{
		Name: "bad", Inputs: []value{float32s("x", 1)}, Outputs: []value{float32s("y", 1)},
		Nodes: []node{{Op: "NoSuchOperator", Name: "odd_one", Inputs: []string{"x"}, Outputs: []string{"y"}}},
	}.Model()
	_, err := runtimetest.Open(t).NewSession("odd/model.onnx", model)
	if err == nil || !strings.Contains(err.Error(), "NoSuchOperator") || !strings.Contains(err.Error(), `"odd/model.onnx"`) {
		t.Errorf("got %v, want onnxruntime's reason and the model's name", err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestConcurrentRuns(t *testing.T) {
	s := runtimetest.NewSession(t, "add", addModel())
	var group errgroup.Group
	for worker := range 8 {
		group.Go(func() error {
			base := float32(worker)
			y := of[float32](t, []int64{1, 3}, 1, 2, 3)
			for i := range 500 {
				x := of[float32](t, []int64{1, 3}, base, float32(i), 0)
				out, err := s.Run(background, tensors{"x": x, "y": y})
				if err != nil {
					return err
				}
				if got := tensor.Data[float32](out["sum"]); got[0] != base+1 || got[1] != float32(i)+2 || got[2] != 3 {
					t.Errorf("worker %d, run %d: got %v", worker, i, got)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

func TestCancelStopsARun(t *testing.T) {
	s := runtimetest.NewSession(t, "endless", endlessModel())
	in := tensors{"x0": of(t, []int64{64, 64}, make([]float32, 64*64)...), "turns": tensor.Scalar[int64](1 << 40)}
	ctx, cancel := context.WithTimeout(background, 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := s.Run(ctx, in)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the run went on for %v", took)
	}
	in["turns"] = tensor.Scalar[int64](2)
	if _, err := s.Run(background, in); err != nil {
		t.Errorf("the session is unusable after a cancelled run: %v", err)
	}
}

func TestCancelledBeforeRun(t *testing.T) {
	s := runtimetest.NewSession(t, "constant", constantModel())
	ctx, cancel := context.WithCancelCause(background)
	reason := errors.New("stopped by hand")
	cancel(reason)
	if _, err := s.Run(ctx, nil); !errors.Is(err, reason) {
		t.Errorf("got %v, want the cause", err)
	}
}

func TestClose(t *testing.T) {
	s := runtimetest.NewSession(t, "constant", constantModel())
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Run(background, nil); !errors.Is(err, runtime.ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
}

// TestCloseWaitsForRuns closes a session while a run is under way.
func TestCloseWaitsForRuns(t *testing.T) {
	s := runtimetest.NewSession(t, "endless", endlessModel())
	in := tensors{"x0": of(t, []int64{64, 64}, make([]float32, 64*64)...), "turns": tensor.Scalar[int64](5000)}
	var group errgroup.Group
	group.Go(func() error {
		_, err := s.Run(background, in)
		if errors.Is(err, runtime.ErrClosed) {
			return nil // Close came first
		}
		return err
	})
	time.Sleep(5 * time.Millisecond)
	if err := errors.Join(s.Close(), group.Wait()); err != nil {
		t.Error(err)
	}
}

func TestLoopEqualsSingleRuns(t *testing.T) {
	const k = 7
	step := runtimetest.NewSession(t, "step", stepModel())
	loop := runtimetest.NewSession(t, "loop", loopModel())
	p, v, g := tensor.Vector([]float32{1, -2, .3, 4}), tensor.Vector(make([]float32, 4)), tensor.Vector([]float32{.1, .7, -.3, 1e-3})
	state := tensors{"p": p, "v": v, "t": tensor.Scalar[int64](0)}
	for range k {
		out, err := step.Run(background, tensors{"p": state["p"], "v": state["v"], "t": state["t"], "g": g})
		if err != nil {
			t.Fatal(err)
		}
		state = tensors{"p": out["p_next"], "v": out["v_next"], "t": out["t_next"]}
	}
	out, err := loop.Run(background, tensors{"p0": p, "v0": v, "t0": tensor.Scalar[int64](0), "g": g, "k": tensor.Scalar[int64](k)})
	if err != nil {
		t.Fatal(err)
	}
	got := tensors{"p": out["p_k"], "v": out["v_k"], "t": out["t_k"]}
	if diff := cmp.Diff(state, got, cmp.AllowUnexported(tensor.Tensor{})); diff != "" {
		t.Error(diff)
	}
}

// TestThreadCountDoesNotChangeResults is the promise on which reproducible
// runs rest: more threads, same bits.
func TestThreadCountDoesNotChangeResults(t *testing.T) {
	model := endlessModel()
	data := make([]float32, 64*64)
	for i := range data {
		data[i] = float32(i%31)/155 - 0.1
	}
	in := tensors{"x0": of(t, []int64{64, 64}, data...), "turns": tensor.Scalar[int64](3)}
	var results []tensors
	for threads := 1; threads <= 4; threads++ {
		out, err := runtimetest.NewSession(t, "endless", model, runtime.WithThreads(threads)).Run(background, in)
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, out)
	}
	for i, got := range results[1:] {
		if diff := cmp.Diff(results[0], got, cmp.AllowUnexported(tensor.Tensor{})); diff != "" {
			t.Errorf("%d threads against one: %s", i+2, diff)
		}
	}
}

func TestProfile(t *testing.T) {
	prefix := t.TempDir() + "/trace"
	s := runtimetest.NewSession(t, "constant", constantModel(), runtime.WithProfile(prefix))
	if _, err := s.Run(background, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	found, err := os.ReadDir(prefix[:len(prefix)-len("/trace")])
	if err != nil || len(found) != 1 || !strings.HasPrefix(found[0].Name(), "trace") {
		t.Errorf("found %v (%v), want one trace", found, err)
	}
}

// TestSignalsSurviveSessions: a signal that Go handles still reaches Go after
// the library has made its threads.
func TestSignalsSurviveSessions(t *testing.T) {
	arrived := make(chan os.Signal, 1)
	signal.Notify(arrived, syscall.SIGUSR2)
	defer signal.Stop(arrived)
	s := runtimetest.NewSession(t, "constant", constantModel())
	if _, err := s.Run(background, nil); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	select {
	case <-arrived:
	case <-time.After(5 * time.Second):
		t.Error("the signal did not arrive")
	}
}

// TestEveryPrefixOfAModel loads a model cut off at each byte: an error, never a
// crash.
func TestEveryPrefixOfAModel(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	whole := stepModel()
	for n := range whole {
		s, err := runtimetest.Open(t).NewSession("prefix", whole[:n])
		if err == nil {
			t.Errorf("%d of %d bytes make a model", n, len(whole))
			s.Close()
		}
	}
}

// TestUndeclaredScalarOutput: the binding cannot take over rank-0 outputs, so
// one that the model does not announce is an error that says so.
func TestUndeclaredScalarOutput(t *testing.T) {
	s := runtimetest.NewSession(t, "total", graph{
		Name:    "total",
		Inputs:  []value{float32s("x", "n")},
		Outputs: []value{float32s("same", "n"), {Name: "total", DType: tensor.Float32}},
		Nodes: []node{
			{Op: "Identity", Name: "same", Inputs: []string{"x"}, Outputs: []string{"same"}},
			{Op: "ReduceSum", Name: "sum", Inputs: []string{"x"}, Outputs: []string{"sum"}},
			{Op: "Squeeze", Name: "squeeze", Inputs: []string{"sum"}, Outputs: []string{"total"}},
		},
	}.Model())
	_, err := s.Run(background, tensors{"x": tensor.Vector([]float32{1, 2})})
	if err == nil || !strings.Contains(err.Error(), "rank 0, which the model must declare") {
		t.Errorf("got %v", err)
	}
}
