package infer_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
	"rationale/stages/evaluate"
	"rationale/stages/infer"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// evaluated trains and evaluates a tiny model on documents that answer claims.
func evaluated(t testing.TB) (evaluation, data string) {
	t.Helper()
	data = stagetest.Tokenized(t, stagetest.ImportFacts(t), stagetest.Facts)
	evaluation, _ = stagetest.Evaluated(t, stagetest.Small("RNP"), data, stagetest.Facts)
	return evaluation, data
}

// TestAnswersAsTheEvaluation gives test texts back as words: the model predicts
// and selects what it did in its evaluation.
func TestAnswersAsTheEvaluation(t *testing.T) {
	evaluation, data := evaluated(t)
	examples, err := evaluate.ReadExamples(evaluation)
	if err != nil {
		t.Fatal(err)
	}
	m, err := infer.Open(evaluation, data, runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	selected, cut := 0, 0
	for _, want := range examples {
		got, err := m.Answer(t.Context(), strings.Join(want.Query, " "), strings.Join(want.Tokens, " "))
		if err != nil {
			t.Fatal(err)
		}
		id := want.ID
		want.ID, want.Class, want.Gold = "", "", nil
		if d := cmp.Diff(want, got.Example, cmpopts.EquateApprox(0, 1e-5), cmpopts.IgnoreFields(evaluate.Example{}, "Spaces")); d != "" {
			t.Errorf("%s (-evaluation +answer)\n%s", id, d)
		}
		if len(got.Unknown) > 0 {
			t.Errorf("%s: %q unknown", id, got.Unknown)
		}
		if got.Unread > 0 {
			cut++
		}
		if slices.Contains(got.Selected, true) {
			selected++
		}
	}
	if selected == 0 || cut == 0 {
		t.Errorf("%d texts have a rationale and %d are cut off; the test shows nothing", selected, cut)
	}
	if x, err := m.Answer(t.Context(), "", "quux is warm"); err != nil || !slices.Equal(x.Unknown, []string{"quux"}) || x.Class != "" {
		t.Errorf("%+v, error %v", x, err)
	}
	if _, err := m.Answer(t.Context(), strings.Repeat("is ", 30), "warm"); err == nil || !strings.Contains(err.Error(), "behind a query of 30 pieces") {
		t.Errorf("a query that leaves no room: %v", err)
	}
}

// TestOpenRefuses: each file that is missing is named.
func TestOpenRefuses(t *testing.T) {
	data, empty := stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset), t.TempDir()
	for want, dirs := range map[string][2]string{
		evaluate.ModelFile: {empty, data}, tokenize.SummaryFile: {empty, empty},
	} {
		if m, err := infer.Open(dirs[0], dirs[1], runtime.Options{}); err == nil || m != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %s in it", err, want)
		}
	}
}

// says is a model of texts that gives constants.
func says(said map[string]*tensor.Tensor) runtimetest.Graph {
	g := runtimetest.Graph{Name: "constants"}
	for _, name := range []string{rationalizer.InputIDs, rationalizer.InputMask} {
		g.Inputs = append(g.Inputs, runtimetest.Value{Name: name, DType: tensor.Int64, Dims: []any{"B", "T"}})
	}
	for name, value := range said {
		g.Constants = append(g.Constants, runtimetest.Constant{Name: "constant_" + name, Tensor: value})
		g.Outputs = append(g.Outputs, runtimetest.Value{Name: name, DType: value.DType()})
		g.Nodes = append(g.Nodes, runtimetest.Node{Op: "Identity", Name: name, Inputs: []string{"constant_" + name}, Outputs: []string{name}})
	}
	return g
}

// TestForeignModels: a model that came from elsewhere answers in its own way;
// what does not answer the question is an error that names model and output. A text
// alone is asked about twice.
func TestForeignModels(t *testing.T) {
	data := stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset)
	of := func(n ...int64) *tensor.Tensor {
		x, err := tensor.New(tensor.Float32, n...)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	const logits, rationale = rationalizer.OutLogits, rationalizer.OutRationale
	for _, c := range []struct {
		name string
		said map[string]*tensor.Tensor
		want string // of the error; empty for an answer
	}{
		{"fine", map[string]*tensor.Tensor{logits: of(2, 2), rationale: of(2, 3)}, ""},
		{"classifies only", map[string]*tensor.Tensor{logits: of(2, 2)}, ""},
		{"no logits", map[string]*tensor.Tensor{rationale: of(2, 3)}, "returned no logits"},
		{"other type", map[string]*tensor.Tensor{logits: tensor.Vector([]int64{0, 1})}, "output logits: returned int64 [2], expected float32 [2 2]"},
		{"empty", map[string]*tensor.Tensor{logits: of(0, 2)}, "output logits: returned float32 [0 2]"},
		{"more classes", map[string]*tensor.Tensor{logits: of(2, 3)}, "output logits: returned float32 [2 3]"},
		{"short rationale", map[string]*tensor.Tensor{logits: of(2, 2), rationale: of(2, 2)}, "output rationale: returned float32 [2 2], expected float32 [2 3]"},
		{"long rationale", map[string]*tensor.Tensor{logits: of(2, 2), rationale: of(2, 4)}, "output rationale: returned float32 [2 4]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), evaluate.ModelFile)
			if err := os.WriteFile(path, says(c.said).Model(), 0o644); err != nil {
				t.Fatal(err)
			}
			m, err := infer.Open(filepath.Dir(path), data, runtime.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			_, err = m.Answer(t.Context(), "", "three words here")
			if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
