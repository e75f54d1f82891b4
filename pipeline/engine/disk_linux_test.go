package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// mount puts a small file system of its own at a new folder; tests are
// skipped where that is not allowed.
func mount(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("cannot mount a tmpfs: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestFullDisk: a disk too small for the plan ends it with an error that names
// the path; what was complete stays, and room is all that is needed to go on.
func TestFullDisk(t *testing.T) {
	dir := mount(t, "size=256k")
	s, err := OpenStore(filepath.Join(dir, "store"))
	if err != nil {
		t.Fatal(err)
	}
	g := newGraph(shapes["chain"], newRaw(t))
	g.nodes["b"].Stage = &toy{name: "b", version: 1, params: toyParams{Text: strings.Repeat("b", 1<<20), Steps: 1}}
	p := g.plan(t)
	_, err = Run(t.Context(), p, Options{Store: s})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "stage b failed") {
		t.Fatalf("error %v", err)
	}
	if _, err := s.Verify(p.ID(g.nodes["a"])); err != nil {
		t.Errorf("the earlier artifact: %v", err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	mustRun(t, p, s)
}

// TestReadOnlyStore: a finished plan is fine on a read-only disk, and one that
// has something to do says which path it could not change.
func TestReadOnlyStore(t *testing.T) {
	dir := mount(t, "size=1m")
	s := openStore(t, filepath.Join(dir, "store"))
	g := newGraph(shapes["chain"], newRaw(t))
	mustRun(t, g.plan(t), s)
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, "size=1m"); err != nil {
		t.Skipf("cannot remount: %v", err)
	}
	mustRun(t, g.plan(t), s)
	g.stages["c"].params.Text = "new"
	_, err := Run(context.Background(), g.plan(t), Options{Store: s})
	if !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), dir) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(s.artifact(g.plan(t).ID(g.nodes["c"]))); err == nil {
		t.Error("an artifact appeared")
	}
}
