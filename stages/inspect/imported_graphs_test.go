package inspect_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/rationalizer"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/stages/examples/graphs"
	"rationale/stages/inspect"
	"rationale/stages/stagetest"
	"rationale/stages/train"
	"rationale/stages/weights"
)

// edgeCounter is a model of graphs that is the surer of its first class the more edges it
// sees.
func edgeCounter(t *testing.T) string {
	t.Helper()
	g := graph.New("edges")
	texts, nodes := graph.Sym("B"), graph.Sym("T")
	g.Input(rationalizer.InputIDs, tensor.Int64, texts, nodes)
	edges := g.Cast(g.Input(rationalizer.InputAdjacency, tensor.Int64, texts, nodes, nodes), tensor.Float32)
	sure := g.ReduceSum(edges, false, 1, 2)
	sure = g.Unsqueeze(g.Sub(sure, g.Like(sure, 4)), 1)
	g.Output(rationalizer.OutLogits, g.Concat(1, sure, g.Neg(sure)))
	return write(t, g)
}

// TestImportedModelOfGraphs: from its answers the attacker learns how few nodes leave it
// in doubt, with batch norms whose statistics follow what it reads.
func TestImportedModelOfGraphs(t *testing.T) {
	data := stagetest.Motifs(t)
	p := stagetest.SmallOnGraphs("RNP")
	p.Method, p.Flags, p.Probe = rationalizer.Imported, nil, true
	made := stagetest.Graphs(t, p, data)
	in := map[string]string{train.DataRole: data, train.GraphsRole: made, train.WeightsRole: stagetest.Weights(t, made, 1)}
	attack := inspect.NewAttack(attackOn(t, 20).Params().(train.Params), graphs.Open)
	path := edgeCounter(t)
	dir, err := against(t, attack, in, path)
	if err != nil {
		t.Fatal(err)
	}
	if first, last := crossEntropy(t, dir, 1), crossEntropy(t, dir, 20); last > first-.2 {
		t.Errorf("the attacker is as far from its aim after 20 epochs (%.3f) as after one (%.3f)", last, first)
	}
	checkCarried(t, dir, in[train.WeightsRole])
	in[inspect.AttackRole] = dir
	report, err := against(t, inspect.New(stage(t).Params().(inspect.Params), graphs.Open), in, path)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := inspect.ReadReport(report); err != nil || !r.Graphs || r.Method != rationalizer.Imported {
		t.Errorf("report %+v, error %v", r, err)
	}
}

// checkCarried wants the running statistics to be other ones than at first.
func checkCarried(t *testing.T, trained, first string) {
	t.Helper()
	var named [2]map[string]*tensor.Tensor
	for i, dir := range []string{trained, first} {
		var err error
		if named[i], _, err = safetensors.ReadFile(filepath.Join(dir, weights.Checkpoint)); err != nil {
			t.Fatal(err)
		}
	}
	carried := 0
	for name, x := range named[0] {
		if !strings.HasPrefix(name, "attacker/carried.") {
			continue
		}
		if carried++; slices.Equal(x.Float64s(), named[1][name].Float64s()) {
			t.Errorf("%s has not moved", name)
		}
	}
	if carried == 0 {
		t.Error("no running statistics")
	}
}
