package infer_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rationale/onnx/runtime"
	"rationale/stages/evaluate"
	"rationale/stages/examples/graphs"
	"rationale/stages/infer"
	"rationale/stages/stagetest"
)

// checkGraphs: given back as a user would give them, all at once, the graphs of an
// evaluation are answered as there.
func checkGraphs(t *testing.T, m *infer.Graphs, examples []evaluate.Example) {
	t.Helper()
	var given []graphs.Graph
	for _, x := range examples {
		text, err := json.Marshal(map[string]any{"nodes": len(x.Tokens), "edges": x.Edges})
		if err != nil {
			t.Fatal(err)
		}
		g, err := m.Prepare(string(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		given = append(given, g)
	}
	answers, err := m.AnswerAll(t.Context(), given)
	if err != nil || len(answers) != len(examples) || len(answers) == 0 {
		t.Fatalf("%d answers of %d, error %v", len(answers), len(examples), err)
	}
	for i, want := range examples {
		id := want.ID
		want.ID, want.Class, want.Gold = "", "", nil
		if d := cmp.Diff(want, answers[i].Example, cmpopts.EquateApprox(0, 1e-5)); d != "" {
			t.Errorf("%s (-evaluation +answer)\n%s", id, d)
		}
	}
}

// TestGraphsAreAnsweredAsInTheEvaluation, by the run's model and by what was exported
// of it.
func TestGraphsAreAnsweredAsInTheEvaluation(t *testing.T) {
	data := stagetest.Motifs(t)
	for _, method := range []string{"RNP", "FR+A2I", "classifier"} {
		t.Run(method, func(t *testing.T) {
			evaluation, _ := stagetest.Evaluated(t, stagetest.SmallOnGraphs(method), data, stagetest.MotifSet)
			examples, err := evaluate.ReadExamples(evaluation)
			if err != nil {
				t.Fatal(err)
			}
			own, err := infer.OpenGraphs(evaluation, data, runtime.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer own.Close()
			checkGraphs(t, own, examples)
			exported, err := infer.OpenExportedGraphs(stagetest.ExportedOfGraphs(t, evaluation, data), runtime.Options{Threads: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer exported.Close()
			checkGraphs(t, exported, examples)
		})
	}
}

// TestOpenExportedGraphsRefuses: what is missing or damaged is named, and texts are not
// asked of it.
func TestOpenExportedGraphsRefuses(t *testing.T) {
	data := stagetest.Motifs(t)
	evaluation, _ := stagetest.Evaluated(t, stagetest.SmallOnGraphs("RNP"), data, stagetest.MotifSet)
	dir := stagetest.ExportedOfGraphs(t, evaluation, data)
	if _, err := infer.OpenExported(dir, runtime.Options{}); err == nil || !strings.Contains(err.Error(), "the model reads graphs, and one that reads texts is needed") {
		t.Errorf("texts: error %v", err)
	}
	files := stagetest.Files(t, dir)
	for name, content := range files {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			changed := append([]byte("{"), content...)
			for want, harm := range map[string]func() error{
				"no folder of an exported model": func() error { return os.Remove(path) },
				name:                             func() error { return os.WriteFile(path, changed, 0o644) },
			} {
				if err := harm(); err != nil {
					t.Fatal(err)
				}
				if _, err := infer.OpenExportedGraphs(dir, runtime.Options{}); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want %q", err, want)
				}
				if err := os.WriteFile(path, content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
