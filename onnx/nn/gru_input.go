package nn

import (
	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// Sequence is what a recurrent layer reads.
type Sequence struct {
	// Rows [U,E] are vectors and Places [T,B] (int64) says which one each
	// position has. Rows are projected once, whatever the number of positions.
	Rows, Places *graph.Value
	// Shown [T,B] is 1 where a word is shown and 0 where it is hidden, so that
	// the layer reads a zero vector in its place; nil shows all. Its gradient
	// is that of a factor before the vector.
	Shown *graph.Value
	// Mask [T,B] is 1 at real positions; nil means that all are. Each text is
	// read by itself, the backward direction from its last word on.
	Mask *graph.Value
	// OverPadding lets the recurrence run on behind a text's end, as the
	// reference code's does; the backward direction then starts there.
	OverPadding bool
}

// held is the mask under which the recurrence runs; nil when it never stops.
func (s Sequence) held() *graph.Value {
	if s.OverPadding {
		return nil
	}
	return s.Mask
}

// reading is a sequence in the form that the loop reads: at each of T steps a
// word for each direction and text. Words are rows of a small alphabet, the
// batch's distinct words and two more:
//
//	a word   (x, 1, 0)
//	hidden   (0, 1, 0)
//	padding  (0, 0, 1)
//
// so that one product with (W_i, b, closed) projects them all with their
// biases, and its transpose gives the gradients of W_i and b.
type reading struct {
	*gru
	rows     *graph.Value // [U,E], as the Sequence gives them
	shown    *graph.Value // [T,B] or nil
	batch    graph.Dim
	alphabet *graph.Value // [U+2,E+2]
	words    *graph.Value // [T,2,B]: rows of the alphabet
	shownAt  *graph.Value // [T,2,B]: rows of the given words, hidden or not
	turn     *graph.Value // [T,B]: the position that the backward direction reads

	tableRZ, tableN   *graph.Value // [2(U+2),2H], [2(U+2),H]: the alphabet projected
	weightRZ, weightN *graph.Value // [2,H,2H], [2,H,H]: W_h, transposed
	biasN             *graph.Value // [2,B,H]: b_hn

	elems []*graph.Value // the loop's elements: rows of the tables first
}

// closed [2,3H,1] is what padding adds to the gates: z = 1 and r = 0, so that
// h' = h exactly and no gradient arises. At ±1e4 both are exact in float32
// and float64.
func closed(g *graph.Graph, like *graph.Value, hidden int) *graph.Value {
	const far = 1e4
	gates := make([]float64, 3*hidden)
	for i := range hidden {
		gates[i], gates[hidden+i] = -far, far
	}
	return g.Expand(Constant(g, "closed", like, []int64{1, int64(3 * hidden), 1}, gates), graph.N(2), graph.N(3*hidden), graph.N(1))
}

// Constant is a constant in the element type of like.
func Constant(g *graph.Graph, name string, like *graph.Value, shape []int64, values []float64) *graph.Value {
	t, err := tensor.FromFloat64(like.DType, shape, values)
	if err != nil {
		return g.Fail("constant %s: %v", name, err)
	}
	return g.Const(name, t)
}

// read prepares what the steps multiply with and look up. turn says where the
// backward direction reads.
func (l *gru) read(s Sequence, turn *graph.Value) *reading {
	g := l.g
	r := &reading{gru: l, rows: s.Rows, shown: s.Shown, batch: s.Places.Shape[1], turn: turn}
	r.alphabet = alphabet(g, s.Rows)
	own := s.Rows.Shape[0]
	words := s.Places
	if s.Shown != nil {
		r.shownAt = r.bothWays(words, own)
		words = g.Where(g.Greater(s.Shown, g.Like(s.Shown, 0)), words, g.DimValue(own))
	}
	if held := s.held(); held != nil {
		words = g.Where(g.Greater(held, g.Like(held, 0)), words, g.DimValue(own.Plus(1)))
	}
	r.words = r.bothWays(words, graph.N(0))
	r.elems = []*graph.Value{r.bothWays(words, own.Plus(2))}
	r.project(own.Plus(2))
	return r
}

// alphabet adds the hidden word and the padding to the rows [U,E].
func alphabet(g *graph.Graph, rows *graph.Value) *graph.Value {
	word := g.Expand(Constant(g, "word", rows, []int64{1, 2}, []float64{1, 0}), rows.Shape[0], graph.N(2))
	others := Constant(g, "hidden_and_padding", rows, []int64{2, 2}, []float64{1, 0, 0, 1})
	return g.Concat(1, g.Pad(rows, []int{0, 0}, []int{2, 0}), g.Concat(0, word, others))
}

// project multiplies the alphabet of n words with the input weights of both
// directions, and brings the recurrent weights into the form of a product
// from the right.
func (r *reading) project(n graph.Dim) {
	g, h := r.g, r.hidden
	table := func(part *graph.Value, width int) *graph.Value {
		return g.Reshape(g.MatMul(r.alphabet, g.Transpose(part, 0, 2, 1)), graph.N(2).Times(n), graph.N(width))
	}
	input := g.Split(r.input, 1, 2*h, h)
	r.tableRZ, r.tableN = table(input[0], 2*h), table(input[1], h)
	recur := g.Split(g.Transpose(r.recur, 0, 2, 1), 2, 2*h, h)
	r.weightRZ, r.weightN = recur[0], recur[1]
	r.biasN = g.Expand(r.newBias, r.stateShape(r.batch)...)
}

// bothWays gives for each step what stands at the positions [T,B] that the
// two directions read: [T,2,B]. offset is added for the backward direction,
// whose rows stand behind the forward one's in a table of both.
func (r *reading) bothWays(at *graph.Value, offset graph.Dim) *graph.Value {
	g := r.g
	back := g.GatherElements(at, r.turn, 0)
	if offset != graph.N(0) {
		back = g.Add(back, g.DimValue(offset))
	}
	return g.Concat(1, g.Unsqueeze(at, 1), g.Unsqueeze(back, 1))
}

// fromEnd [T,B] lists the positions from the end of the frame, or with a mask
// from the end of each text, with the padding behind them. Applied twice it
// changes nothing.
func (l *gru) fromEnd(s Sequence, mask *graph.Value) *graph.Value {
	g := l.g
	at := g.Unsqueeze(g.Range(s.Places.Shape[0]), 1)
	if mask == nil {
		last := g.Sub(g.DimValue(s.Places.Shape[0]), g.Ints(1))
		return g.Expand(g.Sub(last, at), s.Places.Shape...)
	}
	length := g.ReduceSum(g.Cast(mask, tensor.Int64), true, 0)
	return g.Where(g.Less(at, length), g.Sub(g.Sub(length, g.Ints(1)), at), at)
}
