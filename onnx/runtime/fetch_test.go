package runtime

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func testArtifact(content string) artifact {
	digest := sha256.Sum256([]byte(content))
	return artifact{member: "package/bin/lib.so", sha256: hex.EncodeToString(digest[:])}
}

// handing is a Download of a file with this content.
func handing(t *testing.T, art artifact, content string) Download {
	return func(_ context.Context, dir, spec, member, digest string, use func(string) error) error {
		if spec != npmPackage || member != art.member || digest != art.sha256 {
			t.Errorf("%s of %s was asked for, with SHA-256 %s", member, spec, digest)
		}
		work := filepath.Join(dir, ".work")
		path := filepath.Join(work, "lib.so")
		writeFile(t, path, content)
		defer os.RemoveAll(work)
		return use(path)
	}
}

func TestFetchStoresTheOneFile(t *testing.T) {
	art := testArtifact("the library")
	dir := filepath.Join(t.TempDir(), "cache")
	var log bytes.Buffer
	lib, err := fetch(context.Background(), &log, handing(t, art, "the library"), dir, art)
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
	if _, err := fetch(context.Background(), io.Discard, handing(t, art, "the library"), dir, art); err != nil {
		t.Error(err)
	}
}

// TestFetchTrustsNobody: what was stored is hashed once more.
func TestFetchTrustsNobody(t *testing.T) {
	art := testArtifact("the library")
	_, err := fetch(context.Background(), io.Discard, handing(t, art, "an impostor"), t.TempDir(), art)
	wantError(t, err, art.sha256, "was not loaded")
}

func TestFetchWithoutDownload(t *testing.T) {
	cause := errors.New("no npm here")
	_, err := fetch(context.Background(), io.Discard,
		func(context.Context, string, string, string, string, func(string) error) error { return cause }, t.TempDir(), testArtifact(""))
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
	_, err := FetchLibrary(context.Background(), io.Discard, func(context.Context, string, string, string, string, func(string) error) error {
		t.Error("something was downloaded")
		return nil
	})
	wantError(t, err, LibraryVariable+"=", "missing.so")
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("%s appeared (%v)", path, err)
	}
}
