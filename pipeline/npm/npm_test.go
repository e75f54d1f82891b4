package npm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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

func TestFetchHandsTheArchive(t *testing.T) {
	fakeNPM(t, `[ "$*" = "pack --silent --ignore-scripts some@1.2.3" ] && echo packed > some-1.2.3.tgz`)
	dir := filepath.Join(t.TempDir(), "new", "cache")
	used := ""
	err := Fetch(context.Background(), dir, "some@1.2.3", func(archive string) error {
		content, err := os.ReadFile(archive)
		used = string(content)
		return err
	})
	if err != nil || used != "packed\n" {
		t.Errorf("%q, %v", used, err)
	}
	if left := entries(t, dir); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

func TestFetchErrors(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"fails", "echo notice >&2; echo E404 nothing here >&2; exit 1", "npm pack some@1: exit status 1: E404 nothing here; check the network"},
		{"no archive", "true", "left 0 archives"},
		{"two archives", "touch a.tgz b.tgz", "left 2 archives"},
		{"of no use", "touch a.tgz", "there is nothing to use"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fakeNPM(t, c.script)
			dir := t.TempDir()
			if err := Fetch(context.Background(), dir, "some@1", unused); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if left := entries(t, dir); left != nil {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	t.Setenv("PATH", t.TempDir())
	if err := Fetch(context.Background(), t.TempDir(), "some@1", unused); err == nil || !strings.Contains(err.Error(), "npm is needed to fetch some@1") {
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
	if err := Fetch(ctx, dir, "some@1", unused); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > patience {
		t.Errorf("gave up after %v only", took)
	}
	if left := entries(t, dir); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

// TestTidy removes what a killed download has left and nothing else.
func TestTidy(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	write := func(parts ...string) {
		path := filepath.Join(parts...)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to string, parts ...string) {
		path := filepath.Join(parts...)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.Symlink(to, path)); err != nil {
			t.Fatal(err)
		}
	}
	write(dir, prefix+"left", marker)
	write(dir, prefix+"left", "some.tgz")
	link(elsewhere, dir, prefix+"left", "link")
	write(dir, prefix+"somebody's", "file")
	write(dir, prefix+"file")
	write(dir, "other", marker)
	write(elsewhere, marker)
	link(elsewhere, dir, prefix+"link")
	link(filepath.Join(elsewhere, marker), dir, prefix+"marked by a link", marker)
	working, err := newFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	before := entries(t, dir)
	if err := Tidy(dir); err != nil {
		t.Fatal(err)
	}
	gone := cmp.Diff(before, append(entries(t, dir), prefix+"left"), sorted)
	if gone != "" || len(entries(t, elsewhere)) != 1 {
		t.Errorf("before (-) and after, with what should be gone (+):\n%s", gone)
	}
	if err := working.remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(working.path); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", working.path, err)
	}
}

var sorted = cmp.Transformer("sorted", func(names []string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
})
