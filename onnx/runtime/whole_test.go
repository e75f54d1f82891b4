package runtime

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCutLibrary: what a broken download leaves of a library is refused before
// the dynamic loader, which it would kill, sees it.
func TestCutLibrary(t *testing.T) {
	whole, err := Locate()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(whole.Path)
	if err != nil {
		t.Fatal(err)
	}
	if string(content[:4]) != "\x7fELF" {
		t.Skip("libraries have another form here")
	}
	for _, kept := range []int{5, 1 << 10, 1 << 16, len(content) / 2, len(content) - 1} {
		path := filepath.Join(t.TempDir(), "libonnxruntime.so")
		writeFile(t, path, string(content[:kept]))
		t.Setenv(LibraryVariable, path)
		_, err := Locate()
		wantError(t, err, path, "damaged or cut short", "make library")
	}
	t.Setenv(LibraryVariable, whole.Path)
	if _, err := Locate(); err != nil {
		t.Errorf("the whole one: %v", err)
	}
}
