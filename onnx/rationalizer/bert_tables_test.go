package rationalizer

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/tensor"
)

// onTables is a small model with BERT encoders whose tables learn.
func onTables(method string, dtype tensor.DType) Config {
	c := onBERT(method, dtype)
	c.BERT.TrainTables = true
	return c
}

// given is a batch as a method wants it.
func given(method string) values {
	b := marked(smallBatch())
	if method == "NIR" {
		b = join(b, own(b))
	}
	return b
}

// TestGradientsOfTables compares those of the predictor's tables with numeric ones, also
// where features of words are dropped, or words replaced.
func TestGradientsOfTables(t *testing.T) {
	for _, method := range []string{"classifier", "RNP+A2I", "DR", "Inter_RAT", "NIR"} {
		for _, whole := range []bool{false, true} {
			t.Run(method, func(t *testing.T) {
				c := onTables(method, tensor.Float64)
				c.WholeVocabulary = whole
				checkGradientsOn(t, c, given(method), func(param string) bool {
					return strings.HasPrefix(param, "cls.") && strings.Contains(param, "_embeddings")
				})
			})
		}
	}
}

// TestTablesBeginAsTheFixedOnes: with the same numbers in them, a step measures the same
// and has the same gradients, whatever the encoders make of their words. The attacker's
// update comes after the predictor's.
func TestTablesBeginAsTheFixedOnes(t *testing.T) {
	for _, method := range []string{"RNP+A2I", "FR", "Inter_RAT+A2I", "CR", "NIR", "random patterns"} {
		t.Run(method, func(t *testing.T) {
			fixed, c := onBERT(method, tensor.Float32), onTables(method, tensor.Float32)
			from, to, b := mustStepGraph(t, fixed), mustStepGraph(t, c), given(method)
			begun := state(fixed, from)
			in := join(numbers(c), b, draws(c, to, b, 1))
			want := compile(t, from.Graph).run(join(begun, in))
			got := compile(t, to.Graph).run(join(state(c, to), moved(t, c, begun, from, to), in))
			for name, x := range want {
				if !strings.HasSuffix(name, NextSuffix) && !strings.Contains(name, "attack") {
					compare(t, 0, name, got[named(to, name)].Float64s(), x.Float64s(), 1e-5)
				}
			}
		})
	}
}

// named is what the gradient of a parameter is called in another step, where it may lie
// in another layout of its team.
func named(g *StepGraph, name string) string {
	layout, param, is := strings.Cut(strings.TrimPrefix(name, "grad/"), ".")
	if !is {
		return name
	}
	for _, l := range g.Layouts {
		for _, p := range l.Params {
			if p.Name == param && inTeam(l, strings.Split(layout, "/")[0]) {
				return "grad/" + l.Name + "." + param
			}
		}
	}
	return name
}

// moved are parameters of one step in the layouts of another, whose tables of words are
// the data's.
func moved(t *testing.T, c Config, begun values, from, to *StepGraph) values {
	t.Helper()
	byTeam := map[string]values{}
	team := func(l nn.Layout) values {
		name := strings.Split(l.Name, "/")[0]
		if byTeam[name] == nil {
			byTeam[name] = values{}
		}
		return byTeam[name]
	}
	for _, l := range append(from.Layouts, from.Frozen...) {
		tensors, err := l.Tensors(tensor.Data[float32](begun[l.Name+ParamsPart]))
		if err != nil {
			t.Fatal(err)
		}
		for name, x := range tensors {
			team(l)[name] = x
		}
	}
	out := values{}
	for _, l := range append(to.Layouts, to.Frozen...) {
		for _, p := range l.Params {
			if strings.HasSuffix(p.Name, nn.WordTable) {
				team(l)[p.Name] = c.Vectors
			}
		}
		flat, err := l.Flat(team(l))
		if err != nil {
			t.Fatal(err)
		}
		out[l.Name+ParamsPart] = tensor.Vector(flat)
	}
	return out
}

// TestRowsOfTheTextsWordsLearn at the layers' pace, and no others.
func TestRowsOfTheTextsWordsLearn(t *testing.T) {
	c, b := onTables("RNP", tensor.Float32), marked(batch(rand.New(rand.NewPCG(3, 3)), 6, 6, 3, 4))
	start, out := state(c, mustStepGraph(t, c)), once(t, c, b)
	occurs := map[int]bool{}
	for i, id := range tensor.Data[int64](b[InputIDs]) {
		occurs[int(id)] = occurs[int(id)] || tensor.Data[int64](b[InputMask])[i] == 1
	}
	before, after := generatorTable(t, c, start, ParamsPart), generatorTable(t, c, out, ParamsPart+NextSuffix)
	for i := range before {
		change := math.Abs(after[i] - before[i])
		if learns := change > 1e-6 && change < 1.01e-3; learns != occurs[i/smallWidth] || !learns && change > 0 {
			t.Fatalf("word %d, which occurs: %t, changes by %v", i/smallWidth, occurs[i/smallWidth], change)
		}
	}
}

// generatorTable is its table of words in a state, row-major.
func generatorTable(t *testing.T, c Config, in values, suffix string) []float64 {
	t.Helper()
	for _, l := range mustStepGraph(t, c).Layouts {
		if l.Name == "model/layers" {
			return part(l, in[l.Name+suffix].Float64s(), "gen."+nn.WordTable)
		}
	}
	t.Fatal("no layers")
	return nil
}

// TestAnswersReadTheirOwnTables: the data's is no input of theirs.
func TestAnswersReadTheirOwnTables(t *testing.T) {
	c, b := onTables("RNP", tensor.Float32), marked(smallBatch())
	c.Vectors, c.Width = nil, smallWidth
	g := mustStepGraph(t, c)
	params := InitialParams(g.Layouts, 1)
	inside, outside := mustAnswer(t, c, Views{}, params), mustAnswer(t, c, Views{}, nil)
	for _, g := range []*graph.Graph{g.Graph, inside, outside} {
		for _, v := range g.Inputs() {
			if v.Name() == EmbeddingWeight {
				t.Errorf("graph %s reads the data's table", g.Name())
			}
		}
	}
	want := compile(t, outside).run(join(state(c, g), b))
	for name, got := range compile(t, inside).run(b) {
		same(t, name, got, want[name])
	}
}

// TestNoOneVectorOfAWord: what asks for one is refused.
func TestNoOneVectorOfAWord(t *testing.T) {
	c := onTables("RNP", tensor.Float32)
	if _, err := NewAttribution(c); err == nil || !strings.Contains(err.Error(), "train_tables") {
		t.Errorf("an attribution: %v", err)
	}
	if _, err := NewTrigger(c, Trigger{Slots: 1}); err == nil || !strings.Contains(err.Error(), "train_tables") {
		t.Errorf("a trigger: %v", err)
	}
}
