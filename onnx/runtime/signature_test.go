package runtime

import (
	"testing"

	"rationale/onnx/tensor"
)

// FuzzReadSignature looks for bytes that make the reader panic, and for
// declarations that contradict themselves.
func FuzzReadSignature(f *testing.F) {
	f.Add([]byte("\x3a\x04\x62\x02\x0a\x00"))
	f.Add(withHiddenInput([]byte("\x3a\x04\x62\x02\x0a\x00")))
	f.Add([]byte("\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, model []byte) {
		sig, err := readSignature(model)
		if err != nil {
			return
		}
		for _, info := range append(sig.inputs, sig.outputs...) {
			if len(info.Shape) != len(info.Symbols) {
				t.Errorf("%+v", info)
			}
			_ = info.String()
		}
	})
}

func TestHiddenInput(t *testing.T) {
	sig, err := readSignature(withHiddenInput([]byte("\x3a\x05\x62\x03\x0a\x01y")))
	if err != nil {
		t.Fatal(err)
	}
	if len(sig.inputs) != 1 || sig.inputs[0].Name != hiddenInput ||
		sig.inputs[0].accepts(tensor.Vector([]float32{0})) != nil || !sig.inputs[0].fixed() {
		t.Errorf("inputs %+v", sig.inputs)
	}
	if len(sig.outputs) != 1 || sig.outputs[0].Name != "y" {
		t.Errorf("outputs %+v", sig.outputs)
	}
}
