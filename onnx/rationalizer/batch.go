package rationalizer

import (
	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// Columns of a batch: inputs of the graphs, int64. Shapes are [B,T] with a
// number a position, or [B,S] with one a sentence; labels, and
// what is said of whole texts, are [B].
const (
	InputIDs           = "input_ids"
	InputMask          = "attention_mask"  // 1 at real positions
	InputSelectable    = "selectable_mask" // 1 at real positions that may be selected; of texts with queries or marks
	InputSentence      = "sentence"        // number of the sentence that a position is in; any where it is in none
	InputSentenceFirst = "sentence_first"  // its first and last position; any behind the last sentence
	InputSentenceLast  = "sentence_last"
	InputSentenceMask  = "sentence_mask" // 1 at real sentences
	InputLabels        = "labels"
	InputGold          = "gold"     // 1 at positions that people marked
	InputGiven         = "given"    // 1 at positions that the predictor is shown
	InputPoisoned      = "poisoned" // 1 at texts that an attacker made
	// InputAdjacency of graphs is [B,T,T]: 1 where an edge leads to the node of the
	// row, from that of the column.
	InputAdjacency = "adjacency"
)

// The symbols of a batch: positions, examples, sentences, distinct words, and the words
// that there are.
var (
	timeDim       = graph.Sym("T")
	batchDim      = graph.Sym("B")
	sentencesDim  = graph.Sym("S")
	wordsDim      = graph.Sym("U")
	otherDim      = graph.Sym("W") // distinct words of a batch that was reworded
	vocabularyDim = graph.Sym("V")
)

// Unit is what a generator selects.
type Unit string

// The units. Without one, words are selected.
const (
	Word     Unit = ""
	Sentence Unit = "sentence"
)

// source is where a graph under construction takes its inputs from.
type source interface {
	column(name string, dtype tensor.DType, shape ...graph.Dim) *graph.Value
	table() *graph.Value // the frozen word vectors [V,E]
}

// Batch is a batch of examples inside a graph, time-major. Its columns become
// inputs of the graph when something asks for them.
type Batch struct {
	Real   *graph.Value // [T,B] 1 at real positions
	Units  *graph.Value // [U,B] 1 at units that may be selected and count
	Labels *graph.Value // [B]; nil where nobody asks for classes
	Edges  *graph.Value // [B,T,T] 1 where an edge leads to a node, from another; of graphs

	c         Config
	g         *graph.Graph
	from      source
	choosable *graph.Value // [U,B] 1 at units that a generator may select; nil: all
	fixed     *graph.Value // [T,B] 1 at positions that are always shown, such as a query and marks; nil: none
	ids       *graph.Value // of words, [T,B]; nil as long as nobody asks for the column's
	distinct  graph.Dim    // the symbol for how many distinct ones there are
	rows      *graph.Value // of Words
	places    *graph.Value
	replaced  bool   // rows are vectors in place of the words'
	once      *Batch // what this one repeats, so many times
	times     int
	all       *Batch // what this one has the picked examples of
	picked    *graph.Value

	selectable, sentence, first, last *graph.Value // [T,B] twice, [S,B] twice
}

// batch declares the masks of a batch.
func (c Config) batch(g *graph.Graph, from source) *Batch {
	x := &Batch{c: c, g: g.Scope("texts"), from: from, distinct: wordsDim}
	x.Real = x.mask(InputMask, timeDim)
	x.selectable = x.Real
	if c.Query || c.Marks {
		x.selectable = x.mask(InputSelectable, timeDim)
		x.fixed = x.g.Sub(x.Real, x.selectable)
	}
	x.Units = x.selectable
	if c.Unit == Sentence {
		x.Units = x.mask(InputSentenceMask, sentencesDim)
		x.sentence, x.first, x.last = x.numbers(InputSentence, timeDim), x.numbers(InputSentenceFirst, sentencesDim), x.numbers(InputSentenceLast, sentencesDim)
	}
	if c.kind().Graphs {
		x.Edges = x.g.Cast(x.from.column(InputAdjacency, tensor.Int64, batchDim, timeDim, timeDim), c.dtype())
	}
	x.choosable = x.Units
	if c.Unit == Word && c.Hyper.Padding == Paper {
		x.choosable = nil
		if x.fixed != nil {
			x.choosable = x.g.Sub(x.g.Like(x.fixed, 1), x.fixed)
		}
	}
	return x
}

// numbers declares a column [B,n] and turns it.
func (x *Batch) numbers(name string, n graph.Dim) *graph.Value {
	return x.g.Transpose(x.from.column(name, tensor.Int64, batchDim, n), 1, 0)
}

func (x *Batch) mask(name string, n graph.Dim) *graph.Value {
	return x.g.Cast(x.numbers(name, n), x.c.dtype())
}

// Words are the examples' words: rows [·,E] of vectors, of the batch's distinct
// words or of all, and the row that each position shows, places [T,B].
func (x *Batch) Words() (rows, places *graph.Value) {
	switch {
	case x.rows != nil:
		return x.rows, x.places
	case x.once != nil:
		x.rows, x.places = x.once.Words()
		x.places = x.tile(x.places)
		return x.rows, x.places
	}
	x.rows, x.places = x.in(x.from.table())
	return x.rows, x.places
}

// in is Words in another table [V,E]: one that an encoder has of its own.
func (x *Batch) in(table *graph.Value) (rows, places *graph.Value) {
	switch {
	case x.once != nil:
		rows, places = x.once.in(table)
		return rows, x.tile(places)
	case x.all != nil:
		rows, places = x.all.in(table)
		return rows, x.take(places)
	}
	if x.ids == nil {
		x.ids = x.numbers(InputIDs, timeDim)
	}
	if x.c.WholeVocabulary {
		return table, x.ids
	}
	rows, places = nn.Embedding(x.g, table, x.g.Reshape(x.ids, timeDim.Times(batchDim)), x.distinct)
	return rows, x.g.Reshape(places, timeDim, batchDim)
}

// parts numbers the parts of queried texts as BERT does, [T,B] (int64): 0 for the
// query with the marks around it, 1 from the document's first piece on. nil where all
// are one part.
func (x *Batch) parts(g *graph.Graph) *graph.Value {
	switch {
	case !x.c.Query:
		return nil
	case x.once != nil:
		return x.tile(x.once.parts(g))
	}
	begun := g.CumSum(x.selectable, 0, false)
	return g.Cast(g.Mul(g.Cast(g.Greater(begun, g.Like(begun, 0)), x.Real.DType), x.Real), tensor.Int64)
}

// vectors are those of the words at all positions, [T,B,E].
func (x *Batch) vectors(g *graph.Graph) *graph.Value {
	rows, places := x.Words()
	return g.Gather(rows, places, 0)
}

// vectorsIn are vectors in a table [V,E] of an encoder's own, unless withWords has put
// others in their place.
func (x *Batch) vectorsIn(g *graph.Graph, table *graph.Value) *graph.Value {
	if x.replaced {
		return x.vectors(g)
	}
	rows, places := x.in(table)
	return g.Gather(rows, places, 0)
}

// withWords is the same examples with other vectors in place of their words,
// [T,B,E].
func (x *Batch) withWords(g *graph.Graph, vectors *graph.Value) *Batch {
	other, positions := *x, vectors.Shape[:2]
	other.rows = g.Reshape(vectors, positions.Count(), vectors.Shape[2])
	other.places = g.Reshape(g.Range(positions.Count()), positions...)
	other.replaced = true
	return &other
}

// pick is some of the examples, each as often as it is listed; the labels are left
// behind.
func (x *Batch) pick(examples *graph.Value) *Batch {
	some := &Batch{c: x.c, g: x.g, all: x, picked: examples}
	some.Real, some.Units = some.take(x.Real), some.take(x.Units)
	some.choosable, some.fixed = some.take(x.choosable), some.take(x.fixed)
	if !x.c.ownTables() {
		rows, places := x.Words()
		some.rows, some.places = rows, some.take(places)
	}
	some.selectable, some.sentence = some.take(x.selectable), some.take(x.sentence)
	some.first, some.last = some.take(x.first), some.take(x.last)
	return some
}

// take is what the picked examples have of a column [·,B] of all; nil of nil.
func (x *Batch) take(v *graph.Value) *graph.Value {
	if v == nil {
		return nil
	}
	return x.g.Gather(v, x.picked, 1)
}

// reworded is the batch with other words, ids [B,T], at its positions.
func (x *Batch) reworded(ids *graph.Value) *Batch {
	other := *x
	other.g = x.g.Scope("reworded")
	other.ids, other.distinct = other.g.Transpose(ids, 1, 0), otherDim
	other.rows, other.places = nil, nil
	return &other
}

// unitsDim is the symbol for the number of units.
func (c Config) unitsDim() graph.Dim {
	if c.Unit == Sentence {
		return sentencesDim
	}
	return timeDim
}

// unitWidth is how many features of an encoder describe a unit.
func (c Config) unitWidth(e Encoder) int {
	if c.Unit == Sentence {
		return 2 * e.Width()
	}
	return e.Width()
}

// units turns states of positions into those of units: a sentence's are its
// first and its last position's.
func (x *Batch) units(g *graph.Graph, states []*graph.Value) []*graph.Value {
	if x.c.Unit == Word {
		return states
	}
	var out []*graph.Value
	for _, at := range []*graph.Value{x.first, x.last} {
		for _, part := range states {
			wide := g.Expand(g.Unsqueeze(at, 2), sentencesDim, batchDim, part.Shape[2])
			out = append(out, g.GatherElements(part, wide, 0))
		}
	}
	return out
}

// choose removes the units that may not be selected from a selection [U,B].
func (x *Batch) choose(g *graph.Graph, z *graph.Value) *graph.Value {
	if x.choosable == nil {
		return z
	}
	return g.Mul(z, x.choosable)
}

// positions carries numbers of units [U,B] to their positions [T,B].
func (x *Batch) positions(g *graph.Graph, z *graph.Value) *graph.Value {
	if x.c.Unit == Word {
		return z
	}
	return g.Mul(g.GatherElements(z, x.sentence, 0), x.selectable)
}

// shown adds to selected positions [T,B] those that are always shown.
func (x *Batch) shown(g *graph.Graph, z *graph.Value) *graph.Value {
	if x.fixed == nil {
		return z
	}
	return g.Add(z, x.fixed)
}

// coherence is how often neighbouring units differ in whether they are selected.
func (x *Batch) coherence(g *graph.Graph, z *graph.Value) *graph.Value {
	switch {
	case x.Edges != nil:
		return nn.EdgeCoherence(g, z, x.Edges)
	case x.c.Unit == Sentence:
		return nn.UnitCoherence(g, z, x.Units)
	case x.fixed != nil:
		return nn.Coherence(g, z, x.choosable)
	}
	return nn.Coherence(g, z, nil)
}

// largest is the maximum of features [T,B,W] over the real positions, [B,W].
func (x *Batch) largest(g *graph.Graph, h *graph.Value) *graph.Value {
	return largestAt(g, h, x.Real)
}

// largestAt is the maximum of features [T,B,W] over the positions where m [T,B] is
// not 0.
func largestAt(g *graph.Graph, h, m *graph.Value) *graph.Value {
	there := g.Greater(g.Unsqueeze(m, 2), g.Like(m, 0))
	return g.ReduceMax(g.Where(there, h, g.Like(h, emptyMax)), false, 0)
}

// emptyMax is what padding counts in a maximum; the reference code's number.
const emptyMax = -1e6
