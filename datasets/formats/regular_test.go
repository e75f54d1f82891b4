package formats

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rationale/datasets"
)

// soon runs work that must not wait for anything.
func soon(t *testing.T, what string, work func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		return err
	case <-time.After(20 * time.Second):
		t.Fatalf("%s: it waits", what)
		return nil
	}
}

// pipeAt puts a pipe that nobody writes to in the place of path.
func pipeAt(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A pipe as any of the files that an import reads is refused under its name.
func TestPipesAreNoSources(t *testing.T) {
	const row = `{"annotation_id":"d","classification":"POS","query":"q","evidences":[[{"docid":"d","start_token":0,"end_token":1}]]}` + "\n"
	for _, pipe := range []string{"train.jsonl", "docs/d", "docs.jsonl", "docs"} {
		dir := t.TempDir()
		files := map[string]string{"train.jsonl": row, "docs/d": "a b\n"}
		for name, content := range files {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if pipe == "docs.jsonl" {
			if err := os.RemoveAll(filepath.Join(dir, "docs")); err != nil {
				t.Fatal(err)
			}
		}
		pipeAt(t, filepath.Join(dir, pipe))
		err := soon(t, pipe, func() error {
			_, err := Import(t.Context(), t.TempDir(), ImportOptions{Format: "eraser", Name: "x", Sources: []string{dir}}, nil)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "but a pipe") || !strings.Contains(err.Error(), filepath.Base(pipe)) {
			t.Errorf("%s: %v", pipe, err)
		}
	}
}

func TestDevicesAreNoSources(t *testing.T) {
	for _, format := range []string{"csv", "jsonl", "aste"} {
		for _, path := range []string{"/dev/zero", "/dev/null"} {
			err := soon(t, path, func() error {
				_, err := Import(t.Context(), t.TempDir(), ImportOptions{Format: format, Name: "x", Sources: []string{path}}, nil)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), path+" is not a regular file but a device") {
				t.Errorf("%s %s: %v", format, path, err)
			}
		}
	}
}

func TestLinksToFilesAreSources(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), []byte("text,label\nx,1\ny,2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link.csv")
	if err := os.Symlink("a.csv", link); err != nil {
		t.Fatal(err)
	}
	if _, err := Import(t.Context(), filepath.Join(dir, "data"), ImportOptions{Format: "csv", Name: "x", Sources: []string{link}}, nil); err != nil {
		t.Error(err)
	}
}

// A pipe in the place of a dataset or of one of its files is not waited for.
func TestPipesAreNoDatasets(t *testing.T) {
	for _, pipe := range []string{datasets.ManifestName, "dev.arrow", "."} {
		dir := small(t)
		pipeAt(t, filepath.Join(dir, "small", pipe))
		if err := soon(t, pipe, func() error { _, err := datasets.Open(dir, "small"); return err }); err == nil || !strings.Contains(err.Error(), "a pipe") {
			t.Errorf("%s: %v", pipe, err)
		}
		if err := soon(t, pipe, func() error { _, err := datasets.OpenDir(filepath.Join(dir, "small")); return err }); err == nil || !strings.Contains(err.Error(), "a pipe") {
			t.Errorf("%s: %v", pipe, err)
		}
	}
}
