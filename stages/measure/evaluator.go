// Package measure runs a model over examples and counts what it says.
package measure

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages"
	"rationale/stages/backend"
	"rationale/stages/examples"
)

// Evaluator runs an evaluation graph over a set of examples.
type Evaluator struct {
	session *runtime.Session
	options runtime.Options
	spec    rationalizer.Spec
	columns []string // among the graph's inputs
	noises  []string
	state   map[string]bool // the graph's other inputs
	outside *Outsider       // reads in place of a predictor in the graph; nil for none
	given   bool            // it reads positions that are given too
}

// NewEvaluator opens the graph in a file; fixed are its inputs that never
// change. It is closed with the runtime.
func NewEvaluator(rt *runtime.Runtime, path string, spec rationalizer.Spec, fixed map[string]*tensor.Tensor) (*Evaluator, error) {
	session, err := backend.Model(rt, path, fixed)
	if err != nil {
		return nil, err
	}
	e := &Evaluator{session: session, options: rt.Options(), spec: spec, state: map[string]bool{}}
	parameters := map[string]bool{}
	for _, l := range spec.Layouts {
		parameters[l.Name+rationalizer.ParamsPart] = true
	}
	for _, in := range session.Inputs() {
		switch {
		case in.Name == rationalizer.SelectNoise || in.Name == rationalizer.AttackNoise:
			e.noises = append(e.noises, in.Name)
		case parameters[in.Name]:
			e.state[in.Name] = true
		default:
			e.columns = append(e.columns, in.Name)
		}
	}
	return e, nil
}

// Draw says how masks are drawn.
type Draw struct {
	Seed  uint64
	Epoch int
	// ArgMax leaves the noise out: a unit is selected when selecting it is
	// more probable than not.
	ArgMax bool
}

// step numbers the random streams of one batch.
func (d Draw) step(batch int) uint64 { return uint64(d.Epoch)<<32 | uint64(batch) }

// Weights are flat parameter vectors by layout.
type Weights map[string][]float32

// Batching says how examples are put together for evaluation.
type Batching struct {
	Size  int
	Fixed int // length of every example; 0 for the longest of the batch
	// Threads are those that batches may go through the model on, side by side; they
	// change no numbers.
	Threads int
}

// Evaluate runs the graph over all examples, with batches of examples of similar
// length, and hands each prediction to see (which may be nil) under the
// example's index.
func (e *Evaluator) Evaluate(ctx context.Context, set examples.Set, w Weights, b Batching, d Draw, see func(i int, p Prediction)) (*Scores, error) {
	scores, first := newScores(e.spec.Classes), 0
	for batches := range slices.Chunk(examples.Sorted(set, b.Size), e.atOnce(b.Threads)) {
		readings, err := e.readAll(ctx, set, batches, first, w, b, d)
		if err != nil {
			return nil, err
		}
		first += len(batches)
		for k, r := range readings {
			if err := scores.count(r, batches[k], see); err != nil {
				return nil, err
			}
		}
	}
	return scores, nil
}

// Bounds of what goes through a model side by side: few batches of a small model, and of
// a large one, such as BERT, whose arrays take a gigabyte a batch, a single one.
const (
	mostAtOnce     = 4
	mostParameters = 1 << 22
)

// atOnce is how many batches go through the model side by side on so many threads.
func (e *Evaluator) atOnce(threads int) int {
	parameters := 0
	for _, l := range e.spec.Layouts {
		parameters += l.Size()
	}
	if parameters > mostParameters || e.outside != nil {
		return 1
	}
	return min(mostAtOnce, backend.AtOnce(e.options.Provider, threads, e.options.Threads))
}

// count adds what a model says of a batch, and hands each prediction to see (which may
// be nil) under the example's index.
func (s *Scores) count(r reading, batch []int, see func(i int, p Prediction)) error {
	predictions, err := s.add(r)
	if err != nil || see == nil {
		return err
	}
	for k, p := range predictions {
		see(batch[k], p)
	}
	return nil
}

// readAll asks the model about batches, all at once; first is the number of the first.
func (e *Evaluator) readAll(ctx context.Context, set examples.Set, batches [][]int, first int, w Weights, b Batching, d Draw) ([]reading, error) {
	readings := make([]reading, len(batches))
	group, ctx := errgroup.WithContext(ctx)
	for k, batch := range batches {
		group.Go(func() error {
			return stages.Guard(func() (err error) {
				readings[k], err = e.read(ctx, set, batch, first+k, w, b, d)
				return err
			})
		})
	}
	return readings, group.Wait()
}

// read asks the model about the batch with a number.
func (e *Evaluator) read(ctx context.Context, set examples.Set, batch []int, number int, w Weights, b Batching, d Draw) (reading, error) {
	size := set.Size(batch)
	if b.Fixed > 0 {
		size.Positions = b.Fixed
	}
	out, err := e.answer(ctx, set, batch, size, w, d, number)
	if err != nil {
		return reading{}, err
	}
	r := newReading(set, batch, size.Positions, e.spec, out)
	r.attacked = examples.OtherClasses(nn.Stream(d.Seed, "evaluate/attacked class", d.step(number)), r.labels, e.spec.Classes)
	return r, nil
}

// answer runs the graph once and checks what it returns.
func (e *Evaluator) answer(ctx context.Context, set examples.Set, batch []int, size rationalizer.Size, w Weights, d Draw, number int) (map[string]*tensor.Tensor, error) {
	in, err := e.inputs(set, batch, size, w)
	if err != nil {
		return nil, err
	}
	e.drawNoise(in, d, number, size)
	if e.outside != nil {
		return e.ask(ctx, set, batch, size, in)
	}
	return Run(ctx, e.session, in, rationalizer.Asked{Texts: len(batch), Length: size.Positions, Classes: e.spec.Classes})
}

// Run runs a model, whose session is named by its file, and checks what it
// returns.
func Run(ctx context.Context, session *runtime.Session, in map[string]*tensor.Tensor, asked rationalizer.Asked) (out map[string]*tensor.Tensor, err error) {
	defer stages.InFile(session.Name(), &err)
	if out, err = session.Run(ctx, in); err != nil {
		return nil, err
	}
	return out, asked.Check(session.Name(), out)
}

// inputs are those of the graph but for the noise.
func (e *Evaluator) inputs(set examples.Set, batch []int, size rationalizer.Size, w Weights) (map[string]*tensor.Tensor, error) {
	in := map[string]*tensor.Tensor{}
	e.give(in, w)
	for _, name := range e.columns {
		column, err := set.Column(name, batch, size)
		if err != nil {
			return nil, err
		}
		in[name] = column
	}
	return in, nil
}

// give adds the parameters that are inputs of the graph.
func (e *Evaluator) give(in map[string]*tensor.Tensor, w Weights) {
	for name, params := range w {
		if name += rationalizer.ParamsPart; e.state[name] {
			in[name] = tensor.Vector(params)
		}
	}
}

// drawNoise fills the noise inputs that the graph has.
func (e *Evaluator) drawNoise(in map[string]*tensor.Tensor, d Draw, batch int, size rationalizer.Size) {
	for _, name := range e.noises {
		t := rationalizer.NoiseTensor(e.spec.Unit, size)
		if !d.ArgMax {
			n := nn.Noise{Purpose: "evaluate/" + name, Law: nn.Logistic}
			n.Draw(t, d.Seed, d.step(batch))
		}
		in[name] = t
	}
}
