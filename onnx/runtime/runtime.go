// Package runtime runs ONNX models on the stock onnxruntime library: it finds
// or fetches the library, opens it with an execution provider, and turns
// serialized models into sessions that take and give tensors. A Stepper keeps
// the state of a training loop between runs. It is the only package that
// touches the Go binding of onnxruntime, and it does so in the files named
// binding_*.go alone.
package runtime

import (
	"errors"
	"fmt"
	goruntime "runtime"
	"strings"
	"sync"
)

// ErrClosed is wrapped by errors about a Runtime or Session that was closed.
var ErrClosed = errors.New("closed")

// Options say where and how models run.
type Options struct {
	Provider string // one of ProviderNames; the first when empty
	// Device is the ordinal of the provider's device, from 0.
	Device int
	// MemoryLimit is how many bytes of device memory the provider's arena may
	// take; 0 is no limit. It changes no numbers.
	MemoryLimit int64
	// TF32 lets a device's matrix products round their float32 operands to 10
	// bits of mantissa, for which there are tensor cores: several times faster,
	// and with other results, some 1e-3 apart.
	TF32    bool
	Threads int // threads inside an operator; 0 is one for each processor
}

// Runtime is the opened library. It may be used by several goroutines.
type Runtime struct {
	library  Library
	options  Options
	provider Provider

	mu       sync.Mutex
	closed   bool
	sessions map[*Session]struct{}
}

// Open loads the library and checks that the provider works; on a device a
// tiny model runs. All Runtimes of a process share one onnxruntime environment
// and must name the same library. The caller closes the Runtime.
func Open(lib Library, opts Options) (*Runtime, error) {
	provider, err := FindProvider(opts.Provider)
	if err != nil {
		return nil, err
	}
	opts, err = opts.complete(provider)
	if err != nil {
		return nil, err
	}
	lib, err = retainEnvironment(lib)
	if err != nil {
		return nil, err
	}
	if missing := provider.check(lib, opts); missing != nil {
		return nil, errors.Join(fmt.Errorf("runtime: provider %s: %w", provider.Name, missing), releaseEnvironment())
	}
	return &Runtime{library: lib, options: opts, provider: provider, sessions: map[*Session]struct{}{}}, nil
}

// complete fills in the defaults and refuses what makes no sense for the
// provider that the options name.
func (o Options) complete(p Provider) (Options, error) {
	o.Provider = p.Name
	if o.Threads == 0 {
		o.Threads = goruntime.NumCPU()
	}
	if o.Threads < 0 || o.Device < 0 || o.MemoryLimit < 0 {
		return o, fmt.Errorf("runtime: threads (%d), device (%d) and memory limit (%d) must not be negative", o.Threads, o.Device, o.MemoryLimit)
	}
	if !p.Device && (o.TF32 || o.Device != 0 || o.MemoryLimit != 0) {
		return o, fmt.Errorf("runtime: device (%d), memory limit (%d) and TF32 (%v) are settings of provider %s, not of %s",
			o.Device, o.MemoryLimit, o.TF32, strings.Join(DeviceProviderNames(), " or "), p.Name)
	}
	return o, nil
}

// Library is the library in use, with the version that it states itself.
func (r *Runtime) Library() Library { return r.library }

// Version is the onnxruntime release in use, for example "1.29.0".
func (r *Runtime) Version() string { return r.library.Version }

// Options are those given to Open, with the defaults filled in.
func (r *Runtime) Options() Options { return r.options }

// Close waits for running models, closes all sessions, and releases the
// library when no other Runtime uses it. Closing twice is fine.
func (r *Runtime) Close() error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	open := r.sessions
	r.sessions = nil
	r.mu.Unlock()

	var problems []error
	for s := range open {
		problems = append(problems, s.release())
	}
	return errors.Join(append(problems, releaseEnvironment())...)
}

// adopt enters a new session, unless the Runtime was closed meanwhile.
func (r *Runtime) adopt(s *Session) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return fmt.Errorf("runtime: session %q: the runtime is %w", s.name, ErrClosed)
	}
	r.sessions[s] = struct{}{}
	return nil
}

func (r *Runtime) forget(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.sessions, s)
}
