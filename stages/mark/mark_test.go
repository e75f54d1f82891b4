package mark_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets"
	"rationale/onnx/runtime"
	"rationale/stages"
	"rationale/stages/backend"
	"rationale/stages/examples/texts"
	"rationale/stages/mark"
	"rationale/stages/stagetest"
)

// scene is a dataset, and a run on it.
func scene(t *testing.T, made, name string) map[string]string {
	t.Helper()
	data := stagetest.Tokenized(t, made, name)
	p := stagetest.Small("RNP")
	_, run := stagetest.Evaluated(t, p, data, name)
	return map[string]string{
		mark.DatasetRole: made, mark.DataRole: data, mark.RunRole: run, mark.GraphsRole: stagetest.Graphs(t, p, data),
	}
}

func stage(t *testing.T, name string) *mark.Stage {
	t.Helper()
	engine := backend.Backend{Provider: runtime.CPU, Library: stagetest.Library(t), Threads: 1}
	return mark.New(mark.Params{Dataset: name, Name: "marked", Engine: engine}, texts.Open)
}

// TestMarksWhatNobodyDid: a text without a rationale gets one, and nothing else of any
// text changes. The same run marks the same words.
func TestMarksWhatNobodyDid(t *testing.T) {
	for name, made := range map[string]string{stagetest.Facts: stagetest.ImportFacts(t), "three": stagetest.ThreeClasses(t)} {
		in := scene(t, made, name)
		out := stagetest.Run(t, stage(t, name), in)
		stagetest.SameFiles(t, stagetest.Run(t, stage(t, name), in), out)
		var report mark.Report
		if err := stages.ReadJSON(filepath.Join(out, mark.ReportFile), &report); err != nil {
			t.Fatal(err)
		}
		before, after := stagetest.Set(t, made, name), stagetest.Set(t, out, "marked")
		for _, split := range datasets.SplitNames {
			marked, words := compare(t, stagetest.Texts(t, before, split), stagetest.Texts(t, after, split), split != "test")
			if got := report.Splits[split]; got != nil && (got.Marked != marked || got.Words != words || marked == 0) {
				t.Errorf("%s, %s: %+v are reported; there are %d with %d words", name, split, got, marked, words)
			}
		}
		if change := after.Meta().DerivedFrom.Change; !strings.Contains(change, "what RNP selects") {
			t.Errorf("the dataset says of itself %q", change)
		}
	}
}

// compare wants the same texts, but for marks in place of rationales that nobody gave,
// and counts these.
func compare(t *testing.T, before, after []datasets.Text, marks bool) (texts, words int) {
	t.Helper()
	for i, b := range before {
		a := after[i]
		if marks && b.Rationale == nil {
			if !slices.Contains(a.Rationale, true) || len(a.Rationale) != len(a.Tokens) {
				t.Errorf("text %s is marked %v", a.ID, a.Rationale)
			}
			texts++
			for _, m := range a.Rationale {
				if m {
					words++
				}
			}
			a.Rationale = nil
		}
		if diff := cmp.Diff(b, a); diff != "" {
			t.Errorf("text %s changes:\n%s", b.ID, diff)
		}
	}
	return texts, words
}
