package rationalizer

import (
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// TestEveryMethodRunsOnEveryEncoder: training changes every parameter, and
// evaluation says what it should.
func TestEveryMethodRunsOnEveryEncoder(t *testing.T) {
	for _, kind := range Encoders() {
		for _, m := range Methods() {
			t.Run(kind.Name+"/"+m.Name, func(t *testing.T) {
				c := small(m.Name, tensor.Float32)
				c.Encoder, c.BERT, c.Classes, c.Inspect = kind.Name, tinyBERT(), 3, false
				c.Marks = kind.Name == "bert"
				if kind.Check == nil || kind.Check(m, c) == nil {
					checkMethod(t, c, m)
				}
			})
		}
	}
}

// TestGradientsOfEncoders compares the predictor's gradients with numeric ones,
// also under an attacker.
func TestGradientsOfEncoders(t *testing.T) {
	for _, method := range []string{"RNP", "RNP+A2I", "classifier"} {
		t.Run(method, func(t *testing.T) {
			c := small(method, tensor.Float64)
			c.Encoder = "bag"
			checkGradients(t, c, func(param string) bool { return !ofGenerator(param) })
		})
	}
}

func TestLookupEncoder(t *testing.T) {
	if k, err := LookupEncoder(""); err != nil || k.Name != DefaultEncoder {
		t.Errorf("the default is %q, %v", k.Name, err)
	}
	if _, err := LookupEncoder("gnu"); err == nil || !strings.Contains(err.Error(), `no encoder "gnu"; there are bag, bert, centred, gcn, gru, noisy`) {
		t.Errorf("error %v", err)
	}
	c := small("RNP", tensor.Float32)
	c.Encoder = "gnu"
	if _, err := NewStep(c); err == nil || !strings.Contains(err.Error(), "no encoder") {
		t.Errorf("a step graph was built: %v", err)
	}
}

// centred is a bag of words from which the running mean of the batches is
// taken: an encoder with a state that no optimiser moves.
type centred struct{ bag }

var _ = registerEncoder(EncoderKind{
	Name: "centred",
	Doc:  "a bag of words less its running mean",
	New:  func(name string, c Config) Encoder { return centred{bag{name, c.width(), c.Hyper.Hidden}} },
})

func (e centred) Params() []nn.Param {
	return append(e.bag.Params(), nn.Param{Name: e.name + ".mean", Shape: []int64{int64(e.width)}, Carried: true})
}

func (e centred) States(r Reading) []*graph.Value {
	h, mean := e.bag.States(r)[0], r.Weights[e.name+".mean"]
	if r.Carry != nil {
		now := r.ReduceMean(h, false, 0, 1)
		r.Carry(e.name+".mean", r.Add(nn.Times(r.Graph, .75, mean), nn.Times(r.Graph, .25, now)))
	}
	return []*graph.Value{r.Sub(h, mean)}
}

func (e centred) Pool(r Reading) *graph.Value { return r.Batch.largest(r.Graph, e.States(r)[0]) }

// TestCarriedState: running statistics are part of the state and of evaluation,
// have no optimiser, and go on from step to step, also within a run of several.
func TestCarriedState(t *testing.T) {
	c := small("classifier", tensor.Float32)
	c.Encoder = "centred"
	g := mustStepGraph(t, c)
	l := g.Layouts[1]
	if l.Name != "model/carried" || !l.Carried || l.Size() != 4 {
		t.Fatalf("layout %+v", l)
	}
	b := smallBatch()
	start := state(c, g)
	if len(start) != 4+1 {
		t.Errorf("the state is %d tensors", len(start))
	}
	single := compile(t, g.Graph)
	in := join(numbers(c), b, draws(c, g, b, 1))
	one := single.run(join(start, in))
	name := l.Name + ParamsPart
	differs(t, name, one[name+NextSuffix], start[name])
	two := single.run(join(following(start, one), in))
	differs(t, name, two[name+NextSuffix], one[name+NextSuffix])

	c.StepsPerRun = 2
	both := compile(t, mustStepGraph(t, c).Graph).run(join(start, stack(t, []values{in, in})))
	same(t, name, both[name+NextSuffix], two[name+NextSuffix])

	c.StepsPerRun = 1
	said := compile(t, mustAnswer(t, c, Views{}, nil))
	moved := join(start, b)
	before := said.run(moved)
	moved[name] = one[name+NextSuffix]
	differs(t, "logits", said.run(moved)[OutLogits], before[OutLogits])
}

// noisy is a bag of words with dropout of its own.
type noisy struct{ bag }

var _ = registerEncoder(EncoderKind{
	Name: "noisy",
	Doc:  "a bag of words with dropout inside",
	New:  func(name string, c Config) Encoder { return noisy{bag{name, c.width(), c.Hyper.Hidden}} },
})

func (e noisy) States(r Reading) []*graph.Value {
	h := e.bag.States(r)[0]
	keep := r.Keep(e.name+"/inner", .8, h.Shape...)
	return []*graph.Value{nn.Dropout(r.Graph, h, keep, .8)}
}

func (e noisy) Pool(r Reading) *graph.Value { return r.Batch.largest(r.Graph, e.States(r)[0]) }

// TestReadingsAreSharedUnlessNoisy: the attacker's states serve both updates of
// a step, but not where the encoder draws noise, which is new each time.
func TestReadingsAreSharedUnlessNoisy(t *testing.T) {
	for encoder, want := range map[string]int{"bag": 0, "noisy": 2} {
		c := small("RNP+A2I", tensor.Float32)
		c.Encoder = encoder
		got := 0
		for _, f := range mustStepGraph(t, c).Of(Random) {
			if strings.HasPrefix(f.Name, "attacker") && strings.HasSuffix(f.Name, "gen/inner") {
				got++
			}
		}
		if got != want {
			t.Errorf("%s: %d dropout masks inside the attacker's encoder, want %d", encoder, got, want)
		}
	}
}
