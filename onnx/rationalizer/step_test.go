package rationalizer

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// TestStepsAgreeWithPyTorch compares every mask, loss, gradient and updated
// parameter of whole training steps, in float64 to 1e-9 and in float32 to
// 1e-5 of each tensor's largest element.
func TestStepsAgreeWithPyTorch(t *testing.T) {
	for _, tc := range []struct{ file, method string }{
		{"rnp_step.json", "RNP"},
		{"a2i_rnp_step.json", "RNP+A2I"},
		{"a2i_rnp_hinge_step.json", "RNP+A2I"},
		{"a2i_rnp_3class_step.json", "RNP+A2I"},
		{"classifier_step.json", "classifier"},
		{"random_patterns_step.json", "random patterns"},
		{"fr_step.json", "FR"},
		{"fr_step_predictor_layernorm.json", "FR"},
		{"a2i_fr_step.json", "FR+A2I"},
		{"dr_step.json", "DR"},
		{"inter_rat_step.json", "Inter_RAT"},
		{"a2r_step.json", "A2R"},
		{"cr_step.json", "CR in tests"},
		{"nir_step.json", "NIR"},
	} {
		for _, p := range []struct {
			dtype     tensor.DType
			tolerance float64
		}{{tensor.Float64, 1e-9}, {tensor.Float32, 1e-5}} {
			t.Run(strings.TrimSuffix(tc.file, ".json")+"/"+p.dtype.String(), func(t *testing.T) {
				compareSteps(t, readFixture(t, tc.file), tc.method, p.dtype, p.tolerance)
			})
		}
	}
}

// stepRun holds a step model with the state between steps.
type stepRun struct {
	program
	f      fixture
	graph  *StepGraph
	config Config
	more   values // columns beside those of all fixtures
	dtype  tensor.DType
	state  values
}

func compareSteps(t *testing.T, f fixture, method string, dtype tensor.DType, tolerance float64) {
	r := newStepRun(t, f, f.config(t, method, dtype))
	for i, step := range f.Steps {
		out := r.step(step)
		for name, want := range r.expected(step) {
			got, ok := out[name]
			if !ok {
				t.Fatalf("step %d: the model has no output %q", i, name)
			}
			compare(t, i, name, got.Float64s(), want, tolerance)
		}
	}
}

func newStepRun(t *testing.T, f fixture, c Config) *stepRun {
	t.Helper()
	g := mustStepGraph(t, c)
	r := &stepRun{program: compile(t, g.Graph), f: f, graph: g, config: c, dtype: c.dtype(), state: values{}}
	for _, l := range g.Layouts {
		team, _, _ := strings.Cut(l.Name, "/")
		r.initial(l, map[string]map[string]array{modelTeam: f.Params, attackerTeam: f.AttackerParams}[team])
	}
	for _, l := range g.Frozen {
		r.state[l.Name+ParamsPart] = r.floats([]int64{int64(l.Size())}, flat(t, l, f.FullTextParams))
	}
	return r
}

func (r *stepRun) initial(l nn.Layout, params map[string]array) {
	n := []int64{int64(l.Size())}
	r.state[l.Name+ParamsPart] = r.floats(n, flat(r.t, l, params))
	r.state[l.Name+MeanPart] = r.floats(n, make([]float64, l.Size()))
	r.state[l.Name+VariancePart] = r.floats(n, make([]float64, l.Size()))
	r.state[l.Name+CompletedPart] = tensor.Vector([]int64{0})
}

func (r *stepRun) floats(shape []int64, data []float64) *tensor.Tensor {
	x, err := tensor.FromFloat64(r.dtype, shape, data)
	if err != nil {
		r.t.Fatal(err)
	}
	return x
}

// step runs one step on the fixture's batch and draws and keeps the state.
func (r *stepRun) step(step map[string]json.RawMessage) values {
	in := join(r.f.texts(), r.state, r.f.scalars(r.config), r.more)
	for _, n := range r.graph.Of(Random) {
		in[n.Name] = r.noise(n, step)
	}
	if raw, ok := step["attacked_class"]; ok {
		in["attacked_class"] = tensor.Vector(decode[[]int64](r.t, raw))
	}
	for _, f := range r.graph.Of(Replaced) {
		in[f.Name] = r.f.replaced(decode[[][]int64](r.t, step["r"]), decode[[][]int64](r.t, step["w"]))
	}
	out := r.run(in)
	r.state = following(r.state, out)
	return out
}

// noiseKeys maps our random inputs to the fixture's.
var noiseKeys = map[string]string{
	"generator/noise": "noise", "attacker1/noise": "noise_attack1", "attacker2/noise": "noise_attack2",
	"generator/keep": "keep_generator", "attacker1/keep": "keep_attack1", "attacker2/keep": "keep_attack2",
	"predictor/keep": "keep_predictor", "predictor_attacker1/keep": "keep_predictor_attack1",
	"predictor_attacker2/keep": "keep_predictor_attack2",
	"generator/embeddings":     "keep_generator_embeddings", "predictor/embeddings": "keep_predictor_embeddings",
}

func (r *stepRun) noise(n Feed, step map[string]json.RawMessage) *tensor.Tensor {
	raw, ok := step[noiseKeys[n.Name]]
	if !ok {
		return r.noiseOfCR(n, step)
	}
	a := decode[array](r.t, raw)
	if n.Noise.Law == nn.Logistic {
		a = logistic(a)
	}
	shape, data := a.Shape, a.Data
	if n.Shape[0] != batchDim {
		data = timeMajor(a)
		shape = append([]int64{a.Shape[1], a.Shape[0]}, a.Shape[2:]...)
	}
	if n.Noise.Law == nn.Logistic {
		return r.floats(shape, data)
	}
	return r.mask(shape, data)
}

// mask is a dropout mask.
func (r *stepRun) mask(shape []int64, data []float64) *tensor.Tensor {
	keep := make([]uint8, len(data))
	for i, v := range data {
		keep[i] = uint8(v)
	}
	x, err := tensor.Of(shape, keep)
	if err != nil {
		r.t.Fatal(err)
	}
	return x
}

// expected lists the step's numbers under our output names.
func (r *stepRun) expected(step map[string]json.RawMessage) map[string][]float64 {
	out := map[string][]float64{}
	for key, name := range map[string]string{
		"ce": "cross_entropy", "sparsity": "sparsity_gap", "coherence": "coherence", "loss": "loss", "instruction": "instruction",
		"attack_ce": "attack_cross_entropy", "attack_sparsity": "attack_sparsity_gap", "attack_loss": "attacker_loss",
		"selection_entropy": "entropy",
		"ce_hard":           "cross_entropy", "ce_soft": "soft_cross_entropy",
		"kl_hard_soft": "kl_hard_soft", "kl_soft_hard": "kl_soft_hard",
		"kl": "kl", "counterfactual": "counterfactual",
	} {
		if raw, ok := step[key]; ok {
			out[name] = []float64{decode[float64](r.t, raw)}
		}
	}
	if raw, ok := step["hinge"]; ok {
		out["instruction"] = []float64{-decode[float64](r.t, raw)}
	}
	for key, name := range map[string]string{
		"logits": "logits", "r2f_logits": "r2f_logits", "logits_hard": "logits", "logits_soft": "logits_soft",
		"ce_per_text": "cross_entropy_per_text", "rat_per_text": "rationale_loss_per_text",
	} {
		if raw, ok := step[key]; ok {
			out[name] = decode[array](r.t, raw).Data
		}
	}
	for key, name := range map[string]string{"z": "z", "z_attack1": "z_attack1", "z_attack2": "z_attack2", "att": "attention"} {
		if raw, ok := step[key]; ok {
			out[name] = timeMajor(decode[array](r.t, raw))
		}
	}
	r.expectParams(out, step, "grads", "params_after", modelTeam)
	r.expectParams(out, step, "attacker_grads", "attacker_params_after", attackerTeam)
	return out
}

func (r *stepRun) expectParams(out map[string][]float64, step map[string]json.RawMessage, grads, after, team string) {
	if _, ok := step[grads]; !ok {
		return
	}
	slopes, next := decode[map[string]array](r.t, step[grads]), decode[map[string]array](r.t, step[after])
	for _, l := range r.graph.Layouts {
		if !inTeam(l, team) {
			continue
		}
		for _, p := range l.Params {
			out["grad/"+l.Name+"."+p.Name] = slopes[p.Name].Data
			delete(slopes, p.Name)
		}
		out[l.Name+ParamsPart+NextSuffix] = flat(r.t, l, next)
	}
	if len(slopes) > 0 {
		r.t.Errorf("gradients of what is no parameter of ours: %v", slices.Sorted(maps.Keys(slopes)))
	}
}

func compare(t *testing.T, step int, name string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("step %d: %s has %d values, want %d", step, name, len(got), len(want))
	}
	if worst, largest := distance(got, want); !(worst <= tolerance*largest) {
		t.Errorf("step %d: %s is off by %.3g, largest value %.3g", step, name, worst, largest)
	}
}

// distance is the largest difference and the largest wanted value.
func distance(got, want []float64) (worst, largest float64) {
	for i := range want {
		largest = math.Max(largest, math.Abs(want[i]))
		worst = math.Max(worst, math.Abs(got[i]-want[i]))
	}
	return worst, largest
}
