package main

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rationale/tokenizer/embeddings"
)

func TestExtentIsRead(t *testing.T) {
	for text, want := range map[string]extent{
		"full": fullTable, "1": 1, "400000": 400000,
		"": 0, "0": 0, "-1": 0, "1.5": 0, "Full": 0, "1e5": 0, "99999999999999999999": 0,
	} {
		var got extent
		err := got.UnmarshalText([]byte(text))
		if got != want || (err == nil) != (want != 0) || err != nil && !strings.Contains(err.Error(), "expected full or a whole number") {
			t.Errorf("%q is %d, error %v; want %d", text, got, err, want)
		}
	}
}

func TestExtentTakesTheFirstWords(t *testing.T) {
	table, err := embeddings.Random([]string{"the", "of", "a"}, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	for x, want := range map[extent][]string{fullTable: {"the", "of", "a"}, 1: {"the"}, 2: {"the", "of"}, 3: {"the", "of", "a"}} {
		if got, err := x.words(table); err != nil || !slices.Equal(got, want) {
			t.Errorf("%d: %q, error %v; want %q", x, got, err, want)
		}
	}
	var usage usageError
	if _, err := extent(4).words(table); !errors.As(err, &usage) || !strings.Contains(err.Error(), "has 3 words") {
		t.Errorf("more than there are: %v", err)
	}
	old, err := embeddings.Open("testdata/unordered.wordvec")
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if _, err := extent(1).words(old); !errors.As(err, &usage) || !strings.Contains(err.Error(), "older version") {
		t.Errorf("a table without order: %v", err)
	}
	if got, err := fullTable.words(old); err != nil || !slices.Equal(got, []string{"a", "of", "the"}) {
		t.Errorf("all of a table without order: %q, error %v", got, err)
	}
}

// TestLargestModel: GloVe's 2.2 million words of 300 numbers do not fit an ONNX
// file, its 400,000 of 100 do.
func TestLargestModel(t *testing.T) {
	if size := widenedSize(1<<20, 2_200_000, 300); size <= maxModel {
		t.Errorf("%d bytes are not too many", size)
	}
	if size := widenedSize(1<<20, 400_000, 100); size > maxModel || size < 160_000_000 {
		t.Errorf("%d bytes", size)
	}
}
