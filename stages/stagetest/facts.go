package stagetest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/datasets/formats"
)

// Facts is the name of a tiny dataset whose documents have sentences and answer
// a claim.
const Facts = "facts"

// ImportFacts stores Facts: Train, Dev and Test documents of two to four
// sentences, one of which speaks of the claim; every fifth has no claim, every
// seventh no rationale.
func ImportFacts(t testing.TB) string {
	t.Helper()
	source, dir := t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(source, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	for split, rows := range map[string]int{"train": Train, "val": Dev, "test": Test} {
		var lines strings.Builder
		for i := range rows {
			lines.WriteString(writeFact(t, source, split, i))
		}
		if err := os.WriteFile(filepath.Join(source, split+".jsonl"), []byte(lines.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := formats.Import(context.Background(), dir, formats.ImportOptions{Format: "eraser", Name: Facts, Sources: []string{source}}, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// writeFact writes a document and gives its annotation.
func writeFact(t testing.TB, dir, split string, i int) string {
	t.Helper()
	id := fmt.Sprintf("%s-%d", split, i)
	class, verdict := "REFUTES", "cold"
	if i%2 == 0 {
		class, verdict = "SUPPORTS", "warm"
	}
	place := []string{"Rome", "Oslo", "Lima"}[i%3]
	sentences := []string{"It was seen twice .", place + " is " + verdict + " today .", "Nobody asked .", "So it goes on and on ."}
	sentences = sentences[:2+i%3]
	if err := os.WriteFile(filepath.Join(dir, "docs", id), []byte(strings.Join(sentences, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	fact := map[string]any{"annotation_id": id, "classification": class, "query": "", "docids": []string{id}, "evidences": [][]any{}}
	if i%5 != 4 {
		fact["query"] = "is " + place + " warm today ?"
	}
	if i%7 != 6 {
		fact["evidences"] = [][]any{{map[string]any{"docid": id, "start_token": 5, "end_token": 8}}}
	}
	line, err := json.Marshal(fact)
	if err != nil {
		t.Fatal(err)
	}
	return string(line) + "\n"
}

// ThreeClasses is data without any rationale.
func ThreeClasses(t testing.TB) string {
	t.Helper()
	var rows strings.Builder
	for _, split := range []string{"train", "dev", "test"} {
		for i := range 30 {
			class := []string{"bad", "fair", "good"}[i%3]
			fmt.Fprintf(&rows, "{\"text\":\"it is a %s one of %d\",\"label\":%q,\"split\":%q}\n", class, i, class, split)
		}
	}
	return Import(t, "three", rows.String(), nil)
}
