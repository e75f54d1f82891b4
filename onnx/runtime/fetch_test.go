package runtime

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// fakeNPM puts a program named npm first on the path.
func fakeNPM(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "npm"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

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

// copyArchive is the npm that "downloads" the archive: its --pack-destination
// is also its working directory.
func copyArchive(path string) string { return `cp "` + path + `" ./onnxruntime-node-0.tgz` }

func TestFetchStoresTheOneFile(t *testing.T) {
	art := testArtifact("the library")
	fakeNPM(t, copyArchive(packed(t, art.member, "the library")))
	dir := filepath.Join(t.TempDir(), "cache")
	var log bytes.Buffer
	lib, err := fetch(context.Background(), &log, dir, art)
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
	fakeNPM(t, copyArchive(packed(t, art.member, "the library")))
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "lib.so"), "the lib")
	if _, err := fetch(context.Background(), io.Discard, dir, art); err != nil {
		t.Error(err)
	}
}

func TestFetchRefuses(t *testing.T) {
	art := testArtifact("the library")
	whole := packed(t, art.member, "the library")
	for _, c := range []struct {
		name, npm string
		want      []string
	}{
		{"another digest", copyArchive(packed(t, art.member, "an impostor")), []string{"was refused", art.sha256}},
		{"no such member", copyArchive(packed(t, "package/README.md", "x")), []string{"the archive has no " + art.member}},
		{"no archive", "true", []string{"left 0 archives"}},
		{"cut short", copyArchive(whole) + `; truncate -s 60 onnxruntime-node-0.tgz`, []string{npmPackage, "unexpected EOF"}},
		{"not an archive", "echo this is no gzip file at all > x.tgz", []string{"gzip"}},
		{"npm fails", "echo E404 nothing here >&2; exit 1", []string{"npm pack", "E404 nothing here"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fakeNPM(t, c.npm)
			dir := t.TempDir()
			_, err := fetch(context.Background(), io.Discard, dir, art)
			wantError(t, err, c.want...)
			if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
				t.Errorf("a refused download left %v (%v)", entries, err)
			}
		})
	}
}

func TestFetchWithoutNPM(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := fetch(context.Background(), io.Discard, t.TempDir(), testArtifact(""))
	wantError(t, err, "needs npm", "install npm", LibraryVariable)
}

func TestFetchCancelled(t *testing.T) {
	fakeNPM(t, "exec sleep 30")
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := fetch(ctx, io.Discard, t.TempDir(), testArtifact(""))
	wantError(t, err, "npm pack", context.DeadlineExceeded.Error())
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("gave up after %v only", took)
	}
}

// TestFetchLibraryLeavesOwnLibraryAlone checks that a wrong ONNXRUNTIME_LIB is
// reported instead of being papered over by a download.
func TestFetchLibraryLeavesOwnLibraryAlone(t *testing.T) {
	path := emptyCache(t)
	fakeNPM(t, "echo npm must not run >&2; exit 1")
	t.Setenv(LibraryVariable, filepath.Join(t.TempDir(), "missing.so"))
	_, err := FetchLibrary(context.Background(), io.Discard)
	wantError(t, err, LibraryVariable+"=", "missing.so")
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("%s appeared (%v)", path, err)
	}
}
