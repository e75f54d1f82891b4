package rationalizer

import (
	"fmt"
	"slices"
	"strings"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// Encoder turns examples into states of their positions.
type Encoder interface {
	// Params are its parameters; their names begin with the encoder's.
	Params() []nn.Param
	// Width is the number of features of a state.
	Width() int
	// States are those of every position, in parts [T,B,·] that are Width wide
	// together.
	States(r Reading) []*graph.Value
	// Pool is what it reads of the whole example, such as the largest value of each
	// feature over the real positions, [B,PooledWidth].
	Pool(r Reading) *graph.Value
	// PooledWidth is the number of features of Pool.
	PooledWidth() int
}

// Role is what a player does. An encoder that two players share may have parameters
// for one of them, whose Param.Role it is.
type Role string

// The roles. An attacker generates.
const (
	Generating Role = "generator"
	Predicting Role = "predictor"
)

// params are the parameters of an encoder for a player in this role.
func (role Role) params(e Encoder) []nn.Param {
	return slices.DeleteFunc(e.Params(), func(p nn.Param) bool { return p.Role != "" && p.Role != string(role) })
}

// Reading is what a player's parts work on: a graph to grow in, their parameters,
// the examples, and what is shown of them.
type Reading struct {
	*graph.Graph
	Weights nn.Weights
	Batch   *Batch
	Role    Role // of the player
	// Shown [T,B] is 1 where a position is shown and 0 where the encoder finds
	// nothing in its place; nil shows all. Its gradient is that of a factor.
	Shown *graph.Value
	// Keep gives a dropout mask (uint8) for a part of the player, with that share of
	// ones; nil in evaluation, or when nothing is dropped.
	Keep func(part string, share float64, shape ...graph.Dim) *graph.Value
	// Noise gives logistic noise for a part; nil in evaluation without noise.
	Noise func(part string, shape ...graph.Dim) *graph.Value
	// Carry gives a carried parameter, such as a running mean, its next value, if
	// the player's team learns from this reading; nil in evaluation.
	Carry func(param string, next *graph.Value)
}

// keepShare is the share of features that dropout keeps.
func (r Reading) keepShare() float64 { return r.Batch.c.keepShare() }

// dropout drops elements of x in training; part names their mask.
func (r Reading) dropout(part string, x *graph.Value) *graph.Value {
	return nn.Dropout(r.Graph, x, r.Keep(part, r.keepShare(), x.Shape...), r.keepShare())
}

// vectors are those that an encoder has of the words at all positions, [T,B,E].
func (r Reading) vectors(e Encoder) *graph.Value {
	if own, ok := e.(interface{ words(r Reading) *graph.Value }); ok {
		return own.words(r)
	}
	return r.Batch.vectors(r.Graph)
}

// noise is logistic noise for the units, [U,B]; nil where none is drawn.
func (r Reading) noise() *graph.Value { return r.Noise("noise", r.Batch.c.unitsDim(), batchDim) }

// joined puts the parts of states side by side.
func (r Reading) joined(parts []*graph.Value) *graph.Value {
	if len(parts) == 1 {
		return parts[0]
	}
	return r.Concat(2, parts...)
}

// Nothing is dropped, and no noise drawn, in evaluation.
func everything(string, float64, ...graph.Dim) *graph.Value { return nil }
func nothing(string, ...graph.Dim) *graph.Value             { return nil }

// EncoderKind is an architecture that players can be given.
type EncoderKind struct {
	Name string
	Doc  string // one line for people
	// New makes an encoder whose parameters' names begin with name.
	New func(name string, c Config) Encoder
	// Graphs tells that it reads graphs: nodes in the place of words, with edges.
	Graphs bool
	// Pretrained tells that it begins with a checkpoint, whose pieces it reads.
	Pretrained bool
	// Check refuses what is not for this kind; nil: nothing.
	Check func(m Method, c Config) error
}

var encoders []EncoderKind

// registerEncoder adds a kind; each file of this package that holds one calls it.
func registerEncoder(k EncoderKind) bool {
	encoders = append(encoders, k)
	return true
}

// DefaultEncoder is the encoder of a configuration that names none, and GraphEncoder
// that of graphs.
const DefaultEncoder, GraphEncoder = "gru", "gcn"

// Encoders lists all kinds of encoders by name.
func Encoders() []EncoderKind {
	return slices.SortedFunc(slices.Values(encoders), func(a, b EncoderKind) int { return strings.Compare(a.Name, b.Name) })
}

// LookupEncoder finds a kind by its name; empty means the default.
func LookupEncoder(name string) (EncoderKind, error) {
	if name == "" {
		name = DefaultEncoder
	}
	var known []string
	for _, k := range Encoders() {
		if k.Name == name {
			return k, nil
		}
		known = append(known, k.Name)
	}
	return EncoderKind{}, fmt.Errorf("no encoder %q; there are %s", name, strings.Join(known, ", "))
}

// encoder makes one of the configuration's kind.
func (c Config) encoder(name string) Encoder { return c.kind().New(name, c) }

// kind is that of the configuration's encoders.
func (c Config) kind() EncoderKind {
	kind, err := LookupEncoder(c.Encoder)
	if err != nil {
		panic(err) // Config.check has looked it up
	}
	return kind
}
