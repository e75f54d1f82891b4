package stagetest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/datasets"
)

// Claims is the name of a tiny dataset with queries and sentences.
const Claims = "claims"

// evidence is where a document speaks of its claim, as ERASER's files say it.
type evidence struct {
	DocID         string `json:"docid"`
	StartToken    int    `json:"start_token"`
	EndToken      int    `json:"end_token"`
	StartSentence int    `json:"start_sentence"`
	EndSentence   int    `json:"end_sentence"`
	Text          string `json:"text"`
}

// ImportClaims imports claims about documents of three sentences, of which the
// second supports or refutes the claim.
func ImportClaims(t testing.TB) string {
	t.Helper()
	source := t.TempDir()
	if err := os.Mkdir(filepath.Join(source, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	for file, rows := range map[string]int{"train": 40, "val": 12, "test": 12} {
		var out strings.Builder
		for i := range rows {
			out.WriteString(claim(t, source, fmt.Sprintf("%s-%d", file, i), i))
		}
		if err := os.WriteFile(filepath.Join(source, file+".jsonl"), []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	if _, err := datasets.Import(context.Background(), dir, datasets.ImportOptions{Format: "eraser", Name: Claims, Sources: []string{source}}, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// claim writes one document and gives the line about it.
func claim(t testing.TB, source, id string, i int) string {
	t.Helper()
	colour, other := [2]string{"green", "red"}[i%2], [2]string{"red", "green"}[i/2%2]
	lines := []string{fmt.Sprintf("house %d stands in the north .", i), "its door is " + colour + " .", "nobody has seen the garden ."}
	if err := os.WriteFile(filepath.Join(source, "docs", id), []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	verdict := map[bool]string{true: "SUPPORTS", false: "REFUTES"}[colour == other]
	start := len(strings.Fields(lines[0]))
	row, err := json.Marshal(map[string]any{
		"annotation_id": id, "query": "the door is " + other, "classification": verdict, "docids": nil, "query_type": nil,
		"evidences": [][]evidence{{{id, start, start + len(strings.Fields(lines[1])), 1, 2, lines[1]}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(row) + "\n"
}
