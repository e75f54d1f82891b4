package runtime

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rationale/onnx/tensor"
)

// Run executes the model. The inputs are checked against the model's own
// declaration first: all there, none unknown, element types, ranks, fixed
// dimensions, and one size for dimensions that share a symbol. They must not
// be written to before Run returns. What comes out is checked in the same way.
// When ctx ends, the run stops at the next operator, and the error wraps ctx's.
func (s *Session) Run(ctx context.Context, inputs map[string]*tensor.Tensor) (map[string]*tensor.Tensor, error) {
	return s.run(ctx, inputs, nil)
}

// RunInto is Run with the results written into the given outputs, one for
// each output of the model and none sharing memory with an input. Nothing is
// allocated that grows with the tensors. After an error the outputs' contents
// are undefined.
func (s *Session) RunInto(ctx context.Context, inputs, outputs map[string]*tensor.Tensor) error {
	for _, info := range s.signature.outputs {
		if outputs[info.Name] == nil {
			return s.errorf("output %q has no tensor to be written to (%v)", info.Name, info)
		}
	}
	_, err := s.run(ctx, inputs, outputs)
	return err
}

// RunWith is Run with those results that have room in outputs written there, as by
// RunInto. It returns the others.
func (s *Session) RunWith(ctx context.Context, inputs, outputs map[string]*tensor.Tensor) (map[string]*tensor.Tensor, error) {
	return s.run(ctx, inputs, outputs)
}

// run writes the outputs found in given in place and returns all the others.
func (s *Session) run(ctx context.Context, inputs, given map[string]*tensor.Tensor) (map[string]*tensor.Tensor, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.handle == nil {
		return nil, s.errorf("the session is %w", ErrClosed)
	}
	if ctx.Err() != nil {
		return nil, s.errorf("not run: %w", context.Cause(ctx))
	}
	in, sizes, err := s.arrangeInputs(inputs)
	if err != nil {
		return nil, err
	}
	out, err := s.arrangeOutputs(given, in)
	if err != nil {
		return nil, err
	}
	if err := s.handle.run(ctx, in, out); err != nil {
		return nil, s.errorf("run: %w", s.runtime.provider.explain(err))
	}
	if err := s.checkReturned(out, sizes); err != nil {
		return nil, err
	}
	return s.results(out, given), nil
}

// arrangeInputs puts checked inputs into the model's order, and gives the
// sizes of their symbolic dimensions.
func (s *Session) arrangeInputs(given map[string]*tensor.Tensor) ([]*tensor.Tensor, symbolSizes, error) {
	infos, sizes := s.signature.inputs, symbolSizes{}
	if err := s.checkNames("input", infos, given); err != nil {
		return nil, nil, err
	}
	if len(infos) == 0 {
		return []*tensor.Tensor{tensor.Vector([]float32{0})}, sizes, nil
	}
	in := make([]*tensor.Tensor, len(infos))
	for i, info := range infos {
		t := given[info.Name]
		if t == nil {
			return nil, nil, s.errorf("input %q is missing (%v)", info.Name, info)
		}
		if err := sizes.fit(info, t); err != nil {
			return nil, nil, s.errorf("input %w", err)
		}
		in[i] = t
	}
	return in, sizes, nil
}

// arrangeOutputs puts the given outputs into the model's order. Others of a
// fully declared shape are made here, which also serves rank 0: the binding
// cannot allocate that. What remains is nil.
func (s *Session) arrangeOutputs(given map[string]*tensor.Tensor, inputs []*tensor.Tensor) ([]*tensor.Tensor, error) {
	infos := s.signature.outputs
	if err := s.checkNames("output", infos, given); err != nil {
		return nil, err
	}
	out := make([]*tensor.Tensor, len(infos))
	for i, info := range infos {
		var err error
		switch t := given[info.Name]; {
		case t != nil:
			out[i], err = t, info.accepts(t)
		case info.fixed():
			out[i], err = info.room()
		}
		if err != nil {
			return nil, s.errorf("output %w", err)
		}
	}
	return out, s.checkAliases(inputs, out)
}

// checkNames refuses names that the model does not have.
func (s *Session) checkNames(kind string, infos []Info, given map[string]*tensor.Tensor) error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.ContainsFunc(infos, func(i Info) bool { return i.Name == name }) {
			return s.errorf("the model has no %s %q; it has %s", kind, name, strings.Join(names(infos), ", "))
		}
	}
	return nil
}

// checkAliases refuses outputs that start where an input or another output
// does: onnxruntime would write and read them in no defined order.
func (s *Session) checkAliases(inputs, outputs []*tensor.Tensor) error {
	taken := make(map[any]bool, len(inputs)+len(outputs))
	for _, t := range inputs {
		taken[t.Address()] = true
	}
	for i, t := range outputs {
		if t == nil || t.Len() == 0 {
			continue
		}
		if taken[t.Address()] {
			return s.errorf("output %q shares its memory with an input or another output", s.signature.outputs[i].Name)
		}
		taken[t.Address()] = true
	}
	return nil
}

func (s *Session) results(out []*tensor.Tensor, given map[string]*tensor.Tensor) map[string]*tensor.Tensor {
	results := make(map[string]*tensor.Tensor, len(out)-len(given))
	for i, info := range s.signature.outputs {
		if given[info.Name] == nil {
			results[info.Name] = out[i]
		}
	}
	return results
}

// SessionError is about a session.
type SessionError struct {
	Session string // its name
	Err     error
}

func (e *SessionError) Error() string {
	return fmt.Sprintf("runtime: session %q: %v", e.Session, e.Err)
}

func (e *SessionError) Unwrap() error { return e.Err }

func (s *Session) errorf(format string, args ...any) error {
	return &SessionError{s.name, fmt.Errorf(format, args...)}
}
