package wordpiece

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// goldenReview is a review of ERASER Movies as somebody else read it with
// Hugging Face's tokenizer, word by word: [CLS], pieces, [SEP], 512 in all.
type goldenReview struct {
	InputIDs [][]int32 `json:"input_ids"`
	Tags     []int     `json:"tag_ids"`
}

// review is a line of ERASER's own files.
type review struct {
	ID        string `json:"annotation_id"`
	Evidences [][]struct {
		Start int `json:"start_token"`
		End   int `json:"end_token"`
	} `json:"evidences"`
}

// rationale marks the words of the evidence.
func (r review) rationale(words int) []bool {
	gold := make([]bool, words)
	for _, group := range r.Evidences {
		for _, e := range group {
			for i := e.Start; i < min(e.End, words); i++ {
				gold[i] = true
			}
		}
	}
	return gold
}

func movieText(t testing.TB, id string) string {
	t.Helper()
	text, err := os.ReadFile(dataFile(t, "eraser_movies", "docs", id))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestMovies reads the reviews that others have read before: every id and
// every piece of the human rationale agrees.
func TestMovies(t *testing.T) {
	bert := uncased(t)
	for golden, source := range map[string]string{"train_25_movie.json": "train.jsonl", "dev.json": "val.jsonl", "test.json": "test.jsonl"} {
		t.Run(golden, func(t *testing.T) {
			wanted := make(map[string][]int) // ids → tags
			for _, g := range readLines[goldenReview](t, dataFile(t, "ssr_movies_bert_ids", golden)) {
				wanted[fmt.Sprint(g.InputIDs[0])] = g.Tags
			}
			total, tagsDiffer := len(wanted), 0
			for _, r := range readLines[review](t, dataFile(t, "eraser_movies", source)) {
				words := strings.Fields(movieText(t, r.ID))
				in, selected := reviewInput(t, bert, words, r.rationale(len(words)))
				key := fmt.Sprint(in.IDs)
				if tags, ok := wanted[key]; ok {
					delete(wanted, key)
					if !slices.Equal(selected, tags) {
						tagsDiffer++
					}
				}
			}
			if len(wanted) > 0 || tagsDiffer > 0 {
				t.Errorf("of %d reviews, %d have other ids and %d other tags", total, len(wanted), tagsDiffer)
			}
			t.Logf("%d reviews agree", total-len(wanted))
		})
	}
}

// reviewInput gives a review as a model reads it, and its rationale in 0 and 1.
func reviewInput(t *testing.T, bert *Tokenizer, words []string, gold []bool) (Input, []int) {
	t.Helper()
	e := bert.Encode(words)
	in, err := bert.Single(e, 512)
	if err != nil {
		t.Fatal(err)
	}
	tags := make([]int, len(in.IDs))
	for i, selected := range in.FromPieces(e.FromWords(gold), nil) {
		if selected {
			tags[i] = 1
		}
	}
	return in, tags
}
