package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFullDisk: on a disk that is too small the program says so and names the
// file; what was complete stays, and with room the same command ends well.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=1400k"); err != nil {
		t.Skipf("a small disk needs root: cannot mount a tmpfs: %v", err)
	}
	defer unix.Unmount(disk, unix.MNT_DETACH)
	s, out := newSession(t), filepath.Join(disk, "out")
	args := []string{"--jobs", "1", "train", "--method", "RNP", "--dataset", "generated-aroma", "--profile", "smoke", "--set", "epochs=1", "--set", "hidden=6"}
	cmd, text := s.command(out, args...)
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != exitFailed || !strings.Contains(text.String(), "no space left on device") || !strings.Contains(text.String(), out) {
		t.Fatalf("%v, exit code %d\n%s", err, code, text)
	}
	finished, err := filepath.Glob(filepath.Join(out, "store", "artifacts", "import-*", "manifest.json"))
	if err != nil || len(finished) != 1 {
		t.Fatalf("the generated dataset is not there: %v %v\n%s", finished, err, text)
	}
	before, err := os.Stat(finished[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	s.mustRun(out, args...)
	after, err := os.Stat(finished[0])
	if err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("the generated dataset was made again: %v", err)
	}
}
