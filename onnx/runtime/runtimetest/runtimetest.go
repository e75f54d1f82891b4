// Package runtimetest helps tests and benchmarks that run models: it opens
// the library once for the process, builds tiny models by hand, and measures
// the machine's matrix-product speed.
package runtimetest

import (
	"sync"
	"testing"

	"rationale/onnx/runtime"
)

var (
	shared     = sync.OnceValues(func() (*runtime.Runtime, error) { return open(runtime.Options{}) })
	sharedCUDA = sync.OnceValues(func() (*runtime.Runtime, error) { return open(runtime.Options{Provider: runtime.CUDA}) })
)

func open(opts runtime.Options) (*runtime.Runtime, error) {
	lib, err := runtime.Locate()
	if err != nil {
		return nil, err
	}
	return runtime.Open(lib, opts)
}

// Open gives the process's Runtime on the CPU, which stays open until the
// process ends. Without a library the test fails: results that were never
// checked must not pass for checked ones.
func Open(t testing.TB) *runtime.Runtime {
	t.Helper()
	r, err := shared()
	if err != nil {
		t.Fatalf("this test runs models on onnxruntime; run `make library` first: %v", err)
	}
	return r
}

// OpenCUDA gives the process's Runtime on the first CUDA device, which stays
// open until the process ends. Where there is none, the test is skipped with
// the reason.
func OpenCUDA(t testing.TB) *runtime.Runtime {
	t.Helper()
	r, err := sharedCUDA()
	if err != nil {
		t.Skipf("this test runs models on CUDA: %v", err)
	}
	return r
}

// NewSession loads a model on the CPU and closes it when the test ends.
func NewSession(t testing.TB, name string, model []byte, opts ...runtime.SessionOption) *runtime.Session {
	t.Helper()
	return NewSessionOn(t, Open(t), name, model, opts...)
}

// NewSessionOn is NewSession on a Runtime that is open.
func NewSessionOn(t testing.TB, r *runtime.Runtime, name string, model []byte, opts ...runtime.SessionOption) *runtime.Session {
	t.Helper()
	s, err := r.NewSession(name, model, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing session %q: %v", name, err)
		}
	})
	return s
}
