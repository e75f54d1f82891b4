package formats

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets"
)

// loopFolder tells the test binary to be the process that gets killed.
const loopFolder = "DATASETS_IMPORT_LOOP"

func loopOptions(seed uint64) ImportOptions {
	return ImportOptions{Format: "generated", Name: "g", Seed: seed, Options: map[string]string{"train": "400", "dev": "20", "test": "20"}}
}

// TestImportLoop does nothing unless it was started by TestKilledImport. Then it
// replaces one dataset by another for ever.
func TestImportLoop(t *testing.T) {
	dir := os.Getenv(loopFolder)
	if dir == "" {
		t.Skip("serves TestKilledImport")
	}
	fmt.Println("ready")
	for seed := uint64(0); ; seed++ {
		if _, err := Import(context.Background(), dir, loopOptions(seed%2), nil); err != nil {
			t.Fatal(err)
		}
	}
}

// Killed at any moment, an import leaves one of the two datasets, whole, and the
// next import works.
func TestKilledImport(t *testing.T) {
	dir := t.TempDir()
	legal := map[string]bool{}
	for seed := range uint64(2) {
		if _, err := Import(t.Context(), dir, loopOptions(seed), nil); err != nil {
			t.Fatal(err)
		}
		legal[digestOf(t, dir)] = true
	}
	random := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		killDuringImport(t, dir, time.Duration(random.IntN(120))*time.Millisecond)
		if digest := digestOf(t, dir); !legal[digest] {
			t.Fatalf("digest %s is neither of the two", digest)
		}
	}
	if _, err := Import(t.Context(), dir, loopOptions(0), nil); err != nil {
		t.Fatal(err)
	}
}

func digestOf(t *testing.T, dir string) string {
	t.Helper()
	set, err := datasets.Open(dir, "g")
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	return set.Digest()
}

// killDuringImport lets another process import for a while and kills it.
func killDuringImport(t *testing.T, dir string, after time.Duration) {
	t.Helper()
	process := exec.Command(os.Args[0], "-test.run=^TestImportLoop$")
	process.Env = append(os.Environ(), loopFolder+"="+dir)
	out, err := process.StdoutPipe()
	if err == nil {
		err = process.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	process.Wait() // ends with "signal: killed", as intended
}

// stopped is a context that is cancelled when it has been asked n times.
type stopped struct {
	context.Context
	left int
}

func (s *stopped) Err() error {
	if s.left--; s.left < 0 {
		return context.Canceled
	}
	return nil
}

// Wherever an import stops, the older dataset is still there and nothing else.
func TestStoppedImportLeavesTheOldOne(t *testing.T) {
	dir := small(t)
	before := look(filepath.Join(dir, "small"))
	for _, steps := range []int{0, 1, 300, 649, 650, 651, 1000, 1299} {
		_, err := Import(&stopped{t.Context(), steps}, dir, ImportOptions{
			Format: "generated", Name: "small", Seed: 9, Options: map[string]string{"train": "600", "dev": "20", "test": "30"},
		}, nil)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("after %d steps: %v", steps, err)
		}
		if !cmp.Equal(before, look(filepath.Join(dir, "small"))) {
			t.Fatalf("after %d steps the older dataset has changed", steps)
		}
		entries, _ := os.ReadDir(dir)
		if len(entries) != 2 { // the dataset and the lock
			t.Fatalf("after %d steps: %v", steps, entries)
		}
	}
}

// What a kill leaves behind does not stop the next import, and an older dataset
// that had been moved aside comes back.
func TestRecoversFromAKill(t *testing.T) {
	dir := small(t)
	target := filepath.Join(dir, "small")
	before := look(target)
	if err := os.Rename(target, filepath.Join(dir, ".small.old")); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(dir, ".importing", "spool.arrow")
	if err := errors.Join(os.MkdirAll(filepath.Dir(half), 0o755), os.WriteFile(half, []byte("ARROW1\x00\x00half"), 0o644)); err != nil {
		t.Fatal(err)
	}
	_, err := Import(&stopped{t.Context(), 3}, dir, ImportOptions{Format: "generated", Name: "small"}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if !cmp.Equal(before, look(target)) {
		t.Error("the older dataset did not come back")
	}
	importSmall(t, dir, 5)
}
