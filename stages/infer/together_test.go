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

// TestAnswersDoNotDependOnOthers: what a model says of a text is the same to the bit
// whether it is asked about alone or among others, whatever these are, and on however
// many processors.
func TestAnswersDoNotDependOnOthers(t *testing.T) {
	data := stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset)
	evaluation, _ := stagetest.Evaluated(t, stagetest.Small("RNP"), data, stagetest.Dataset)
	examples, err := evaluate.ReadExamples(evaluation)
	if err != nil {
		t.Fatal(err)
	}
	models := map[int]*infer.Model{}
	for _, threads := range []int{1, 3} {
		if models[threads], err = infer.Open(evaluation, data, runtime.Options{Threads: threads}); err != nil {
			t.Fatal(err)
		}
		defer models[threads].Close()
	}
	var given []tokenize.Given
	var alone []infer.Answer
	for _, x := range examples {
		for n := 1; n <= len(x.Tokens); n += 1 + n/2 {
			text := strings.Join(x.Tokens[:n], " ")
			read, err := models[1].Prepare("", text)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := models[1].Answer(t.Context(), "", text)
			if err != nil {
				t.Fatal(err)
			}
			given, alone = append(given, read), append(alone, answer)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		which := rapid.SliceOfN(rapid.IntRange(0, len(given)-1), 1, 300).Draw(r, "texts")
		var asked []tokenize.Given
		var want []infer.Answer
		for _, i := range which {
			asked, want = append(asked, given[i]), append(want, alone[i])
		}
		got, err := models[rapid.SampledFrom([]int{1, 3}).Draw(r, "threads")].AnswerAll(t.Context(), asked)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			r.Fatalf("error %v (-alone +among others)\n%s", err, d)
		}
	})
}
