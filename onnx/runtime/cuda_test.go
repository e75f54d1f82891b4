package runtime

import (
	"errors"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMissingForCUDA names everything that is missing at once, and where to
// get each.
func TestMissingForCUDA(t *testing.T) {
	dir := t.TempDir()
	p := missingForCUDA(dir)
	if p == nil {
		t.Fatal("an empty folder has all that CUDA needs")
	}
	wantError(t, p, "no libonnxruntime_providers_cuda.so, libonnxruntime_providers_shared.so in "+dir,
		"com.github.asus4.onnxruntime.linux-x64-gpu@0.4.9", LibraryVariable)
	if loadable(cudaDriver) {
		return
	}
	wantError(t, p, "no libcuda.so.1 of the NVIDIA driver", "install the NVIDIA driver")
}

// TestMissingForCUDAWithProvider has files that are no libraries: the pinned
// version's list serves.
func TestMissingForCUDAWithProvider(t *testing.T) {
	dir := t.TempDir()
	for _, name := range cudaFiles {
		writeFile(t, filepath.Join(dir, name), "no ELF file")
	}
	if loadable("libcudart.so.13") {
		t.Skip("this machine has CUDA 13")
	}
	wantError(t, missingForCUDA(dir), "libcudart.so.13", "on the loader's path", "CUDA runtime 13", "LD_LIBRARY_PATH")
}

func TestProducts(t *testing.T) {
	got := products(append(slices.Clone(cudaLibraries[:4]), cuDNN, "libcuother.so.2", "odd"))
	if want := "cuBLAS 13, cuRAND 10, CUDA runtime 13, cuDNN 9, cuother 2, odd"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestLinked reads a program's own libraries: those of NVIDIA's are listed.
func TestLinked(t *testing.T) {
	if goruntime.GOOS != "linux" {
		t.Skip("reads ELF files")
	}
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if got := linked(own); len(got) != 0 {
		t.Errorf("this test links to %v", got)
	}
	if diff := cmp.Diff(cudaLibraries, linked("nosuch.so")); diff != "" {
		t.Error(diff)
	}
}

func TestUnloadable(t *testing.T) {
	if diff := cmp.Diff([]string{"libnosuch.so.1"}, unloadable([]string{"libnosuch.so.1"})); diff != "" {
		t.Error(diff)
	}
	if _, err := os.Stat("/lib64/ld-linux-x86-64.so.2"); err == nil && !loadable("libc.so.6") {
		t.Error("the C library is not found")
	}
}

// TestProbe runs the probe on the CPU, where it must give the same numbers,
// and where it must fail when it may not fall back to the CPU.
func TestProbe(t *testing.T) {
	lib, err := Locate()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(lib, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := probe(r.options, sessionSettings{threads: 1}); err != nil {
		t.Error(err)
	}
	wantError(t, probe(r.options, sessionSettings{threads: 1, strict: true}), "fallback to CPU")
}

func TestCUDASettings(t *testing.T) {
	plain := cudaSettings(Options{Device: 2})
	want := map[string]string{
		"device_id": "2", "use_tf32": "0", "cudnn_conv_algo_search": "DEFAULT", "arena_extend_strategy": "kSameAsRequested",
	}
	if diff := cmp.Diff(want, plain); diff != "" {
		t.Error(diff)
	}
	chosen := cudaSettings(Options{TF32: true, MemoryLimit: 1 << 30})
	if chosen["use_tf32"] != "1" || chosen["gpu_mem_limit"] != "1073741824" {
		t.Errorf("%v", chosen)
	}
}

// TestCUDAFailures are messages that onnxruntime 1.29 gave, and what is left
// of them.
func TestCUDAFailures(t *testing.T) {
	const signature = "std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, int) [with ERRTYPE = cudnnStatus_t; bool THRW = true; std::conditional_t<THRW, void, common::Status> = void] "
	for _, c := range []struct{ says, left, fix string }{
		{
			`Failed to parse provider option "device_id": CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=-1 ; hostname=vm ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider_info.cc ; line=69 ; expr=cudaGetDeviceCount(&num_devices);`,
			`Failed to parse provider option "device_id": CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version`,
			"580 or newer",
		},
		{
			"Exception during initialization: " + signature + signature + "CUDNN failure 1001: CUDNN_STATUS_NOT_INITIALIZED ; GPU=0 ; hostname=vm ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider.cc ; line=240 ; expr=cudnnCreate(&cudnn_handle_); ",
			"Exception during initialization: CUDNN failure 1001: CUDNN_STATUS_NOT_INITIALIZED",
			"cuDNN 9",
		},
		{
			"Non-zero status code returned while running ReduceMean node. Name:'ReduceMean' Status Message: cuDNN is unavailable for CUDA Execution Provider: dlopen failed for libcudnn.so: libcudnn.so: cannot open shared object file: No such file or directory",
			"", "LD_LIBRARY_PATH",
		},
		{"Invalid device ordinal", "", ""},
	} {
		if left := withoutCudaDetails(c.says); c.left != "" && left != c.left {
			t.Errorf("got  %q\nwant %q", left, c.left)
		}
		wantHint(t, errors.New(c.says), c.fix)
	}
}

func wantHint(t *testing.T, err error, part string) {
	t.Helper()
	explained := provider(t, CUDA).explain(err)
	if part == "" {
		if explained != err {
			t.Errorf("a hint about nothing known: %v", explained)
		}
		return
	}
	wantError(t, explained, err.Error(), part)
	if !errors.Is(explained, err) {
		t.Error("the cause is lost")
	}
	if cpu := provider(t, CPU).explain(err); cpu != err {
		t.Errorf("a hint about CUDA on the CPU: %v", cpu)
	}
}
