package rationalizer

import (
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// Selection is a sampled rationale with what the losses need.
type Selection struct {
	States []*graph.Value // of the units, in parts [U,B,·]
	Scores *graph.Value   // [U,B]: what spoke for each unit
	Units  *graph.Value   // [U,B]: z
	Shown  *graph.Value   // [T,B]: the positions that z shows, and those always shown
}

// Select draws z from f_g or f_a with the noise and dropout of a purpose.
func (s *Step) Select(f *Generator, purpose string, x *Batch) Selection {
	r := s.reading(f.Team, purpose, x, nil)
	var states []*graph.Value
	scores := f.score(r, func() []*graph.Value {
		states = s.encode(f, purpose, x)
		return states
	})
	z := x.choose(r.Graph, f.chooser().Draw(r, scores))
	return Selection{states, scores, z, x.shown(r.Graph, x.positions(r.Graph, z))}
}

// encode is what f's encoder makes of the units. As long as its parameters stay
// as they are and it draws no noise of its own, one reading serves every purpose.
func (s *Step) encode(f *Generator, purpose string, x *Batch) []*graph.Value {
	if states := s.encoded[f]; states != nil {
		return states
	}
	feeds := len(s.out.Feeds)
	states := f.states(s.reading(f.Team, purpose, x, nil))
	if !slices.ContainsFunc(s.out.Feeds[feeds:], func(f Feed) bool { return f.Kind == Random }) {
		s.encoded[f] = states
	}
	return states
}

// reading is what the parts of a team's player are given.
func (s *Step) reading(team, purpose string, x *Batch, shown *graph.Value) Reading {
	return Reading{
		Graph: s.g.Scope(purpose), Weights: s.Weights(team), Batch: x, Shown: shown,
		Keep: func(part string, share float64, shape ...graph.Dim) *graph.Value {
			return s.keep(purpose+"/"+part, share, shape...)
		},
		Noise: func(part string, shape ...graph.Dim) *graph.Value { return s.noise(purpose+"/"+part, shape...) },
		Carry: func(param string, next *graph.Value) { s.carry(team, param, next) },
	}
}

// View is a selection [T,B] that f_p reads and the purpose of its dropout; a
// nil selection shows the whole text.
type View struct {
	Purpose string
	Shown   *graph.Value
}

// Predict is f_p on one or several views of the same examples: the logits [B,C] of
// each.
func (s *Step) Predict(f *Predictor, x *Batch, views ...View) []*graph.Value {
	var logits []*graph.Value
	for i, pooled := range s.pool(f, x, views) {
		v := views[i]
		logits = append(logits, f.head().Classify(s.reading(f.Team, v.Purpose, x, v.Shown), pooled))
	}
	return logits
}

// pool is what f's encoder reads in each view, [B,·]. It reads all of them as one
// batch, which costs less than one after another; but of graphs, where batch norms
// take the statistics of a view, each by itself.
func (s *Step) pool(f *Predictor, x *Batch, views []View) []*graph.Value {
	if x.Edges != nil {
		var parts []*graph.Value
		for _, v := range views {
			parts = append(parts, f.pool(s.reading(f.Team, v.Purpose, x, v.Shown)))
		}
		return parts
	}
	g := s.g.Scope(views[0].Purpose)
	joint, shown := x.repeat(g, views)
	pooled := f.pool(s.reading(f.Team, views[0].Purpose, joint, shown))
	if len(views) == 1 {
		return []*graph.Value{pooled}
	}
	return g.SplitDims(pooled, 0, slices.Repeat([]graph.Dim{batchDim}, len(views))...)
}

// repeat is the batch as often as there are views, one behind the other, and
// what all of them show.
func (x *Batch) repeat(g *graph.Graph, views []View) (*Batch, *graph.Value) {
	if len(views) == 1 {
		return x, views[0].Shown
	}
	many := &Batch{c: x.c, g: g, once: x, times: len(views)}
	many.Real = many.tile(x.Real)
	var shown []*graph.Value
	for _, v := range views {
		if v.Shown == nil {
			v.Shown = x.Real
		}
		shown = append(shown, v.Shown)
	}
	return many, g.Concat(1, shown...)
}

// tile is a column [·,B] of the batch that this one repeats, as often as it does.
func (x *Batch) tile(v *graph.Value) *graph.Value {
	return x.g.Concat(1, slices.Repeat([]*graph.Value{v}, x.times)...)
}

// ReadFrozen is the frozen reader, in evaluation mode, on a selection: its
// logits [B,C].
func (s *Step) ReadFrozen(x *Batch, z Selection) *graph.Value {
	f := fullTextReader(s.c, ReaderLayout)
	s.Frozen(nn.Layout{Name: ReaderLayout, Params: f.params(s.c)})
	return s.c.evaluate(f, s.g.Scope("r2f"), s.Weights(f.Team), x, z.Shown)
}

// evaluate is f_p without dropout: the logits [B,C].
func (c Config) evaluate(f *Predictor, g *graph.Graph, w nn.Weights, x *Batch, shown *graph.Value) *graph.Value {
	r := Reading{Graph: g, Weights: w, Batch: x, Shown: shown, Keep: everything, Noise: nothing}
	return f.head().Classify(r, f.pool(r))
}
