package datasets

import (
	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"

	"rationale/datasets/fault"
)

// Columns of graphs, in order. The ends of edges are two lists of one length.
const (
	colGraphID = iota
	colNodes
	colFrom
	colTo
	colFeatures
	colGraphLabel
	colGraphRationale
)

var graphFields = []arrow.Field{
	colGraphID:        {Name: "id", Type: arrow.BinaryTypes.String},
	colNodes:          {Name: "nodes", Type: arrow.PrimitiveTypes.Int32},
	colFrom:           {Name: "from", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32)},
	colTo:             {Name: "to", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Int32)},
	colFeatures:       {Name: "features", Type: arrow.ListOfNonNullable(arrow.PrimitiveTypes.Float32)},
	colGraphLabel:     {Name: "label", Type: arrow.PrimitiveTypes.Int32},
	colGraphRationale: {Name: "rationale", Type: arrow.ListOfNonNullable(arrow.FixedWidthTypes.Boolean), Nullable: true},
}

func (g *Graph) build(columns *array.RecordBuilder) {
	columns.Field(colGraphID).(*array.StringBuilder).Append(g.ID)
	columns.Field(colNodes).(*array.Int32Builder).Append(int32(g.Nodes))
	for end, column := range []int{colFrom, colTo} {
		list := columns.Field(column).(*array.ListBuilder)
		list.Append(true)
		values := list.ValueBuilder().(*array.Int32Builder)
		for _, e := range g.Edges {
			values.Append(e[end])
		}
	}
	features := columns.Field(colFeatures).(*array.ListBuilder)
	features.Append(true)
	features.ValueBuilder().(*array.Float32Builder).AppendValues(g.Features, nil)
	columns.Field(colGraphLabel).(*array.Int32Builder).Append(int32(g.Label))
	appendBools(columns.Field(colGraphRationale), g.Rationale)
}

// readGraph copies row i out of a batch.
func readGraph(batch arrow.Record, i int) (Graph, error) {
	graph := Graph{
		ID:        readString(batch.Column(colGraphID), i),
		Nodes:     int(batch.Column(colNodes).(*array.Int32).Value(i)),
		Features:  readFloats(batch.Column(colFeatures), i),
		Label:     int(batch.Column(colGraphLabel).(*array.Int32).Value(i)),
		Rationale: readBools(batch.Column(colGraphRationale), i),
	}
	from, to := readInts(batch.Column(colFrom), i), readInts(batch.Column(colTo), i)
	if len(from) != len(to) {
		return graph, fault.New("ends of edges", "edges begin at %d nodes and end at %d", len(from), len(to))
	}
	graph.Edges = make([]Edge, len(from))
	for j := range from {
		graph.Edges[j] = Edge{from[j], to[j]}
	}
	return graph, nil
}
