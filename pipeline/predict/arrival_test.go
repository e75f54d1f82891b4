package predict_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	ort "rationale/onnx/runtime"
	"rationale/pipeline/predict"
	"rationale/stages/infer"
	"rationale/stages/stagetest"
)

// arrivals are ways in which the bytes of an input may come.
var arrivals = map[string]func(io.Reader) io.Reader{
	"at once": func(r io.Reader) io.Reader { return r }, "halves": iotest.HalfReader, "bytes": iotest.OneByteReader,
}

// predicted is the whole output for an input, refused lines included.
func predicted(t interface{ Fatal(...any) }, m *infer.Model, workers int, in io.Reader) string {
	var out strings.Builder
	err := predict.Texts(context.Background(), m, predict.Options{Workers: workers}, in, func(x predict.Answered) error {
		out.Write(x.Output)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestOutputDoesNotDependOnArrival: the same lines give the same bytes, however they
// come and on however many processors they are answered.
func TestOutputDoesNotDependOnArrival(t *testing.T) {
	data := stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset)
	evaluation, _ := stagetest.Evaluated(t, stagetest.Small("RNP"), data, stagetest.Dataset)
	dir := stagetest.Exported(t, evaluation, data, nil)
	models := map[int]*infer.Model{}
	for _, threads := range []int{1, 3} {
		m, err := infer.OpenExported(dir, ort.Options{Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		models[threads] = m
	}
	rapid.Check(t, func(r *rapid.T) {
		lines := rapid.SliceOfN(rapid.StringMatching(`((the|a|palate|aroma|is|fine|poor) ){0,30}`), 1, 200).Draw(r, "lines")
		input := strings.Join(lines, "\n") + "\n"
		want := predicted(r, models[1], 1, iotest.OneByteReader(strings.NewReader(input)))
		if n := strings.Count(want, "\n"); n != len(lines) {
			r.Fatalf("%d answers to %d lines", n, len(lines))
		}
		how := rapid.SampledFrom([]string{"at once", "halves", "bytes"}).Draw(r, "arrival")
		threads, workers := rapid.SampledFrom([]int{1, 3}).Draw(r, "threads"), rapid.IntRange(1, 4).Draw(r, "workers")
		got := predicted(r, models[threads], workers, arrivals[how](strings.NewReader(input)))
		if d := cmp.Diff(want, got); d != "" {
			r.Fatalf("(-a line at a time +%s)\n%s", how, d)
		}
	})
}
