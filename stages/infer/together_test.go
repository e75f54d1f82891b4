package infer_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rationale/onnx/runtime"
	"rationale/stages/evaluate"
	"rationale/stages/infer"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// TestAnswersDoNotDependOnOthers: what a model with a GRU says of a text is the same to
// the bit whether it is asked about alone or among others, whatever these are, and on
// however many processors.
func TestAnswersDoNotDependOnOthers(t *testing.T) {
	data := stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset)
	for _, method := range []string{"RNP", "FR+A2I", "A2R", "CR", "NIR", "classifier"} {
		t.Run(method, func(t *testing.T) {
			evaluation, _ := stagetest.Evaluated(t, stagetest.Small(method), data, stagetest.Dataset)
			models := map[int]*infer.Model{}
			for _, threads := range []int{1, 3} {
				m, err := infer.Open(evaluation, data, runtime.Options{Threads: threads})
				if err != nil {
					t.Fatal(err)
				}
				defer m.Close()
				models[threads] = m
			}
			given, alone := askedAlone(t, models[1], evaluation)
			rapid.Check(t, func(r *rapid.T) {
				which := rapid.SliceOfN(rapid.IntRange(0, len(given)-1), 1, 300).Draw(r, "texts")
				threads := rapid.SampledFrom([]int{1, 3}).Draw(r, "threads")
				got, err := models[threads].AnswerAll(t.Context(), picked(given, which))
				if d := cmp.Diff(picked(alone, which), got); d != "" || err != nil {
					r.Fatalf("error %v (-alone +among others)\n%s", err, d)
				}
			})
		})
	}
}

// askedAlone are beginnings of the texts of an evaluation, and what the model says of each
// alone.
func askedAlone(t *testing.T, m *infer.Model, evaluation string) (given []tokenize.Given, alone []infer.Answer) {
	t.Helper()
	examples, err := evaluate.ReadExamples(evaluation)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range examples {
		for n := 1; n <= len(x.Tokens); n += 1 + n/2 {
			text := strings.Join(x.Tokens[:n], " ")
			read, err := m.Prepare("", text)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := m.Answer(t.Context(), "", text)
			if err != nil {
				t.Fatal(err)
			}
			given, alone = append(given, read), append(alone, answer)
		}
	}
	return given, alone
}

// picked are some of all, each as often as it is listed.
func picked[T any](all []T, which []int) []T {
	var some []T
	for _, i := range which {
		some = append(some, all[i])
	}
	return some
}
