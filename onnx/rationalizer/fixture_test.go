package rationalizer

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// array is a tensor of a fixture file, row-major.
type array struct {
	Shape []int64   `json:"shape"`
	Data  []float64 `json:"data"`
}

// fixture is a file of PyTorch's numbers: a model, a batch and some steps.
type fixture struct {
	X              [][]int64        `json:"x"`
	Y              []int64          `json:"y"`
	M              array            `json:"m"`
	Table          array            `json:"table"`
	Params         map[string]array `json:"params"`
	AttackerParams map[string]array `json:"attacker_params"`
	FullTextParams map[string]array `json:"full_text_params"`
	Hyper          *struct {
		LR, S           float64
		WeightCE        float64 `json:"weight_ce"`
		LambdaSparsity  float64 `json:"lambda_sparsity"`
		LambdaCoherence float64 `json:"lambda_coherence"`
		AdvContinue     float64 `json:"adv_continue"`
		K               float64
		Pi, Beta, Mu    float64
		KPercent        float64 `json:"k_percent"`
		WeightDecay     float64 `json:"weight_decay"`
		UseHinge        bool    `json:"use_hinge"`
	} `json:"hyper"`
	Dims          struct{ C int } `json:"dims"`
	Prior         []float64       `json:"prior"`
	PredictorNorm bool            `json:"predictor_layernorm"`
	Steps         []map[string]json.RawMessage
}

// fixtureBytes reads NAME from the folder in FIXTURES, or from testdata.
func fixtureBytes(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("FIXTURES")
	if dir == "" {
		dir = "testdata"
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	if err := json.Unmarshal(fixtureBytes(t, name), v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func readFixture(t *testing.T, name string) fixture {
	t.Helper()
	var f fixture
	readJSON(t, name, &f)
	return f
}

// texts is the fixture's batch.
func (f fixture) texts() values {
	var ids, mask, other []int64
	for i, row := range f.X {
		ids = append(ids, row...)
		other = append(other, 1-f.Y[i])
	}
	for _, m := range f.M.Data {
		mask = append(mask, int64(m))
	}
	frame := int(f.M.Shape[1])
	return values{
		InputIDs: grid(frame, ids), InputMask: grid(frame, mask),
		"labels": tensor.Vector(f.Y), "attacked_class": tensor.Vector(other),
	}
}

// replaced are the batch's words with w in the places where r is 1.
func (f fixture) replaced(r, w [][]int64) *tensor.Tensor {
	var ids []int64
	for i, row := range f.X {
		for t, id := range row {
			if r[i][t] == 1 {
				id = w[i][t]
			}
			ids = append(ids, id)
		}
	}
	return grid(len(f.X[0]), ids)
}

// config is the configuration of the fixture's model.
func (f fixture) config(t *testing.T, method string, dtype tensor.DType) Config {
	h := Defaults()
	h.Hidden, h.Padding = 4, Paper
	vectors, err := tensor.FromFloat64(dtype, f.Table.Shape, f.Table.Data)
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Method: method, Classes: f.Dims.C, Vectors: vectors, Hyper: h, StepsPerRun: 1, Inspect: true}
	c.Flags = map[string]bool{"attack": false, "predictor_norm": f.PredictorNorm}
	if f.Hyper != nil {
		c.Flags["hinge"] = f.Hyper.UseHinge
	}
	f.constants(&c)
	return c
}

// constants sets those of the fixture's method.
func (f fixture) constants(c *Config) {
	switch {
	case f.Prior != nil:
		c.Constants = Values{classPrior: f.Prior[1]}
	case f.Hyper != nil && f.Hyper.K > 0:
		c.Constants = Values{sparsity: 2 * f.Hyper.K / slices.Max(f.lengths())} // K of the longest text
	case f.Hyper != nil && f.Hyper.Pi > 0:
		c.Constants, c.Hyper.WeightDecay = Values{sparsity: f.Hyper.Pi}, f.Hyper.WeightDecay
	}
}

// lengths are how many words each text has.
func (f fixture) lengths() []float64 {
	var out []float64
	for row := range slices.Chunk(f.M.Data, int(f.M.Shape[1])) {
		words := 0.0
		for _, m := range row {
			words += m
		}
		out = append(out, words)
	}
	return out
}

// scalars are the numbers of the fixture's losses.
func (f fixture) scalars(c Config) values {
	out := Values{LearningRate: 1e-3, sparsity: .3, lambdaSparsity: 10, lambdaCoherence: 10, classWeight: .9,
		"instruction": 1, "attack_sparsity": 1, "attack_coherence": 0, "patterns_coherence": 0}
	if y := f.Hyper; y != nil && y.S > 0 {
		out[sparsity], out[lambdaSparsity], out[lambdaCoherence] = y.S, y.LambdaSparsity, y.LambdaCoherence
		out[classWeight], out["attack_coherence"] = y.WeightCE, y.AdvContinue
	} else if y != nil && y.K+y.Pi > 0 {
		out[classWeight], out[priorWeight], out[counterfactualWeight] = 1, y.Beta, y.Mu
		out[counterfactualShare] = y.KPercent / 100
	}
	return of(c, out)
}

// flat joins named arrays in a layout's order.
func flat(t *testing.T, l nn.Layout, named map[string]array) []float64 {
	t.Helper()
	var out []float64
	for _, p := range l.Params {
		a, ok := named[p.Name]
		if !ok {
			t.Fatalf("the fixture has no %s", p.Name)
		}
		out = append(out, a.Data...)
	}
	return out
}

func decode[T any](t *testing.T, raw json.RawMessage) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// timeMajor turns [B,L,n] data into [L,B,n].
func timeMajor(a array) []float64 {
	b, l := int(a.Shape[0]), int(a.Shape[1])
	n := len(a.Data) / (b * l)
	out := make([]float64, 0, len(a.Data))
	for t := range l {
		for i := range b {
			out = append(out, a.Data[(i*l+t)*n:][:n]...)
		}
	}
	return out
}

// logistic is the difference of the two Gumbel variables of [B,L,2] noise; that of
// [B,L] is logistic already.
func logistic(a array) array {
	if len(a.Shape) == 2 {
		return a
	}
	out := array{Shape: a.Shape[:2]}
	for i := 0; i < len(a.Data); i += 2 {
		out.Data = append(out.Data, a.Data[i+1]-a.Data[i])
	}
	return out
}
