// Package graphs gives graphs as examples: their positions are nodes.
//
// A dataset of graphs is read as it was imported, out of the artifact of the stage
// adopt. The features of nodes are what vectors are to words: each distinct row of
// them has an id, and stands in a table at that place.
package graphs

import (
	"fmt"

	"rationale/datasets"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/adopt"
	"rationale/stages/examples"
)

// MaxNodes bounds the nodes of a graph, whose edges a model reads as a matrix.
const MaxNodes = 1000

// Open opens the dataset of graphs in an artifact of the stage adopt.
func Open(dir string) (examples.Data, error) {
	d, err := open(dir)
	if err != nil {
		return nil, err
	}
	return d, nil
}

func open(dir string) (*data, error) {
	set, err := adopt.Open(dir)
	if err != nil {
		return nil, err
	}
	defer set.Close()
	meta := set.Meta()
	d, err := newData(meta)
	if err != nil {
		return nil, err
	}
	for _, name := range datasets.SplitNames {
		split, err := set.Split(name)
		if err != nil {
			return nil, err
		}
		if d.splits[name], err = read(split, d.kinds); err != nil {
			return nil, fmt.Errorf("dataset %s: %w", meta.Name, err)
		}
	}
	return d, nil
}

// read takes the graphs of a split into memory, and numbers their nodes' features.
func read(split *datasets.Split, k *kinds) (Set, error) {
	set := make(Set, split.Len())
	for i := range set {
		g, err := split.Graph(i)
		if err != nil {
			return nil, err
		}
		if g.Nodes > MaxNodes {
			return nil, fmt.Errorf("split %s, row %d: graph %q has %d nodes; expected %d at most, as models read edges as a matrix", split.Name(), i, g.ID, g.Nodes, MaxNodes)
		}
		set[i] = Graph{g, k.of(g)}
	}
	return set, nil
}

// data is a dataset of graphs.
type data struct {
	meta   datasets.Meta
	splits map[string]Set
	kinds  *kinds
	// reading says how graphs become a model's inputs, and inWords is its JSON.
	reading Reading
	inWords string
}

// newData is a dataset before its graphs are read.
func newData(meta datasets.Meta) (*data, error) {
	reading := newReading(meta.Classes, meta.Graphs.Features)
	text, err := reading.JSON()
	return &data{meta: meta, splits: map[string]Set{}, kinds: newKinds(meta.Graphs.Features), reading: reading, inWords: string(text)}, err
}

// Shape is what the models' graphs have to be built for.
func (d *data) Shape() examples.Shape {
	shape := examples.Shape{Dataset: d.meta.Name, Classes: d.meta.Classes, Width: d.meta.Graphs.Features, Reading: d.inWords}
	for _, set := range d.splits {
		for i := range set {
			shape.Longest = max(shape.Longest, set.Length(i))
		}
	}
	return shape
}

// Fixed is the table of features.
func (d *data) Fixed() (map[string]*tensor.Tensor, error) {
	return map[string]*tensor.Tensor{rationalizer.EmbeddingWeight: examples.Rows(d.kinds.table, d.kinds.width)}, nil
}

// Split gives one split.
func (d *data) Split(name string) (examples.Set, error) {
	set, ok := d.splits[name]
	if !ok {
		return nil, fmt.Errorf("no split %q of graphs; there are %q", name, datasets.SplitNames)
	}
	return set, nil
}
