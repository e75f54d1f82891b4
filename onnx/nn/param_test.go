package nn

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

func exampleLayout() Layout {
	return Layout{Name: "model", Params: slices.Concat(GRUParams("gru", 3, 4), LayerNormParams("norm", 8), LinearParams("fc", 8, 2))}
}

// counting is 0, 1, 2, ….
func counting(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(i)
	}
	return out
}

func TestLayoutSize(t *testing.T) {
	for _, tc := range []struct {
		params []Param
		want   int
	}{
		{GRUParams("gru", 100, 100), 121200},
		{LayerNormParams("norm", 200), 400},
		{LinearParams("fc", 200, 2), 402},
		{nil, 0},
	} {
		if got := (Layout{Params: tc.params}).Size(); got != tc.want {
			t.Errorf("size %d, want %d", got, tc.want)
		}
	}
}

// TestLayoutRoundTrip cuts a flat vector into tensors and joins them again.
func TestLayoutRoundTrip(t *testing.T) {
	l := exampleLayout()
	flat := counting(l.Size())
	named, err := l.Tensors(flat)
	if err != nil {
		t.Fatal(err)
	}
	if w := named["gru.weight_hh_l0"]; !slices.Equal(w.Shape(), []int64{12, 4}) || tensor.Data[float32](w)[0] != 36 {
		t.Errorf("the second tensor has shape %v and starts at %v", w.Shape(), w.Float64s()[0])
	}
	back, err := l.Flat(named)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(back, counting(l.Size())) {
		t.Error("the vector came back changed")
	}
	tensor.Data[float32](named["fc.bias"])[0] = -1
	if flat[len(flat)-2] < 0 {
		t.Error("the tensors share the vector's memory")
	}
}

// TestUnpackAndPack do the same inside a graph.
func TestUnpackAndPack(t *testing.T) {
	l := exampleLayout()
	g := graph.New("pack")
	w := l.Unpack(g, g.Input("flat", tensor.Float32, graph.N(l.Size())))
	g.Output("packed", l.Pack(g, l.List(w)))
	g.Output("w", w["gru.weight_hh_l0"])
	flat := counting(l.Size())
	out := compile(t, g).run(map[string]*tensor.Tensor{"flat": tensor.Vector(flat)})
	if !slices.Equal(tensor.Data[float32](out["packed"]), flat) {
		t.Error("the vector came back changed")
	}
	if got := tensor.Data[float32](out["w"]); !slices.Equal(got, flat[36:84]) || !slices.Equal(out["w"].Shape(), []int64{12, 4}) {
		t.Errorf("the second parameter is %v %v", out["w"].Shape(), got)
	}
}

func TestLayoutErrors(t *testing.T) {
	l := Layout{Name: "model", Params: LinearParams("fc", 2, 1)}
	if _, err := l.Tensors(counting(4)); err == nil || err.Error() != "nn: 4 values for the 3 parameters of model" {
		t.Errorf("wrong number of values: %v", err)
	}
	good := func() map[string]*tensor.Tensor {
		named, err := l.Tensors(counting(3))
		if err != nil {
			t.Fatal(err)
		}
		return named
	}
	for _, tc := range []struct {
		name   string
		change func(map[string]*tensor.Tensor)
		want   string
	}{
		{"missing", func(n map[string]*tensor.Tensor) { delete(n, "fc.bias") }, "parameter fc.bias is missing"},
		{"transposed", func(n map[string]*tensor.Tensor) { n["fc.weight"] = matrix[float32](2, 1, 1, 2) }, "fc.weight is float32[2 1], expected float32[1 2]"},
		{"shorter", func(n map[string]*tensor.Tensor) { n["fc.weight"] = matrix[float32](1, 1, 1) }, "fc.weight is float32[1 1], expected float32[1 2]"},
		{"float64", func(n map[string]*tensor.Tensor) { n["fc.weight"] = matrix(1, 2, 1., 2) }, "fc.weight is float64[1 2], expected float32[1 2]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			named := good()
			tc.change(named)
			if _, err := l.Flat(named); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

// TestVastLayoutTakesNoMemory: a file may say any size; memory is taken for what
// is there.
func TestVastLayoutTakesNoMemory(t *testing.T) {
	for _, shape := range [][]int64{{1 << 31}, {1 << 40, 1 << 20}, {-1 << 40}, {1 << 62, 4}} {
		l := Layout{Name: "model", Params: []Param{{Name: "w", Shape: shape}}}
		named := map[string]*tensor.Tensor{"w": tensor.Vector([]float32{1, 2, 3})}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := l.Flat(named)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), "w is float32[3], expected float32[") {
			t.Errorf("%v: error %v", shape, err)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
			t.Errorf("%v: %d bytes were taken", shape, taken)
		}
	}
}

// TestInitial: PyTorch's laws, one stream a parameter.
func TestInitial(t *testing.T) {
	l := Layout{Name: "model", Params: slices.Concat(GRUParams("gru", 50, 25), LayerNormParams("norm", 50), LinearParams("fc", 50, 20))}
	flat := l.Initial(5)
	if !slices.Equal(flat, l.Initial(5)) {
		t.Error("the same seed gives other values")
	}
	if slices.Equal(flat, l.Initial(6)) {
		t.Error("another seed gives the same values")
	}
	for _, p := range l.Params {
		values := flat[:p.count()]
		flat = flat[p.count():]
		checkInitial(t, p, values)
	}
	// A parameter's values depend on its name alone, not on those before it.
	alone := Layout{Name: "model", Params: l.Params[len(l.Params)-2:]}
	if all := l.Initial(5); !slices.Equal(alone.Initial(5), all[len(all)-alone.Size():]) {
		t.Error("other parameters change a parameter's first values")
	}
	other := Layout{Name: "attacker", Params: alone.Params}
	if slices.Equal(other.Initial(5), alone.Initial(5)) {
		t.Error("two layouts start with the same values")
	}
}

func checkInitial(t *testing.T, p Param, values []float64) {
	bound := map[string]float64{"gru": 1 / math.Sqrt(25), "fc": 1 / math.Sqrt(50), "norm": 0}[strings.Split(p.Name, ".")[0]]
	if bound == 0 {
		want := map[string]float64{"norm.weight": 1, "norm.bias": 0}[p.Name]
		if slices.Min(values) != want || slices.Max(values) != want {
			t.Errorf("%s starts between %v and %v, want %v", p.Name, slices.Min(values), slices.Max(values), want)
		}
		return
	}
	// Of n uniform values the largest is above bound·(1−20/n) but for a
	// chance of e^−10, and the variance is bound²/3.
	n := float64(len(values))
	if most := slices.Max(values); most >= bound || most < bound*(1-20/n) {
		t.Errorf("%s: largest value %v, bound %v", p.Name, most, bound)
	}
	if least := slices.Min(values); least < -bound || least > -bound*(1-20/n) {
		t.Errorf("%s: least value %v, bound %v", p.Name, least, bound)
	}
	if v := dot(values, values) / n; math.Abs(v/(bound*bound/3)-1) > 4.5/math.Sqrt(n) {
		t.Errorf("%s: variance %v, want %v", p.Name, v, bound*bound/3)
	}
}

// TestNormalStart: a normal law has its mean, its deviation and no bound.
func TestNormalStart(t *testing.T) {
	l := Layout{Name: "model", Params: []Param{{Name: "table", Shape: []int64{200, 100}, Init: Init{Deviation: .1}}}}
	values := l.Initial(5)
	n, total := float64(len(values)), 0.0
	for _, v := range values {
		total += v
	}
	if mean := total / n; math.Abs(mean) > 4.5*.1/math.Sqrt(n) {
		t.Errorf("mean %v", mean)
	}
	if v := dot(values, values) / n; math.Abs(v/.01-1) > 4.5*math.Sqrt(2/n) {
		t.Errorf("variance %v, want 0.01", v)
	}
	if most := slices.Max(values); most < .3 {
		t.Errorf("of %v normal values the largest is %v", n, most)
	}
}
