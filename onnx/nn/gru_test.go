package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// The sizes of the small GRUs under test.
const gruIn, gruHidden = 3, 2

// gruLengths are the lengths of the texts in a batch of gruSteps positions.
var gruLengths = []int{5, 3, 1, 4}

const gruSteps = 5

// gruArgs are rows, places that repeat them, and parameters.
func gruArgs(r *rand.Rand) []arg {
	places := make([]int64, gruSteps*len(gruLengths))
	for i := range places {
		places[i] = r.Int64N(4)
	}
	args := []arg{
		{name: "rows", shape: graph.Shape{symU, graph.N(gruIn)}, value: normals(r, 4, gruIn)},
		{name: "places", shape: graph.Shape{symT, symB}, value: matrix(gruSteps, len(gruLengths), places...)},
	}
	for _, p := range GRUParams("gru", gruIn, gruHidden) {
		args = append(args, fixedArg(p.Name, normals(r, p.Shape...)))
	}
	return args
}

// shownArg hides some words. What is hidden has a gradient, but the value is
// no function of numbers between 0 and 1: TestGRUIsThePlainOne checks it.
func shownArg(r *rand.Rand) arg {
	shown := make([]float64, gruSteps*len(gruLengths))
	for i := range shown {
		shown[i] = float64(r.IntN(2))
	}
	return arg{name: "shown", shape: graph.Shape{symT, symB}, value: matrix(gruSteps, len(gruLengths), shown...), held: true}
}

// lengthMask is 1 at the positions of texts of the given lengths, [T,B].
func lengthMask(name string, steps int, lengths []int) arg {
	mask := make([]float64, steps*len(lengths))
	for b, n := range lengths {
		for t := range n {
			mask[t*len(lengths)+b] = 1
		}
	}
	return arg{name: name, shape: graph.Shape{symT, symB}, value: matrix(steps, len(lengths), mask...), held: true}
}

// sequence reads the arguments; without "mask" a "valid" one marks positions
// that count though the recurrence runs on.
func sequence(x map[string]*graph.Value) Sequence {
	s := Sequence{Rows: x["rows"], Places: x["places"], Shown: x["shown"], Mask: x["mask"]}
	if x["valid"] != nil {
		s.Mask, s.OverPadding = x["valid"], true
	}
	return s
}

func states(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
	forward, backward := GRU(g, x, "gru", sequence(x))
	if g.Err() != nil {
		return forward
	}
	return g.Concat(2, forward, backward)
}

func pooled(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
	return PooledGRU(g, x, "gru", sequence(x))
}

// TestGRUAgreesWithPyTorch compares outputs and all gradients.
func TestGRUAgreesWithPyTorch(t *testing.T) {
	type file struct {
		X, Y, Upstream, DX array
		Params, Grads      map[string]array
	}
	f := readFixture[file](t, "gru.json")
	x, hidden := f.X.timeMajor(), int(f.Params["weight_hh_l0"].Shape[1])
	steps, batch, in := x.Shape[0], x.Shape[1], int(x.Shape[2])
	places := make([]int64, steps*batch)
	for i := range places {
		places[i] = int64(i)
	}
	rows := array{[]int64{steps * batch, int64(in)}, x.Data}
	gru := function{build: states, args: []arg{
		{name: "rows", shape: graph.Shape{symU, graph.N(in)}, value: rows.tensor(t)},
		{name: "places", shape: graph.Shape{symT, symB}, value: matrix(int(steps), int(batch), places...)},
	}}
	for _, p := range GRUParams("gru", in, hidden) {
		gru.args = append(gru.args, fixedArg(p.Name, f.Params[strings.TrimPrefix(p.Name, "gru.")].tensor(t)))
	}
	check := func(f32 function, upstream *tensor.Tensor, tolerance float64) {
		near(t, "y", f32.value(t).Float64s(), f.Y.timeMajor().Data, tolerance)
		grads := f32.gradients(t, upstream)
		near(t, "dx", grads["rows"], f.DX.timeMajor().Data, tolerance)
		for name, want := range f.Grads {
			near(t, "gradient of "+name, grads["gru."+name], want.Data, tolerance)
		}
	}
	up := f.Upstream.timeMajor()
	check(gru, up.tensor(t), 1e-9)
	up32, err := tensor.FromFloat64(tensor.Float32, up.Shape, up.Data)
	if err != nil {
		t.Fatal(err)
	}
	check(gru.as32(t), up32, 1e-5)
}

// TestGRUGradients checks every gradient of both directions, with rows that
// are trained and shown at several positions.
func TestGRUGradients(t *testing.T) {
	for _, kind := range []struct {
		name  string
		build func(*graph.Graph, map[string]*graph.Value) *graph.Value
	}{{"states", states}, {"pooled", pooled}} {
		for i, extra := range []string{"", "shown", "mask", "shown,mask", "shown,valid"} {
			t.Run(fmt.Sprintf("%s/%s", kind.name, extra), func(t *testing.T) {
				r := rand.New(rand.NewPCG(7, uint64(i)))
				f := function{gruArgs(r), kind.build}
				if strings.Contains(extra, "shown") {
					f.args = append(f.args, shownArg(r))
				}
				for _, mask := range []string{"mask", "valid"} {
					if strings.Contains(extra, mask) {
						f.args = append(f.args, lengthMask(mask, gruSteps, gruLengths))
					}
				}
				f.checkGradients(t, r)
			})
		}
	}
}

// TestGRUGradientsOneByOne: a gradient does not depend on which others are
// asked for.
func TestGRUGradientsOneByOne(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 0))
	f := function{append(gruArgs(r), shownArg(r)), states}
	f.args[len(f.args)-1].held = false
	upstream := normals(r, gruSteps, int64(len(gruLengths)), 2*gruHidden)
	all := f.gradients(t, upstream)
	for i := range f.args {
		if !f.args[i].moves() {
			continue
		}
		alone := function{append([]arg(nil), f.args...), f.build}
		for j, a := range f.args {
			alone.args[j].held = a.name != f.args[i].name
		}
		for name, got := range alone.gradients(t, upstream) {
			near(t, name, got, all[name], 1e-14)
		}
	}
}

// TestRowGradientsAddUp shows few rows at very many positions: no addition to
// a row may get lost, and two runs give the same sums.
func TestRowGradientsAddUp(t *testing.T) {
	const steps, batch, width = 2, 15000, 8
	r := rand.New(rand.NewPCG(9, 0))
	places, ordered := make([]int64, steps*batch), make([]int64, steps*batch)
	for i := range places {
		places[i], ordered[i] = r.Int64N(3), int64(i)
	}
	rows := normals(r, 3, width)
	var spread []float64
	for _, p := range places {
		spread = append(spread, rows.Float64s()[p*width:][:width]...)
	}
	f := function{build: states, args: []arg{
		{name: "rows", shape: graph.Shape{symU, graph.N(width)}, value: rows},
		{name: "places", shape: graph.Shape{symT, symB}, value: matrix(steps, batch, places...)},
	}}
	for _, p := range GRUParams("gru", width, gruHidden) {
		a := fixedArg(p.Name, normals(r, p.Shape...))
		a.held = true
		f.args = append(f.args, a)
	}
	distinct := function{append([]arg(nil), f.args...), states}
	distinct.args[0].value = matrix(steps*batch, width, spread...)
	distinct.args[1].value = matrix(steps, batch, ordered...)

	upstream := normals(r, steps, batch, 2*gruHidden)
	want := make([]float64, 3*width)
	for i, d := range distinct.gradients(t, upstream)["rows"] {
		want[int(places[i/width])*width+i%width] += d
	}
	got := f.gradients(t, upstream)["rows"]
	near(t, "gradient of the rows", got, want, 1e-12)
	for i, again := range f.gradients(t, upstream)["rows"] {
		if math.Float64bits(again) != math.Float64bits(got[i]) {
			t.Fatal("two runs differ")
		}
	}
}

// TestMaskedGRUReadsEachTextAlone: with a mask, padding changes nothing: the
// states are those of each text by itself. Behind its end the forward
// direction holds the last one and the backward one is zero.
func TestMaskedGRUReadsEachTextAlone(t *testing.T) {
	for _, dtype := range []tensor.DType{tensor.Float64, tensor.Float32} {
		r := rand.New(rand.NewPCG(10, 0))
		f := function{append(gruArgs(r), lengthMask("mask", gruSteps, gruLengths)), states}
		if dtype == tensor.Float32 {
			f = f.as32(t)
		}
		all := f.value(t).Float64s()
		places := tensor.Data[int64](f.args[1].value)
		const width = 2 * gruHidden
		for b, length := range gruLengths {
			alone := function{append([]arg(nil), f.args[:len(f.args)-1]...), states}
			column := make([]int64, length)
			for i := range column {
				column[i] = places[i*len(gruLengths)+b]
			}
			alone.args[1].value = matrix(length, 1, column...)
			want := alone.value(t).Float64s()
			last := want[len(want)-width:]
			for range gruSteps - length {
				want = append(want, append(append([]float64{}, last[:gruHidden]...), make([]float64, gruHidden)...)...)
			}
			var got []float64
			for i := range gruSteps {
				got = append(got, all[(i*len(gruLengths)+b)*width:][:width]...)
			}
			near(t, fmt.Sprintf("%v: text %d", dtype, b), got, want, map[tensor.DType]float64{tensor.Float64: 1e-14, tensor.Float32: 1e-6}[dtype])
		}
	}
}

// TestPooledGRUIsTheMaximumOfTheStates over the valid positions alone; a text
// without any has the value that the reference code fills padding with.
func TestPooledGRUIsTheMaximumOfTheStates(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 0))
	lengths := []int{5, 3, 0, 4}
	f := function{append(gruArgs(r), lengthMask("valid", gruSteps, lengths)), pooled}
	best := f.value(t).Float64s()
	f.build = states
	all := f.value(t).Float64s()
	const width = 2 * gruHidden
	for b, length := range lengths {
		for k := range width {
			want := -1e6
			for i := range length {
				want = max(want, all[(i*len(lengths)+b)*width+k])
			}
			if got := best[b*width+k]; got != want {
				t.Errorf("text %d feature %d: maximum %v, want %v", b, k, got, want)
			}
		}
	}
}

// TestTiesInTheMaximum gives all states the value 0, so that every valid
// position is a maximal one. The gradient belongs to the first of them in the
// text's order, as in PyTorch, whichever way the direction walks: with update
// gates of 1/2 it reaches the input at a distance of k steps as (1/2)^(k+1).
func TestTiesInTheMaximum(t *testing.T) {
	const steps = 4
	first := []int{0, 2, steps} // of the valid positions; the last text has none
	valid := make([]float64, steps*len(first))
	places := make([]int64, len(valid))
	for i := range valid {
		places[i] = int64(i)
		if i/len(first) >= first[i%len(first)] {
			valid[i] = 1
		}
	}
	f := function{build: pooled, args: []arg{
		{name: "rows", shape: graph.Shape{symU, graph.N(1)}, value: matrix(len(places), 1, make([]float64, len(places))...)},
		{name: "places", shape: graph.Shape{symT, symB}, value: matrix(steps, len(first), places...)},
		{name: "valid", shape: graph.Shape{symT, symB}, value: matrix(steps, len(first), valid...), held: true},
	}}
	for _, p := range GRUParams("gru", 1, 1) {
		value := make([]float64, p.count())
		if strings.Contains(p.Name, "weight_ih") {
			value[2] = 1 // of the candidate state n
		}
		v, err := tensor.Of(p.Shape, value)
		if err != nil {
			t.Fatal(err)
		}
		f.args = append(f.args, fixedArg(p.Name, v))
	}
	const forward, reverse = 1.0, 100.0 // gradients of the two directions' maxima
	got := f.gradients(t, matrix(len(first), 2, forward, reverse, forward, reverse, forward, reverse))["rows"]
	want := make([]float64, len(got))
	for i := range want {
		at, from := i/len(first), first[i%len(first)]
		if from == steps {
			continue
		}
		if at <= from {
			want[i] += forward * math.Pow(.5, float64(from-at+1))
		}
		if at >= from {
			want[i] += reverse * math.Pow(.5, float64(at-from+1))
		}
	}
	near(t, "gradient of the words", got, want, 1e-14)
}

func TestGRUWithoutParameters(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 0))
	g := graph.New("incomplete")
	x := function{args: gruArgs(r)}.inputs(g)
	delete(x, "gru.bias_hh_l0_reverse")
	states(g, x)
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "GRU gru: parameters are missing") {
		t.Errorf("error %v", err)
	}
}
