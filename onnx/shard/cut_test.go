package shard_test

import (
	"fmt"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/shard"
	"rationale/onnx/tensor"
)

var axes = shard.Axes{Examples: "B", Frames: []string{"T"}}

// step is a small graph on numbers x [B,T] of a batch, its labels y [B], and a weight
// w [1] that is the same for all examples.
type step struct {
	*graph.Graph
	x, y, w *graph.Value
}

func newStep() step {
	g := graph.New("step")
	return step{
		g, g.Input("x", tensor.Float32, graph.Sym("B"), graph.Sym("T")), g.Input("y", tensor.Int64, graph.Sym("B")),
		g.Input("w", tensor.Float32, graph.N(1)),
	}
}

// cut puts out what build makes.
func cut(t *testing.T, build func(s step) *graph.Value) (*shard.Plan, error) {
	t.Helper()
	s := newStep()
	s.Output("out", build(s))
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	return shard.Cut(s.Graph, axes)
}

// TestPhases: shards agree as often as one sum depends on another.
func TestPhases(t *testing.T) {
	for name, tc := range map[string]struct {
		phases int
		build  func(s step) *graph.Value
	}{
		"no examples":   {1, func(s step) *graph.Value { return s.Neg(s.w) }},
		"a sum":         {1, func(s step) *graph.Value { return s.ReduceSum(s.x, false) }},
		"used":          {2, func(s step) *graph.Value { return s.Add(s.ReduceSum(s.x, false), s.w) }},
		"a mean":        {2, func(s step) *graph.Value { return s.Add(s.ReduceMean(s.Neg(s.x), false), s.w) }},
		"a number of B": {2, func(s step) *graph.Value { return s.Div(s.ReduceSum(s.x, false), s.count()) }},
		"a variance": {2, func(s step) *graph.Value {
			centred := s.Sub(s.x, s.ReduceMean(s.x, false))
			return s.ReduceSum(s.Mul(centred, centred), false)
		}},
		"a product": {1, func(s step) *graph.Value {
			return s.MatMul(s.Transpose(s.rows(), 1, 0), s.rows())
		}},
		"a loop": {1, func(s step) *graph.Value { return s.looped(s.Expand(s.Like(s.x, 0), graph.N(1))) }},
		"a loop over examples": {1, func(s step) *graph.Value {
			return s.each(func(b *graph.Graph, x *graph.Value) *graph.Value { return b.Exp(b.ReduceSum(x, false)) })
		}},
		"a sum in a turn": {2, func(s step) *graph.Value {
			return s.Add(s.turn(nil, func(b *graph.Graph) *graph.Value { return b.ReduceSum(s.x, false) }), s.w)
		}},
	} {
		p, err := cut(t, tc.build)
		if err != nil || len(p.Phases) != tc.phases {
			t.Errorf("%s: %v, %v, want %d phases", name, p, err, tc.phases)
		}
	}
}

// each is the sum over examples of what a loop makes of each.
func (s step) each(body func(b *graph.Graph, x *graph.Value) *graph.Value) *graph.Value {
	_, outs := s.Scan(graph.ScanSpec{Elems: []*graph.Value{s.x}}, func(b *graph.Graph, _, e []*graph.Value) (_, outs []*graph.Value) {
		return nil, []*graph.Value{body(b, e[0])}
	})
	return s.ReduceSum(outs[0], false)
}

// turn is what a loop of one turn gives, which passes states on.
func (s step) turn(states []*graph.Value, body func(b *graph.Graph) *graph.Value) *graph.Value {
	_, outs := s.Loop(graph.N(1), states, func(b *graph.Graph, _ *graph.Value, states []*graph.Value) (next, outs []*graph.Value) {
		for _, v := range states {
			next = append(next, b.Identity(v))
		}
		return next, []*graph.Value{body(b)}
	})
	return outs[0]
}

// count is B as a number, and rows are two features of each example, [B,2].
func (s step) count() *graph.Value { return s.Cast(s.DimValue(graph.Sym("B")), tensor.Float32) }

func (s step) rows() *graph.Value {
	sums := s.ReduceSum(s.x, true, 1)
	return s.Concat(1, sums, s.Neg(sums))
}

// looped is Σ_t Σ_b x in a loop over time, from a first state.
func (s step) looped(first *graph.Value) *graph.Value {
	spec := graph.ScanSpec{States: []*graph.Value{first}, Elems: []*graph.Value{s.Transpose(s.x, 1, 0)}}
	finals, _ := s.Scan(spec, func(b *graph.Graph, states, elems []*graph.Value) (next, outs []*graph.Value) {
		return []*graph.Value{b.Add(states[0], b.ReduceSum(elems[0], true))}, nil
	})
	return finals[0]
}

// TestWhatIsNoStepOfShards: whatever is not proven to be of each example by itself or a
// sum over the batch is refused, with the node and the reason.
func TestWhatIsNoStepOfShards(t *testing.T) {
	for want, build := range map[string]func(s step) *graph.Value{
		"out: float32[B] is of single examples": func(s step) *graph.Value { return s.ReduceSum(s.x, false, 1) },
		"goes along the examples of the batch, axis 0": func(s step) *graph.Value {
			return s.ReduceSum(s.Softmax(s.x, 0), false)
		},
		"it names certain examples of the batch": func(s step) *graph.Value { return s.ReduceSum(s.Gather(s.x, s.Ints(0), 0), false) },
		"axis 0 of y: int64[B]": func(s step) *graph.Value {
			first := s.ScatterElements(s.y, s.Ints(0), s.Ints(7), 0, false)
			return s.ReduceSum(s.Cast(first, tensor.Float32), false)
		},
		"a mean over W elements, of which only": func(s step) *graph.Value {
			at := s.NonZero(s.y, graph.Sym("W"))
			return s.ReduceMean(s.Cast(at, tensor.Float32), false)
		},
		"a mean over B+1 elements, of which only": func(s step) *graph.Value {
			return s.ReduceMean(s.Pad(s.Cast(s.y, tensor.Float32), []int{0}, []int{1}), false)
		},
		"goes along the examples of the batch, axis 1": func(s step) *graph.Value {
			_, order := s.Sort(s.Transpose(s.x, 1, 0), 1)
			return s.ReduceSum(s.Cast(order, tensor.Float32), false)
		},
		"relates examples to one another": func(s step) *graph.Value {
			return s.ReduceSum(s.MatMul(s.rows(), s.Transpose(s.rows(), 1, 0)), false)
		},
		"adds up over U distinct things": func(s step) *graph.Value {
			list, _ := s.Unique(s.y, graph.Sym("U"))
			return s.ReduceSum(s.Cast(list, tensor.Float32), false)
		},
		"number of the length U": func(s step) *graph.Value {
			s.Unique(s.y, graph.Sym("U"))
			return s.Cast(s.DimValue(graph.Sym("U")), tensor.Float32)
		},
		"a mean over T elements of each example": func(s step) *graph.Value {
			return s.ReduceSum(s.ReduceMean(s.x, false, 1), false)
		},
		"no sum over the batch in floating-point numbers": func(s step) *graph.Value {
			return s.Cast(s.ReduceSum(s.y, false), tensor.Float32)
		},
		"which every shard would add": func(s step) *graph.Value { return s.looped(s.w) },
		"nothing is known of its operator": func(s step) *graph.Value {
			return s.ReduceSum(s.GatherND(s.x, s.Unsqueeze(s.y, 1)), false)
		},
		"of the number of a shard's examples": func(s step) *graph.Value {
			half := s.Div(s.DimValue(graph.Sym("B")), s.Ints(2))
			return s.Cast(half, tensor.Float32)
		},
		"it reads all examples of the batch": func(s step) *graph.Value {
			return s.each(func(b *graph.Graph, x *graph.Value) *graph.Value { return b.ReduceSum(b.Add(x, s.x), false) })
		},
		"only one without states is known": func(s step) *graph.Value {
			return s.turn([]*graph.Value{s.x}, func(b *graph.Graph) *graph.Value { return b.ReduceSum(s.x, false) })
		},
		"adds const": func(s step) *graph.Value {
			return s.Gemm(s.rows(), s.rows(), s.Like(s.x, 1), graph.GemmOptions{TransA: true})
		},
	} {
		_, err := cut(t, build)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "a step in shards: graph step: ") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestSharesAndLengths: a mean counts by how many elements it is of, and numbers made of
// lengths are the batch's.
func TestSharesAndLengths(t *testing.T) {
	p, err := cut(t, func(s step) *graph.Value {
		return s.Add(s.ReduceMean(s.Neg(s.x), false), s.Div(s.ReduceSum(s.x, false), s.count()))
	})
	if err != nil {
		t.Fatal(err)
	}
	part, batch := map[string]int64{"B": 2, "T": 3}, map[string]int64{"B": 6, "T": 4}
	var shares []string
	for _, s := range p.Phases[0].Sums {
		shares = append(shares, fmt.Sprint(s.Share(part, batch)))
	}
	if got := strings.Join(shares, " "); got != "0.25 1" {
		t.Errorf("shares %s", got)
	}
	n, err := p.Lengths[0].Tensor(batch)
	if err != nil || len(p.Lengths) != 1 || n.Float64s()[0] != 6 {
		t.Errorf("lengths %v, %v, %v", p.Lengths, n, err)
	}
}

// TestTake: a shard has its own examples in its own frame, also where they stand twice.
func TestTake(t *testing.T) {
	g := graph.New("step")
	x := g.Input("x", tensor.Float32, graph.Sym("T"), graph.N(2).Times(graph.Sym("B")))
	g.Output("out", g.ReduceSum(x, false))
	p, err := shard.Cut(g, axes)
	if err != nil {
		t.Fatal(err)
	}
	batch, _ := tensor.Of([]int64{2, 6}, []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
	share := shard.Share{Rows: []int{0, 2}, Lengths: map[string]int64{"B": 2, "T": 1}}
	got, err := p.Take(share, x, batch)
	if err != nil || fmt.Sprint(got.Shape(), got.Float64s()) != "[1 4] [0 2 3 5]" {
		t.Errorf("took %v, %v", got, err)
	}
	if _, err := p.Take(share, x, tensor.Vector([]float32{1})); err == nil {
		t.Error("took from a batch of another rank")
	}
}
