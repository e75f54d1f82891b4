package formats

import "rationale/datasets"

// File is one source file together with the split that its rows go to.
type File struct {
	Path  string
	Split string
}

// Example is a row as a format delivers it.
type Example struct {
	datasets.Text        // Label is filled in by the importer, ID when it is empty
	Class         string // name of the class
	// Graph takes the place of the text where the format reads graphs; its ID and Label
	// are those of Text.
	Graph    *datasets.Graph
	Document string // what by=document keeps together; empty when unknown
	Split    string // set when a column of the source names the split
}

// row is the example as it is stored.
func (e *Example) row() datasets.Row {
	if e.Graph == nil {
		return &e.Text
	}
	e.Graph.ID, e.Graph.Label = e.ID, e.Label
	return e.Graph
}

// leftOut says that a row is sound but not part of the dataset by its definition,
// for example because its score lies between the two classes.
type leftOut string

// notARow is the reason for lines such as headers, which are not even counted.
const notARow = leftOut("")

// Error gives the reason under which the row is counted in Meta.
func (r leftOut) Error() string { return string(r) }
