package stagetest

import (
	"os"
	"path/filepath"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/stages/adopt"
	"rationale/stages/evaluate"
	"rationale/stages/examples"
	examplegraphs "rationale/stages/examples/graphs"
	"rationale/stages/examples/texts"
	"rationale/stages/generate"
	"rationale/stages/graphs"
	"rationale/stages/infer"
)

// MotifSet is the name of a tiny dataset of graphs.
const MotifSet = "motifs"

// Motifs makes MotifSet up, of Train, Dev and Test graphs, and takes it into the store.
func Motifs(t testing.TB) string {
	t.Helper()
	size := generate.GraphSize{Train: Train, Dev: Dev, Test: Test}
	made := Run(t, generate.NewGraphs(generate.GraphParams{Name: MotifSet, Format: "ba2motifs", Options: size.Options(), Seed: 1}), nil)
	return Run(t, adopt.New(adopt.Params{Dataset: MotifSet}), map[string]string{adopt.DatasetRole: made})
}

// SmallOnGraphs is Small for a model that reads graphs.
func SmallOnGraphs(method string) graphs.Params {
	p := Small(method)
	p.Encoder = rationalizer.GraphEncoder
	return p
}

// opener opens what a model reads.
func opener(p graphs.Params) examples.Open {
	if p.OfGraphs() {
		return examplegraphs.Open
	}
	return texts.Open
}

// ExportedOfGraphs is Exported for an evaluation on the graphs in the folder data.
func ExportedOfGraphs(t testing.TB, evaluation, data string) string {
	t.Helper()
	reader, err := examplegraphs.OpenReader(data)
	if err != nil {
		t.Fatal(err)
	}
	features, err := reader.Features()
	if err != nil {
		t.Fatal(err)
	}
	files, err := infer.ExportGraphs(reader.Reading(), Files(t, evaluation)[evaluate.ModelFile], features)
	if err != nil {
		t.Fatal(err)
	}
	return written(t, files)
}

// written is a folder with these files.
func written(t testing.TB, files []infer.File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
