// Package examples says what training and evaluation have to know of the things
// that models learn from, puts them into batches and makes the inputs of a
// model's graphs. Texts are one kind of examples (package texts); a kind is one
// package that gives columns.
package examples

import (
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
)

// Open opens a dataset of some kind that a stage finds in a folder.
type Open func(dir string) (Data, error)

// Data is a dataset in the form in which models read it.
type Data interface {
	// Shape is what graphs are built for.
	Shape() Shape
	// Split gives the examples of "train", "dev" or "test".
	Split(name string) (Set, error)
	// Fixed are inputs of graphs that never change, such as word vectors, by
	// name.
	Fixed() (map[string]*tensor.Tensor, error)
}

// Shape is what graphs have to be built for.
type Shape struct {
	Dataset string   // its name
	Classes []string // their names
	Width   int      // of a word vector
	Longest int      // positions of the longest example that the data may hold
	Reading string   // JSON that says how an example becomes a model's inputs
	Query   bool     // some examples have parts that are shown and never selected
	Marks   bool     // all of them have marks, such as [CLS], of which that holds too
	// Poisoned says how examples were poisoned; empty when none was.
	Poisoned string
}

// Set is a set of examples, numbered from 0.
type Set interface {
	Len() int
	Class(i int) int
	// Length is the number of an example's positions.
	Length(i int) int
	// Size is the least that a batch of these examples needs.
	Size(batch []int) rationalizer.Size
	// Column is a column of a batch at a size, see the columns of rationalizer.
	Column(name string, batch []int, size rationalizer.Size) (*tensor.Tensor, error)
	// Truth is what people say about an example.
	Truth(i int, unit rationalizer.Unit) Truth
	// Words are what people read of an example.
	Words(i int) Words
	// Chosen carries a choice of an example's positions, padding included, to
	// its words.
	Chosen(i int, positions []bool) []bool
	// Values carries numbers of an example's positions, padding included, to its
	// words.
	Values(i int, positions []float32) []float32
}

// Words are an example as people read it.
type Words struct {
	ID     string
	Query  []string // what is shown and never selected
	Tokens []string
	Spaces []bool // white space stood before it; nil when unknown
	Gold   []bool // those that people marked; nil when nobody was asked
	Unread int    // how many of the last ones the model does not read
	// Edges join the tokens, by number, where these are the nodes of a graph; nil for
	// other examples.
	Edges [][2]int
}

// Truth is what is known of the positions of an example.
type Truth struct {
	// Selectable tells where a rationale may be.
	Selectable []bool
	// Gold is the human rationale; nil when nobody was asked.
	Gold []bool
	// Ends are where the units end that positions are counted by, exclusive; the
	// first begins with the first selectable position. nil: by position.
	Ends []int32
}

// Units carries marks of positions to units: a unit is marked when any of its
// positions is.
func (t Truth) Units(marked []bool) []bool {
	out := make([]bool, len(t.Ends))
	at := 0
	for u, end := range t.Ends {
		for ; at < int(end); at++ {
			out[u] = out[u] || t.Selectable[at] && at < len(marked) && marked[at]
		}
	}
	return out
}

// shortest is the least length of a batch: the coherence term compares
// neighbours.
const shortest = 2

// Longest is the number of positions that a batch needs.
func Longest(set Set, batch []int) int {
	n := shortest
	for _, i := range batch {
		n = max(n, set.Length(i))
	}
	return n
}

// ClassCounts are the numbers of examples of each class in some batches.
func ClassCounts(set Set, batches [][]int, classes int) []int {
	n := make([]int, classes)
	for _, batch := range batches {
		for _, i := range batch {
			n[set.Class(i)]++
		}
	}
	return n
}

// First are the first n examples of a set; all of them when there are fewer, or
// when n is 0.
func First(set Set, n int) Set {
	if n == 0 {
		return set
	}
	return Those(set, func(i int) bool { return i < n })
}

// Those are the examples of a set that keep wants, in their order, numbered anew.
func Those(set Set, keep func(i int) bool) Set {
	var at []int
	for i := range set.Len() {
		if keep(i) {
			at = append(at, i)
		}
	}
	if len(at) == set.Len() {
		return set
	}
	return part{set, at}
}

// part is a set of which some examples are left out.
type part struct {
	of Set
	at []int // the numbers, in of, of those that are left
}

func (p part) Len() int                               { return len(p.at) }
func (p part) Class(i int) int                        { return p.of.Class(p.at[i]) }
func (p part) Length(i int) int                       { return p.of.Length(p.at[i]) }
func (p part) Size(batch []int) rationalizer.Size     { return p.of.Size(p.numbers(batch)) }
func (p part) Truth(i int, u rationalizer.Unit) Truth { return p.of.Truth(p.at[i], u) }
func (p part) Words(i int) Words                      { return p.of.Words(p.at[i]) }
func (p part) Chosen(i int, positions []bool) []bool  { return p.of.Chosen(p.at[i], positions) }
func (p part) Values(i int, positions []float32) []float32 {
	return p.of.Values(p.at[i], positions)
}

func (p part) Column(name string, batch []int, size rationalizer.Size) (*tensor.Tensor, error) {
	return p.of.Column(name, p.numbers(batch), size)
}

// numbers are those that the examples of a batch have in the whole set.
func (p part) numbers(batch []int) []int {
	out := make([]int, len(batch))
	for k, i := range batch {
		out[k] = p.at[i]
	}
	return out
}
