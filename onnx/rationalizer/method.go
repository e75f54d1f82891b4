package rationalizer

import (
	"fmt"
	"slices"
	"strings"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// Method is one way to train a rationalizer.
type Method struct {
	Name string // as printed in the papers
	Doc  string // one line for people
	// Layouts lists the parameters, one optimiser each, in the order in which
	// a step updates them.
	Layouts func(c Config, in int) []nn.Layout
	// Train adds one training step to the graph.
	Train func(s *Step)
	// Answer computes what the trained model says about texts.
	Answer func(a *Answer)
	// Attacked tells that a trained attacker comes with the model.
	Attacked bool
	// Instructs tells that the attacker's selections train the model too.
	Instructs bool
	// Selects tells that the model selects words.
	Selects bool
	// Reader names the method whose trained model reads this one's
	// selections; empty for none.
	Reader string
}

var methods []Method

// register adds a method; each file of this package that holds one calls it.
func register(m Method) bool {
	methods = append(methods, m)
	return true
}

// Methods lists all methods by name.
func Methods() []Method {
	return slices.SortedFunc(slices.Values(methods), func(a, b Method) int { return strings.Compare(a.Name, b.Name) })
}

// Lookup finds a method by its name, in any case.
func Lookup(name string) (Method, error) {
	var known []string
	for _, m := range Methods() {
		if strings.EqualFold(m.Name, name) {
			return m, nil
		}
		known = append(known, m.Name)
	}
	return Method{}, fmt.Errorf("no method %q; there are %s", name, strings.Join(known, ", "))
}

// texts is a batch inside a graph, time-major.
type texts struct {
	rows   *graph.Value // [U,E] word vectors, of the batch's distinct words or of all
	places *graph.Value // [T,B] which row each position shows
	mask   *graph.Value // [T,B] 1 at real positions
	labels *graph.Value // [B]; nil where none are given
}

// The symbols of a batch: time, texts, distinct words.
var (
	timeDim  = graph.Sym("T")
	batchDim = graph.Sym("B")
	wordsDim = graph.Sym("U")
)

// readTexts turns ids and mask [B,T] (int64) into a batch.
func (c Config) readTexts(g *graph.Graph, vectors, ids, mask *graph.Value) texts {
	g = g.Scope("texts")
	x := texts{
		rows:   vectors,
		places: g.Transpose(ids, 1, 0),
		mask:   g.Cast(g.Transpose(mask, 1, 0), vectors.DType),
	}
	if !c.WholeVocabulary {
		flat := g.Reshape(x.places, timeDim.Times(batchDim))
		x.rows, x.places = nn.Embedding(g, vectors, flat, wordsDim)
		x.places = g.Reshape(x.places, timeDim, batchDim)
	}
	return x
}
