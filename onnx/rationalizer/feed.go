package rationalizer

import (
	"fmt"
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// Feed is an input of a step graph that every step is given anew.
type Feed struct {
	Name string   `json:"name"`
	Kind FeedKind `json:"kind"`
	// Shape is in T positions, B examples and S sentences.
	Shape graph.Shape `json:"shape"`
	// Noise is the law and purpose of random numbers; of OtherClass and Replaced
	// the purpose.
	Noise nn.Noise `json:"noise,omitzero"`
	// Share says of Replaced how many words are.
	Share *WordShare `json:"share,omitempty"`
}

// WordShare is a share of words.
type WordShare struct {
	Of         string `json:"of"`                    // the scalar of the run that it is
	BySentence bool   `json:"by_sentence,omitempty"` // of each sentence's words, on average, not of the text's
}

// FeedKind says where a feed's numbers come from.
type FeedKind string

// The kinds of feeds.
const (
	Column     FeedKind = "column"      // of the batch, int64
	Scalar     FeedKind = "scalar"      // one number, which a schedule may move; float32
	Random     FeedKind = "random"      // noise, float32 or uint8
	OtherClass FeedKind = "other class" // for each example a wrong class, drawn; int64
	Replaced   FeedKind = "replaced"    // the batch's words, some replaced by NIR's noise law; int64
	Answered   FeedKind = "answered"    // what came of a trial before the step; float32
)

// Size is the size of a batch: examples, positions of each (padding included),
// and sentences of each.
type Size struct{ Examples, Positions, Sentences int }

// lengths are those of the batch's axes, by symbol.
func (n Size) lengths() map[string]int64 {
	return map[string]int64{
		timeDim.String(): int64(n.Positions), batchDim.String(): int64(n.Examples), sentencesDim.String(): int64(n.Sentences),
	}
}

// Tensor makes room for random numbers at a size of batch.
func (f Feed) Tensor(n Size) *tensor.Tensor {
	dtype := tensor.Float32
	if f.Noise.Law == nn.Keep {
		dtype = tensor.Uint8
	}
	t, _ := tensor.New(dtype, f.Shape.At(n.lengths())...) // the shape is ours and sound
	return t
}

// NoiseTensor makes room for an evaluation graph's noise, [U,B] float32.
func NoiseTensor(u Unit, n Size) *tensor.Tensor {
	return Feed{Shape: graph.Shape{Config{Unit: u}.unitsDim(), batchDim}}.Tensor(n)
}

// Of lists the feeds of a kind.
func (s Spec) Of(kind FeedKind) []Feed {
	var out []Feed
	for _, f := range s.Feeds {
		if f.Kind == kind {
			out = append(out, f)
		}
	}
	return out
}

// Reads tells whether the steps are given a column of the batch.
func (s Spec) Reads(column string) bool {
	return slices.ContainsFunc(s.Of(Column), func(f Feed) bool { return f.Name == column })
}

// CheckForm names the first thing in a specification from a file that no step graph
// has.
func (s Spec) CheckForm() error {
	const widest = 1 << 20
	if s.K < 1 || s.Classes < 2 {
		return fmt.Errorf("%d steps in a run and %d classes; expected at least 1 and 2", s.K, s.Classes)
	}
	for _, m := range s.Measures {
		if ways := []Adding{Mean, Sum, Rate, Balanced}; !slices.Contains(ways, m.Adds) {
			return fmt.Errorf("the measure %s adds up as %q; expected one of %q", m.Name, m.Adds, ways)
		}
	}
	for _, f := range s.Feeds {
		switch f.Kind {
		case Column, Scalar, Random, OtherClass, Replaced, Answered:
		default:
			return fmt.Errorf("the input %s is %q; expected one of %q", f.Name, f.Kind, []FeedKind{Column, Scalar, Random, OtherClass, Replaced, Answered})
		}
		if f.Kind == Replaced && f.Share == nil {
			return fmt.Errorf("the input %s has words replaced, and nothing says how many", f.Name)
		}
		for _, d := range f.Shape {
			if n := d.At(Size{1, 1, 1}.lengths()); n < 1 || n > widest {
				return fmt.Errorf("the input %s has an axis of length %v; expected 1 to %d an example and position", f.Name, d, widest)
			}
		}
	}
	return nil
}

// InputNoiseKeys names the input [R] of a graph that makes its noise: the keys
// of its R random feeds, in their order.
const InputNoiseKeys = "noise_keys"

// NoiseKeys is the input InputNoiseKeys at one step of a run.
func (s Spec) NoiseKeys(seed, step uint64) *tensor.Tensor {
	var keys []int64
	for _, f := range s.Of(Random) {
		keys = append(keys, int64(f.Noise.Key(seed, step)))
	}
	return tensor.Vector(keys)
}

// scalars names the numbers of a run: those that the graphs take, and those that
// words are replaced by.
func (s Spec) scalars() []string {
	var names []string
	for _, f := range s.Of(Scalar) {
		names = append(names, f.Name)
	}
	for _, f := range s.Of(Replaced) {
		names = append(names, f.Share.Of)
	}
	return names
}

// CheckScalars wants a value for every scalar but the learning rate, and no
// others.
func (s Spec) CheckScalars(given map[string]float64) error {
	known := map[string]bool{LearningRate: true}
	for _, name := range s.scalars() {
		known[name] = true
		if _, ok := given[name]; !ok && name != LearningRate {
			return fmt.Errorf("the graphs of %s take %s, and the run gives no value", s.Method, name)
		}
	}
	for name := range given {
		if !known[name] {
			return fmt.Errorf("the run gives a value for %s, which the graphs of %s do not take", name, s.Method)
		}
	}
	return nil
}

// feed declares a feed and gives its value in this step.
func (s *Step) feed(f Feed, dtype tensor.DType) *graph.Value {
	s.out.Feeds = append(s.out.Feeds, f)
	return s.input(f.Name, dtype, f.Shape...)
}

// column is a column of the batch.
func (s *Step) column(name string, dtype tensor.DType, shape ...graph.Dim) *graph.Value {
	return s.feed(Feed{Name: name, Kind: Column, Shape: shape}, dtype)
}

// Scalar is a number [1] that every step is given, or a constant of the method.
func (s *Step) Scalar(name string) *graph.Value {
	if x, ok := s.c.Constants[name]; ok {
		return nn.One(s.g, s.g.Scalar(s.dtype(), x))
	}
	if s.scalars[name] == nil {
		s.scalars[name] = s.feed(Feed{Name: name, Kind: Scalar, Shape: graph.Shape{graph.N(1)}}, s.dtype())
	}
	return s.scalars[name]
}

// OtherClass [B] is a wrong class of each example, drawn anew for the purpose.
func (s *Step) OtherClass(name, purpose string) *graph.Value {
	return s.feed(Feed{Name: name, Kind: OtherClass, Shape: graph.Shape{batchDim}, Noise: nn.Noise{Purpose: purpose}}, tensor.Int64)
}

// Replaced are the batch's words [B,T], of which the noise law (stages/examples/
// tfidf) replaced a share by others, drawn anew for the purpose. Only words that
// may be selected are. The share is of each sentence where sentences are
// selected or texts have queries, as in NIR's own experiments on such data.
func (s *Step) Replaced(name, purpose, share string) *graph.Value {
	return s.feed(Feed{
		Name: name, Kind: Replaced, Shape: graph.Shape{batchDim, timeDim}, Noise: nn.Noise{Purpose: purpose},
		Share: &WordShare{Of: share, BySentence: s.c.Query || s.c.Unit == Sentence},
	}, tensor.Int64)
}

// noise is logistic noise for a purpose, which names the input too.
func (s *Step) noise(purpose string, shape ...graph.Dim) *graph.Value {
	return s.random(nn.Noise{Purpose: purpose, Law: nn.Logistic}, s.dtype(), shape)
}

// keep is a dropout mask with that share of ones; nil when nothing is dropped.
func (s *Step) keep(purpose string, share float64, shape ...graph.Dim) *graph.Value {
	if share == 1 {
		return nil
	}
	return s.random(nn.Noise{Purpose: purpose, Law: nn.Keep, Share: share}, tensor.Uint8, shape)
}

// random declares a random input, or makes it from its key.
func (s *Step) random(n nn.Noise, dtype tensor.DType, shape graph.Shape) *graph.Value {
	f := Feed{Name: n.Purpose, Kind: Random, Shape: shape, Noise: n}
	if !s.c.NoiseInGraph {
		return s.feed(f, dtype)
	}
	place := int64(len(s.out.Of(Random)))
	s.out.Feeds = append(s.out.Feeds, f)
	if s.keys == nil {
		s.keys = s.input(InputNoiseKeys, tensor.Int64, graph.Sym("R"))
	}
	g := s.g.Scope(f.Name)
	return g.Cast(n.Sample(g, g.Gather(s.keys, g.Ints(place), 0), shape), dtype)
}
