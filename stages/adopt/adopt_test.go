package adopt_test

import (
	"strings"
	"testing"

	"rationale/stages/adopt"
	"rationale/stages/dataset"
	"rationale/stages/generate"
	"rationale/stages/stagetest"
)

// TestAdopts: the dataset in the store is the one that was imported.
func TestAdopts(t *testing.T) {
	size := generate.GraphSize{Train: 9, Dev: 4, Test: 3}
	source := stagetest.Run(t, generate.NewGraphs(generate.GraphParams{Name: "motifs", Format: "ba2motifs", Options: size.Options(), Seed: 1}), nil)
	dir := stagetest.Run(t, adopt.New(adopt.Params{Dataset: "motifs"}), map[string]string{adopt.DatasetRole: source})
	set, err := adopt.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	if want := stagetest.Set(t, source, "motifs").Digest(); set.Digest() != want {
		t.Errorf("digest %s, of the import %s", set.Digest(), want)
	}
	for artifact, want := range map[string]bool{dir: true, source: false} {
		if holds, err := adopt.Holds(artifact); holds != want || err != nil {
			t.Errorf("%s: %v, %v; want %v", artifact, holds, err, want)
		}
	}
}

// TestRefusesTexts: they are tokenized instead.
func TestRefusesTexts(t *testing.T) {
	source := stagetest.Generated(t)
	env := stagetest.Env(t, map[string]string{adopt.DatasetRole: source})
	err := adopt.New(adopt.Params{Dataset: stagetest.Dataset}).Run(t.Context(), env)
	if want := "dataset tiny: it holds texts, and graphs are needed"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
	if _, err := adopt.Open(dataset.Folder(source, stagetest.Dataset)); err == nil {
		t.Error("a dataset of texts was opened")
	}
}
