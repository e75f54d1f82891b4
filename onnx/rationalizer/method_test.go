package rationalizer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// TestEveryMethodRuns: the graphs of every method, in every form that decides
// on operators, pass the checks, are accepted by onnxruntime in float32 and
// give finite numbers.
func TestEveryMethodRuns(t *testing.T) {
	forms := map[string]func(*Config){
		"trim":  func(*Config) {},
		"paper": func(c *Config) { c.Hyper.Padding, c.Hyper.Dropout = Paper, 0 },
		"options": func(c *Config) {
			c.Hyper.ClipNorm, c.Hyper.WeightDecay = 1, .01
			*c = with(*c, "hinge", "predictor_norm", "first_unit")
		},
		"query": func(c *Config) { c.Query = true },
	}
	for _, m := range Methods() {
		for form, change := range forms {
			t.Run(fmt.Sprintf("%s/%s", m.Name, form), func(t *testing.T) {
				c := small(m.Name, tensor.Float32)
				c.Classes, c.Inspect = 3, false
				change(&c)
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
	b[InputSelectable] = b[InputMask]
	if c.Marks {
		b = marked(b)
	}
	in := join(state(c, g), numbers(c), b, draws(c, g, b, 1))
	out := compile(t, g.Graph).run(in)
	for _, m := range g.Measures {
		if out[m.Name] == nil {
			t.Errorf("the measure %s is no output", m.Name)
		}
	}
	if states := len(StateNames(g.Layouts)); len(out) != states+len(g.Measures) {
		t.Errorf("%d outputs, want %d of the state and %d measures", len(out), states, len(g.Measures))
	}
	finite(t, out)
	for _, l := range g.Layouts {
		compared := differs
		if strings.HasSuffix(l.Name, "/fixed") {
			compared = same
		}
		compared(t, l.Name+ParamsPart, out[l.Name+ParamsPart+NextSuffix], in[l.Name+ParamsPart])
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
	if (said[OutRationale] != nil) != m.Selects() || (said[OutAttack] != nil) != m.Attacked(c) || (said[OutReaderLogits] != nil) != (m.Reader != "") {
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

// TestHitsCountTexts by their true class: of the labels, of the classes that
// the attack aims at, and of r2f's reading.
func TestHitsCountTexts(t *testing.T) {
	b := batch(rand.New(rand.NewPCG(9, 9)), 5, 5, 4, 3, 2, 1, 5, 4)
	for _, tc := range []struct{ method, hits, logits, target string }{
		{"RNP+A2I", "accuracy", "logits", "labels"},
		{"RNP+A2I", "asr", "logits_attack2", "attacked_class"},
		{"classifier", "accuracy", "logits", "labels"},
		{"random patterns", "accuracy", "logits", "labels"},
		{"random patterns", "accuracy_r2f", "r2f_logits", "labels"},
	} {
		out := once(t, small(tc.method, tensor.Float32), b)
		want := countHits(out[tc.logits], tensor.Data[int64](b[tc.target]), tensor.Data[int64](b["labels"]))
		if got := out[tc.hits].Float64s(); !slices.Equal(got, want) {
			t.Errorf("%s: %s are %v, counted %v", tc.method, tc.hits, got, want)
		}
	}
}

// countHits counts the texts at whose target the largest of two logits is, by
// true class.
func countHits(logits *tensor.Tensor, target, y []int64) []float64 {
	hits := make([]float64, 2)
	for i, row := range slices.Collect(slices.Chunk(logits.Float64s(), 2)) {
		if (row[1] > row[0]) == (target[i] == 1) {
			hits[y[i]]++
		}
	}
	return hits
}

// TestDropout: training's random input keeps the share that the setting
// leaves, and what is kept is scaled up by it.
func TestDropout(t *testing.T) {
	c := small("classifier", tensor.Float64)
	c.Hyper.Dropout = .75
	g := mustStepGraph(t, c)
	mask := g.Of(Random)[0]
	if n := mask.Noise; mask.Name != "predictor/keep" || n.Law != nn.Keep || n.Share != .25 {
		t.Errorf("the dropout mask is %+v", n)
	}
	keep := mask.Tensor(Size{Examples: 3, Positions: 6})
	for i := range tensor.Data[uint8](keep) {
		tensor.Data[uint8](keep)[i] = 1
	}
	b := smallBatch()
	start := state(c, g)
	bias := part(g.Layouts[0], start["model.params"].Float64s(), "cls_fc.bias")
	want := compile(t, mustAnswer(t, c, Views{}, nil)).run(join(start, b))[OutLogits].Float64s()
	for i := range want {
		want[i] = 4*(want[i]-bias[i%2]) + bias[i%2]
	}
	got := once(t, c, b, values{"predictor/keep": keep})["logits"].Float64s()
	compare(t, 0, "logits", got, want, 1e-14)
}

// TestInitialState: the layouts' first values by seed, moments of zero, and
// an output for every input.
func TestInitialState(t *testing.T) {
	g := mustStepGraph(t, small("RNP+A2I", tensor.Float32))
	next, start := FreshState(g.Layouts, InitialParams(g.Layouts, 5))
	if len(next) != 8 || len(start) != 8 {
		t.Errorf("%d outputs for %d inputs, want 8", len(next), len(start))
	}
	for _, l := range g.Layouts {
		compare(t, 0, l.Name, start[l.Name+ParamsPart].Float64s(), l.Initial(5), 1e-7)
		if nonzero(start[l.Name+MeanPart])+nonzero(start[l.Name+VariancePart]) > 0 || tensor.Data[int64](start[l.Name+CompletedPart])[0] != 0 {
			t.Errorf("the optimiser of %s has a past", l.Name)
		}
	}
	for in, out := range next {
		if out != in+".next" {
			t.Errorf("the next value of %s is %s", in, out)
		}
	}
}

// TestShareIsThatOfTheMask: of all real positions of the batch.
func TestShareIsThatOfTheMask(t *testing.T) {
	out := once(t, small("RNP", tensor.Float64), smallBatch())
	selected := 0.0
	for _, z := range out["z"].Float64s() {
		selected += z
	}
	compare(t, 0, "share", out["sparsity"].Float64s(), []float64{selected / 12}, 1e-15)
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

// TestShortTexts: a frame of one word has no neighbours to be coherent with,
// and a text without words is read as the predictor's constant; both train.
func TestShortTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	for _, m := range Methods() {
		for _, lengths := range [][]int{{1, 1, 1}, {0, 4, 3}} {
			out := once(t, small(m.Name, tensor.Float32), batch(r, max(lengths[0], lengths[1]), lengths...))
			finite(t, out)
			if coherence := out["coherence"]; coherence != nil && lengths[0] == 1 {
				compare(t, 0, "coherence", coherence.Float64s(), []float64{0}, 0)
			}
		}
	}
}

func TestMethodNamesAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Methods() {
		if key := strings.ToLower(m.Name); seen[key] {
			t.Errorf("two methods are called %q", m.Name)
		} else {
			seen[key] = true
		}
	}
}
