package formats

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/datasets"
)

// The walk-through of README.md works as it is printed there.
func TestReadmeWalkThrough(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, line := range strings.Split(string(readme), "\n") {
		if strings.HasPrefix(line, `{"review"`) {
			lines = append(lines, line)
		}
	}
	file := filepath.Join(t.TempDir(), "toys.jsonl")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	set := mustImport(t, ImportOptions{Format: "jsonl", Name: "toys", Sources: []string{file},
		Options: options("text=review", "label=verdict", "spans=why", "classes=bad,good")})
	wantTexts(t, set, "train",
		datasets.Text{Tokens: fields("Broke within a day . Nice box ."), Rationale: gold("11110000")},
		datasets.Text{Tokens: fields("My daughter loves it !"), Label: 1, Rationale: gold("00110")})
}
