package runtime

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// oddFiles are paths of what is no regular file, and of one that is too large.
func oddFiles(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	fifo, vast := filepath.Join(dir, "fifo"), filepath.Join(dir, "vast")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	writeFile(t, vast, "")
	if err := os.Truncate(vast, maxLibrary+1); err != nil { // no block of it is on disk
		t.Fatal(err)
	}
	return map[string]string{fifo: "is not a regular file (p", "/dev/zero": "is not a regular file (D", dir: "is not a regular file (d", vast: "at most"}
}

// inTime fails when something takes more than a few seconds; a pipe would take
// for ever.
func inTime(t *testing.T, what string, action func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- action() }()
	select {
	case err := <-done:
		return err
	case <-time.After(10 * time.Second):
		t.Fatalf("%s takes for ever", what)
		return nil
	}
}

func TestOnlyRegularFilesAreLibraries(t *testing.T) {
	for path, want := range oddFiles(t) {
		t.Setenv(LibraryVariable, path)
		err := inTime(t, path, func() error { _, err := Locate(); return err })
		wantError(t, err, LibraryVariable+"="+path, want)
	}
}

func TestOnlyRegularFilesAreModels(t *testing.T) {
	for path, want := range oddFiles(t) {
		err := inTime(t, path, func() error { _, err := ReadModel(path); return err })
		wantError(t, err, path, want)
	}
	path := filepath.Join(t.TempDir(), "model")
	writeFile(t, path, "bytes")
	if data, err := ReadModel(path); err != nil || string(data) != "bytes" {
		t.Errorf("%q %v", data, err)
	}
}
