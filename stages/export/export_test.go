package export_test

import (
	"context"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/stages/export"
	"rationale/stages/stagetest"
)

// TestExports has every method's graphs opened by onnxruntime, and the same
// bytes twice.
func TestExports(t *testing.T) {
	for _, method := range rationalizer.Methods() {
		t.Run(method.Name, func(t *testing.T) {
			p := stagetest.Small(method.Name)
			dir := stagetest.Run(t, export.New(p), nil)
			files := stagetest.Files(t, dir)
			want := []string{export.Checkpoint, export.DevModel, export.SpecFile, export.StepModel, export.TestModel}
			if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
				t.Errorf("files %v; want %v", got, want)
			}
			for name, content := range files {
				if strings.HasSuffix(name, ".onnx") {
					runtimetest.NewSession(t, name, content)
				}
			}
			stagetest.SameFiles(t, stagetest.Run(t, export.New(p), nil), dir)
		})
	}
}

func TestSeveralSteps(t *testing.T) {
	p := stagetest.Small("RNP+A2I")
	single := stagetest.Files(t, stagetest.Run(t, export.New(p), nil))
	p.StepsPerRun = 3
	dir := stagetest.Run(t, export.New(p), nil)
	several := stagetest.Files(t, dir)
	for from, to := range map[string]string{
		export.StepModel: export.SingleStepModel, export.DevModel: export.DevModel, export.TestModel: export.TestModel, export.Checkpoint: export.Checkpoint,
	} {
		if string(several[to]) != string(single[from]) {
			t.Errorf("%s is not the %s of one step a run", to, from)
		}
	}
	spec, err := export.ReadSpec(dir)
	if err != nil {
		t.Fatal(err)
	}
	if spec.K != 3 {
		t.Errorf("%d steps a run; want 3", spec.K)
	}
	ids := runtimetest.NewSession(t, export.StepModel, several[export.StepModel]).Inputs()
	for _, in := range ids {
		if in.Name == rationalizer.InputIDs && (len(in.Shape) != 3 || in.Shape[0] != 3) {
			t.Errorf("%v", in)
		}
	}
}

// TestCheckpointNames holds the checkpoint's names against PyTorch's, and the
// way back against the way there.
func TestCheckpointNames(t *testing.T) {
	dir := stagetest.Run(t, export.New(stagetest.Small("RNP+A2I")), nil)
	path := filepath.Join(dir, export.Checkpoint)
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
	spec, err := export.ReadSpec(dir)
	if err != nil {
		t.Fatal(err)
	}
	flat, err := export.ReadCheckpoint(path, spec.Layouts)
	if err != nil {
		t.Fatal(err)
	}
	again, err := export.NameTensors(spec.Layouts, flat)
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
	dir := stagetest.Run(t, export.New(stagetest.Small("RNP")), nil)
	path := filepath.Join(dir, export.Checkpoint)
	named, meta, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tensor.Data[float32](named["model.gen.weight_ih_l0"])[5] = float32(math.NaN())
	if err := safetensors.WriteFile(path, named, meta); err != nil {
		t.Fatal(err)
	}
	spec, err := export.ReadSpec(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := export.ReadCheckpoint(path, spec.Layouts); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "expected finite numbers") {
		t.Errorf("%v", err)
	}
}

func TestSeedSetsTheCheckpoint(t *testing.T) {
	p := stagetest.Small("RNP")
	one := stagetest.Files(t, stagetest.Run(t, export.New(p), nil))
	p.Seed = 2
	two := stagetest.Files(t, stagetest.Run(t, export.New(p), nil))
	for name, content := range one {
		if same := string(content) == string(two[name]); same == (name == export.Checkpoint) {
			t.Errorf("%s is the same under another seed: %v", name, same)
		}
	}
}

func TestRefuses(t *testing.T) {
	for want, change := range map[string]func(*export.Params){
		"no method":     func(p *export.Params) { p.Method = "RNQ" },
		"two classes":   func(p *export.Params) { p.Classes = 1 },
		"steps per run": func(p *export.Params) { p.StepsPerRun = 0 },
		"sparsity must": func(p *export.Params) { p.Hyper.Sparsity = 2 },
	} {
		p := stagetest.Small("RNP")
		change(&p)
		err := export.New(p).Run(context.Background(), stagetest.Env(t, nil))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q in it", err, want)
		}
	}
}
