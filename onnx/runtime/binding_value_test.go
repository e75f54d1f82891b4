package runtime

import (
	"testing"

	"rationale/onnx/tensor"
)

func TestEveryTypeIsCarried(t *testing.T) {
	for _, d := range tensor.DTypes() {
		if _, ok := carriers[d]; !ok {
			t.Errorf("tensors of %v cannot be passed to onnxruntime", d)
		}
	}
}
