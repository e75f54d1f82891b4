package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strconv"
	"strings"
	"testing"

	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
)

// inChild reports whether this is the child process that runs the calling
// test alone. In the parent it runs that child and reports its failure. The
// onnxruntime environment is one to a process, so tests about it need their
// own.
func inChild(t *testing.T) bool {
	t.Helper()
	const variable = "RATIONALE_TEST_CHILD"
	if os.Getenv(variable) == t.Name() {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), variable+"="+t.Name())
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
	return false
}

func open(t *testing.T, opts runtime.Options) *runtime.Runtime {
	t.Helper()
	lib, err := runtime.Locate()
	if err != nil {
		t.Fatal(err)
	}
	r, err := runtime.Open(lib, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOpenTellsWhatItUses(t *testing.T) {
	r := open(t, runtime.Options{})
	defer r.Close()
	if lib := r.Library(); lib.Source == runtime.SourceCache && r.Version() != runtime.LibraryVersion {
		t.Errorf("the library calls itself %s, pinned is %s", r.Version(), runtime.LibraryVersion)
	}
	if opts := r.Options(); opts.Provider != runtime.CPU || opts.Threads != goruntime.NumCPU() {
		t.Errorf("defaults are %+v", opts)
	}
}

func TestOpenRefusesOptions(t *testing.T) {
	lib, err := runtime.Locate()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		opts runtime.Options
		want []string
	}{
		{runtime.Options{Provider: "cdua"}, []string{`unknown provider "cdua"`, "cpu and cuda"}},
		{runtime.Options{Threads: -1}, []string{"threads (-1)"}},
		{runtime.Options{TF32: true}, []string{"TF32 (true)", "not of cpu"}},
		{runtime.Options{Device: 1}, []string{"device (1)", "not of cpu"}},
	} {
		r, err := runtime.Open(lib, c.opts)
		if err == nil {
			r.Close()
		}
		for _, part := range c.want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%+v: got %v, want %q", c.opts, err, part)
			}
		}
	}
}

// TestOpenCUDA either opens CUDA, which runs a model there, or says what is
// missing and where to get it; it never ends up on the CPU without a word.
func TestOpenCUDA(t *testing.T) {
	lib, err := runtime.Locate()
	if err != nil {
		t.Fatal(err)
	}
	r, err := runtime.Open(lib, runtime.Options{Provider: runtime.CUDA})
	if err != nil {
		if !strings.Contains(err.Error(), "runtime: provider cuda: ") || !strings.Contains(err.Error(), "; ") {
			t.Errorf("%v\ndoes not say what to do", err)
		}
		t.Skipf("not opened: %v", err)
	}
	defer r.Close()
	s, err := r.NewSession("add", addModel())
	if err != nil {
		t.Fatal(err)
	}
	x := of[float32](t, []int64{1, 3}, 1, 2, 3)
	if _, err := s.Run(background, tensors{"x": x, "y": x}); err != nil {
		t.Error(err)
	}
}

func TestOpenBadLibrary(t *testing.T) {
	if !inChild(t) {
		return
	}
	path := filepath.Join(t.TempDir(), "libonnxruntime.so")
	if err := os.WriteFile(path, []byte("no ELF file"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv(runtime.LibraryVariable, path)
	lib, err := runtime.Locate()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := runtime.Open(lib, runtime.Options{}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want the path", err)
	}
	found := runtime.Diagnose(background, runtime.Options{})
	if len(found) < 2 || found[1].OK || found[1].Fix == "" {
		t.Errorf("diagnosis %+v", found)
	}
}

func TestOneLibraryForTheProcess(t *testing.T) {
	if !inChild(t) {
		return
	}
	r := open(t, runtime.Options{})
	defer r.Close()
	other := r.Library()
	other.Path += ".other"
	if _, err := runtime.Open(other, runtime.Options{}); err == nil || !strings.Contains(err.Error(), "already uses "+r.Library().Path) {
		t.Errorf("got %v, want both paths", err)
	}
}

// TestLifeCycle opens and closes the library until nothing of it is left, and
// again: sessions go with their Runtime, but not with another one.
func TestLifeCycle(t *testing.T) {
	if !inChild(t) {
		return
	}
	for range 10 {
		first, second := open(t, runtime.Options{}), open(t, runtime.Options{Threads: 1})
		s, err := first.NewSession("constant", constantModel())
		if err != nil {
			t.Fatal(err)
		}
		kept, err := second.NewSession("constant", constantModel())
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(first.Close(), first.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Run(background, nil); !errors.Is(err, runtime.ErrClosed) {
			t.Errorf("session after its runtime: %v", err)
		}
		if _, err := first.NewSession("late", constantModel()); !errors.Is(err, runtime.ErrClosed) {
			t.Errorf("new session after close: %v", err)
		}
		if _, err := kept.Run(background, nil); err != nil {
			t.Errorf("session of the other runtime: %v", err)
		}
		if err := errors.Join(second.Close(), s.Close(), kept.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSessionsAreFreed opens and closes many sessions that each hold 4 MB of
// weights. Kept, they would add 700 MB; on a busy machine some stay a while.
func TestSessionsAreFreed(t *testing.T) {
	if goruntime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	if !inChild(t) {
		return
	}
	model := weightsModel(1 << 20)
	var settled int
	for i := range 200 {
		s := runtimetest.NewSession(t, "weights", model)
		if _, err := s.Run(background, nil); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if i == 20 {
			settled = residentMegabytes(t)
		}
	}
	if now := residentMegabytes(t); now > settled+300 {
		t.Errorf("resident memory grew from %d MB after 20 sessions to %d MB after 200", settled, now)
	}
}

func residentMegabytes(t *testing.T) int {
	t.Helper()
	goruntime.GC()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte("VmRSS:"))
	kilobytes, err := strconv.Atoi(string(bytes.Fields(rest)[0]))
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes / 1024
}

func TestDiagnose(t *testing.T) {
	found := map[string]runtime.Finding{}
	for _, f := range runtime.Diagnose(context.Background(), runtime.Options{}) {
		if !f.OK && f.Fix == "" || f.Detail == "" {
			t.Errorf("incomplete: %+v", f)
		}
		found[f.Name] = f
	}
	for _, name := range []string{"onnxruntime library", "onnxruntime version", "provider cpu", "provider cuda", "GPU"} {
		if _, ok := found[name]; !ok {
			t.Errorf("nothing about %q", name)
		}
	}
	for _, name := range []string{"onnxruntime library", "onnxruntime version", "provider cpu"} {
		if !found[name].OK {
			t.Errorf("%+v", found[name])
		}
	}
}

func TestDiagnoseWithoutLibrary(t *testing.T) {
	t.Setenv(runtime.LibraryVariable, filepath.Join(t.TempDir(), "missing.so"))
	if f := runtime.Diagnose(background, runtime.Options{})[0]; f.OK || !strings.Contains(f.Fix, "make library") {
		t.Errorf("%+v", f)
	}
}
