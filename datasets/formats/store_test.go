package formats

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/datasets"
)

// small imports a generated dataset named "small" into a fresh folder.
func small(t testing.TB) (dataDir string) {
	t.Helper()
	dir := t.TempDir()
	importSmall(t, dir, 1)
	return dir
}

func importSmall(t testing.TB, dir string, seed uint64) *datasets.Meta {
	t.Helper()
	meta, err := Import(t.Context(), dir, ImportOptions{
		Format: "generated", Name: "small", Seed: seed,
		Options: map[string]string{"train": "600", "dev": "20", "test": "30"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return meta
}

func TestNothingButADatasetIsReplaced(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "mine", "photos"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Import(t.Context(), dir, ImportOptions{Format: "generated", Name: "mine"}, nil)
	if err == nil || !strings.Contains(err.Error(), "not a dataset") {
		t.Errorf("%v", err)
	}
}

func TestTwoFormatsOfOneName(t *testing.T) {
	_, err := find([]Format{{Name: "csv"}, {Name: "csv"}}, "csv")
	if err == nil || !strings.Contains(err.Error(), "registered 2 times") {
		t.Errorf("%v", err)
	}
	if _, err := Find("tweet"); err == nil || !strings.Contains(err.Error(), "did you mean tweets?") {
		t.Errorf("%v", err)
	}
}

func TestImportsAreFolderNames(t *testing.T) {
	dir := small(t)
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", ".", "..", "../small", "a/b", `a\b`, "/etc", ".hidden", "a..b", "link", "nul\x00", strings.Repeat("x", 101)} {
		_, err := Import(t.Context(), dir, ImportOptions{Format: "generated", Name: name, Options: map[string]string{"train": "5"}}, nil)
		if err == nil {
			t.Errorf("%q was written", name)
		}
	}
}
