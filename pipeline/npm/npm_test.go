package npm

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
	"strings"
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

func unused(string) error { return errors.New("there is nothing to use") }

// packed is the archive of a package with one file, and the file's SHA-256.
func packed(t *testing.T, member, content string) (archive []byte, digest string) {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	files := tar.NewWriter(zipped)
	header := &tar.Header{Name: member, Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(len(content))}
	err := files.WriteHeader(header)
	if err == nil {
		_, err = io.WriteString(files, content)
	}
	if err := errors.Join(err, files.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(content))
	return b.Bytes(), hex.EncodeToString(sum[:])
}

// npmThatPacks puts an npm first on the path that gives this archive.
func npmThatPacks(t *testing.T, archive []byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ready.tgz")
	if err := os.WriteFile(file, archive, 0o600); err != nil {
		t.Fatal(err)
	}
	fakeNPM(t, `[ "$1 $2 $6" = "pack --ignore-scripts some@1.2.3" ] && cp `+file+` some-1.2.3.tgz`)
}

func TestFetchHandsTheFile(t *testing.T) {
	archive, digest := packed(t, "package/bin/lib.so", "the library")
	npmThatPacks(t, archive)
	for _, member := range []string{"package/bin/lib.so", "bin/lib.so", "lib.so"} {
		dir := filepath.Join(t.TempDir(), "new", "cache")
		kept := filepath.Join(dir, "kept")
		err := Fetch(context.Background(), dir, "some@1.2.3", member, digest, func(path string) error {
			return os.Rename(path, kept)
		})
		if content, read := os.ReadFile(kept); err != nil || read != nil || string(content) != "the library" {
			t.Errorf("%s: %q, %v, %v", member, content, err, read)
		}
		if left := entries(t, dir); len(left) != 1 {
			t.Errorf("%s: left behind: %v", member, left)
		}
	}
}

// TestFetchRefuses archives that do not hold the file that was asked for.
func TestFetchRefuses(t *testing.T) {
	archive, digest := packed(t, "package/lib.so", "the library")
	other, _ := packed(t, "package/lib.so", "an impostor")
	for _, c := range []struct {
		name    string
		archive []byte
		member  string
		want    string
	}{
		{"another digest", other, "lib.so", "lib.so was refused"},
		{"no such file", archive, "b.so", "the archive has no b.so"},
		{"the end of a name", archive, "ib.so", "the archive has no ib.so"},
		{"cut short", archive[:60], "lib.so", "unexpected EOF"},
		{"no archive", []byte("this is no gzip file at all"), "lib.so", "gzip"},
	} {
		t.Run(c.name, func(t *testing.T) {
			npmThatPacks(t, c.archive)
			dir := t.TempDir()
			err := Fetch(context.Background(), dir, "some@1.2.3", c.member, digest, unused)
			for _, want := range []string{c.want, "some@1.2.3: "} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
			}
			if left := entries(t, dir); left != nil {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestFetchErrors(t *testing.T) {
	archive, digest := packed(t, "package/a", "text")
	file := filepath.Join(t.TempDir(), "ready.tgz")
	if err := os.WriteFile(file, archive, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, script, want string }{
		{"fails", "echo notice >&2; echo E404 nothing here >&2; exit 1", "npm pack some@1: exit status 1: E404 nothing here; check the network"},
		{"refused", "printf 'npm error code ECONNREFUSED\\nnpm error syscall connect\\nnpm error errno ECONNREFUSED\\nnpm error FetchError: request failed, reason: connect ECONNREFUSED 127.0.0.1:9\\nnpm error     at emit (node:events:1)\\nnpm error\\nnpm error A complete log\\n' >&2; exit 1",
			"exit status 1: FetchError: request failed, reason: connect ECONNREFUSED 127.0.0.1:9; check the network"},
		{"unknown", "printf 'npm ERR! code E404\\nnpm ERR! 404 Not Found - GET http://registry/some\\nnpm ERR! 404\\n' >&2; exit 1", "exit status 1: 404 Not Found - GET http://registry/some; check"},
		{"silent", "exit 3", "exit status 3: it gave no reason; check"},
		{"no archive", "true", "left 0 archives"},
		{"two archives", "touch a.tgz b.tgz", "left 2 archives"},
		{"of no use", "cp " + file + " a.tgz", "there is nothing to use"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fakeNPM(t, c.script)
			dir := t.TempDir()
			if err := Fetch(context.Background(), dir, "some@1", "a", digest, unused); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if left := entries(t, dir); left != nil {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	t.Setenv("PATH", t.TempDir())
	if err := Fetch(context.Background(), t.TempDir(), "some@1", "a", digest, unused); err == nil || !strings.Contains(err.Error(), "npm is needed to fetch some@1") {
		t.Errorf("without npm: %v", err)
	}
}

// TestCancelled: what npm itself has started ends with it, or it would hold
// the output open, and nothing stays in the folder.
func TestCancelled(t *testing.T) {
	fakeNPM(t, "echo half > some.tgz; sleep 60 & wait")
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	dir, start := t.TempDir(), time.Now()
	if err := Fetch(ctx, dir, "some@1", "a", "", unused); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > patience {
		t.Errorf("gave up after %v only", took)
	}
	if left := entries(t, dir); left != nil {
		t.Errorf("left behind: %v", left)
	}
}
