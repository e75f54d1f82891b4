package rationalizer

import (
	"fmt"
	"slices"
)

// GraphHyper are the settings of encoders of graphs. The zero value is what
// METHODS has for BA2Motifs.
type GraphHyper struct {
	Mask    NodeMask `json:"mask,omitempty"`
	Readout Readout  `json:"readout,omitempty"`
	// Normalised divides an edge's weight by the root of both its nodes' degrees.
	Normalised bool `json:"normalised_adjacency,omitempty"`
	// NoBatchNorm leaves the batch norms out.
	NoBatchNorm bool `json:"no_batch_norm,omitempty"`
}

// NodeMask says what of a node that is not selected the predictor does not see.
type NodeMask string

// The masks.
const (
	Subgraph     NodeMask = ""         // its features and its edges
	FeaturesOnly NodeMask = "features" // its features; all edges stay
)

// Readout says how the nodes' states become the graph's.
type Readout string

// The readouts.
const (
	MeanOfNodes Readout = ""
	MaxOfNodes  Readout = "max"
	SumOfNodes  Readout = "sum"     // over the selected nodes
	MaxSum      Readout = "max+sum" // side by side
)

// Check names the first setting that there is not.
func (h GraphHyper) Check() error {
	if h.Mask != Subgraph && h.Mask != FeaturesOnly {
		return fmt.Errorf("settings: mask = %q; expected %q, or none for the subgraph of the selected nodes", h.Mask, FeaturesOnly)
	}
	if !slices.Contains([]Readout{MeanOfNodes, MaxOfNodes, SumOfNodes, MaxSum}, h.Readout) {
		return fmt.Errorf("settings: readout = %q; expected %q, %q or %q, or none for the mean", h.Readout, MaxOfNodes, SumOfNodes, MaxSum)
	}
	return nil
}
