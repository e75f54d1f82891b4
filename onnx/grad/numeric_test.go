package grad

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

func (c numeric) tolerance() float64 {
	if c.single {
		return 1e-3
	}
	return 1e-6
}

func TestNumericDerivatives(t *testing.T) {
	rt := runtimetest.Open(t)
	worst := map[string]float64{}
	for _, c := range numericCases {
		t.Run(c.name, func(t *testing.T) {
			op, _, _ := strings.Cut(c.name, " ")
			worst[op] = max(worst[op], c.check(t, rt))
		})
	}
	for _, op := range slices.Sorted(maps.Keys(worst)) {
		t.Logf("%-20s %.1e", op, worst[op])
	}
}

// TestSecondDerivatives differentiates the gradients once more: rules emit
// operators that have rules.
func TestSecondDerivatives(t *testing.T) {
	rt := runtimetest.Open(t)
	for _, c := range numericCases {
		first := c
		c.build = func(g *graph.Graph, x []*graph.Value) []*graph.Value {
			r := rand.New(rand.NewPCG(2, 2))
			d, err := Of(g, weightedSum(g, first.build(g, x), r), x)
			if err != nil {
				g.Fail("%v", err)
			}
			return d
		}
		t.Run(c.name, func(t *testing.T) {
			c.check(t, rt)
		})
	}
}

// check holds a case's gradient against a numeric one and gives their distance.
func (c numeric) check(t *testing.T, rt *runtime.Runtime) float64 {
	t.Helper()
	e, err := relativeError(rt, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	if !(e <= c.tolerance()) {
		t.Errorf("relative error %.1e, allowed %.0e", e, c.tolerance())
	}
	return e
}

// TestEveryRuleIsChecked spoils each rule in turn, one input's gradient at a
// time, by a factor close to 1: some numeric case must notice.
func TestEveryRuleIsChecked(t *testing.T) {
	rt := runtimetest.Open(t)
	for _, op := range slices.Sorted(maps.Keys(rules)) {
		t.Run(op, func(t *testing.T) {
			rule := rules[op]
			defer func() { rules[op] = rule }()
			for slot := 0; ; slot++ {
				spoilt := false
				rules[op] = func(g *graph.Graph, n *graph.Node, grads []*graph.Value, want []bool) []*graph.Value {
					out := rule(g, n, grads, want)
					if slot < len(out) && out[slot] != nil {
						out[slot], spoilt = g.Mul(out[slot], g.Like(out[slot], 1.01)), true
					}
					return out
				}
				noticed := slices.ContainsFunc(casesUsing(op), func(c numeric) bool {
					e, err := relativeError(rt, c, 1)
					return err != nil || !(e <= c.tolerance())
				})
				switch {
				case slot == 0 && !spoilt && op != "Where":
					t.Fatal("no case uses the rule")
				case spoilt && !noticed:
					t.Fatalf("no case notices a wrong gradient of input %d", slot)
				case !spoilt && slot > 0:
					return
				}
			}
		})
	}
}

// casesUsing lists the cases in whose function the operator occurs.
func casesUsing(op string) []numeric {
	var out []numeric
	for _, c := range numericCases {
		g := graph.New("case")
		xs := make([]*graph.Value, len(c.inputs))
		for i, in := range c.inputs {
			xs[i] = g.Input(fmt.Sprint("x", i), tensor.Float64, dims(in.shape)...)
		}
		c.build(g, xs)
		if slices.ContainsFunc(g.Nodes(), func(n *graph.Node) bool { return n.Op == op }) {
			out = append(out, c)
		}
	}
	return out
}

// TestSingleCasesHaveNoFloat64Kernel: cases are run in float32 for no other
// reason.
func TestSingleCasesHaveNoFloat64Kernel(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // where refused models are kept
	rt := runtimetest.Open(t)
	for _, c := range numericCases {
		if !c.single || c.name == "Cast" {
			continue
		}
		c.single = false
		if _, err := relativeError(rt, c, 1); err == nil || !strings.Contains(err.Error(), "refuses") {
			t.Errorf("%s runs in float64: %v", c.name, err)
		}
	}
}
