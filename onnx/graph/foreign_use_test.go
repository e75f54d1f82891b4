package graph_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// runnable are models of operators that mean something else in the builder's
// version, or nothing, with inputs x [2,2,2] and w [2].
func runnable() map[string][]byte {
	x, w, y := declared(graphIn, "x", tensorType(1, extents("A", nil, 2))), declared(graphIn, "w", floatPair), declared(graphOut, "y", tensorType(1, nil))
	plain := join(words(2, "g"), x, w, y)
	add := call("Add", names{"x", "w"}, names{"h"})
	twice := within(25, words(1, "Twice"), words(4, "a"), words(5, "b"), call2("Add", names{"a", "a"}, names{"b"}), within(9, number(2, 13)), words(10, "local"))
	branch := func(op string) []byte {
		return within(6, call(op, names{"h"}, names{"r"}), words(2, op), within(graphOut, words(1, "r")))
	}
	return map[string][]byte{
		"Softmax over all axes behind one": join(ir, within(7, add, call("Softmax", names{"h"}, names{"y"}, attribute("axis", 2, number(3, 1))), plain), imports("", 12)),
		"Split by an attribute":            join(ir, within(7, add, call("Split", names{"h"}, names{"first", "y"}, attribute("axis", 2, number(3, -1)), attribute("split", 7, number(8, 1), number(8, 1))), plain), imports("", 12)),
		"a local function":                 join(ir, within(7, add, call("Twice", names{"h"}, names{"y"}, words(7, "local")), plain), imports("", 13), imports("local", 1), twice),
		"a sequence in between":            join(ir, within(7, add, call("SequenceConstruct", names{"h", "x"}, names{"s"}), call("ConcatFromSequence", names{"s"}, names{"y"}, attribute("axis", 2, number(3, 0))), plain), imports("", 13)),
		"branches": join(ir, within(7, add, call("ReduceMax", names{"x"}, names{"m"}, attribute("keepdims", 2, number(3, 0))), call("Cast", names{"m"}, names{"c"}, attribute("to", 2, number(3, 9))),
			call("If", names{"c"}, names{"y"}, attribute("then_branch", 5, branch("Exp")), attribute("else_branch", 5, branch("Neg"))), plain), imports("", 16)),
		"a constant of halves": join(ir, within(7, within(5, words(1, "\x02"), number(2, 10), words(8, "k"), words(9, "\x00\x3c\x00\x40")), call("Cast", names{"k"}, names{"f"}, attribute("to", 2, number(3, 1))),
			call("Sum", names{"x", "w", "f"}, names{"y"}), plain), imports("", 13)),
	}
}

func runInputs(t *testing.T) map[string]*tensor.Tensor {
	x, err := tensor.Of([]int64{2, 2, 2}, []float32{1, -2, 3, .5, 0, 7, -1, 2})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*tensor.Tensor{"x": x, "w": tensor.Vector([]float32{.25, -3})}
}

func runModel(t *testing.T, model []byte, inputs map[string]*tensor.Tensor) []byte {
	t.Helper()
	out, err := runtimetest.NewSession(t, "foreign", model).Run(context.Background(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Append(out["y"].Bytes(), out["y"].Shape())
}

// TestForeignModelsComputeTheSame: written again, and with an input bound, a
// model gives the same results to the bit.
func TestForeignModelsComputeTheSame(t *testing.T) {
	for name, model := range runnable() {
		t.Run(name, func(t *testing.T) {
			inputs := runInputs(t)
			want := runModel(t, model, inputs)
			if got := runModel(t, mustModel(t, mustRead(t, model)), inputs); !bytes.Equal(got, want) {
				t.Errorf("written again it computes %x, not %x", got, want)
			}
			for _, in := range slices.Sorted(maps.Keys(inputs)) {
				g := mustRead(t, model)
				if err := g.Bind(in, inputs[in]); err != nil {
					t.Fatal(err)
				}
				rest := maps.Clone(inputs)
				delete(rest, in)
				if got := runModel(t, mustModel(t, g), rest); !bytes.Equal(got, want) {
					t.Errorf("with %s bound it computes %x, not %x", in, got, want)
				}
			}
		})
	}
}

// TestBindRefusesWhatAnInputCannotBe: each error names the input.
func TestBindRefusesWhatAnInputCannotBe(t *testing.T) {
	pair := tensor.Vector([]float32{1, 2})
	for name, c := range map[string]struct {
		input []byte
		ir    int64
		ok    bool
	}{
		"what is declared":     {declared(graphIn, "x", floatPair), 8, true},
		"a length left open":   {declared(graphIn, "x", tensorType(1, extents(nil))), 8, true},
		"another length":       {declared(graphIn, "x", tensorType(1, extents(3))), 8, false},
		"another rank":         {declared(graphIn, "x", tensorType(1, extents(2, 1))), 8, false},
		"a rank not told":      {declared(graphIn, "x", tensorType(1, nil)), 8, false},
		"a sequence":           {declared(graphIn, "x", within(4, within(1, floatPair))), 8, false},
		"an old file's inputs": {declared(graphIn, "x", floatPair), 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := mustRead(t, join(number(1, c.ir), within(7, c.input, call("Relu", names{"x"}, names{"y"}), declared(graphOut, "y", floatPair)), imports("", 13)))
			err := g.Bind("x", pair)
			if c.ok != (err == nil) || err != nil && !strings.Contains(err.Error(), `x`) {
				t.Errorf("error %v", err)
			}
			if bound := len(g.Inputs()) == 0; bound != c.ok {
				t.Errorf("bound: %v", bound)
			}
		})
	}
}

// TestBindReplacesADefault: of an input that has one, only the given value is
// left.
func TestBindReplacesADefault(t *testing.T) {
	value := within(5, number(1, 2), number(2, 1), words(8, "w"), words(9, "\x00\x00\x80\x3f\x00\x00\x00\x40"))
	x, w, y := declared(graphIn, "x", floatPair), declared(graphIn, "w", floatPair), declared(graphOut, "y", floatPair)
	model := join(ir, within(7, call("Add", names{"x", "w"}, names{"y"}), words(2, "g"), x, w, value, y), imports("", 13))
	g := mustRead(t, model)
	if g.Inputs()[1].Const() != nil {
		t.Error("an input that can be given counts as a constant")
	}
	if err := g.Bind("w", tensor.Vector([]float32{10, 20})); err != nil {
		t.Fatal(err)
	}
	got := runModel(t, mustModel(t, g), map[string]*tensor.Tensor{"x": tensor.Vector([]float32{1, 1})})
	if want := fmt.Append(tensor.Vector([]float32{11, 21}).Bytes(), []int64{2}); !bytes.Equal(got, want) {
		t.Errorf("computes %x, want %x", got, want)
	}
}

// TestForeignModelsGrowInOneVersionOnly: an operator of the builder's means
// something else in another version, or in a model that defines it anew.
func TestForeignModelsGrowInOneVersionOnly(t *testing.T) {
	body := within(7, call("Relu", names{"x"}, names{"h"}), call("Relu", names{"h"}, names{"y"}), words(2, "g"),
		declared(graphIn, "x", tensorType(1, extents(nil, nil))), declared(graphOut, "y", tensorType(1, extents(nil, nil))))
	for name, c := range map[string]struct {
		model []byte
		want  string
	}{
		"its own version":         {join(body, imports("", graph.Opset), imports("other", 1)), ""},
		"under its long name":     {join(body, imports("ai.onnx", graph.Opset)), ""},
		"an older one":            {join(body, imports("", 13)), "version 13"},
		"a newer one":             {join(body, imports("", 21)), "version 21"},
		"none":                    {body, "version 0"},
		"an operator of its own":  {join(body, imports("", graph.Opset), within(25, words(1, "Relu"))), "Relu anew"},
		"a function of its own":   {join(body, imports("", graph.Opset), within(25, words(1, "Relu"), words(10, "local"))), ""},
		"two versions of a thing": {join(body, imports("", graph.Opset), imports("ai.onnx", 13)), "version 13"},
	} {
		t.Run(name, func(t *testing.T) {
			g := mustRead(t, c.model)
			g.Output("z", g.Tanh(g.Outputs()[0]))
			if err := g.Err(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// TestWhatAFileLeavesOpenIsUnknown: two lengths without names need not be
// equal, and a value of unknown rank is no scalar.
func TestWhatAFileLeavesOpenIsUnknown(t *testing.T) {
	read := func() (*graph.Graph, []*graph.Value) {
		g := mustRead(t, join(within(7, call("Relu", names{"r"}, names{"y"}), declared(graphOut, "y", floatPair), declared(graphIn, "a", open), declared(graphIn, "b", open),
			declared(graphIn, "r", tensorType(1, nil)), declared(graphIn, "odd", tensorType(1, extents("a**b", "(", "-3", "0*N", "()")))), imports("", graph.Opset)))
		return g, g.Inputs()
	}
	g, in := read()
	if g.Add(in[0], in[0]); g.Err() != nil {
		t.Error(g.Err())
	}
	if g.Add(in[0], in[1]); g.Err() == nil {
		t.Error("two unnamed lengths are taken for one")
	}
	g, in = read()
	if g.Add(in[0], in[2]); g.Err() == nil {
		t.Error("a value of unknown rank is taken for a scalar")
	}
	g, in = read()
	doubled := g.Reshape(in[3], in[3].Shape.Count(), graph.N(1))
	g.Output("flat", g.Expand(doubled, in[3].Shape.Count().Plus(math.MaxInt8).Plus(-math.MaxInt8), graph.N(2)))
	mustModel(t, g)
}
