package rationalizer

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// TestParameterCounts: those of the reference code at the papers' sizes.
func TestParameterCounts(t *testing.T) {
	for _, tc := range []struct {
		method string
		attack bool
		want   []int
	}{
		{"RNP", false, []int{243604}},
		{"RNP", true, []int{243604, 122002}},
		{"RNP+A2I", false, []int{243604, 122002}},
		{"classifier", false, []int{121602}},
		{"random patterns", false, []int{243604}},
	} {
		c := Config{Method: tc.method, Classes: 2, Width: 100, Hyper: Defaults(), StepsPerRun: 1}
		c.Hyper.Attack = tc.attack
		g := mustStepGraph(t, c)
		var got []int
		for _, l := range g.Layouts {
			got = append(got, l.Size())
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s has %v parameters, want %v", tc.method, got, tc.want)
		}
	}
}

func TestSettingsThatMakeNoSense(t *testing.T) {
	for _, tc := range []struct {
		want   string
		change func(*Hyper)
	}{
		{"hidden must be positive", func(h *Hyper) { h.Hidden = 0 }},
		{"hidden must be positive", func(h *Hyper) { h.Hidden = -3 }},
		{"sparsity must lie between 0 and 1", func(h *Hyper) { h.Sparsity = 0 }},
		{"sparsity must lie between 0 and 1", func(h *Hyper) { h.Sparsity = 1 }},
		{"sparsity must lie between 0 and 1", func(h *Hyper) { h.Sparsity = math.NaN() }},
		{"lambda_sparsity", func(h *Hyper) { h.LambdaSparsity = -1 }},
		{"lambda_coherence", func(h *Hyper) { h.LambdaCoherence = -1 }},
		{"class_weight must be positive", func(h *Hyper) { h.ClassWeight = 0 }},
		{"dropout", func(h *Hyper) { h.Dropout = 1 }},
		{"dropout", func(h *Hyper) { h.Dropout = -.1 }},
		{"instruction must not be negative", func(h *Hyper) { h.Instruction = -1 }},
		{"attack_sparsity", func(h *Hyper) { h.AttackSparsity = -1 }},
		{"attack_coherence", func(h *Hyper) { h.AttackCoherence = -1 }},
		{"clip_norm", func(h *Hyper) { h.ClipNorm = -1 }},
		{"weight_decay", func(h *Hyper) { h.WeightDecay = -1 }},
		{`padding must be "trim" or "paper"`, func(h *Hyper) { h.Padding = "none" }},
		{`padding must be "trim" or "paper"`, func(h *Hyper) { *h = Hyper{Hidden: 1, Sparsity: .1, ClassWeight: 1} }},
	} {
		h := Defaults()
		tc.change(&h)
		if err := h.Check(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("error %v, want %q", err, tc.want)
		}
		c := small("RNP", tensor.Float32)
		c.Hyper = h
		if _, err := NewStep(c); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("a step graph was built: %v", err)
		}
	}
	if err := Defaults().Check(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
}

func TestConfigurationsThatMakeNoSense(t *testing.T) {
	of := func(dtype tensor.DType, shape ...int64) *tensor.Tensor {
		x, err := tensor.New(dtype, shape...)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, tc := range []struct {
		want   string
		change func(*Config)
	}{
		{`no method "RPN"; there are RNP, RNP+A2I, classifier, random patterns`, func(c *Config) { c.Method = "RPN" }},
		{`no method ""`, func(c *Config) { c.Method = "" }},
		{"two classes or more, not 1", func(c *Config) { c.Classes = 1 }},
		{"must be a matrix of floats", func(c *Config) { c.Vectors = of(tensor.Float32, 10) }},
		{"must be a matrix of floats", func(c *Config) { c.Vectors = of(tensor.Float32, 2, 5, 3) }},
		{"must be a matrix of floats", func(c *Config) { c.Vectors = of(tensor.Int64, 9, 5) }},
		{"width of the word vectors is not given", func(c *Config) { c.Vectors = nil }},
		{"steps per run must be 1 or more, not 0", func(c *Config) { c.StepsPerRun = 0 }},
	} {
		c := small("RNP", tensor.Float32)
		tc.change(&c)
		if _, err := NewStep(c); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("training: error %v, want %q", err, tc.want)
		}
		if _, err := NewAnswer(c, Views{}, nil); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("evaluation: error %v, want %q", err, tc.want)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, m := range Methods() {
		for _, name := range []string{m.Name, strings.ToUpper(m.Name), strings.ToLower(m.Name)} {
			if got, err := Lookup(name); err != nil || got.Name != m.Name {
				t.Errorf("%q finds %q, %v", name, got.Name, err)
			}
		}
		if m.Doc == "" || m.Train == nil || m.Answer == nil {
			t.Errorf("%s is incomplete", m.Name)
		}
		if m.Reader != "" {
			if _, err := Lookup(m.Reader); err != nil {
				t.Errorf("%s: %v", m.Name, err)
			}
		}
	}
}

// TestSpecAsJSON: what a training loop reads back says the same, shapes of
// random inputs included. The law of initial values is not part of it.
func TestSpecAsJSON(t *testing.T) {
	for _, m := range Methods() {
		c := small(m.Name, tensor.Float32)
		c.StepsPerRun = 2
		spec := mustStepGraph(t, c).Spec
		data, err := json.Marshal(spec)
		if err != nil {
			t.Fatal(err)
		}
		var back Spec
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		lengths := cmp.Comparer(func(a, b graph.Dim) bool { return a == b })
		if diff := cmp.Diff(spec, back, cmpopts.IgnoreFields(nn.Param{}, "Init"), lengths); diff != "" {
			t.Errorf("%s came back changed:\n%s", m.Name, diff)
		}
		for i, n := range back.Noises {
			got, want := n.Tensor(7, 3), spec.Noises[i].Tensor(7, 3)
			if got.DType() != want.DType() || !slices.Equal(got.Shape(), want.Shape()) || got.Len() == 0 {
				t.Errorf("%s is %v %v, before %v %v", n.Name, got.DType(), got.Shape(), want.DType(), want.Shape())
			}
		}
	}
}
