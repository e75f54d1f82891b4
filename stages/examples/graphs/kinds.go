package graphs

import (
	"encoding/binary"
	"math"

	"rationale/datasets"
)

// kinds numbers nodes by their features, in the order in which these are met, from 1.
// Nodes of one kind have the same ones.
type kinds struct {
	width int
	ids   map[string]int64 // by the features' bits
	table []float32        // row by row; row 0, of padding, is zero
}

func newKinds(width int) *kinds {
	return &kinds{width, map[string]int64{}, make([]float32, width)}
}

// of are the kinds of a graph's nodes.
func (k *kinds) of(g datasets.Graph) []int64 {
	ids := make([]int64, g.Nodes)
	for v := range ids {
		ids[v] = k.id(g.Features[v*k.width:][:k.width])
	}
	return ids
}

// id is the kind of a node with these features, a new one if need be.
func (k *kinds) id(features []float32) int64 {
	id, ok := k.known(features)
	if !ok {
		id = int64(k.count() + 1)
		k.ids[bitsOf(features)], k.table = id, append(k.table, features...)
	}
	return id
}

// known is the kind of a node with these features, if it was met.
func (k *kinds) known(features []float32) (id int64, ok bool) {
	id, ok = k.ids[bitsOf(features)]
	return id, ok
}

// count is how many kinds there are.
func (k *kinds) count() int { return len(k.table)/k.width - 1 }

func bitsOf(features []float32) string {
	var bits []byte
	for _, x := range features {
		bits = binary.LittleEndian.AppendUint32(bits, math.Float32bits(x))
	}
	return string(bits)
}
