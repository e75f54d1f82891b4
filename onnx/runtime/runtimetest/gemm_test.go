package runtimetest_test

import (
	"testing"

	"rationale/onnx/runtime/runtimetest"
)

// TestGEMM only asks for a possible speed: more than nothing and less than
// any processor has.
func TestGEMM(t *testing.T) {
	gflops, err := runtimetest.GEMM(runtimetest.Open(t), 256, 100, 300)
	if err != nil {
		t.Fatal(err)
	}
	if gflops < 0.1 || gflops > 1e5 {
		t.Errorf("%g GFLOP/s", gflops)
	}
}
