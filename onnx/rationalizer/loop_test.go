package rationalizer

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/tensor"
)

// stack joins the tensors of several steps along a new leading axis.
func stack(t testing.TB, steps []values) values {
	t.Helper()
	out := values{}
	for name := range steps[0] {
		out[name] = stackSteps(t, steps, name)
	}
	return out
}

// stackSteps joins one tensor of several steps.
func stackSteps(t testing.TB, steps []values, name string) *tensor.Tensor {
	t.Helper()
	var parts []*tensor.Tensor
	for _, s := range steps {
		parts = append(parts, s[name])
	}
	x, err := tensor.Stack(parts...)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestStepsInOneRun: three steps in one run give the state and the metrics of
// three runs, bit for bit.
func TestStepsInOneRun(t *testing.T) {
	configs := map[string]Config{"a probe of FR": probed("FR", tensor.Float32)}
	for _, method := range []string{"RNP+A2I", "random patterns", "DR", "Inter_RAT+A2I", "A2R", "CR+A2I", "NIR+A2I"} {
		configs[method] = small(method, tensor.Float32)
	}
	for name, c := range configs {
		t.Run(name, func(t *testing.T) {
			g := mustStepGraph(t, c)
			single := compile(t, g.Graph)
			start := state(c, g)
			now, r := start, rand.New(rand.NewPCG(1, 1))
			var inputs, outputs []values
			for i := range 3 {
				b := batch(r, 6, 6, 2, 4)
				in := join(b, numbers(c), draws(c, g, b, uint64(i)))
				out := single.run(join(now, in))
				inputs, outputs = append(inputs, in), append(outputs, out)
				now = following(now, out)
			}

			c.StepsPerRun = 3
			g3 := mustStepGraph(t, c)
			got := compile(t, g3.Graph).run(join(start, stack(t, inputs)))
			for name, want := range now {
				if next, ok := got[name+NextSuffix]; ok {
					same(t, name, next, want)
				}
			}
			trained := g.Layouts[0].Name + ParamsPart
			differs(t, trained, now[trained], start[trained])
			for _, m := range g3.Measures {
				name := m.Name
				for i, out := range outputs {
					size := out[name].Len()
					if part := got[name].Float64s()[i*size:][:size]; !slices.Equal(part, out[name].Float64s()) {
						t.Errorf("step %d: %s is %v, in a run of its own %v", i, name, part, out[name].Float64s())
					}
				}
			}
		})
	}
}

// following is the state after a step.
func following(state, out values) values {
	next := values{}
	for name, x := range state {
		if next[name] = x; out[name+NextSuffix] != nil {
			next[name] = out[name+NextSuffix]
		}
	}
	return next
}

// TestStateCountsSteps: a run of K steps counts K.
func TestStateCountsSteps(t *testing.T) {
	c := small("classifier", tensor.Float32)
	c.StepsPerRun = 2
	g := mustStepGraph(t, c)
	b := batch(rand.New(rand.NewPCG(2, 2)), 4, 4, 3)
	one := join(b, numbers(c), draws(c, g, b, 1))
	out := compile(t, g.Graph).run(join(state(c, g), stack(t, []values{one, one})))
	if n := tensor.Data[int64](out["model.completed.next"])[0]; n != 2 {
		t.Errorf("%d steps counted", n)
	}
	for name := range out {
		if strings.HasPrefix(name, "attacker") {
			t.Errorf("a classifier has %s", name)
		}
	}
}
