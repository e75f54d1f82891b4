package inspect_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/plots"
	"rationale/stages"
	"rationale/stages/examples/texts"
	"rationale/stages/graphs"
	"rationale/stages/inspect"
	"rationale/stages/measure"
	"rationale/stages/stagetest"
	"rationale/stages/train"
)

// parity writes somebody's model: words with an even id speak for class 1, others
// for class 0, and word 0 for none. selects tells that it takes the selection; it is
// told by the ids otherwise.
func parity(t *testing.T, selects bool) string {
	t.Helper()
	const words = 4096
	table := make([]float32, 2*words)
	for id := 1; id < words; id++ {
		table[2*id+1-id%2] = 1
	}
	weights, err := tensor.Of([]int64{words, 2}, table)
	if err != nil {
		t.Fatal(err)
	}
	g := graph.New("parity")
	ids := g.Input("input_ids", tensor.Int64, graph.Sym("B"), graph.Sym("T"))
	says := g.Gather(g.Const("words", weights), ids, 0)
	if selects {
		selection := g.Input(measure.InputSelection, tensor.Float32, graph.Sym("B"), graph.Sym("T"))
		says = g.Mul(says, g.Unsqueeze(selection, 2))
	}
	g.Output("answer", g.ReduceSum(says, false, 1))
	return write(t, g)
}

func write(t *testing.T, g *graph.Graph) string {
	t.Helper()
	model, err := g.Model()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.onnx")
	if err := os.WriteFile(path, model, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// against runs a stage with an imported model among its inputs.
func against(t *testing.T, s stages.Stage, in map[string]string, path string) (string, error) {
	t.Helper()
	env := stagetest.Env(t, in)
	file, err := measure.OpenModel(path)
	if err != nil {
		t.Fatal(err)
	}
	env.Opened[train.ModelRole] = file
	return env.Out, s.Run(context.Background(), env)
}

// outside makes the graphs of an imported model's attacker and its first parameters.
func outside(t *testing.T) map[string]string {
	t.Helper()
	data := stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset)
	h := rationalizer.Defaults()
	h.Hidden = 8
	made := stagetest.Graphs(t, graphs.Params{Method: rationalizer.Imported, Hyper: h, StepsPerRun: 1, Probe: true}, data)
	return map[string]string{train.DataRole: data, train.GraphsRole: made, train.WeightsRole: stagetest.Weights(t, made, 1)}
}

func attackOn(t *testing.T, epochs int) *inspect.Attack {
	return inspect.NewAttack(train.Params{
		Dataset: stagetest.Dataset, Seed: 1, Epochs: epochs, Batch: 8, Rate: 1e-2, Decay: 1, Engine: engine(t),
		Scalars: map[string]float64{"class_weight": .9, "sparsity": .3, "lambda_sparsity": 1},
	}, texts.Open)
}

// TestImportedModel: from a model's answers alone the attacker learns which words
// lead it astray, and hiding words by their ids is the same as not selecting them.
func TestImportedModel(t *testing.T) {
	in := outside(t)
	var attacks, reports [2]string
	for i, selects := range []bool{true, false} {
		path := parity(t, selects)
		var err error
		if attacks[i], err = against(t, attackOn(t, 40), in, path); err != nil {
			t.Fatal(err)
		}
		in[inspect.AttackRole] = attacks[i]
		if reports[i], err = against(t, stage(t), in, path); err != nil {
			t.Fatal(err)
		}
	}
	stagetest.SameFiles(t, attacks[1], attacks[0])
	stagetest.SameFiles(t, reports[1], reports[0])
	first, last := crossEntropy(t, attacks[0], 1), crossEntropy(t, attacks[0], 40)
	if last > first-.2 {
		t.Errorf("the attacker is as far from its aim after 40 epochs (%.3f) as after one (%.3f)", last, first)
	}
	r, err := inspect.ReadReport(reports[0])
	if err != nil {
		t.Fatal(err)
	}
	if r.Method != rationalizer.Imported || len(r.Examples) > 0 && r.Examples[0].Selected != nil {
		t.Errorf("report %+v", r)
	}
}

// crossEntropy is that of an epoch's training attacks.
func crossEntropy(t *testing.T, dir string, epoch int) float64 {
	t.Helper()
	path := filepath.Join(dir, train.RecordsFile)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := plots.ReadRecords(f, path)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if r.Split == "train" && r.Metric == "attack_cross_entropy" && r.Epoch == epoch {
			return r.Value
		}
	}
	t.Fatalf("no cross-entropy of epoch %d", epoch)
	return 0
}

// TestRefusesImported names what an imported model lacks.
func TestRefusesImported(t *testing.T) {
	in := outside(t)
	two := func(g *graph.Graph, name string, dtype tensor.DType) *graph.Value {
		return g.Input(name, dtype, graph.Sym("B"), graph.Sym("T"))
	}
	for want, build := range map[string]func(g *graph.Graph){
		"the model has the input words (int64); expected input_ids": func(g *graph.Graph) { g.Output("logits", g.Cast(two(g, "words", tensor.Int64), tensor.Float32)) },
		"the model has the input input_ids (float32)":               func(g *graph.Graph) { g.Output("logits", g.Neg(two(g, "input_ids", tensor.Float32))) },
		"no input input_ids": func(g *graph.Graph) { g.Output("logits", g.Neg(two(g, "selection", tensor.Float32))) },
		"the model has the outputs a, b; expected logits": func(g *graph.Graph) {
			ids := g.Cast(two(g, "input_ids", tensor.Int64), tensor.Float32)
			g.Output("a", g.Neg(ids))
			g.Output("b", g.Abs(ids))
		},
		"2 classes ask for": func(g *graph.Graph) { g.Output("logits", g.Cast(two(g, "input_ids", tensor.Int64), tensor.Float32)) },
	} {
		g := graph.New("somebody's")
		build(g)
		_, err := against(t, attackOn(t, 1), in, write(t, g))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q in it", err, want)
		}
	}
	if err := attackOn(t, 1).Run(context.Background(), stagetest.Env(t, in)); err == nil || !strings.Contains(err.Error(), "input model is a") {
		t.Errorf("without a model: %v", err)
	}
	if _, err := measure.OpenModel(filepath.Join(t.TempDir(), "none.onnx")); err == nil {
		t.Error("a file that is not there was opened")
	}
}
