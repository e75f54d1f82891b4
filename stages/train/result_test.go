package train_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/stages/train"
)

// TestResultOfARun: only an epoch of the run's can have been chosen.
func TestResultOfARun(t *testing.T) {
	for content, want := range map[string]string{
		`{"params": {"epochs": 3}, "chosen": {"epoch": 3}}`: "",
		`{"params": {"epochs": 3}, "chosen": {"epoch": 4}}`: "epoch 4 was chosen of 3",
		`{"params": {"epochs": 3}, "chosen": {}}`:           "epoch 0 was chosen of 3",
		`{"params": {"epochs": 3}, "xchosen": {}}`:          `unknown field "xchosen"`,
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, train.RunFile)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := train.ReadResult(dir)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), path+": ") || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", content, err)
		}
	}
}
