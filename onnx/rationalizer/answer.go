package rationalizer

import (
	"fmt"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// Views says what an evaluation graph answers beside the rationale and the
// class.
type Views struct {
	// Sampled draws the rationale with noise [T,B], the papers' way; zero
	// noise makes it the arg-max. Without Sampled it is the arg-max and the
	// graph needs no noise.
	Sampled  bool
	Attack   bool // the attacker's selection and the class it leads to
	FullText bool // the predictor on all words
	Gold     bool // the predictor on the annotated words (input gold [B,T])
	Reader   bool // the frozen classifier on the selection
}

// Names of the evaluation graph's inputs and outputs. Shapes: ids, masks and
// selections [B,T], logits [B,C], noise [T,B].
const (
	InputIDs, InputMask, InputGold          = "input_ids", "attention_mask", "gold"
	SelectNoise, AttackNoise                = "select/noise", "attack/noise"
	OutRationale, OutProbability, OutLogits = "rationale", "probability", "logits"
	OutAttack, OutAttackLogits              = "attack", "attack_logits"
	OutFullLogits, OutGoldLogits            = "full_text_logits", "gold_logits"
	OutReaderLogits                         = "r2f_logits"
)

// Answer is an evaluation graph under construction, as a method sees it.
type Answer struct {
	g       *graph.Graph
	c       Config
	in      int
	views   Views
	x       texts
	layouts []nn.Layout
	params  map[string][]float32 // constants by layout; nil makes inputs
}

// NewAnswer builds the evaluation graph of a configuration: input_ids and
// attention_mask (int64 [B,T]) in, rationale, probability and logits out, and
// what views asks for. With params (flat vectors by layout) the weights are
// constants of the model, named as in the checkpoint; without, they are
// inputs NAME.params.
func NewAnswer(c Config, views Views, params map[string][]float32) (*graph.Graph, error) {
	method, err := c.check()
	if err != nil {
		return nil, fmt.Errorf("rationalizer: %w", err)
	}
	g := graph.New("evaluate")
	in := c.width()
	a := &Answer{g: g, c: c, in: in, views: views, layouts: method.Layouts(c, in), params: params}
	vectors := c.table(g)
	ids := g.Input(InputIDs, tensor.Int64, batchDim, timeDim)
	mask := g.Input(InputMask, tensor.Int64, batchDim, timeDim)
	a.x = c.readTexts(g, vectors, ids, mask)
	method.Answer(a)
	if err := g.Check(); err != nil {
		return nil, fmt.Errorf("rationalizer: %s: %w", method.Name, err)
	}
	return g, nil
}

func (a *Answer) model() model { return model{a.g, a.c} }

// Weights are the trained parameters of one of the method's layouts.
func (a *Answer) Weights(name string) nn.Weights {
	for _, l := range a.layouts {
		if l.Name == name {
			return a.Frozen(l)
		}
	}
	a.g.Fail("the method has no parameters called %q", name)
	return nil
}

// Frozen are the parameters of a layout, as constants or as an input.
func (a *Answer) Frozen(l nn.Layout) nn.Weights {
	if a.params == nil {
		return l.Unpack(a.g, a.g.Input(l.Name+ParamsPart, a.c.dtype(), graph.N(l.Size())))
	}
	tensors, err := l.Tensors(a.params[l.Name])
	if err != nil {
		a.g.Fail("%v", err)
		return nil
	}
	w := nn.Weights{}
	for _, p := range l.Params {
		w[p.Name] = a.g.Const(l.Name+"."+p.Name, tensors[p.Name])
	}
	return w
}

// has tells whether the method has a layout of this name.
func (a *Answer) has(layout string) bool {
	for _, l := range a.layouts {
		if l.Name == layout {
			return true
		}
	}
	return false
}

// Rationale answers with the selection that follows from margin [T,B], the
// predictor's classes for it, and the other views of the predictor.
func (a *Answer) Rationale(margin *graph.Value, w nn.Weights) *graph.Value {
	z := a.choose(margin, SelectNoise)
	a.output(OutRationale, a.batchMajor(z))
	a.output(OutProbability, a.batchMajor(a.g.Mul(a.g.Sigmoid(margin), a.x.mask)))
	a.logits(OutLogits, w, z)
	if a.views.FullText {
		a.logits(OutFullLogits, w, nil)
	}
	if a.views.Gold {
		gold := a.g.Input(InputGold, tensor.Int64, batchDim, timeDim)
		a.logits(OutGoldLogits, w, a.g.Cast(a.g.Transpose(gold, 1, 0), a.c.dtype()))
	}
	return z
}

// margin is f_g's (or f_a's) without dropout.
func (a *Answer) margin(scope string, w nn.Weights) *graph.Value {
	m := a.model().scope(scope)
	return m.margin(w, m.encode(w, a.x), nil)
}

// Attack answers with the attacker's selection and the class it leads to.
func (a *Answer) Attack(margin *graph.Value, w nn.Weights) {
	z := a.choose(margin, AttackNoise)
	a.output(OutAttack, a.batchMajor(z))
	a.logits(OutAttackLogits, w, z)
}

func (a *Answer) choose(margin *graph.Value, noise string) *graph.Value {
	if a.views.Sampled {
		margin = a.g.Add(margin, a.g.Input(noise, margin.DType, timeDim, batchDim))
	}
	return a.model().selectable(nn.Choose(a.g, margin), a.x)
}

func (a *Answer) logits(name string, w nn.Weights, z *graph.Value) {
	a.output(name, a.model().scope(name).logits(w, a.x, z, nil))
}

func (a *Answer) batchMajor(v *graph.Value) *graph.Value { return a.g.Transpose(v, 1, 0) }

func (a *Answer) output(name string, v *graph.Value) { a.g.Output(name, v) }
