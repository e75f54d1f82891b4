package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

func logitsArg(t *tensor.Tensor) arg {
	return arg{name: "logits", shape: graph.Shape{symB, graph.N(int(t.Shape()[1]))}, value: t}
}

func labelsArg(name string, y ...int64) arg {
	return arg{name: name, shape: graph.Shape{symB}, value: tensor.Vector(y)}
}

func hard(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
	return CrossEntropy(g, x["logits"], x["y"])
}

func soft(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
	return SoftCrossEntropy(g, x["logits"], x["target"])
}

func uniform(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
	return UniformCrossEntropy(g, x["logits"])
}

// maskArg is z or m, [T,B], from one text a row.
func maskArg(name string, texts ...[]float64) arg {
	steps := len(texts[0])
	data := make([]float64, steps*len(texts))
	for b, text := range texts {
		for t, v := range text {
			data[t*len(texts)+b] = v
		}
	}
	return arg{name: name, shape: graph.Shape{symT, symB}, value: matrix(steps, len(texts), data...)}
}

func sparsityByText(s float64) func(*graph.Graph, map[string]*graph.Value) *graph.Value {
	return func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
		return SparsityByText(g, x["z"], x["m"], One(g, g.Like(x["z"], s)))
	}
}

func coherenceByText(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
	return CoherenceByText(g, x["z"], x["m"])
}

func divergence(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
	return Divergence(g, x["logits"], x["others"])
}

func otherLogits(logits ...float64) arg {
	return arg{name: "others", shape: graph.Shape{symB, graph.N(2)}, value: matrix(len(logits)/2, 2, logits...)}
}

func priorDivergence(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
	return PriorDivergence(g, x["z"], x["m"], One(g, g.Like(x["z"], .3)))
}

// TestLossValues has the worked numbers of the methods' description.
func TestLossValues(t *testing.T) {
	first, second := logitsArg(matrix(1, 2, 2., -1)), logitsArg(matrix(1, 2, -.3, .4))
	half := arg{name: "target", shape: graph.Shape{symB, graph.N(2)}, value: matrix(1, 2, .5, .5)}
	z := maskArg("z", []float64{1, 1, 0, 0, 0, 1}, []float64{0, 1, 0, 0, 0, 0})
	m := maskArg("m", []float64{1, 1, 1, 1, 1, 0}, []float64{1, 1, 1, 0, 0, 0})
	within := maskArg("z", []float64{1, 0, 0, 0, 1, 0}, []float64{0, 1, 0, 0, 0, 0})
	for _, tc := range []struct {
		name  string
		args  []arg
		build func(*graph.Graph, map[string]*graph.Value) *graph.Value
		want  float64
	}{
		{"hard, wrong class", []arg{first, labelsArg("y", 1)}, hard, 3.04859},
		{"hard, right class", []arg{first, labelsArg("y", 0)}, hard, 0.04859},
		{"uniform", []arg{first}, uniform, 1.54859},
		{"uniform, undecided", []arg{second}, uniform, 0.75319},
		{"soft", []arg{first, half}, soft, 1.54859},
		{"soft, mean over texts", []arg{logitsArg(matrix(2, 2, 2., -1, 2, -1)), {name: "target", shape: half.shape, value: matrix(2, 2, 1., 0, .5, .5)}}, soft, (.04859 + 1.54859) / 2},
		{"uniform, mean over texts", []arg{logitsArg(matrix(2, 2, 2., -1, -.3, .4))}, uniform, (1.54859 + .75319) / 2},
		{"sparsity", []arg{z, m}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return Sparsity(g, x["z"], x["m"], One(g, g.Like(x["z"], .1)))
		}, .4},
		{"too sparse", []arg{z, m}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return Sparsity(g, x["z"], x["m"], One(g, g.Like(x["z"], .7)))
		}, .2},
		{"coherence", []arg{z}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return Coherence(g, x["z"], nil)
		}, .4},
		{"coherence within a mask", []arg{z, m}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return Coherence(g, x["z"], x["m"])
		}, .3},
		{"coherence of units", []arg{z, m}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return UnitCoherence(g, x["z"], x["m"])
		}, 3. / 6},
		{"coherence of single units", []arg{z, maskArg("m", []float64{1, 0, 0, 0, 0, 0}, []float64{1, 0, 1, 0, 0, 0})}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return UnitCoherence(g, x["z"], x["m"])
		}, 0},
		{"sparsity by text", []arg{within, m}, sparsityByText(.3), (.1 + 1./30) / 2},
		{"coherence by text, with a change behind the last unit", []arg{within, m}, coherenceByText, (3./4 + 2./2) / 2},
		{"coherence of a single unit", []arg{maskArg("z", []float64{1, 0}), maskArg("m", []float64{1, 0})}, coherenceByText, 1},
		{"divergence from itself", []arg{first}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return Divergence(g, x["logits"], x["logits"])
		}, 0},
		{"divergence", []arg{logitsArg(matrix(1, 2, math.Log(.8), math.Log(.2))), otherLogits(math.Log(.5), math.Log(.5))}, divergence, .8*math.Log(1.6) + .2*math.Log(.4)},
		{"divergence the other way", []arg{logitsArg(matrix(1, 2, 0., 0)), otherLogits(math.Log(.8), math.Log(.2))}, divergence, .5*math.Log(.625) + .5*math.Log(2.5)},
		{"divergence from the prior", []arg{maskArg("z", []float64{0, math.Log(.3 / .7), 9}), maskArg("m", []float64{1, 1, 0})}, priorDivergence, (.5*math.Log(.5/.3) + .5*math.Log(.5/.7)) / 2},
		{"mean over texts", []arg{logitsArg(matrix(2, 2, 2., -1, 2, -1)), labelsArg("y", 1, 0)}, hard, (3.04859 + .04859) / 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := function{tc.args, tc.build}.value(t).Float64s()
			if len(got) != 1 || math.Abs(got[0]-tc.want) > 6e-6 {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}

// TestLossesOfExtremeLogits: no overflow where a softmax alone would have one.
func TestLossesOfExtremeLogits(t *testing.T) {
	f := function{[]arg{logitsArg(matrix(2, 2, 1000., -1000, 1000, -1000)), labelsArg("y", 1, 0)}, hard}
	near(t, "hard", f.value(t).Float64s(), []float64{1000}, 1e-14)
	near(t, "hard in float32", f.as32(t).value(t).Float64s(), []float64{1000}, 1e-7)
}

func TestLossGradients(t *testing.T) {
	r := rand.New(rand.NewPCG(30, 0))
	logits := logitsArg(normals(r, 4, 3))
	target := arg{name: "target", shape: logits.shape, value: normals(r, 4, 3)}
	// A sampled mask is 0 or 1; the losses are smooth between, away from
	// equal neighbours and from the target share.
	z := arg{name: "z", shape: graph.Shape{symT, symB}, value: normals(r, 6, 4)}
	m := lengthMask("m", 6, []int{6, 4, 1, 3})
	for _, tc := range []struct {
		name  string
		args  []arg
		build func(*graph.Graph, map[string]*graph.Value) *graph.Value
	}{
		{"hard", []arg{logits, labelsArg("y", 0, 2, 2, 1)}, hard},
		{"soft", []arg{logits, target}, soft},
		{"uniform", []arg{logits}, uniform},
		{"sparsity above", []arg{z, m}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return Sparsity(g, x["z"], x["m"], One(g, g.Like(x["z"], -.9)))
		}},
		{"sparsity below", []arg{z, m}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return Sparsity(g, x["z"], x["m"], One(g, g.Like(x["z"], .9)))
		}},
		{"likelihood", []arg{z, m}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return g.ReduceMean(LogLikelihood(g, x["z"], x["m"], x["m"]), false)
		}},
		{"coherence", []arg{z}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return Coherence(g, x["z"], nil)
		}},
		{"coherence within a mask", []arg{z, m}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return Coherence(g, x["z"], x["m"])
		}},
		{"coherence of units", []arg{z, m}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return UnitCoherence(g, x["z"], x["m"])
		}},
		{"sparsity by text", []arg{z, m}, sparsityByText(.9)},
		{"coherence by text", []arg{z, m}, coherenceByText},
		{"divergence", []arg{logitsArg(normals(r, 3, 2)), otherLogits(1, 2, -1, .5, 0, 3)}, divergence},
		{"divergence from the prior", []arg{z, m}, priorDivergence},
		{"entropy", []arg{z, m}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return Entropy(g, x["z"], x["m"])
		}},
		{"weighted sum", []arg{logits}, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return Sum(g, Times(g, 2.5, uniform(g, x)), Times(g, -3, soft(g, map[string]*graph.Value{"logits": x["logits"], "target": x["logits"]})))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) { function{tc.args, tc.build}.checkGradients(t, rand.New(rand.NewPCG(31, 0))) })
	}
}

// TestHitsByClass counts by the true class y, not by the target; ties go to
// the lower class.
func TestHitsByClass(t *testing.T) {
	f := function{
		args: []arg{
			logitsArg(matrix(6, 3, 3., 1, 2, 1, 3, 2, 1, 2, 3, 5, 5, 0, 0, 0, 0, 0, 1, 1)),
			labelsArg("target", 0, 1, 0, 1, 0, 1),
			labelsArg("y", 0, 2, 2, 2, 2, 0),
		},
		build: func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			return HitsByClass(g, x["logits"], x["target"], x["y"], 3)
		},
	}
	near(t, "hits", f.value(t).Float64s(), []float64{2, 0, 2}, 0)
}

// TestEntropy compares with −p·log p − q·log q, in the form that is exact
// however large the margin.
func TestEntropy(t *testing.T) {
	margins := []float64{0, .1, -.1, 1, -1, 5, -5, 20, -20, 50, -50}
	entropy := func(x float64) float64 {
		x = math.Abs(x)
		rare := 1 / (1 + math.Exp(x))
		return (1-rare)*math.Log1p(math.Exp(-x)) + rare*math.Log1p(math.Exp(x))
	}
	build := func(g *graph.Graph, x map[string]*graph.Value) *graph.Value { return Entropy(g, x["x"], x["m"]) }
	total := 0.0
	for _, x := range margins {
		f := function{[]arg{maskArg("x", []float64{x, 77}), maskArg("m", []float64{1, 0})}, build}
		got, got32 := f.value(t).Float64s()[0], f.as32(t).value(t).Float64s()[0]
		if want := entropy(x); !(math.Abs(got-want) < 1e-14) || !(math.Abs(got32-want) < 5e-7) {
			t.Errorf("entropy at margin %v: %v, in float32 %v, want %v", x, got, got32, want)
		}
		total += entropy(x)
	}
	ones := make([]float64, len(margins))
	for i := range ones {
		ones[i] = 1
	}
	f := function{[]arg{maskArg("x", margins), maskArg("m", ones)}, build}
	near(t, "mean", f.value(t).Float64s(), []float64{total / float64(len(margins))}, 1e-14)
}

// TestLogLikelihood: the probabilities of all selections of a text sum up to 1, as
// of two real positions and one that is not, and large margins stay finite.
func TestLogLikelihood(t *testing.T) {
	build := func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
		return LogLikelihood(g, x["x"], x["z"], x["m"])
	}
	margins, real := []float64{.7, -1.3, 9}, []float64{1, 1, 0}
	total := 0.0
	for _, z := range [][]float64{{0, 0, 1}, {0, 1, 1}, {1, 0, 0}, {1, 1, 0}} {
		f := function{[]arg{maskArg("x", margins), maskArg("z", z), maskArg("m", real)}, build}
		total += math.Exp(f.value(t).Float64s()[0])
	}
	near(t, "sum", []float64{total}, []float64{1}, 1e-14)
	far := function{[]arg{maskArg("x", []float64{500, -500}), maskArg("z", []float64{0, 1}), maskArg("m", []float64{1, 1})}, build}
	near(t, "far off", far.as32(t).value(t).Float64s(), []float64{-1000}, 1e-7)
}
