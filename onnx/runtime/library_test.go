package runtime

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// emptyCache points the user's cache folder at an empty one and gives the
// path where the library belongs.
func emptyCache(t *testing.T) string {
	t.Helper()
	t.Setenv(LibraryVariable, "")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	dir, err := cacheDir()
	if err != nil {
		t.Fatal(err)
	}
	art, err := platformArtifact()
	if err != nil {
		t.Skip(err)
	}
	return filepath.Join(dir, filepath.Base(art.member))
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	wantText(t, err.Error(), parts...)
}

func wantText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s\nlacks %q", text, part)
		}
	}
}

func TestLocateMissing(t *testing.T) {
	path := emptyCache(t)
	_, err := Locate()
	if !errors.Is(err, ErrNoLibrary) {
		t.Errorf("got %v, want ErrNoLibrary", err)
	}
	wantError(t, err, path, "make library", LibraryVariable)
}

// TestLocateRefusesTamperedCache flips one bit of the pinned library, where
// there is one, and also tries a file that never was a library.
func TestLocateRefusesTamperedCache(t *testing.T) {
	files := map[string]string{"not a library": "hello"}
	if lib, err := Locate(); err == nil {
		content, err := os.ReadFile(lib.Path)
		if err != nil {
			t.Fatal(err)
		}
		content[len(content)/2] ^= 1
		files["one bit flipped"] = string(content)
	}
	for name, content := range files {
		t.Run(name, func(t *testing.T) {
			path := emptyCache(t)
			writeFile(t, path, content)
			_, err := Locate()
			wantError(t, err, path, "was not loaded", "SHA-256", "make library", LibraryVariable)
		})
	}
}

func TestLocateOwnLibrary(t *testing.T) {
	emptyCache(t)
	path := filepath.Join(t.TempDir(), "own.so")
	t.Setenv(LibraryVariable, path)
	_, err := Locate()
	wantError(t, err, LibraryVariable+"="+path, "no such file", "make library")

	writeFile(t, path, "anything")
	lib, err := Locate()
	if err != nil {
		t.Fatal(err)
	}
	want := Library{Path: path, Source: SourceVariable,
		SHA256: "ee0874170b7f6f32b8c2ac9573c428d35b575270a66b757c2c0185d2bd09718d"}
	if lib != want {
		t.Errorf("got %+v, want %+v", lib, want)
	}
}

func TestLocateWithoutHome(t *testing.T) {
	for _, variable := range []string{LibraryVariable, "XDG_CACHE_HOME", "HOME"} {
		t.Setenv(variable, "")
	}
	_, err := Locate()
	wantError(t, err, "no cache folder", LibraryVariable)
}
