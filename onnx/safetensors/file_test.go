package safetensors_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
)

// stored writes bytes to a file.
func stored(t testing.TB, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestOpen reads some of the tensors, which outlive the file.
func TestOpen(t *testing.T) {
	f, err := safetensors.Open(stored(t, encode(t, tensors{
		"a": tensor.Vector([]float32{1, 2}), "b": tensor.Vector([]bool{true}),
	}, map[string]string{"k": "v"})))
	if err != nil {
		t.Fatal(err)
	}
	a, err := f.Tensor("a")
	if err != nil {
		t.Fatal(err)
	}
	if c, err := f.Tensor("c"); c != nil || err != nil {
		t.Errorf("a tensor that is not there: %v, %v", c, err)
	}
	if names := f.Names(); !slices.Equal(names, []string{"a", "b"}) || f.Metadata()["k"] != "v" {
		t.Errorf("names %q, metadata %v", names, f.Metadata())
	}
	for range 2 {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(tensor.Vector([]float32{1, 2}), a, sameTensors); diff != "" {
		t.Error(diff)
	}
}

// TestOpenRefusesWhatReadRefuses, and names the file.
func TestOpenRefusesWhatReadRefuses(t *testing.T) {
	whole := encode(t, tensors{"a": tensor.Vector([]float32{1, 2})}, nil)
	for name, b := range map[string][]byte{
		"empty":     nil,
		"no header": []byte("text"),
		"cut short": whole[:len(whole)-1],
		"longer":    append(slices.Clone(whole), 0),
	} {
		t.Run(name, func(t *testing.T) {
			path := stored(t, b)
			_, _, want := safetensors.Read(b)
			if f, err := safetensors.Open(path); err == nil || !strings.Contains(err.Error(), path) || !strings.HasSuffix(err.Error(), strings.TrimPrefix(want.Error(), "safetensors: ")) {
				t.Errorf("got %v, %v, want the path and: %v", f, err, want)
			}
		})
	}
	if _, err := safetensors.Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := safetensors.Open(os.DevNull); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a device: %v", err)
	}
}

// TestFileCutShortMeanwhile: reading behind the end of a mapped file is a fault,
// which must not end the program.
func TestFileCutShortMeanwhile(t *testing.T) {
	path := stored(t, encode(t, tensors{"a": tensor.Vector(make([]float32, 1<<14))}, nil))
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Tensor("a"); err == nil || !strings.Contains(err.Error(), path+" changed while it was read") {
		t.Errorf("got %v", err)
	}
}

// TestBoolOfAFile: a tensor is checked when it is read.
func TestBoolOfAFile(t *testing.T) {
	path := stored(t, file(`{"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}`, "\x02"))
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Tensor("a"); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "neither 0 nor 1") {
		t.Errorf("got %v", err)
	}
}
