package grad

import (
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

type (
	values = []*graph.Value
	f1     = func(g *graph.Graph, x *graph.Value) *graph.Value
	f2     = func(g *graph.Graph, a, b *graph.Value) *graph.Value
)

// one makes a case of a function of one input.
func one(name string, in []input, f f1) numeric {
	return numeric{name: name, inputs: in, build: func(g *graph.Graph, x []*graph.Value) []*graph.Value { return values{f(g, x[0])} }}
}

// two makes a case of a function of two inputs.
func two(name string, in []input, f f2) numeric {
	return numeric{name: name, inputs: in, build: func(g *graph.Graph, x []*graph.Value) []*graph.Value { return values{f(g, x[0], x[1])} }}
}

// many makes a case of a function of any number of inputs and outputs.
func many(name string, in []input, f func(g *graph.Graph, x values) values) numeric {
	return numeric{name: name, inputs: in, build: f}
}

// single makes a case run in float32.
func single(c numeric) numeric {
	c.single = true
	return c
}

// index is a constant int64 index of the given shape.
func index(g *graph.Graph, shape []int64, at ...int64) *graph.Value {
	t, err := tensor.Of(shape, at)
	if err != nil {
		return g.Fail("%v", err)
	}
	return g.Const("index", t)
}

var numericCases = slices.Concat(elementwiseCases(), broadcastCases(), matrixCases(), reduceCases(), indexCases(), shapeCases())

func elementwiseCases() []numeric {
	return []numeric{
		one("Neg", normal("2,3"), (*graph.Graph).Neg),
		one("Abs", apart("2,3"), (*graph.Graph).Abs),
		one("Exp", normal("2,3"), (*graph.Graph).Exp),
		one("Log", positives("2,3"), (*graph.Graph).Log),
		one("Sqrt", positives("2,3"), (*graph.Graph).Sqrt),
		one("Sigmoid", normal("T,3"), (*graph.Graph).Sigmoid),
		one("Tanh", normal("T,3"), (*graph.Graph).Tanh),
		one("Relu", apart("T,3"), (*graph.Graph).Relu),
		one("Identity", normal("T,3"), (*graph.Graph).Identity),
		single(one("Erf", normal("T,3"), (*graph.Graph).Erf)),
		single(one("Gelu exact", normal("T,3"), func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Gelu(x, false) })),
		one("Gelu tanh", normal("T,3"), func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Gelu(x, true) }),
		one("Clip", apart("T,7"), func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Clip(x, -1, 0.9) }),
		many("Clip to values", normal("T,7", "", ""), func(g *graph.Graph, x values) values {
			one := g.Like(x[0], 1)
			low, high := g.Sub(g.Tanh(x[1]), one), g.Add(g.Tanh(x[2]), one)
			y := g.Clip(x[0], 0, 0)
			y.Node().Inputs[1], y.Node().Inputs[2] = low, high
			return values{y}
		}),
		single(one("Cast", normal("T,3"), func(g *graph.Graph, x *graph.Value) *graph.Value {
			return g.Cast(g.Exp(g.Cast(x, tensor.Float64)), tensor.Float32)
		})),
		two("Where", normal("T,3", "T,3"), func(g *graph.Graph, a, b *graph.Value) *graph.Value {
			return g.Where(g.Greater(a, g.Like(a, 0.2)), g.Mul(a, b), g.Sub(b, a))
		}),
		one("Pow by a constant", positives("2,3"), func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Pow(x, g.Like(x, 2.5)) }),
		one("Pow to the square", normal("2,3"), func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Pow(x, g.Like(x, 2)) }),
		one("a value used three times", normal("2,3"), func(g *graph.Graph, x *graph.Value) *graph.Value {
			return g.Add(g.Mul(x, x), g.Mul(x, g.Exp(x)))
		}),
	}
}

// broadcastPatterns are pairs of shapes, with those on which onnxruntime's
// own gradient tests insist at the head.
var broadcastPatterns = [][2]string{
	{"2,3,4,5", "2,3,4,5"}, {"2,3,4,5", ""}, {"2,3,4,5", "5"}, {"4,5", "2,3,4,5"},
	{"1,4,5", "2,3,1,1"}, {"3,4,5", "2,1,1,1"}, {"4,2,1,S", "4,2,1,S"},
	{"B,2,S,S", "B,1,S,S"}, {"B,2,S,S", "B,1,1,S"}, {"B,S", "2,1,1"},
	{"", ""}, {"", "T,B"}, {"1", "3"}, {"1", ""}, {"1,1", "3"}, {"3,1", "1,4"}, {"1,1,1", "1,1"},
	{"T,B,3", "3"}, {"T,1,3", "B,1"}, {"1,B", "T,1"}, {"T", "B,1"}, {"T,1", "1,1,3"}, {"U,3", "U,3"}, {"1,3", "U,3"},
}

func broadcastCases() []numeric {
	operators := []struct {
		name string
		in   func(shapes ...string) []input
		f    f2
	}{
		{"Add", normal, (*graph.Graph).Add}, {"Sub", normal, (*graph.Graph).Sub},
		{"Mul", normal, (*graph.Graph).Mul}, {"Div", apart, (*graph.Graph).Div},
		{"Pow", positives, (*graph.Graph).Pow}, {"Max", normal, (*graph.Graph).Max},
		{"Min", normal, (*graph.Graph).Min},
		{"Where", normal, func(g *graph.Graph, a, b *graph.Value) *graph.Value { return g.Where(g.Less(a, b), g.Exp(a), b) }},
	}
	var out []numeric
	for _, op := range operators {
		for _, p := range broadcastPatterns {
			out = append(out, two(op.name+" ["+p[0]+"] ["+p[1]+"]", op.in(p[0], p[1]), op.f))
		}
	}
	return out
}

func matrixCases() []numeric {
	var out []numeric
	for _, p := range [][2]string{
		{"2,3", "3,4"}, {"T,B,3", "3,4"}, {"T,3", "B,3,4"}, {"B,2,3", "B,3,4"}, {"1,2,3", "B,3,4"},
		{"B,2,3", "1,3,2"}, {"2,1,S,3", "1,B,3,2"}, {"T,B,2,3", "3,4"}, {"T,1", "1,B"}, {"1,1,3", "3,1"},
	} {
		out = append(out, two("MatMul ["+p[0]+"] ["+p[1]+"]", normal(p[0], p[1]), (*graph.Graph).MatMul))
	}
	for _, c := range []struct {
		a, b, c string
		opt     graph.GemmOptions
	}{
		{"2,3", "3,4", "4", graph.GemmOptions{}}, {"3,2", "3,4", "2,1", graph.GemmOptions{TransA: true}},
		{"2,3", "4,3", "2,4", graph.GemmOptions{TransB: true}}, {"3,2", "4,3", "", graph.GemmOptions{TransA: true, TransB: true}},
		{"T,3", "3,4", "1,4", graph.GemmOptions{}}, {"3,B", "4,3", "B,1", graph.GemmOptions{TransA: true, TransB: true}},
		{"T,3", "3,4", "1", graph.GemmOptions{}}, {"2,3", "3,4", "1,1", graph.GemmOptions{}},
	} {
		out = append(out, many("Gemm ["+c.a+"] ["+c.b+"] ["+c.c+"]", normal(c.a, c.b, c.c), func(g *graph.Graph, x values) values {
			return values{g.Gemm(x[0], x[1], x[2], c.opt)}
		}))
	}
	return append(out, two("Gemm without addend", normal("2,3", "3,4"), func(g *graph.Graph, a, b *graph.Value) *graph.Value {
		return g.Gemm(a, b, nil, graph.GemmOptions{})
	}))
}

func reduceCases() []numeric {
	reductions := []struct {
		name string
		f    func(g *graph.Graph, x *graph.Value, keep bool, axes ...int) *graph.Value
	}{
		{"ReduceSum", (*graph.Graph).ReduceSum}, {"ReduceMean", (*graph.Graph).ReduceMean}, {"ReduceSumSquare", (*graph.Graph).ReduceSumSquare}, {"ReduceMax", (*graph.Graph).ReduceMax},
	}
	var out []numeric
	for _, r := range reductions {
		out = append(out,
			one(r.name+" of all", normal("2,3,4"), func(g *graph.Graph, x *graph.Value) *graph.Value { return r.f(g, x, false) }),
			one(r.name+" of all, kept", normal("T,B"), func(g *graph.Graph, x *graph.Value) *graph.Value { return r.f(g, x, true) }),
			one(r.name+" of an axis", normal("T,B,3"), func(g *graph.Graph, x *graph.Value) *graph.Value { return r.f(g, x, false, 1) }),
			one(r.name+" of an axis, kept", normal("T,3"), func(g *graph.Graph, x *graph.Value) *graph.Value { return r.f(g, x, true, -1) }),
			one(r.name+" of two axes", normal("T,B,3"), func(g *graph.Graph, x *graph.Value) *graph.Value { return r.f(g, x, false, -1, 0) }),
			one(r.name+" of length 1", normal("T,1"), func(g *graph.Graph, x *graph.Value) *graph.Value { return r.f(g, x, false, 1) }),
			one(r.name+" of a scalar", normal(""), func(g *graph.Graph, x *graph.Value) *graph.Value { return r.f(g, x, false) }),
		)
	}
	axes := []struct {
		name string
		f    func(g *graph.Graph, x *graph.Value, axis int) *graph.Value
	}{
		{"Softmax", (*graph.Graph).Softmax}, {"LogSoftmax", (*graph.Graph).LogSoftmax},
		{"CumSum", func(g *graph.Graph, x *graph.Value, axis int) *graph.Value { return g.CumSum(x, axis, false) }},
		{"CumSum reversed", func(g *graph.Graph, x *graph.Value, axis int) *graph.Value { return g.CumSum(x, axis, true) }},
		{"TopK", func(g *graph.Graph, x *graph.Value, axis int) *graph.Value { v, _ := g.TopK(x, 2, axis); return v }},
	}
	for _, a := range axes {
		out = append(out,
			one(a.name+" last axis", normal("T,B,3"), func(g *graph.Graph, x *graph.Value) *graph.Value { return a.f(g, x, -1) }),
			one(a.name+" first axis", normal("T,B,3"), func(g *graph.Graph, x *graph.Value) *graph.Value { return a.f(g, x, 0) }),
			one(a.name+" vector", normal("4"), func(g *graph.Graph, x *graph.Value) *graph.Value { return a.f(g, x, 0) }),
		)
	}
	norm := func(g *graph.Graph, x values) values { return values{g.LayerNormalization(x[0], x[1], x[2], 1e-5)} }
	return append(out,
		many("LayerNormalization", normal("2,6", "6", "6"), norm),
		many("LayerNormalization of a sequence", normal("T,B,6", "6", "6"), norm),
		many("LayerNormalization of a vector", normal("6", "6", "6"), norm))
}

func indexCases() []numeric {
	gather := func(axis int, shape []int64, at ...int64) f1 {
		return func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Gather(x, index(g, shape, at...), axis) }
	}
	elements := func(axis int, shape []int64, at ...int64) f1 {
		return func(g *graph.Graph, x *graph.Value) *graph.Value {
			return g.GatherElements(x, index(g, shape, at...), axis)
		}
	}
	scatter := func(add bool, axis int, shape []int64, at ...int64) f2 {
		return func(g *graph.Graph, x, u *graph.Value) *graph.Value {
			return g.ScatterElements(g.Exp(x), index(g, shape, at...), g.Exp(u), axis, add)
		}
	}
	scatterND := func(add bool, shape []int64, at ...int64) f2 {
		return func(g *graph.Graph, x, u *graph.Value) *graph.Value {
			return g.ScatterND(g.Exp(x), index(g, shape, at...), g.Exp(u), add)
		}
	}
	return []numeric{
		one("Gather rows, some twice", normal("5,3"), gather(0, []int64{4}, 1, 3, 1, -1)),
		one("Gather by a matrix", normal("5,3"), gather(0, []int64{2, 2}, 0, 4, 4, 2)),
		one("Gather one", normal("5,3"), gather(0, []int64{}, 2)),
		one("Gather columns", normal("T,B,4"), gather(2, []int64{3}, 0, 0, 3)),
		one("Gather middle axis by a matrix", normal("T,4,B"), gather(-2, []int64{2, 3}, 0, 1, 3, 3, 3, 0)),
		one("Gather from a vector", normal("6"), gather(0, []int64{2, 2}, 0, 5, 5, 1)),
		one("GatherElements", normal("4,3"), elements(0, []int64{2, 3}, 0, 0, 3, 1, 0, 2)),
		one("GatherElements last axis", normal("2,4"), elements(-1, []int64{2, 3}, 0, 0, 3, 1, -1, 2)),
		one("GatherND", normal("4,3,2"), func(g *graph.Graph, x *graph.Value) *graph.Value {
			return g.GatherND(x, index(g, []int64{3, 2}, 0, 1, 3, -1, 0, 1))
		}),
		one("GatherND of symbols", normal("T,B"), func(g *graph.Graph, x *graph.Value) *graph.Value {
			return g.GatherND(x, index(g, []int64{1, 3, 2}, 0, 1, 3, -1, -2, 1))
		}),
		two("ScatterElements add, some twice", normal("4,3", "2,3"), scatter(true, 0, []int64{2, 3}, 0, 1, 3, 0, 2, 3)),
		two("ScatterElements replace", normal("4,3", "2,3"), scatter(false, 0, []int64{2, 3}, 0, 1, 3, 1, 2, 0)),
		two("ScatterElements last axis", normal("2,4", "2,2"), scatter(false, -1, []int64{2, 2}, 0, 3, 2, 1)),
		two("ScatterND add, some twice", normal("5,3", "4,3"), scatterND(true, []int64{4, 1}, 1, 1, 4, 0)),
		two("ScatterND replace", normal("5,3", "2,3"), scatterND(false, []int64{2, 1}, 1, 4)),
		two("ScatterND elements", normal("T,3", "2"), scatterND(false, []int64{2, 2}, 1, 2, 4, 0)),
	}
}

func shapeCases() []numeric {
	sliced := func(axis int, start, end int64) f1 {
		return func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Slice(x, axis, start, end) }
	}
	return []numeric{
		one("Reshape", normal("4,6"), func(g *graph.Graph, x *graph.Value) *graph.Value {
			return g.Reshape(x, graph.Dims(2, 3, 4)...)
		}),
		one("Reshape symbols", normal("T,B,3"), func(g *graph.Graph, x *graph.Value) *graph.Value {
			return g.Reshape(x, graph.Sym("T").Times(graph.Sym("B")), graph.N(3))
		}),
		one("Transpose", normal("T,B,3"), func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Transpose(x, 2, 0, 1) }),
		one("Expand", normal("T,1,3"), func(g *graph.Graph, x *graph.Value) *graph.Value {
			return g.Expand(x, graph.N(2), graph.Sym("T"), graph.N(4), graph.N(3))
		}),
		one("Squeeze", normal("T,1,B,1"), func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Squeeze(x, 1, -1) }),
		one("Unsqueeze", normal("T,B"), func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Unsqueeze(x, 0, -1) }),
		one("Tile", normal("T,B,2"), func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Tile(x, 2, 1, 3) }),
		one("Pad", normal("T,2"), func(g *graph.Graph, x *graph.Value) *graph.Value {
			return g.Pad(x, []int{1, 0}, []int{2, 3})
		}),
		one("Pad that cuts", normal("T,4"), func(g *graph.Graph, x *graph.Value) *graph.Value {
			return g.Pad(x, []int{-1, 2}, []int{1, -3})
		}),
		one("Flatten", normal("2,T,3"), func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Flatten(x, 1) }),
		one("Flatten all", normal("2,T"), func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Flatten(x, 0) }),
		one("Slice middle", normal("5,3"), sliced(0, 1, 3)),
		one("Slice to the end", normal("T,3"), sliced(0, 1, graph.SliceEnd)),
		one("Slice from the end", normal("B,T"), sliced(-1, -2, graph.SliceEnd)),
		one("Slice off the end", normal("T,3"), sliced(0, 0, -1)),
		one("Slice of symbolic length", normal("T,3"), sliced(0, 1, 3)),
		one("Slice past both ends", normal("4,3"), sliced(0, -9, 9)),
		many("Split", normal("T,6"), func(g *graph.Graph, x values) values { return g.Split(x[0], -1, 1, 2, 3) }),
		many("Split, one part unused", normal("6,B"), func(g *graph.Graph, x values) values { return g.Split(x[0], 0, 1, 2, 3)[1:] }),
		many("Split at symbols", normal("T,2"), func(g *graph.Graph, x values) values {
			return g.SplitDims(x[0], 0, graph.N(2), graph.Sym("T").Plus(-2))
		}),
		many("Concat", normal("2,3", "2,1", "2,2"), func(g *graph.Graph, x values) values { return values{g.Concat(-1, x...)} }),
		many("Concat with symbols", normal("T,3", "2,3", "T,3"), func(g *graph.Graph, x values) values { return values{g.Concat(0, x...)} }),
		many("Concat of one twice", normal("T,3"), func(g *graph.Graph, x values) values { return values{g.Concat(1, x[0], g.Exp(x[0]), x[0])} }),
	}
}
