package rationalizer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"rationale/onnx/tensor"
)

// TestEveryMethodRuns: the graphs of every method, in every form that decides
// on operators, pass the checks, are accepted by onnxruntime in float32 and
// give finite numbers.
func TestEveryMethodRuns(t *testing.T) {
	forms := map[string]func(*Hyper){
		"trim":  func(*Hyper) {},
		"paper": func(h *Hyper) { h.Padding, h.Dropout = Paper, 0 },
		"options": func(h *Hyper) {
			h.Hinge, h.AttackCoherence, h.PatternsCoherence, h.ClipNorm, h.WeightDecay = true, 1, true, 1, .01
		},
	}
	for _, m := range Methods() {
		for form, change := range forms {
			t.Run(fmt.Sprintf("%s/%s", m.Name, form), func(t *testing.T) {
				c := small(m.Name, tensor.Float32)
				c.Classes, c.Inspect = 3, false
				change(&c.Hyper)
				checkMethod(t, c, m)
			})
		}
	}
}

func checkMethod(t *testing.T, c Config, m Method) {
	g := mustStepGraph(t, c)
	if err := g.Check(); err != nil {
		t.Fatal(err)
	}
	b := smallBatch()
	in := join(state(c, g), rate(c), b, draws(c, g, b, 1))
	out := compile(t, g.Graph).run(in)
	for _, name := range g.Metrics {
		if out[name] == nil {
			t.Errorf("the metric %s is no output", name)
		}
	}
	if states := 4 * len(g.Layouts); len(out) != states+len(g.Metrics) {
		t.Errorf("%d outputs, want %d of the state and %d metrics", len(out), states, len(g.Metrics))
	}
	finite(t, out)
	for _, l := range g.Layouts {
		differs(t, l.Name+ParamsPart, out[l.Name+ParamsPart+NextSuffix], in[l.Name+ParamsPart])
	}

	a := mustAnswer(t, c, Views{Sampled: true, Attack: true, FullText: true, Gold: true, Reader: true}, nil)
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	noise, err := tensor.New(tensor.Float32, 6, 3)
	if err != nil {
		t.Fatal(err)
	}
	said := compile(t, a).run(join(in, values{SelectNoise: noise, AttackNoise: noise, InputGold: b[InputMask]}))
	finite(t, said)
	if got := fmt.Sprint(said[OutLogits].Shape()); got != "[3 3]" {
		t.Errorf("logits %s", got)
	}
	if (said[OutRationale] != nil) != m.Selects || (said[OutAttack] != nil) != m.Attacked || (said[OutReaderLogits] != nil) != (m.Reader != "") {
		t.Error("the answers are not those that the method announces")
	}
}

func finite(t *testing.T, out values) {
	t.Helper()
	for name, x := range out {
		for _, v := range x.Float64s() {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%s holds %v", name, v)
				break
			}
		}
	}
}

// TestVectorsAsAnInput give the same step as vectors that are a constant.
func TestVectorsAsAnInput(t *testing.T) {
	c := small("RNP+A2I", tensor.Float32)
	want := once(t, c, smallBatch())
	vectors := c.Vectors
	c.Vectors, c.Width = nil, smallWidth
	got := once(t, c, smallBatch(), values{EmbeddingWeight: vectors})
	for name := range want {
		same(t, name, got[name], want[name])
	}
}

// TestHitsCountTexts: over classes they are at most as many as the texts, and
// an attack hits where the classes are those it aims at.
func TestHitsCountTexts(t *testing.T) {
	c := small("RNP+A2I", tensor.Float32)
	b := batch(rand.New(rand.NewPCG(9, 9)), 5, 5, 4, 3, 2, 1, 5)
	out := once(t, c, b)
	for hits, of := range map[string][2]string{"hits": {"logits", "labels"}, "attack_hits": {"logits_attack2", "attacked_class"}} {
		total := 0.0
		for _, n := range out[hits].Float64s() {
			total += n
		}
		if want := 6 * accuracy(out[of[0]], tensor.Data[int64](b[of[1]])); math.Abs(total-want) > 1e-9 {
			t.Errorf("%s %v, counted %v", hits, total, want)
		}
	}
}

// TestShareIsThatOfTheMask.
func TestShareIsThatOfTheMask(t *testing.T) {
	out := once(t, small("RNP", tensor.Float64), smallBatch())
	selected := 0.0
	for _, z := range out["z"].Float64s() {
		selected += z
	}
	compare(t, 0, "share", out["share"].Float64s(), []float64{selected / 12}, 1e-15)
	gap := math.Abs(selected/12 - .3)
	compare(t, 0, "sparsity gap", out["sparsity_gap"].Float64s(), []float64{gap}, 1e-12)
}

// TestNodeNamesSayWhatTheyAre: onnxruntime's messages and Netron show them.
func TestNodeNamesSayWhatTheyAre(t *testing.T) {
	g := mustStepGraph(t, small("RNP+A2I", tensor.Float32))
	for _, want := range []string{"generator/gen/", "predictor/cls/", "attacker1/", "attacker2/", "optimizer"} {
		found := false
		for _, n := range g.Nodes() {
			found = found || strings.Contains(n.Name, want)
		}
		if !found {
			t.Errorf("no node is called %s…", want)
		}
	}
}
