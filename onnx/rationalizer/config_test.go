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
		{"FR", false, []int{122404}},
		{"FR+A2I", false, []int{122404, 122002}},
		{"DR", false, []int{122002, 121602}}, // generator and predictor, at rates of their own
		{"Inter_RAT", false, []int{2*121200 + 2*200 + 200*200 + 2*802}},
		{"A2R", false, []int{121200 + 200 + 2*402}},
		{"CR", false, []int{2*121200 + 201*128 + 129 + 402}},
	} {
		c := Config{Method: tc.method, Classes: 2, Width: 100, Hyper: Defaults(), StepsPerRun: 1}
		c.Flags = map[string]bool{"attack": tc.attack}
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
		{"hidden = 0; expected 1 to 65536", func(h *Hyper) { h.Hidden = 0 }},
		{"hidden = -3; expected 1 to 65536", func(h *Hyper) { h.Hidden = -3 }},
		{"dropout", func(h *Hyper) { h.Dropout = 1 }},
		{"dropout", func(h *Hyper) { h.Dropout = -.1 }},
		{"clip_norm", func(h *Hyper) { h.ClipNorm = -1 }},
		{"weight_decay", func(h *Hyper) { h.WeightDecay = -1 }},
		{`padding = "none"; expected "trim" or "paper"`, func(h *Hyper) { h.Padding = "none" }},
		{`padding = ""; expected "trim" or "paper"`, func(h *Hyper) { *h = Hyper{Hidden: 1} }},
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

func TestOptionsThatMakeNoSense(t *testing.T) {
	for _, tc := range []struct {
		method string
		given  Values
		want   string
	}{
		{"RNP", Values{sparsity: 0}, "sparsity = 0; expected a share, above 0 and below 1"},
		{"RNP", Values{sparsity: 1}, "sparsity = 1; expected a share, above 0 and below 1"},
		{"RNP", Values{sparsity: math.NaN()}, "sparsity = NaN; expected"},
		{"FR", Values{lambdaSparsity: -1}, "lambda_sparsity = -1; expected at least 0"},
		{"classifier", Values{lambdaSparsity: 1}, `classifier has no setting "lambda_sparsity"`},
		{"RNP", Values{classWeight: -1}, "class_weight"},
		{"RNP", Values{classWeight: math.Inf(1)}, "class_weight = +Inf; expected"},
		{"FR+A2I", Values{"instruction": -1}, "instruction = -1; expected at least 0"},
		{"FR+A2I", Values{"hinge": .5}, "hinge = 0.5; expected true or false"},
		{"RNP", Values{"instruction": 1}, `RNP has no setting "instruction"`},
		{"RNP", Values{"predictor_norm": 1}, `RNP has no setting "predictor_norm"`},
	} {
		m, err := Lookup(tc.method)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Complete(tc.given); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s %v: error %v, want %q", tc.method, tc.given, err, tc.want)
		}
	}
}

// TestOptionsAreTheMethodsOwn: a method's values are its own options and the
// common ones, so that another method's new option changes none of them; flags
// and constants are for the graphs and numbers for the steps, which take all of
// them.
func TestOptionsAreTheMethodsOwn(t *testing.T) {
	for _, m := range Methods() {
		all, err := m.Complete(nil)
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
		flags, constants, scalars := m.Split(all)
		used := 0
		for _, o := range m.Options {
			if o.With == "" || all[o.With] != 0 {
				used++
			}
			if o.Doc == "" {
				t.Errorf("%s does not say what %s is", m.Name, o.Name)
			}
		}
		if len(flags)+len(constants)+len(scalars) != used {
			t.Errorf("%s has %d flags, %d constants and %d numbers of %d options that are used", m.Name, len(flags), len(constants), len(scalars), used)
		}
		c := small(m.Name, tensor.Float32)
		if err := mustStepGraph(t, c).CheckScalars(scalars); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
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
		{`no method "RPN"; there are `, func(c *Config) { c.Method = "RPN" }},
		{`, RNP, RNP+A2I, RNP+RAT, VIB, classifier, random patterns`, func(c *Config) { c.Method = "RPN" }},
		{`no method ""`, func(c *Config) { c.Method = "" }},
		{"two classes or more, not 1", func(c *Config) { c.Classes = 1 }},
		{"must be a matrix of floats", func(c *Config) { c.Vectors = of(tensor.Float32, 10) }},
		{"must be a matrix of floats", func(c *Config) { c.Vectors = of(tensor.Float32, 2, 5, 3) }},
		{"must be a matrix of floats", func(c *Config) { c.Vectors = of(tensor.Int64, 9, 5) }},
		{"width of the word vectors is not given", func(c *Config) { c.Vectors = nil }},
		{"predictor_norm shares the generator's LayerNorm", func(c *Config) { *c = with(*c, "predictor_norm"); c.Method, c.Unit = "FR", Sentence }},
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
		if m.Doc == "" || m.Players == nil || m.Loss == nil {
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
		if diff := cmp.Diff(spec, back, cmpopts.IgnoreFields(nn.Param{}, "Init", "Group", "Carried", "Role"), lengths); diff != "" {
			t.Errorf("%s came back changed:\n%s", m.Name, diff)
		}
		for i, n := range back.Of(Random) {
			size := Size{Examples: 3, Positions: 7}
			got, want := n.Tensor(size), spec.Of(Random)[i].Tensor(size)
			if got.DType() != want.DType() || !slices.Equal(got.Shape(), want.Shape()) || got.Len() == 0 {
				t.Errorf("%s is %v %v, before %v %v", n.Name, got.DType(), got.Shape(), want.DType(), want.Shape())
			}
		}
	}
}

// TestSpecsFromFiles: those of all methods pass, and what no step graph has is
// named.
func TestSpecsFromFiles(t *testing.T) {
	for _, m := range Methods() {
		if err := mustStepGraph(t, small(m.Name, tensor.Float32)).Spec.CheckForm(); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
	for want, change := range map[string]func(*Spec){
		"0 steps in a run":               func(s *Spec) { s.K = 0 },
		`loss adds up as "meen"`:         func(s *Spec) { s.Measures[0] = Measure{"loss", "meen"} },
		"1 classes":                      func(s *Spec) { s.Classes = 1 },
		`input_ids is "dream"`:           func(s *Spec) { s.Feeds[0].Kind = "dream" },
		"an axis of length 0":            func(s *Spec) { s.Feeds[0].Shape = graph.Shape{graph.N(0)} },
		"an axis of length 9999999999":   func(s *Spec) { s.Feeds[0].Shape = graph.Shape{graph.N(9999999999)} },
		"an axis of length elsewhere; e": func(s *Spec) { s.Feeds[0].Shape = graph.Shape{graph.Sym("elsewhere")} },
	} {
		s := mustStepGraph(t, small("RNP", tensor.Float32)).Spec
		s.Feeds[0].Name = InputIDs
		change(&s)
		if err := s.CheckForm(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
