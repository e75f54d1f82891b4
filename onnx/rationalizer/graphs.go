package rationalizer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// GraphHyper are the settings of encoders of graphs. The zero value is what
// METHODS has for BA2Motifs: an empty word stands for the first of its kind.
type GraphHyper struct {
	Mask    NodeMask `json:"mask,omitempty" toml:"mask,omitempty"`
	Readout Readout  `json:"readout,omitempty" toml:"readout,omitempty"`
	// Normalised divides an edge's weight by the root of both its nodes' degrees.
	Normalised bool `json:"normalised_adjacency,omitempty" toml:"normalised_adjacency,omitempty"`
	// NoBatchNorm leaves the batch norms out.
	NoBatchNorm bool `json:"no_batch_norm,omitempty" toml:"no_batch_norm,omitempty"`
}

// NodeMask says what of a node that is not selected the predictor does not see.
type NodeMask string

// The masks.
const (
	Subgraph     NodeMask = "subgraph" // its features and its edges
	FeaturesOnly NodeMask = "features" // its features; all edges stay
)

// Readout says how the nodes' states become the graph's.
type Readout string

// The readouts.
const (
	MeanOfNodes Readout = "mean"
	MaxOfNodes  Readout = "max"
	SumOfNodes  Readout = "sum"     // over the selected nodes
	MaxSum      Readout = "max-sum" // side by side
)

// Check names the first setting that there is not.
func (h GraphHyper) Check() error {
	return cmp.Or(
		oneOf("mask", h.Mask, Subgraph, FeaturesOnly),
		oneOf("readout", h.Readout, MeanOfNodes, MaxOfNodes, SumOfNodes, MaxSum),
	)
}

// oneOf wants a setting to be one of these words, or empty.
func oneOf[Word ~string](name string, given Word, known ...Word) error {
	if given == "" || slices.Contains(known, given) {
		return nil
	}
	words := make([]string, len(known))
	for i, w := range known {
		words[i] = string(w)
	}
	return fmt.Errorf("settings: %s = %q; expected %s", name, given, strings.Join(words, " or "))
}
