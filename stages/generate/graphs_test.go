package generate_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets"
	"rationale/datasets/motifs"
	"rationale/stages/dataset"
	"rationale/stages/generate"
	"rationale/stages/stagetest"
)

func TestGeneratesGraphs(t *testing.T) {
	p := generate.GraphParams{Name: "motifs", Format: "ba2motifs", Seed: 5, Options: map[string]string{"train": "20", "dev": "6", "test": "4"}}
	dir := stagetest.Run(t, generate.NewGraphs(p), nil)
	stagetest.SameFiles(t, stagetest.Run(t, generate.NewGraphs(p), nil), dir)
	set, err := datasets.OpenDir(dataset.Folder(dir, "motifs"))
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	dev, err := set.Split("dev")
	if err != nil {
		t.Fatal(err)
	}
	got, err := dev.Graph(5)
	if diff := cmp.Diff(motifs.BA2Motif(5, "dev", 5), got); diff != "" || err != nil || dev.Len() != 6 {
		t.Errorf("%d graphs, %v\n%s", dev.Len(), err, diff)
	}
}

func TestGeneratesNoGraphs(t *testing.T) {
	for format, want := range map[string]string{"ba2motif": "did you mean ba2motifs?", "goodmotif": "shift=east"} {
		p := generate.GraphParams{Name: "x", Format: format, Options: map[string]string{"shift": "east"}}
		if err := generate.NewGraphs(p).Run(context.Background(), stagetest.Env(t, nil)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", format, err, want)
		}
	}
}
