package infer_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/stages/backend"
	"rationale/stages/evaluate"
	"rationale/stages/examples/texts"
	"rationale/stages/infer"
	"rationale/stages/stagetest"
	"rationale/stages/train"
)

func TestWordPattern(t *testing.T) {
	for text, want := range map[string][]string{
		"The aroma: a delight!": {"The", "aroma", ":", "a", "delight", "!"},
		"it's 4.5% cafe\u0301 ": {"it", "'", "s", "4", ".", "5", "%", "cafe\u0301"},
		"a\u00a0b\u3000c\n":     {"a", "b", "c"},
		" \t\u2003":             nil,
	} {
		if diff := cmp.Diff(want, infer.Words(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// TestTestTextsGetTheirAnswers: a test text, given back as somebody's own, gets
// the selection and the class that it got in evaluation, with and without
// queries.
func TestTestTextsGetTheirAnswers(t *testing.T) {
	for name, data := range map[string]string{stagetest.Dataset: stagetest.Generated(t), stagetest.Claims: stagetest.ImportClaims(t)} {
		t.Run(name, func(t *testing.T) {
			in, evaluated := trained(t, data, name)
			model, err := infer.Open(runtimetest.Open(t), filepath.Join(evaluated, evaluate.ModelFile), in[train.DataRole])
			if err != nil {
				t.Fatal(err)
			}
			examples, err := evaluate.ReadExamples(evaluated)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range examples {
				got, err := model.Ask(t.Context(), want.ID, want.Query, want.Tokens)
				if err != nil {
					t.Fatal(err)
				}
				want.Class, want.Gold = "", nil
				if d := cmp.Diff(want, got.Example); d != "" {
					t.Errorf("(-evaluated +asked)\n%s", d)
				}
			}
			long, err := model.Ask(t.Context(), "long", nil, make([]string, 2*stagetest.MaxLength))
			if err != nil || long.Cut != stagetest.MaxLength || long.Unknown != 2*stagetest.MaxLength {
				t.Errorf("of unknown words, %d are cut off and %d unknown (%v)", long.Cut, long.Unknown, err)
			}
		})
	}
}

// trained trains an epoch on a dataset and evaluates.
func trained(t *testing.T, data, name string) (in map[string]string, evaluated string) {
	t.Helper()
	engine := backend.Backend{Provider: runtime.CPU, Library: stagetest.Library(t), Threads: 1}
	in = map[string]string{train.DataRole: stagetest.Tokenized(t, data, name)}
	in[train.GraphsRole] = stagetest.Graphs(t, stagetest.Small("RNP"), in[train.DataRole])
	in[train.WeightsRole] = stagetest.Weights(t, in[train.GraphsRole], 1)
	in[evaluate.RunRole] = stagetest.Run(t, train.New(train.Params{
		Dataset: name, Scalars: stagetest.Scalars("RNP"), Seed: 1, Epochs: 1, Batch: 16, Rate: 1e-2, Decay: 1, Engine: engine,
	}, texts.Open), in)
	return in, stagetest.Run(t, evaluate.New(evaluate.Params{Dataset: name, Draws: 1, Batch: 8, Texts: 100, Engine: engine}, texts.Open), in)
}
