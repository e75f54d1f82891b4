package runtime_test

import (
	"strings"
	"testing"

	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// doubled is a model that returns x [n] twice over, whatever it declares.
func doubled(declared ...value) []byte {
	g := graph{
		Name: "doubled", Inputs: []value{float32s("x", "n")}, Outputs: declared,
		Constants: []runtimetest.Constant{{Name: "two", Tensor: tensor.Vector([]int64{2})}},
	}
	for _, out := range declared {
		g.Nodes = append(g.Nodes, node{Op: "Tile", Name: "twice_" + out.Name, Inputs: []string{"x", "two"}, Outputs: []string{out.Name}})
	}
	return g.Model()
}

// TestReturnedIsChecked: onnxruntime warns when a model returns another shape
// than it declares; here that is an error that tells both.
func TestReturnedIsChecked(t *testing.T) {
	x := tensors{"x": tensor.Vector([]float32{1, 2, 3})}
	for _, c := range []struct {
		name     string
		declared []value
		want     []string // of the error; none for a good run
	}{
		{"as declared", []value{float32s("y", "m")}, nil},
		{"no shape declared", []value{{Name: "y", DType: tensor.Float32}}, nil},
		{"an input's size", []value{float32s("y", "n")}, []string{`"y" has n = 6 ([6]), but "x" has n = 3`}},
		{"fixed", []value{float32s("y", 4)}, []string{"y", "6", "4"}},
		{"two outputs agree", []value{float32s("y", "m"), float32s("z", "m")}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := runtimetest.NewSession(t, "doubled", doubled(c.declared...))
			out, err := s.Run(background, x)
			if c.want == nil {
				if err != nil || out["y"].Len() != 6 {
					t.Errorf("%v: %v", out, err)
				}
				return
			}
			for _, want := range append(c.want, `"doubled"`) {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
			}
		})
	}
}

// TestDeclaredTooLarge: no memory is taken for an output that no machine can
// hold.
func TestDeclaredTooLarge(t *testing.T) {
	for name, shape := range map[string][]any{
		"four terabytes": {1 << 20, 1 << 20}, "overflow": {1 << 40, 1 << 40}, "bytes overflow": {1 << 31, 1 << 31},
	} {
		t.Run(name, func(t *testing.T) {
			s := runtimetest.NewSession(t, "vast", graph{
				Name: "vast", Inputs: []value{float32s("x"), {Name: "shape", DType: tensor.Int64, Dims: []any{2}}},
				Outputs: []value{float32s("y", shape...)},
				Nodes:   []node{{Op: "Expand", Name: "expand", Inputs: []string{"x", "shape"}, Outputs: []string{"y"}}},
			}.Model())
			_, err := s.Run(background, tensors{"x": tensor.Scalar[float32](1), "shape": tensor.Vector([]int64{1, 1})})
			if err == nil || !strings.Contains(err.Error(), `"vast"`) || !strings.Contains(err.Error(), `"y" is declared as float32`) || !strings.Contains(err.Error(), "GB of memory") {
				t.Errorf("got %v", err)
			}
		})
	}
}
