package graph_test

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

type values = []*graph.Value

// dims reads "T,3" as a shape.
func dims(s string) graph.Shape {
	shape := graph.Shape{}
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' }) {
		if n, err := strconv.Atoi(part); err == nil {
			shape = append(shape, graph.N(n))
		} else {
			shape = append(shape, graph.Sym(part))
		}
	}
	return shape
}

// opCase builds one operator on inputs written as "float:T,3" or "T,3".
type opCase struct {
	op     string
	inputs []string
	build  func(g *graph.Graph, x values) values
}

var dtypes = map[string]tensor.DType{"": tensor.Float32, "bool": tensor.Bool, "int": tensor.Int64, "int32": tensor.Int32}

func parseInput(s string) (tensor.DType, graph.Shape) {
	kind, shape, ok := strings.Cut(s, ":")
	if !ok {
		kind, shape = "", kind
	}
	return dtypes[kind], dims(shape)
}

func (c opCase) graph() (*graph.Graph, values) {
	g := graph.New("operator")
	xs := make(values, len(c.inputs))
	for i, in := range c.inputs {
		dtype, shape := parseInput(in)
		xs[i] = g.Input(fmt.Sprint("x", i), dtype, shape...)
	}
	return g, c.build(g, xs)
}

func op1(op string, f func(g *graph.Graph, x *graph.Value) *graph.Value, inputs ...string) opCase {
	return opCase{op, inputs, func(g *graph.Graph, x values) values { return values{f(g, x[0])} }}
}

func op2(op string, f func(g *graph.Graph, a, b *graph.Value) *graph.Value, inputs ...string) opCase {
	return opCase{op, inputs, func(g *graph.Graph, x values) values { return values{f(g, x[0], x[1])} }}
}

func opCases() []opCase {
	type G = graph.Graph
	type V = graph.Value
	var out []opCase
	unary := map[string]func(*G, *V) *V{
		"Neg": (*G).Neg, "Abs": (*G).Abs, "Sign": (*G).Sign, "Exp": (*G).Exp, "Log": (*G).Log, "Sqrt": (*G).Sqrt,
		"Sigmoid": (*G).Sigmoid, "Tanh": (*G).Tanh, "Relu": (*G).Relu, "Erf": (*G).Erf, "Identity": (*G).Identity,
	}
	for _, name := range slices.Sorted(maps.Keys(unary)) {
		f := unary[name]
		out = append(out, op1(name, f, "T,3"), op1(name, f, "3"))
	}
	binary := map[string]func(*G, *V, *V) *V{
		"Add": (*G).Add, "Sub": (*G).Sub, "Mul": (*G).Mul, "Div": (*G).Div, "Pow": (*G).Pow, "Max": (*G).Max, "Min": (*G).Min,
		"Equal": (*G).Equal, "Greater": (*G).Greater, "GreaterOrEqual": (*G).GreaterOrEqual, "Less": (*G).Less,
	}
	for _, name := range slices.Sorted(maps.Keys(binary)) {
		f := binary[name]
		out = append(out, op2(name, f, "T,1", "1,B"), op2(name, f, "3", "T,B,3"))
	}
	reductions := map[string]func(*G, *V, bool, ...int) *V{
		"ReduceSum": (*G).ReduceSum, "ReduceMean": (*G).ReduceMean, "ReduceSumSquare": (*G).ReduceSumSquare, "ReduceMax": (*G).ReduceMax,
	}
	for _, name := range slices.Sorted(maps.Keys(reductions)) {
		f := reductions[name]
		out = append(out,
			op1(name, func(g *G, x *V) *V { return f(g, x, true) }, "T,B,3"),
			op1(name, func(g *G, x *V) *V { return f(g, x, false, -1) }, "T,B,3"),
			op1(name, func(g *G, x *V) *V { return f(g, x, true, 1, 0) }, "T,B,3"))
	}
	return append(out,
		op2("Add", (*G).Add, "int:T,B", "int:1"),
		op2("Equal", (*G).Equal, "int:T,B", "int:1"),
		op2("And", (*G).And, "bool:T,1", "bool:B"),
		op1("Not", (*G).Not, "bool:T"),
		op1("Gelu", func(g *G, x *V) *V { return g.Gelu(x, true) }, "T,2"),
		op1("Clip", func(g *G, x *V) *V { return g.Clip(x, -1, 1) }, "T,2"),
		opCase{"Where", []string{"bool:T,1", "B", "1,1,1"}, func(g *G, x values) values { return values{g.Where(x[0], x[1], x[2])} }},
		op1("Cast", func(g *G, x *V) *V { return g.Cast(x, tensor.Int32) }, "T,2"),
		op2("MatMul", (*G).MatMul, "T,B,3", "3,2"),
		op2("MatMul", (*G).MatMul, "T,3", "B,3,T"),
		op2("MatMul", (*G).MatMul, "T,1,2,3", "B,3,T"),
		opCase{"Gemm", []string{"3,T", "B,3", "B"}, func(g *G, x values) values {
			return values{g.Gemm(x[0], x[1], x[2], graph.GemmOptions{TransA: true, TransB: true})}
		}},
		op1("ArgMax", func(g *G, x *V) *V { return g.ArgMax(x, 1, false) }, "T,B,3"),
		op1("ArgMax", func(g *G, x *V) *V { return g.ArgMax(x, -1, true) }, "T,B,3"),
		op1("CumSum", func(g *G, x *V) *V { return g.CumSum(x, 0, true) }, "T,B"),
		opCase{"TopK", []string{"3,T"}, func(g *G, x values) values { v, i := g.TopK(x[0], 2, 0); return values{v, i} }},
		opCase{"Sort", []string{"T,B"}, func(g *G, x values) values { v, i := g.Sort(x[0], 0); return values{v, i} }},
		op1("Softmax", func(g *G, x *V) *V { return g.Softmax(x, 0) }, "T,B"),
		op1("LogSoftmax", func(g *G, x *V) *V { return g.LogSoftmax(x, -1) }, "T,B"),
		opCase{"LayerNormalization", []string{"T,B,6", "6", "6"}, func(g *G, x values) values {
			return values{g.LayerNormalization(x[0], x[1], x[2], 1e-5)}
		}},
		op2("Gather", func(g *G, x, i *V) *V { return g.Gather(x, i, 1) }, "T,4,3", "int:B,2"),
		op2("Gather", func(g *G, x, i *V) *V { return g.Gather(x, i, -1) }, "T,4", "int32:B"),
		op2("GatherElements", func(g *G, x, i *V) *V { return g.GatherElements(x, i, 1) }, "T,4", "int:T,2"),
		op2("GatherND", (*G).GatherND, "4,3,T", "int:B,2"),
		op2("GatherND", (*G).GatherND, "4,3,T", "int:B,S,1"),
		opCase{"Unique", []string{"int:T", "2"}, func(g *G, x values) values {
			list, places := g.Unique(x[0], graph.Sym("W"))
			// The new symbol can be computed with at once.
			return values{list, places, g.Expand(x[1], graph.Sym("W").Plus(1), graph.N(2))}
		}},
		opCase{"NonZero", []string{"int:4,1", "2"}, func(g *G, x values) values {
			at := g.NonZero(x[0], graph.Sym("W"))
			return values{at, g.Expand(x[1], graph.Sym("W").Plus(1), graph.N(2))}
		}},
		opCase{"ScatterElements", []string{"T,4", "int:T,2", "T,2"}, func(g *G, x values) values {
			return values{g.ScatterElements(x[0], x[1], x[2], 1, true)}
		}},
		opCase{"ScatterND", []string{"4,T", "int:B,1", "B,T"}, func(g *G, x values) values { return values{g.ScatterND(x[0], x[1], x[2], true)} }},
		op1("Reshape", func(g *G, x *V) *V { return g.Reshape(x, x.Shape[0].Times(x.Shape[1]), graph.N(6)) }, "T,B,2,3"),
		op1("Reshape", func(g *G, x *V) *V { return g.Reshape(x, graph.N(2), x.Shape[1], x.Shape[0]) }, "T,B,2"),
		op1("Expand", func(g *G, x *V) *V { return g.Expand(x, graph.Sym("T"), graph.N(2), graph.Sym("T").Plus(1)) }, "T,1,1"),
		op1("Shape", (*G).Shape, "T,B"),
		op1("Range", func(g *G, x *V) *V { return g.Range(x.Shape.Count().Plus(2)) }, "T,B"),
		op1("DimValue", func(g *G, x *V) *V { return g.DimValue(x.Shape[0].Plus(1).Times(x.Shape[1])) }, "T,B"),
		op1("Transpose", func(g *G, x *V) *V { return g.Transpose(x, 2, 0, 1) }, "T,B,3"),
		op1("Squeeze", func(g *G, x *V) *V { return g.Squeeze(x, -1, 1) }, "T,1,B,1"),
		op1("Unsqueeze", func(g *G, x *V) *V { return g.Unsqueeze(x, 0, -1) }, "T,B"),
		op1("Tile", func(g *G, x *V) *V { return g.Tile(x, 2, 3) }, "T,3"),
		op1("Pad", func(g *G, x *V) *V { return g.Pad(x, []int{1, 0}, []int{2, -1}) }, "T,3"),
		op1("Flatten", func(g *G, x *V) *V { return g.Flatten(x, 2) }, "T,B,2,3"),
		op1("Slice", func(g *G, x *V) *V { return g.Slice(x, 0, 1, graph.SliceEnd) }, "T,3"),
		op1("Slice", func(g *G, x *V) *V { return g.Slice(x, 0, -2, -1) }, "T,3"),
		op1("Slice", func(g *G, x *V) *V { return g.Slice(x, 1, -9, 9) }, "T,3"),
		op1("Slice", func(g *G, x *V) *V { return g.Slice(x, 1, 2, 1) }, "T,3"),
		opCase{"Split", []string{"6,T"}, func(g *G, x values) values { return g.Split(x[0], 0, 1, 5) }},
		opCase{"SplitDims", []string{"T,3"}, func(g *G, x values) values {
			return g.SplitDims(x[0], 0, graph.N(1), graph.Sym("T").Plus(-1))
		}},
		opCase{"Concat", []string{"T,3", "2,3", "T,3"}, func(g *G, x values) values { return values{g.Concat(0, x...)} }},
		opCase{"Scan", []string{"B,2", "T,B,2"}, func(g *G, x values) values {
			finals, outs := g.Scan(graph.ScanSpec{States: x[:1], Elems: x[1:], Reverse: true}, func(b *G, s, e []*V) (next, outs []*V) {
				h := b.Add(s[0], e[0])
				return values{h}, values{b.ReduceSum(h, false, 1)}
			})
			return append(finals, outs...)
		}},
		opCase{"Loop", []string{"B,2", "T"}, func(g *G, x values) values {
			finals, outs := g.Loop(x[1].Shape[0], x[:1], func(b *G, i *V, s []*V) (next, outs []*V) {
				h := b.Add(s[0], b.Cast(i, tensor.Float32))
				return values{h}, values{h}
			})
			return append(finals, outs...)
		}},
		opCase{"If", []string{"bool:", "T,2"}, func(g *G, x values) values {
			return g.If(x[0], func(b *G) []*V { return values{b.Neg(x[1])} }, func(b *G) []*V { return values{x[1]} })
		}})
}

// TestInferredTypesAreOnnxruntimes runs each operator at two sizes and
// compares what comes out with what was inferred, symbols filled in.
func TestInferredTypesAreOnnxruntimes(t *testing.T) {
	// W is how many numbers filled puts into an integer vector of length T.
	sizes := []map[string]int64{{"T": 5, "B": 4, "S": 3, "W": 2}, {"T": 2, "B": 1, "S": 1, "W": 2}}
	for i, c := range opCases() {
		t.Run(fmt.Sprintf("%s %d", c.op, i), func(t *testing.T) {
			g, ys := c.graph()
			for k, y := range ys {
				g.Output(fmt.Sprint("y", k), keepRank(g, y))
			}
			model, err := g.Model()
			if err != nil {
				t.Fatal(err)
			}
			s := runtimetest.NewSession(t, c.op, model)
			for _, size := range sizes {
				feeds := map[string]*tensor.Tensor{}
				for i, in := range c.inputs {
					feeds[fmt.Sprint("x", i)] = filled(t, in, size)
				}
				out, err := s.Run(context.Background(), feeds)
				if err != nil {
					t.Fatal(err)
				}
				for k, y := range ys {
					got := out[fmt.Sprint("y", k)]
					if want := at(keepRank(g, y).Shape, size); !slices.Equal(got.Shape(), want) || got.DType() != y.DType {
						t.Errorf("output %d is %v%v, inferred %v = %v", k, got.DType(), got.Shape(), y.Type, want)
					}
				}
			}
		})
	}
}

// keepRank gives values of rank 0 an axis, without which they cannot be
// fetched.
func keepRank(g *graph.Graph, y *graph.Value) *graph.Value {
	if len(y.Shape) == 0 {
		return g.Unsqueeze(y, 0)
	}
	return y
}

func at(s graph.Shape, size map[string]int64) []int64 {
	out := make([]int64, len(s))
	for i, d := range s {
		out[i] = d.At(size)
	}
	return out
}

// filled is a tensor of zeros and ones for an input.
func filled(t *testing.T, in string, size map[string]int64) *tensor.Tensor {
	t.Helper()
	dtype, shape := parseInput(in)
	x, err := tensor.New(dtype, at(shape, size)...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range tensor.Data[int64](x) {
		tensor.Data[int64](x)[i] = int64(i % 2)
	}
	for i := range tensor.Data[float32](x) {
		tensor.Data[float32](x)[i] = float32(i%2) + 1
	}
	return x
}

// TestEveryOperatorHasACase: a method of Graph that builds a value must occur
// in the table above.
func TestEveryOperatorHasACase(t *testing.T) {
	others := []string{"Const", "Fail", "Input", "Ints", "Like", "Scalar"} // build no operator
	var tested []string
	for _, c := range opCases() {
		tested = append(tested, c.op)
	}
	value := reflect.TypeFor[*graph.Value]()
	for m := range reflect.TypeFor[*graph.Graph]().Methods() {
		for i := range m.Type.NumOut() {
			out := m.Type.Out(i)
			builds := out == value || out == reflect.SliceOf(value) && m.Type.NumIn() > 1
			if builds && !slices.Contains(others, m.Name) && !slices.Contains(tested, m.Name) {
				t.Errorf("%s has no case", m.Name)
			}
		}
	}
}
