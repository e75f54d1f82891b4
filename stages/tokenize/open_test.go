package tokenize_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/stages"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
	"rationale/tokenizer/embeddings"
)

// opener is a kind of input from outside the store: how it is opened, and a
// folder of it with a file to overwrite; none when it is read whole.
type opener struct {
	open  func(dir string) (stages.Opened, error)
	dir   string
	file  string
	empty string // what is said of an empty folder
}

func openers(t *testing.T) map[string]opener {
	t.Helper()
	return map[string]opener{
		"dataset":    {tokenize.OpenDataset, filepath.Join(importClaims(t), "claims"), "train.arrow", "manifest.json"},
		"vectors":    {tokenize.OpenVectors, buildTable(t), "", "no table"},
		"vocabulary": {tokenize.OpenVocabulary, stagetest.Vocabulary(t), "", "neither vocab.txt nor tokenizer.json"},
	}
}

func buildTable(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	in := embeddings.Input{Reader: strings.NewReader("the 1 2\ngood 3 4\n"), Format: embeddings.GloVe, Dim: 2, Name: "test"}
	if err := embeddings.Build(context.Background(), in, filepath.Join(dir, embeddings.FileName), nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOpenRefuses(t *testing.T) {
	for name, o := range openers(t) {
		opened, err := o.open(t.TempDir())
		if err == nil || opened != nil || !strings.Contains(err.Error(), o.empty) {
			t.Errorf("%s in an empty folder: %v, error %v; want %q in it", name, opened, err, o.empty)
		}
	}
}

// TestOpenedStaysAsItWas: taking the folder away changes nothing for those who
// have opened it, and writing into a file of it is found out.
func TestOpenedStaysAsItWas(t *testing.T) {
	for name, o := range openers(t) {
		t.Run(name, func(t *testing.T) {
			opened, err := o.open(o.dir)
			if err != nil {
				t.Fatal(err)
			}
			defer opened.Close()
			moved := filepath.Join(t.TempDir(), "moved")
			if err := os.Rename(o.dir, moved); err != nil {
				t.Fatal(err)
			}
			if err := opened.Verify(); err != nil {
				t.Errorf("its folder was moved: %v", err)
			}
			if o.file == "" {
				return
			}
			for harm, change := range map[string]func(string) error{
				"overwritten": func(path string) error { return os.WriteFile(path, make([]byte, 4096), 0o644) },
				"cut":         func(path string) error { return os.Truncate(path, 0) },
			} {
				if err := change(filepath.Join(moved, o.file)); err != nil {
					t.Fatal(err)
				}
				if err := opened.Verify(); err == nil {
					t.Errorf("%s, and not found out", harm)
				}
			}
		})
	}
}

// TestDatasetFromOutside reads the set that was opened, whatever its folder
// holds by then.
func TestDatasetFromOutside(t *testing.T) {
	data := importClaims(t)
	want := stagetest.Run(t, tokenize.New(tokenize.Params{Dataset: "claims", MaxLength: 9, RandomWidth: 2}),
		map[string]string{tokenize.DatasetRole: data})
	set, err := datasets.Open(data, "claims")
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	if err := os.RemoveAll(filepath.Join(data, "claims")); err != nil {
		t.Fatal(err)
	}
	env := stagetest.Env(t, nil)
	env.Opened[tokenize.DatasetRole] = set
	if err := tokenize.New(tokenize.Params{Dataset: "claims", MaxLength: 9, RandomWidth: 2}).Run(context.Background(), env); err != nil {
		t.Fatal(err)
	}
	stagetest.SameFiles(t, env.Out, want)
	env.Opened[tokenize.DatasetRole] = nil
	env.Opened[tokenize.VectorsRole] = set
	env.Inputs = map[string]string{tokenize.DatasetRole: importClaims(t)}
	err = tokenize.New(tokenize.Params{Dataset: "claims", MaxLength: 9}).Run(context.Background(), env)
	if err == nil || !strings.Contains(err.Error(), "expected a *embeddings.Table") {
		t.Errorf("a dataset in place of word vectors: %v", err)
	}
}
