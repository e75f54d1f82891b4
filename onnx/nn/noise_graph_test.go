package nn

import (
	"fmt"
	"slices"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// testNoises are one noise of each law and the edges of Keep's share.
var testNoises = []Noise{
	{Purpose: "generator/noise", Law: Logistic},
	{Purpose: "generator/keep", Law: Keep, Share: .8},
	{Purpose: "all", Law: Keep, Share: 1},
	{Purpose: "none", Law: Keep},
}

// TestSampleIsDraw: a graph makes from the key exactly the numbers that Go
// draws, whatever the shape, of an even or odd number of elements.
func TestSampleIsDraw(t *testing.T) {
	for _, n := range testNoises {
		for i, shape := range []graph.Shape{
			{symT, symB, graph.N(6)}, {symT, symB}, {symB, graph.N(200)}, {symT, graph.N(3)}, {graph.N(5)}, {graph.N(2), symT}, {},
		} {
			t.Run(fmt.Sprint(n.Purpose, shape), func(t *testing.T) {
				sampled := sampler(t, n, shape)
				for _, size := range []map[string]int64{{"T": 1, "B": 1}, {"T": 5, "B": 3}, {"T": 64, "B": 33}} {
					drawn := drawnAt(t, n, shape, size, uint64(i), 7)
					sameBits(t, sampled(size, n.Key(uint64(i), 7)), drawn)
				}
			})
		}
	}
}

// TestSampleOfAnyKey: also keys that wrap around at once.
func TestSampleOfAnyKey(t *testing.T) {
	for _, n := range testNoises[:2] {
		sampled := sampler(t, n, graph.Shape{symT, symB})
		for _, key := range []uint32{0, 1, 0xffff, 0x10000, 1<<31 - 1, 1 << 31, 1<<32 - 1} {
			got := sampled(map[string]int64{"T": 41, "B": 9}, key)
			want := make([]float32, 41*9)
			fill(want, key, logisticTable())
			if n.Law == Keep {
				keep := make([]uint8, len(want))
				fill(keep, key, n.keepTable())
				if !slices.Equal(tensor.Data[uint8](got), keep) {
					t.Errorf("key %#x: another mask", key)
				}
			} else if !slices.Equal(tensor.Data[float32](got), want) {
				t.Errorf("key %#x: other noise", key)
			}
		}
	}
}

// sampler is a noise's graph: a tensor from the sizes of axes T and B and a key.
func sampler(t *testing.T, n Noise, shape graph.Shape) func(size map[string]int64, key uint32) *tensor.Tensor {
	t.Helper()
	g := graph.New("noise")
	g.Input("sizes", tensor.Uint8, symT, symB)
	y := n.Sample(g, g.Input("key", tensor.Int64, graph.N(1)), shape)
	if len(shape) == 0 {
		y = One(g, y)
	}
	g.Output("noise", y)
	p := compile(t, g)
	return func(size map[string]int64, key uint32) *tensor.Tensor {
		sizes, err := tensor.New(tensor.Uint8, size["T"], size["B"])
		if err != nil {
			t.Fatal(err)
		}
		return p.run(map[string]*tensor.Tensor{"sizes": sizes, "key": tensor.Vector([]int64{int64(key)})})["noise"]
	}
}

// drawnAt is the noise in Go.
func drawnAt(t *testing.T, n Noise, shape graph.Shape, size map[string]int64, seed, step uint64) *tensor.Tensor {
	t.Helper()
	lengths := []int64{}
	for _, d := range shape {
		n, fixed := d.Fixed()
		if !fixed {
			n = size[d.String()]
		}
		lengths = append(lengths, n)
	}
	if len(shape) == 0 {
		lengths = []int64{1}
	}
	dtype := tensor.Float32
	if n.Law == Keep {
		dtype = tensor.Uint8
	}
	x, err := tensor.New(dtype, lengths...)
	if err != nil {
		t.Fatal(err)
	}
	n.Draw(x, seed, step)
	return x
}

func sameBits(t *testing.T, got, want *tensor.Tensor) {
	t.Helper()
	if !slices.Equal(got.Shape(), want.Shape()) {
		t.Fatalf("shape %v, want %v", got.Shape(), want.Shape())
	}
	if !slices.Equal(tensor.Data[uint8](got), tensor.Data[uint8](want)) || !slices.Equal(tensor.Data[float32](got), tensor.Data[float32](want)) {
		t.Errorf("%v: other numbers", got.Shape())
	}
}

// TestSampleHasKernelsOnCUDA: these are operators that onnxruntime 1.29 runs on
// CUDA for the types in which they are used here (docs/OperatorKernels.md of
// its sources); Range and the shapes it needs are computed on int64.
func TestSampleHasKernelsOnCUDA(t *testing.T) {
	integers := []tensor.DType{tensor.Int64, tensor.Uint32}
	kernels := map[string][]tensor.DType{
		"Add": integers, "Mul": integers, "Div": integers, "Less": {tensor.Uint32}, "Range": {tensor.Int64},
		"Shape": {tensor.Uint8}, "Gather": {tensor.Int64, tensor.Float32}, "Concat": {tensor.Int64},
		"Cast": nil, "Reshape": nil, "Slice": nil, "Unsqueeze": nil, // of any type
	}
	for _, n := range testNoises[:2] {
		for _, shape := range []graph.Shape{{symT, symB, graph.N(4)}, {symT, symB}} {
			g := graph.New("noise")
			g.Input("sizes", tensor.Uint8, symT, symB)
			n.Sample(g, g.Input("key", tensor.Int64, graph.N(1)), shape)
			if err := g.Check(); err != nil {
				t.Fatal(err)
			}
			for _, node := range g.Nodes() {
				types, known := kernels[node.Op]
				if !known || types != nil && !slices.Contains(types, node.Inputs[0].DType) {
					t.Errorf("%v of %v", node, node.Inputs[0].DType)
				}
			}
		}
	}
}
