package nn

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// plainGRU is the layer as its equations read: one operator after another,
// one direction after another, unrolled over a fixed number of steps and
// differentiated by the rules of its operators alone.
type plainGRU struct {
	g *graph.Graph
	w Weights
	s Sequence
}

// word is the vector at position t, [B,E].
func (p plainGRU) word(t int) *graph.Value {
	x := p.g.Gather(p.s.Rows, p.at(p.s.Places, t), 0)
	if p.s.Shown != nil {
		x = p.g.Mul(x, p.g.Unsqueeze(p.at(p.s.Shown, t), 1))
	}
	return x
}

func (p plainGRU) at(v *graph.Value, t int) *graph.Value {
	return p.g.Squeeze(p.g.Slice(v, 0, int64(t), int64(t+1)), 0)
}

// step is the cell; where the mask is 0 the state stays what it is.
func (p plainGRU) step(suffix string, h *graph.Value, t int) *graph.Value {
	g, gate := p.g, graph.GemmOptions{TransB: true}
	x := g.Split(g.Gemm(p.word(t), p.w["gru.weight_ih_l0"+suffix], p.w["gru.bias_ih_l0"+suffix], gate), 1, gruHidden, gruHidden, gruHidden)
	u := g.Split(g.Gemm(h, p.w["gru.weight_hh_l0"+suffix], p.w["gru.bias_hh_l0"+suffix], gate), 1, gruHidden, gruHidden, gruHidden)
	r, z := g.Sigmoid(g.Add(x[0], u[0])), g.Sigmoid(g.Add(x[1], u[1]))
	n := g.Tanh(g.Add(x[2], g.Mul(r, u[2])))
	next := g.Add(g.Mul(g.Sub(g.Like(z, 1), z), n), g.Mul(z, h))
	if p.s.Mask == nil || p.s.OverPadding {
		return next
	}
	m := g.Unsqueeze(p.at(p.s.Mask, t), 1)
	return g.Add(g.Mul(m, next), g.Mul(g.Sub(g.Like(m, 1), m), h))
}

// states are those of both directions at each position, [B,2H].
func (p plainGRU) states() []*graph.Value {
	g := p.g
	zero := g.Expand(g.Like(p.s.Rows, 0), p.s.Places.Shape[1], graph.N(gruHidden))
	var forward, backward [gruSteps]*graph.Value
	f, b := zero, zero
	for t := range gruSteps {
		f = p.step("", f, t)
		b = p.step("_reverse", b, gruSteps-1-t)
		forward[t], backward[gruSteps-1-t] = f, b
	}
	out := make([]*graph.Value, gruSteps)
	for t := range out {
		out[t] = g.Concat(1, forward[t], backward[t])
	}
	return out
}

func (p plainGRU) stacked(parts []*graph.Value) *graph.Value {
	for i := range parts {
		parts[i] = p.g.Unsqueeze(parts[i], 0)
	}
	return p.g.Concat(0, parts...)
}

// pooled is the maximum over the real positions.
func (p plainGRU) pooled() *graph.Value {
	g, all := p.g, p.states()
	for t := range all {
		if p.s.Mask != nil {
			m := g.Unsqueeze(p.at(p.s.Mask, t), 1)
			all[t] = g.Where(g.Greater(m, g.Like(m, 0)), all[t], g.Like(all[t], emptyMax))
		}
	}
	return g.ReduceMax(p.stacked(all), false, 0)
}

// TestGRUIsThePlainOne: the layer with everything that makes it fast gives the
// values and all gradients of the plain one, for random texts, selections and
// weights.
func TestGRUIsThePlainOne(t *testing.T) {
	for _, pooling := range []bool{false, true} {
		for _, overPadding := range []bool{false, true} {
			t.Run(fmt.Sprintf("pooling %v/over padding %v", pooling, overPadding), func(t *testing.T) {
				p := compile(t, bothGRUs(t, pooling, overPadding))
				rapid.Check(t, func(rt *rapid.T) {
					out := p.run(randomTexts(rt, pooling))
					for name, want := range out {
						fast, ok := out["fast/"+name]
						if !ok {
							continue
						}
						near(t, name, fast.Float64s(), want.Float64s(), 1e-12)
					}
				})
			})
		}
	}
}

// bothGRUs gives value and gradients under their names, and those of the fast
// layer as fast/NAME.
func bothGRUs(t *testing.T, pooling, overPadding bool) *graph.Graph {
	g := graph.New("both")
	grid := graph.Shape{graph.N(gruSteps), symB}
	x := map[string]*graph.Value{
		"rows":   g.Input("rows", tensor.Float64, symU, graph.N(gruIn)),
		"places": g.Input("places", tensor.Int64, grid...),
		"shown":  g.Input("shown", tensor.Float64, grid...),
		"mask":   g.Input("mask", tensor.Float64, grid...),
	}
	names := []string{"rows", "shown"}
	for _, p := range GRUParams("gru", gruIn, gruHidden) {
		x[p.Name] = g.Input(p.Name, tensor.Float64, fixed(p.Shape)...)
		names = append(names, p.Name)
	}
	s := sequence(x)
	s.OverPadding = overPadding
	plain := plainGRU{g, x, s}
	var fast, slow *graph.Value
	if pooling {
		fast, slow = PooledGRU(g, x, "gru", s), plain.pooled()
	} else {
		f, b := GRU(g, x, "gru", s)
		fast, slow = g.Concat(2, f, b), plain.stacked(plain.states())
	}
	up := g.Input("upstream", tensor.Float64, fast.Shape...)
	var wrt []*graph.Value
	for _, name := range names {
		wrt = append(wrt, x[name])
	}
	for prefix, y := range map[string]*graph.Value{"fast/": fast, "": slow} {
		ds, err := grad.Pull(g, []*graph.Value{y}, []*graph.Value{up}, wrt)
		if err != nil {
			t.Fatal(err)
		}
		g.Output(prefix+"value", y)
		for i, d := range ds {
			g.Output(prefix+"d/"+names[i], d)
		}
	}
	return g
}

// randomTexts draws a batch of texts of 1 to gruSteps words.
func randomTexts(rt *rapid.T, pooling bool) map[string]*tensor.Tensor {
	lengths := rapid.SliceOfN(rapid.IntRange(1, gruSteps), 1, 5).Draw(rt, "lengths")
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
	const words = 4
	batch := len(lengths)
	places, shown := make([]int64, gruSteps*batch), make([]float64, gruSteps*batch)
	for i := range places {
		places[i], shown[i] = r.Int64N(words), float64(r.IntN(2))
	}
	in := map[string]*tensor.Tensor{
		"rows": normals(r, words, gruIn), "places": matrix(gruSteps, batch, places...), "shown": matrix(gruSteps, batch, shown...),
		"mask": lengthMask("mask", gruSteps, lengths).value,
	}
	for _, p := range GRUParams("gru", gruIn, gruHidden) {
		in[p.Name] = normals(r, p.Shape...)
	}
	in["upstream"] = normals(r, gruSteps, int64(batch), 2*gruHidden)
	if pooling {
		in["upstream"] = normals(r, int64(batch), 2*gruHidden)
	}
	return in
}
