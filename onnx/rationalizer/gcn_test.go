package rationalizer

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// smallGCN is a tiny model of a method on graphs.
func smallGCN(method string, dtype tensor.DType) Config {
	c := small(method, dtype)
	c.Encoder = GraphEncoder
	return c
}

// TestGradientsOnGraphs compares the predictor's gradients with numeric ones, in
// every form of the encoder.
func TestGradientsOnGraphs(t *testing.T) {
	for _, tc := range []struct {
		method string
		form   GraphHyper
	}{
		{"classifier", GraphHyper{}},
		{"FR+A2I", GraphHyper{}},
		{"RNP+A2I", GraphHyper{Mask: FeaturesOnly, Readout: MaxSum}},
		{"RNP", GraphHyper{Readout: SumOfNodes}},
		{"RNP", GraphHyper{Readout: MaxOfNodes, Normalised: true}},
		{"RNP", GraphHyper{NoBatchNorm: true}},
	} {
		t.Run(fmt.Sprintf("%s %+v", tc.method, tc.form), func(t *testing.T) {
			c := smallGCN(tc.method, tensor.Float64)
			c.Graph = tc.form
			checkGradients(t, c, func(param string) bool {
				return !ofGenerator(param) || strings.HasPrefix(param, predictorHead) || strings.Contains(param, string(Predicting))
			})
		})
	}
}

// TestSelectionsReachTheGenerator: its slopes are those of the nodes' weights,
// straight through, so that they change with the edges that a selection cuts.
func TestSelectionsReachTheGenerator(t *testing.T) {
	slopes := map[NodeMask]*tensor.Tensor{}
	for _, mask := range []NodeMask{Subgraph, FeaturesOnly} {
		c := smallGCN("RNP", tensor.Float64)
		c.Graph.Mask = mask
		out := once(t, c, smallBatch(), of(c, Values{lambdaSparsity: 0, lambdaCoherence: 0}))
		slopes[mask] = out["grad/model.gen.conv1.weight"]
		differs(t, string(mask), slopes[mask], as(tensor.Float64, tensor.Vector(make([]float64, slopes[mask].Len()))))
	}
	differs(t, "slope", slopes[Subgraph], slopes[FeaturesOnly])
}

// TestBatchNormsOfRoles: a player has those of its role, and an encoder that two
// share both; the attacker has its own.
func TestBatchNormsOfRoles(t *testing.T) {
	for method, want := range map[string]string{
		"RNP":        "model/carried: gen.norm1.generator cls.norm1.predictor; attacker/carried: gen.norm1.generator",
		"FR":         "model/carried: gen.norm1.generator gen.norm1.predictor; attacker/carried: gen.norm1.generator",
		"classifier": "model/carried: cls.norm1.predictor",
	} {
		var got []string
		for _, l := range mustStepGraph(t, smallGCN(method, tensor.Float32)).Layouts {
			var names []string
			for _, p := range l.Params {
				if name, ok := strings.CutSuffix(p.Name, ".running_mean"); ok && strings.Contains(name, "norm1") {
					names = append(names, name)
				}
			}
			if l.Carried {
				got = append(got, l.Name+": "+strings.Join(names, " "))
			}
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s has %q, want %q", method, got, want)
		}
	}
}

// TestStatisticsOfTheAttack: what the attacker learns from leaves the model's running
// statistics as they are, and moves its own.
func TestStatisticsOfTheAttack(t *testing.T) {
	for _, method := range []string{"RNP", "FR", "DR"} {
		c := smallGCN(method, tensor.Float32)
		g := mustStepGraph(t, c)
		attacked, plain := once(t, c, smallBatch()), once(t, with(c, "no attack"), smallBatch())
		for name, want := range plain {
			same(t, method+": "+name, attacked[name], want)
		}
		for _, l := range g.Layouts {
			differs(t, method+": "+l.Name, attacked[l.Name+ParamsPart+NextSuffix], state(c, g)[l.Name+ParamsPart])
		}
	}
}

// TestStepsInOneRunOnGraphs: two steps in one run come to what two runs come to,
// running statistics included.
func TestStepsInOneRunOnGraphs(t *testing.T) {
	c := smallGCN("FR+A2I", tensor.Float32)
	c.Inspect = false
	b, g := smallBatch(), mustStepGraph(t, c)
	single, start := compile(t, g.Graph), state(c, g)
	in := []values{join(numbers(c), b, draws(c, g, b, 1)), join(numbers(c), b, draws(c, g, b, 2))}
	one := single.run(join(start, in[0]))
	two := single.run(join(following(start, one), in[1]))
	c.StepsPerRun = 2
	both := compile(t, mustStepGraph(t, c).Graph).run(join(start, stack(t, in)))
	for _, name := range StateNames(g.Layouts) {
		same(t, name, both[name+NextSuffix], two[name+NextSuffix])
	}
}

// TestEvaluationTakesRunningStatistics: what a graph is answered does not depend on
// the graphs beside it, as it does in training.
func TestEvaluationTakesRunningStatistics(t *testing.T) {
	c := smallGCN("RNP", tensor.Float64)
	said := compile(t, mustAnswer(t, c, Views{FullText: true}, nil))
	r := rand.New(rand.NewPCG(11, 11))
	b := batch(r, 5, 5, 3)
	state := state(c, mustStepGraph(t, c))
	both := said.run(join(state, b))
	alone := said.run(join(state, first(b)))
	for _, name := range []string{OutLogits, OutFullLogits} {
		n := alone[name].Len()
		if worst, largest := distance(both[name].Float64s()[:n], alone[name].Float64s()); worst > 1e-12*largest {
			t.Errorf("%s differ by %g when another graph is beside", name, worst)
		}
	}
}

// TestProbeOnGraphs: a probe reads a finished model by its running statistics, which
// it leaves as they are, and gathers the attacker's.
func TestProbeOnGraphs(t *testing.T) {
	c := smallGCN("RNP", tensor.Float64)
	c.Probe = true
	var frozen, trained []string
	g := mustStepGraph(t, c)
	for _, l := range g.Frozen {
		frozen = append(frozen, l.Name)
	}
	for _, l := range g.Layouts {
		trained = append(trained, l.Name)
	}
	if got := fmt.Sprint(frozen, trained); got != "[model model/carried] [attacker attacker/carried]" {
		t.Errorf("layouts %s", got)
	}
	start := state(c, g)
	other := start["model/carried.params"].Float64s()
	for i := range other {
		other[i] += .5
	}
	out, moved := once(t, c, smallBatch(), aims(c)), once(t, c, smallBatch(), aims(c), values{"model/carried.params": tensor.Vector(other)})
	differs(t, "loss", moved["attacker_loss"], out["attacker_loss"])
	differs(t, "the attacker's statistics", out["attacker/carried.params.next"], start["attacker/carried.params"])
}

// first is the first of two examples.
func first(b values) values {
	out := values{}
	for name, x := range b {
		shape, data := slices.Clone(x.Shape()), tensor.Data[int64](x)
		shape[0] = 1
		y, err := tensor.Of(shape, data[:len(data)/2])
		if err != nil {
			panic(err)
		}
		out[name] = y
	}
	return out
}

// TestCoherenceOnGraphs is the mean of |z_u − z_v| over edges.
func TestCoherenceOnGraphs(t *testing.T) {
	c := smallGCN("RNP", tensor.Float64)
	b := smallBatch()
	out := once(t, c, b)
	z, a := out["z"].Float64s(), tensor.Data[int64](b[InputAdjacency])
	jumps, pairs := 0.0, 0.0
	for i, edge := range a {
		graph, u, v := i/36, i/6%6, i%6
		if edge == 1 {
			pairs++
			if z[u*3+graph] != z[v*3+graph] {
				jumps++
			}
		}
	}
	if got, want := out["coherence"].Float64s()[0], jumps/pairs; fmt.Sprintf("%.12f", got) != fmt.Sprintf("%.12f", want) {
		t.Errorf("coherence %v, counted %v", got, want)
	}
}

// TestWhatGraphsRefuse: methods and settings of texts, each with a sentence.
func TestWhatGraphsRefuse(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"NIR is a method for texts; on graphs there are RNP":      func(c *Config) { c.Method = "NIR" },
		`graphs have no units "sentence"`:                         func(c *Config) { c.Unit = Sentence },
		"graphs have no query":                                    func(c *Config) { c.Query = true },
		`padding = "paper"; expected "trim" on graphs`:            func(c *Config) { c.Hyper.Padding = Paper },
		"predictor_norm is of texts":                              func(c *Config) { *c = with(*c, "predictor_norm") },
		`mask = "edges"; expected subgraph or features`:           func(c *Config) { c.Graph.Mask = "edges" },
		`readout = "min"; expected mean or max or sum or max-sum`: func(c *Config) { c.Graph.Readout = "min" },
	} {
		c := smallGCN("FR", tensor.Float32)
		change(&c)
		if _, err := NewStep(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestSizeOfGCN: 64 units on ten features, as A2I's settings have them here.
func TestSizeOfGCN(t *testing.T) {
	c := Config{Method: "FR", Encoder: GraphEncoder, Classes: 2, Width: 10, Hyper: Defaults(), StepsPerRun: 1, Flags: map[string]bool{"attack": false}}
	c.Hyper.Hidden = 64
	layouts, err := Layouts(c)
	if err != nil {
		t.Fatal(err)
	}
	convolutions, norms := 10*64+64+64*64+64, 2*2*2*64
	heads := 2*64 + 2*(64*2+2)
	if got := []int{layouts[0].Size(), layouts[1].Size()}; !slices.Equal(got, []int{convolutions + norms + heads, norms}) {
		t.Errorf("%v parameters and running statistics, want %d and %d", got, convolutions+norms+heads, norms)
	}
	for _, l := range layouts {
		if l.Carried != slices.ContainsFunc(l.Params, func(p nn.Param) bool { return p.Carried }) {
			t.Errorf("layout %s: carried %v", l.Name, l.Carried)
		}
	}
}
