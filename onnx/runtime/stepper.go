package runtime

import (
	"context"
	"maps"
	"slices"
	"sync"

	"rationale/onnx/tensor"
)

// Stepper runs a step model again and again: state tensors (parameters,
// moments, step counter) go in under one name and come out, updated, under
// another. They live in two buffers that change roles after each step, so a
// step copies no state and a failed one changes none. It may be used by
// several goroutines; steps then follow one another.
type Stepper struct {
	session *Session
	outputs map[string]string // state input → state output

	mu            sync.Mutex
	current, next map[string]*tensor.Tensor // by input name
}

// NewStepper makes a Stepper on a session that stays the caller's to close.
// The pairs map each state input to the output with its new value; initial
// holds the first state, by input name, and is copied.
func NewStepper(s *Session, pairs map[string]string, initial map[string]*tensor.Tensor) (*Stepper, error) {
	if err := checkPairs(s, pairs); err != nil {
		return nil, err
	}
	p := &Stepper{session: s, outputs: maps.Clone(pairs)}
	if err := p.SetState(initial); err != nil {
		return nil, err
	}
	return p, nil
}

// checkPairs makes sure that both ends of every pair exist and that no output
// serves two inputs.
func checkPairs(s *Session, pairs map[string]string) error {
	inputs, outputs := names(s.signature.inputs), names(s.signature.outputs)
	source := map[string]string{}
	for _, in := range slices.Sorted(maps.Keys(pairs)) {
		out := pairs[in]
		if !slices.Contains(inputs, in) {
			return s.errorf("state %q: the model has no such input", in)
		}
		if !slices.Contains(outputs, out) {
			return s.errorf("state %q: the model has no output %q", in, out)
		}
		if other, taken := source[out]; taken {
			return s.errorf("states %q and %q share the output %q", other, in, out)
		}
		source[out] = in
	}
	return nil
}

// Step runs the model once on the current state and the batch, which holds
// all other inputs, and returns all other outputs. After an error, a
// cancellation included, the state is what it was.
func (p *Stepper) Step(ctx context.Context, batch map[string]*tensor.Tensor) (map[string]*tensor.Tensor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	inputs := maps.Clone(p.current)
	for name, t := range batch {
		if _, isState := p.outputs[name]; isState {
			return nil, p.session.errorf("the batch must not hold %q, which is state", name)
		}
		inputs[name] = t
	}
	outputs := make(map[string]*tensor.Tensor, len(p.outputs))
	for in, out := range p.outputs {
		outputs[out] = p.next[in]
	}
	metrics, err := p.session.run(ctx, inputs, outputs)
	if err != nil {
		return nil, err
	}
	p.current, p.next = p.next, p.current
	return metrics, nil
}

// State gives a copy of the current state by input name.
func (p *Stepper) State() map[string]*tensor.Tensor {
	p.mu.Lock()
	defer p.mu.Unlock()
	return tensor.CloneAll(p.current)
}

// SetState replaces the whole state by a copy of the given one. On an error
// the state is what it was.
func (p *Stepper) SetState(state map[string]*tensor.Tensor) error {
	if err := p.checkState(state); err != nil {
		return err
	}
	current, next := tensor.CloneAll(state), tensor.CloneAll(state)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current, p.next = current, next
	return nil
}

func (p *Stepper) checkState(state map[string]*tensor.Tensor) error {
	for _, name := range slices.Sorted(maps.Keys(state)) {
		if _, known := p.outputs[name]; !known {
			return p.session.errorf("%q is no state of this model", name)
		}
	}
	for _, info := range p.session.signature.inputs {
		if _, isState := p.outputs[info.Name]; !isState {
			continue
		}
		t := state[info.Name]
		if t == nil {
			return p.session.errorf("state %q is missing (%v)", info.Name, info)
		}
		if err := info.accepts(t); err != nil {
			return p.session.errorf("state %w", err)
		}
	}
	return nil
}
