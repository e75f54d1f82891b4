package runtime

import (
	"fmt"
	"slices"
	"sync"

	"rationale/onnx/tensor"
)

// Session is a loaded model. Several goroutines may run it at once.
type Session struct {
	name      string
	runtime   *Runtime
	signature signature

	mu     sync.RWMutex // held for reading by runs, for writing by Close
	handle *handle      // nil once closed
}

// sessionSettings are the choices of one session.
type sessionSettings struct {
	threads int
	profile string
	strict  bool                             // refuse a model that needs the CPU beside the provider
	attach  func(*ortOptions, Options) error // the provider's
}

// SessionOption changes one setting of one session.
type SessionOption func(*sessionSettings)

// WithThreads overrides the Runtime's number of threads inside an operator.
func WithThreads(n int) SessionOption {
	return func(s *sessionSettings) { s.threads = n }
}

// WithProfile makes the session record the time of every operator in a JSON
// trace, a file whose name starts with prefix, written when it is closed.
func WithProfile(prefix string) SessionOption {
	return func(s *sessionSettings) { s.profile = prefix }
}

// NewSession loads a serialized ModelProto. The name, best the path of the
// file that it comes from, stands for the model in errors. The caller closes
// the session, unless it closes the Runtime.
func (r *Runtime) NewSession(name string, model []byte, opts ...SessionOption) (*Session, error) {
	sig, err := readSignature(model)
	if err != nil {
		return nil, fmt.Errorf("runtime: session %q: not a usable model of %d bytes: %w", name, len(model), err)
	}
	if err := sig.check(); err != nil {
		return nil, fmt.Errorf("runtime: session %q: %w", name, err)
	}
	settings := sessionSettings{threads: r.options.Threads, attach: r.provider.attach}
	for _, opt := range opts {
		opt(&settings)
	}
	s := &Session{name: name, runtime: r, signature: sig}
	if err := s.open(model, settings); err != nil {
		return nil, err
	}
	return s, nil
}

// open loads the model. The session is entered in the Runtime's list and
// locked beforehand, so that closing the Runtime waits for it.
func (s *Session) open(model []byte, settings sessionSettings) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.runtime.adopt(s); err != nil {
		return err
	}
	err := s.runtime.provider.guarded(func() (err error) {
		s.handle, err = s.newHandle(model, settings)
		return err
	})
	if err != nil {
		s.runtime.forget(s)
		return s.errorf("onnxruntime refuses the model of %d bytes: %w", len(model), s.runtime.provider.explain(err))
	}
	return nil
}

func (s *Session) newHandle(model []byte, settings sessionSettings) (*handle, error) {
	inputs, outputs := names(s.signature.inputs), names(s.signature.outputs)
	if len(inputs) == 0 {
		inputs, model = []string{hiddenInput}, withHiddenInput(model)
	}
	return newHandle(model, inputs, outputs, s.runtime.options, settings)
}

// Name is the name given to NewSession.
func (s *Session) Name() string { return s.name }

// Inputs describes what Run must be given, in the model's order.
func (s *Session) Inputs() []Info { return slices.Clone(s.signature.inputs) }

// Outputs describes what Run returns, in the model's order.
func (s *Session) Outputs() []Info { return slices.Clone(s.signature.outputs) }

// Close waits for the session's runs and frees it. Closing twice is fine.
func (s *Session) Close() error {
	s.runtime.forget(s)
	return s.release()
}

func (s *Session) release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.handle == nil {
		return nil
	}
	err := s.handle.close()
	s.handle = nil
	return err
}

// check refuses models whose inputs or outputs this package cannot carry.
func (sig signature) check() error {
	for _, info := range slices.Concat(sig.inputs, sig.outputs) {
		if info.DType.Size() == 0 && info.DType != tensor.Invalid {
			return fmt.Errorf("%q has element type %v, which is not supported", info.Name, info.DType)
		}
	}
	for _, info := range sig.inputs {
		if info.DType == tensor.Invalid {
			return fmt.Errorf("input %q is not declared as a tensor", info.Name)
		}
	}
	return nil
}

func names(infos []Info) []string {
	out := make([]string, len(infos))
	for i, info := range infos {
		out[i] = info.Name
	}
	return out
}
