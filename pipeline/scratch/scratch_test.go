package scratch

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		names = append(names, e.Name())
	}
	return names
}

// TestNewTidies: what a killed download has left is removed, and nothing else.
func TestNewTidies(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	write := func(parts ...string) {
		path := filepath.Join(parts...)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to string, parts ...string) {
		path := filepath.Join(parts...)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.Symlink(to, path)); err != nil {
			t.Fatal(err)
		}
	}
	write(dir, prefix+"left", marker)
	write(dir, prefix+"left", "some.tgz")
	link(elsewhere, dir, prefix+"left", "link")
	write(dir, prefix+"somebody's", "file")
	write(dir, prefix+"file")
	write(dir, "other", marker)
	write(elsewhere, marker)
	link(elsewhere, dir, prefix+"link")
	link(filepath.Join(elsewhere, marker), dir, prefix+"marked by a link", marker)
	before := entries(t, dir)
	working, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := Tidy(dir); err != nil { // what is in use stays
		t.Fatal(err)
	}
	want := append(before, filepath.Base(working.Path))
	gone := cmp.Diff(want, append(entries(t, dir), prefix+"left"), sorted)
	if gone != "" || len(entries(t, elsewhere)) != 1 {
		t.Errorf("before (-) and after, with what should be gone (+):\n%s", gone)
	}
	if err := working.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(working.Path); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", working.Path, err)
	}
}

var sorted = cmp.Transformer("sorted", func(names []string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
})

// TestWrite: a file that is not the published one is refused.
func TestWrite(t *testing.T) {
	work, err := New(filepath.Join(t.TempDir(), "new"))
	if err != nil {
		t.Fatal(err)
	}
	const digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // of "hello"
	path, err := work.Write("package/bin/a", strings.NewReader("hello"), digest)
	if text, read := os.ReadFile(path); err != nil || read != nil || string(text) != "hello" || path != filepath.Join(work.Path, "a") {
		t.Errorf("%s: %q, %v, %v", path, text, err, read)
	}
	if _, err := work.Write("b", strings.NewReader("hallo"), digest); err == nil || !strings.Contains(err.Error(), "b was refused: its SHA-256 is d3751d33") {
		t.Errorf("another content: %v", err)
	}
	if _, err := work.Write("other/a", strings.NewReader("hello"), digest); err == nil || !strings.Contains(err.Error(), "storing other/a") {
		t.Errorf("a file that is there: %v", err)
	}
}
