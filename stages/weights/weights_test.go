package weights_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/stages/checkpoint"
	"rationale/stages/graphs"
	"rationale/stages/stagetest"
	"rationale/stages/weights"
)

// made makes the graphs of a tiny model, RNP without an attacker.
func made(t *testing.T, method string) string {
	t.Helper()
	p := stagetest.Small(method)
	if method == "RNP" {
		p.Flags["attack"] = false
	}
	return stagetest.Graphs(t, p, stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset))
}

// drawn draws the parameters of a tiny model, and gives the checkpoint's path.
func drawn(t *testing.T, method string) (graphs.Made, string) {
	t.Helper()
	dir := made(t, method)
	m, err := graphs.ReadMade(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m, filepath.Join(stagetest.Weights(t, dir, 1), weights.Checkpoint)
}

// TestCheckpointNames holds the checkpoint's names against PyTorch's, and the
// way back against the way there.
func TestCheckpointNames(t *testing.T) {
	made, path := drawn(t, "RNP+A2I")
	named, meta, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]int64{
		"model.gen.weight_ih_l0":         {12, stagetest.Width},
		"model.gen.weight_hh_l0_reverse": {12, 4},
		"model.norm.weight":              {8},
		"model.gen_fc.weight":            {2, 8},
		"model.cls.bias_hh_l0":           {12},
		"model.cls_fc.bias":              {2},
		"attacker.gen.weight_ih_l0":      {12, stagetest.Width},
	}
	for name, shape := range want {
		if got, ok := named[name]; !ok || !slices.Equal(got.Shape(), shape) {
			t.Errorf("%s: %v; want shape %v", name, got, shape)
		}
	}
	if !maps.Equal(meta, map[string]string{"method": "RNP+A2I", "seed": "1", "epoch": "0"}) {
		t.Errorf("metadata %v", meta)
	}
	flat, err := weights.ReadCheckpoint(path, made.Spec.Layouts)
	if err != nil {
		t.Fatal(err)
	}
	again, err := weights.NameTensors(made.Spec.Layouts, flat)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(slices.Sorted(maps.Keys(again)), slices.Sorted(maps.Keys(named))) {
		t.Error("names are lost on the way")
	}
	for name, x := range named {
		if !slices.Equal(x.Float64s(), again[name].Float64s()) {
			t.Errorf("%s is changed on the way", name)
		}
	}
}

// TestOnlyFiniteParameters: what no training leaves behind is not read either.
func TestOnlyFiniteParameters(t *testing.T) {
	made, path := drawn(t, "RNP")
	named, meta, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tensor.Data[float32](named["model.gen.weight_ih_l0"])[5] = float32(math.NaN())
	if err := safetensors.WriteFile(path, named, meta); err != nil {
		t.Fatal(err)
	}
	if _, err := weights.ReadCheckpoint(path, made.Spec.Layouts); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "expected finite numbers") {
		t.Errorf("%v", err)
	}
}

func TestSeedSetsTheCheckpoint(t *testing.T) {
	dir := made(t, "RNP")
	one, again, two := stagetest.Weights(t, dir, 1), stagetest.Weights(t, dir, 1), stagetest.Weights(t, dir, 2)
	stagetest.SameFiles(t, again, one)
	if bytes.Equal(stagetest.Files(t, one)[weights.Checkpoint], stagetest.Files(t, two)[weights.Checkpoint]) {
		t.Error("the parameters are the same under another seed")
	}
}

// parameters reads a checkpoint.
func parameters(t *testing.T, dir string) map[string]*tensor.Tensor {
	t.Helper()
	named, _, err := safetensors.ReadFile(filepath.Join(dir, weights.Checkpoint))
	if err != nil {
		t.Fatal(err)
	}
	return named
}

// TestEncodersBeginWithTheCheckpoint: all of them, the attacker's too; heads are
// drawn.
func TestEncodersBeginWithTheCheckpoint(t *testing.T) {
	p := stagetest.OnBERT(t, "RNP+A2I")
	p.BERT.FrozenLayers = 1
	in := begun(t, p)
	got := parameters(t, stagetest.Run(t, weights.New(weights.Params{Seed: 1}), in))
	checkBegun(t, got,
		"model/layers.gen.encoder.layer.1.output.dense.weight", "model/layers.cls.encoder.layer.1.attention.self.query.bias",
		"attacker/layers.gen.encoder.layer.1.output.LayerNorm.weight", "attacker/fixed.gen.embeddings.position_embeddings.weight",
		"model/fixed.gen.encoder.layer.0.output.dense.weight", "model/fixed.cls.embeddings.LayerNorm.bias")
	if other := parameters(t, stagetest.Run(t, weights.New(weights.Params{Seed: 2}), in)); slices.Equal(other["model.gen_fc.weight"].Float64s(), got["model.gen_fc.weight"].Float64s()) {
		t.Error("the head is the same under another seed")
	}
}

// begun are the stage's inputs for a model with the tiny BERT's encoders.
func begun(t *testing.T, p graphs.Params) map[string]string {
	t.Helper()
	data := stagetest.Pieces(t, stagetest.Generated(t), stagetest.Dataset)
	return map[string]string{weights.GraphsRole: stagetest.Graphs(t, p, data), checkpoint.Role: stagetest.Checkpoint(t)}
}

// checkBegun wants parameters to be the tiny BERT's.
func checkBegun(t *testing.T, got map[string]*tensor.Tensor, names ...string) {
	t.Helper()
	tiny := stagetest.Pretrained(t)
	for _, name := range names {
		want := tiny.Params[strings.SplitN(name, ".", 3)[2]]
		if got[name] == nil || !slices.Equal(got[name].Float64s(), want.Float64s()) {
			t.Errorf("%s is not the checkpoint's", name)
		}
	}
}

// TestTablesBeginWithTheCheckpoint, those of words too, where they learn.
func TestTablesBeginWithTheCheckpoint(t *testing.T) {
	p := stagetest.OnBERT(t, "RNP+A2I")
	p.BERT.TrainTables = true
	got := parameters(t, stagetest.Run(t, weights.New(weights.Params{Seed: 1}), begun(t, p)))
	checkBegun(t, got,
		"model/layers.gen.embeddings.word_embeddings.weight", "model/layers.cls.embeddings.position_embeddings.weight",
		"attacker/layers.gen.embeddings.word_embeddings.weight", "model/layers.gen.embeddings.token_type_embeddings.weight")
}

// TestTakesFromAnotherModel: FR starts from a trained RNP's generator, under
// other names where they differ, and draws the rest.
func TestTakesFromAnotherModel(t *testing.T) {
	source := stagetest.Weights(t, made(t, "RNP"), 7)
	in := map[string]string{weights.GraphsRole: made(t, "FR+A2I"), weights.FromRole: source}
	p := weights.Params{Seed: 1, Partial: true, Names: map[string]string{"attacker.gen_fc.bias": "model.gen_fc.bias"}}
	dir := stagetest.Run(t, weights.New(p), in)
	got, want, fresh := parameters(t, dir), parameters(t, source), parameters(t, stagetest.Weights(t, in[weights.GraphsRole], 1))
	for name, from := range map[string]string{
		"model.gen.weight_ih_l0": "model.gen.weight_ih_l0", "model.cls_fc.bias": "model.cls_fc.bias", "attacker.gen_fc.bias": "model.gen_fc.bias",
	} {
		if !slices.Equal(got[name].Float64s(), want[from].Float64s()) {
			t.Errorf("%s is not the source's %s", name, from)
		}
	}
	if name := "attacker.gen.weight_ih_l0"; !slices.Equal(got[name].Float64s(), fresh[name].Float64s()) {
		t.Errorf("%s is not drawn", name)
	}
	var origins weights.Origins
	data, err := os.ReadFile(filepath.Join(dir, weights.OriginsFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &origins); err != nil {
		t.Fatal(err)
	}
	if len(origins.Drawn)+len(origins.Taken) != len(got) || !slices.Contains(origins.Taken, "attacker.gen_fc.bias") || !slices.Contains(origins.Drawn, "attacker.norm.bias") {
		t.Errorf("origins %+v", origins)
	}
}

func TestRefusesSources(t *testing.T) {
	fr, rnp := made(t, "FR"), stagetest.Weights(t, made(t, "RNP"), 7)
	attacked := stagetest.Small("RNP")
	attacked.Hyper.Hidden = 5
	wide := stagetest.Weights(t, stagetest.Graphs(t, attacked, stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset)), 1)
	classifier := stagetest.Weights(t, made(t, "classifier"), 1)
	for _, tc := range []struct {
		from   string
		params weights.Params
		want   string
	}{
		{classifier, weights.Params{}, "has no"},
		{wide, weights.Params{Partial: true}, "the model wants float32"},
		{rnp, weights.Params{Names: map[string]string{"model.gen_fc.bias": "head.bias"}, Partial: true}, "has no head.bias"},
		{rnp, weights.Params{Names: map[string]string{"model.fc.bias": "model.gen_fc.bias"}}, "the model has no parameter model.fc.bias"},
		{"", weights.Params{Names: map[string]string{"a": "b"}}, "no source"},
	} {
		in := map[string]string{weights.GraphsRole: fr}
		if tc.from != "" {
			in[weights.FromRole] = tc.from
		}
		err := weights.New(tc.params).Run(context.Background(), stagetest.Env(t, in))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: error %v; want %q in it", tc.params, err, tc.want)
		}
	}
}

// TestTakesFromAFile: somebody's file gives what an artifact with the same
// parameters gives.
func TestTakesFromAFile(t *testing.T) {
	graphs, source := made(t, "RNP"), stagetest.Weights(t, made(t, "RNP"), 7)
	want := stagetest.Run(t, weights.New(weights.Params{Seed: 1}), map[string]string{weights.GraphsRole: graphs, weights.FromRole: source})
	dir := t.TempDir()
	if err := os.Rename(filepath.Join(source, weights.Checkpoint), filepath.Join(dir, weights.FileName)); err != nil {
		t.Fatal(err)
	}
	opened, err := weights.OpenFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	env := stagetest.Env(t, map[string]string{weights.GraphsRole: graphs})
	env.Opened[weights.FromRole] = opened
	if err := weights.New(weights.Params{Seed: 1}).Run(context.Background(), env); err != nil {
		t.Fatal(err)
	}
	stagetest.SameFiles(t, env.Out, want)
	if err := os.WriteFile(filepath.Join(dir, weights.FileName), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := weights.OpenFile(dir); err == nil || !strings.Contains(err.Error(), weights.FileName) {
		t.Errorf("a damaged file: %v", err)
	}
}
