package tokenize_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rationale/datasets/formats"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// golden is a review as others read it with Hugging Face's tokenizer.
type golden struct {
	IDs  [][]int32 `json:"input_ids"`
	Tags []int     `json:"tag_ids"`
}

// TestMoviesAsOthersReadThem imports and tokenizes ERASER's Movies and looks
// for every review of another project, id for id and tag for tag.
func TestMoviesAsOthersReadThem(t *testing.T) {
	data := stagetest.RealData(t, "eraser_movies", "ssr_movies_bert_ids", "bert_vocab")
	imported := t.TempDir()
	_, err := formats.Import(context.Background(), imported, formats.ImportOptions{
		Format: "eraser", Name: "movies", Sources: []string{filepath.Join(data, "eraser_movies")},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := stagetest.Run(t, tokenize.New(tokenize.Params{Dataset: "movies", MaxLength: 512, Tokenizer: tokenize.WordPiece}),
		map[string]string{tokenize.DatasetRole: imported, tokenize.VocabularyRole: filepath.Join(data, "bert_vocab")})
	for split, file := range map[string]string{"train": "train_25_movie.json", "dev": "dev.json", "test": "test.json"} {
		ours := tagsByIDs(t, dir, split)
		n := 0
		for _, g := range readGolden(t, filepath.Join(data, "ssr_movies_bert_ids", file)) {
			tags, ok := ours[fmt.Sprint(g.IDs[0])]
			if !ok || !slices.Equal(tags, g.Tags) {
				t.Errorf("%s: review %d is read otherwise (ids agree: %v)", file, n+1, ok)
			}
			n++
		}
		if n < 100 {
			t.Errorf("%s holds %d reviews", file, n)
		}
	}
}

// tagsByIDs are the rationales of a split, by the pieces' ids.
func tagsByIDs(t *testing.T, dir, split string) map[string][]int {
	t.Helper()
	texts, err := tokenize.Read(dir, split)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]int{}
	for _, text := range texts {
		tags := make([]int, len(text.IDs))
		for i, g := range text.Gold {
			if g {
				tags[i] = 1
			}
		}
		out[fmt.Sprint(text.IDs)] = tags
	}
	return out
}

func readGolden(t *testing.T, path string) []golden {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []golden
	for d := json.NewDecoder(bufio.NewReader(f)); d.More(); {
		var g golden
		if err := d.Decode(&g); err != nil {
			t.Fatal(err)
		}
		out = append(out, g)
	}
	return out
}
