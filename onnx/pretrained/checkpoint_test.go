package pretrained_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/pretrained"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
)

type tensors = map[string]*tensor.Tensor

// fixture is a file or folder of PyTorch's numbers: in FIXTURES, or here.
func fixture(name, here string) string {
	if dir := os.Getenv("FIXTURES"); dir != "" {
		return filepath.Join(dir, name)
	}
	return filepath.Join(here, name)
}

// tiny is a sound checkpoint.
var tiny = filepath.Join("testdata", "bert_tiny")

// TestOpenHasTheFixturesNumbers: configuration and parameters are those with which
// onnx/nn comes to PyTorch's states and gradients.
func TestOpenHasTheFixturesNumbers(t *testing.T) {
	data, err := os.ReadFile(fixture("bert_tiny.json", filepath.Join("..", "nn", "testdata")))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Config map[string]any
		Params map[string]struct{ Data []float64 }
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	c := open(t, fixture("bert_tiny", "testdata"))
	form := map[string]any{}
	if text, err := json.Marshal(c.BERT); err != nil || json.Unmarshal(text, &form) != nil {
		t.Fatal(err)
	}
	for name, value := range want.Config {
		if form[name] != value {
			t.Errorf("%s is %v, want %v", name, form[name], value)
		}
	}
	if len(c.Params) != len(want.Params) || len(c.Unused) > 0 {
		t.Errorf("%d parameters of %d, unused %q", len(c.Params), len(want.Params), c.Unused)
	}
	for name, x := range want.Params {
		if !slices.Equal(c.Params[name].Float64s(), x.Data) {
			t.Errorf("%s has other values", name)
		}
	}
}

func open(t *testing.T, dir string) *pretrained.Checkpoint {
	t.Helper()
	c, err := pretrained.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// written is a folder with tiny's configuration and other tensors.
func written(t *testing.T, named tensors) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(tiny, pretrained.ConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	dir := configured(t, string(text))
	if err := safetensors.WriteFile(filepath.Join(dir, pretrained.WeightsFile), named, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// configured is a folder with a configuration alone.
func configured(t *testing.T, config string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, pretrained.ConfigFile), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestOtherSpellings of the same checkpoint give the same parameters and digest.
func TestOtherSpellings(t *testing.T) {
	want := open(t, tiny)
	respelt := func(change func(name string) string) tensors {
		out := tensors{}
		for name, x := range want.Params {
			out[change(name)] = x
		}
		return out
	}
	behind := func(name string) string { return "bert." + name }
	old := strings.NewReplacer(".LayerNorm.weight", ".LayerNorm.gamma", ".LayerNorm.bias", ".LayerNorm.beta")
	headed := respelt(behind)
	headed["bert.pooler.dense.bias"] = tensor.Vector([]float32{1})
	headed["cls.predictions.bias"] = tensor.Vector([]float64{1})
	headed["bert.embeddings.position_ids"] = tensor.Vector([]int64{0, 1})
	for name, c := range map[string]struct {
		named  tensors
		unused []string
	}{
		"behind a prefix":  {respelt(behind), nil},
		"gamma and beta":   {respelt(old.Replace), nil},
		"the oldest names": {respelt(func(name string) string { return behind(old.Replace(name)) }), nil},
		"with heads":       {headed, []string{"bert.embeddings.position_ids", "bert.pooler.dense.bias", "cls.predictions.bias"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := open(t, written(t, c.named))
			if got.Digest != want.Digest || !slices.Equal(got.Unused, c.unused) {
				t.Errorf("digest %s, want %s; unused %q", got.Digest, want.Digest, got.Unused)
			}
		})
	}
}

// TestDigestTellsCheckpointsApart, by values and by form.
func TestDigestTellsCheckpointsApart(t *testing.T) {
	c := open(t, tiny)
	other := maps.Clone(c.Params)
	bias := other["embeddings.LayerNorm.bias"].Clone()
	tensor.Data[float32](bias)[0]++
	other["embeddings.LayerNorm.bias"] = bias
	if open(t, written(t, other)).Digest == c.Digest {
		t.Error("other values have the same digest")
	}
	dir := written(t, c.Params)
	path := filepath.Join(dir, pretrained.ConfigFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tanh := strings.Replace(string(text), `"gelu"`, `"gelu_new"`, 1)
	if err := os.WriteFile(path, []byte(tanh), 0o644); err != nil {
		t.Fatal(err)
	}
	if open(t, dir).Digest == c.Digest {
		t.Error("another form has the same digest")
	}
}

// TestOpenRefuses changes one tensor of a sound checkpoint.
func TestOpenRefuses(t *testing.T) {
	const name = "encoder.layer.1.output.dense.bias"
	nan := tensor.Vector(make([]float32, 12))
	tensor.Data[float32](nan)[3] /= tensor.Data[float32](nan)[3]
	for want, change := range map[string]func(tensors){
		"tensor " + name + " is missing; config.json describes an encoder of 2 layers":         func(x tensors) { delete(x, name) },
		"tensor " + name + " is float32[13]; by config.json it should be float32[12]":          func(x tensors) { x[name] = tensor.Vector(make([]float32, 13)) },
		"tensor " + name + " is float64[12]; by config.json it should be float32[12]":          func(x tensors) { x[name] = tensor.Vector(make([]float64, 12)) },
		"tensor " + name + " holds NaN":                                                        func(x tensors) { x[name] = nan },
		"tensors bert." + name + " and " + name + " are the same":                              func(x tensors) { x["bert."+name] = x[name] },
		"tensor encoder.layer.2.output.dense.bias has no place in an encoder of 2 layers":      func(x tensors) { x["encoder.layer.2.output.dense.bias"] = x[name] },
		"tensor encoder.layer.1.crossattention.self.key.bias has no place in an encoder of 2 ": func(x tensors) { x["encoder.layer.1.crossattention.self.key.bias"] = x[name] },
	} {
		named := maps.Clone(open(t, tiny).Params)
		change(named)
		if _, err := pretrained.Open(written(t, named)); err == nil || !strings.Contains(err.Error(), "model.safetensors: "+want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestOpenRefusesFiles that are not there, or not whole.
func TestOpenRefusesFiles(t *testing.T) {
	if _, err := pretrained.Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "config.json") || !strings.Contains(err.Error(), "vocab.txt as they were published") {
		t.Errorf("an empty folder: %v", err)
	}
	dir := written(t, open(t, tiny).Params)
	path := filepath.Join(dir, pretrained.WeightsFile)
	if err := os.Truncate(path, 9000); err != nil {
		t.Fatal(err)
	}
	if _, err := pretrained.Open(dir); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "cut short") {
		t.Errorf("cut short: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := pretrained.Open(dir); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("no weights: %v", err)
	}
}
