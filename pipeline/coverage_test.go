package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/datasets/formats"
	"rationale/tokenizer/embeddings"
)

// The words that the vectors lack are counted, and most of them missing is said
// aloud. The vectors know "the", "good" and "bad".
func TestUnknownWordsAreCounted(t *testing.T) {
	vectors := t.TempDir()
	known := filepath.Join(t.TempDir(), "known.jsonl")
	if err := os.WriteFile(known, []byte(`{"words":"The good tea bad","label":"x"}`+"\n"+`{"words":"the bad","label":"y"}`+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for what, table := range map[string]bool{"without vectors": false, "with vectors": true} {
		if table {
			source := filepath.Join("..", "tokenizer", "embeddings", "testdata", "g_ok.txt.gz")
			if err := embeddings.BuildFile(t.Context(), source, embeddings.GloVe, filepath.Join(vectors, embeddings.FileName), nil); err != nil {
				t.Fatal(err)
			}
		}
		dir := vectors
		if !table {
			dir = t.TempDir()
		}
		for file, want := range map[string]float64{filepath.Join("testdata", "cases", "allunk.jsonl"): 1, known: 1. / 6} {
			splits, err := coverages(dir, imported(t, file))
			if err != nil {
				t.Fatal(err)
			}
			warning := strings.Join(unknownWarning(splits), "")
			switch {
			case !table && (splits != nil || warning != ""):
				t.Errorf("%s: %v, %s", what, splits, warning)
			case table && splits["train"].UnknownShare() != want:
				t.Errorf("%s, %s: %v", what, file, splits)
			case table && strings.Contains(warning, "have no vector") != (want > mostUnknown):
				t.Errorf("%s, %s: warning %q", what, file, warning)
			}
		}
	}
}

func imported(t *testing.T, file string) *datasets.Set {
	t.Helper()
	dir := t.TempDir()
	opts := formats.ImportOptions{Format: "jsonl", Name: "x", Sources: []string{file}, Options: map[string]string{"tokens": "words"}}
	if _, err := formats.Import(t.Context(), dir, opts, nil); err != nil {
		t.Fatal(err)
	}
	set, err := datasets.Open(dir, "x")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	return set
}
