package graphs_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime/runtimetest"
	"rationale/stages/examples/texts"
	"rationale/stages/graphs"
	"rationale/stages/stagetest"
)

// data is the tiny data.
func data(t *testing.T) string {
	t.Helper()
	return stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset)
}

// TestGraphs has every method's graphs opened by onnxruntime, and the same
// bytes twice.
func TestGraphs(t *testing.T) {
	in := data(t)
	for _, method := range rationalizer.Methods() {
		t.Run(method.Name, func(t *testing.T) {
			p := stagetest.Small(method.Name)
			dir := stagetest.Graphs(t, p, in)
			files := stagetest.Files(t, dir)
			want := []string{graphs.DevModel, graphs.MadeFile, graphs.StepModel, graphs.TestModel}
			if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
				t.Errorf("files %v; want %v", got, want)
			}
			for name, content := range files {
				if strings.HasSuffix(name, ".onnx") {
					runtimetest.NewSession(t, name, content)
				}
			}
			stagetest.SameFiles(t, stagetest.Graphs(t, p, in), dir)
		})
	}
}

func TestSeveralSteps(t *testing.T) {
	in := data(t)
	p := stagetest.Small("RNP+A2I")
	single := stagetest.Files(t, stagetest.Graphs(t, p, in))
	p.StepsPerRun = 3
	dir := stagetest.Graphs(t, p, in)
	several := stagetest.Files(t, dir)
	for from, to := range map[string]string{
		graphs.StepModel: graphs.SingleStepModel, graphs.DevModel: graphs.DevModel, graphs.TestModel: graphs.TestModel,
	} {
		if string(several[to]) != string(single[from]) {
			t.Errorf("%s is not the %s of one step a run", to, from)
		}
	}
	made, err := graphs.ReadMade(dir)
	if err != nil {
		t.Fatal(err)
	}
	if made.Spec.K != 3 {
		t.Errorf("%d steps a run; want 3", made.Spec.K)
	}
	ids := runtimetest.NewSession(t, graphs.StepModel, several[graphs.StepModel]).Inputs()
	for _, in := range ids {
		if in.Name == rationalizer.InputIDs && (len(in.Shape) != 3 || in.Shape[0] != 3) {
			t.Errorf("%v", in)
		}
	}
}

func TestRefuses(t *testing.T) {
	in := data(t)
	for want, change := range map[string]func(*graphs.Params){
		"no method":                     func(p *graphs.Params) { p.Method = "RNQ" },
		"no encoder":                    func(p *graphs.Params) { p.Encoder = "gnu" },
		"steps per run":                 func(p *graphs.Params) { p.StepsPerRun = 0 },
		"dropout = 2; expected a share": func(p *graphs.Params) { p.Hyper.Dropout = 2 },
		"no unit":                       func(p *graphs.Params) { p.Unit = "paragraph" },
	} {
		p := stagetest.Small("RNP")
		change(&p)
		err := graphs.New(p, texts.Open).Run(context.Background(), stagetest.Env(t, map[string]string{graphs.DataRole: in}))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q in it", err, want)
		}
	}
}
