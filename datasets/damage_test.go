package datasets

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Two thousand damaged files: never a crash, always an error that names the file
// and says how to get it back.
func TestDamageIsNoticed(t *testing.T) {
	dir := small(t)
	folder := filepath.Join(dir, "small")
	files := readAll(t, folder)
	names := slices.Sorted(maps.Keys(files))
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		name := names[random.IntN(len(names))]
		damaged := bytes.Clone(files[name])
		if random.IntN(4) == 0 {
			damaged = damaged[:random.IntN(len(damaged))]
		} else {
			damaged[random.IntN(len(damaged))] ^= 1 << random.IntN(8)
		}
		if err := os.WriteFile(filepath.Join(folder, name), damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		set, err := Open(dir, "small")
		if err == nil {
			set.Close()
			t.Fatalf("damage of %s was not noticed", name)
		}
		if !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "rationale data import") {
			t.Fatalf("damage of %s: %v", name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), files[name], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	set, err := Open(dir, "small")
	if err != nil {
		t.Fatal(err)
	}
	set.Close()
}

// Bytes that are displaced as a whole are refused too, under the file's name.
func TestDisplacedBytesAreRefused(t *testing.T) {
	dir := small(t)
	path := filepath.Join(dir, "small", "dev.arrow")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	faults := 0
	for cutAt := 8; cutAt < len(raw); cutAt += len(raw) / 50 {
		split := newSplit("dev", &mapping{path: path, data: nil}, &Meta{Classes: make([]string, 2)})
		split.file.data = slices.Clone(raw[cutAt:]) // offsets now point elsewhere
		err := split.parse(20)
		if err == nil {
			_, err = split.Text(0)
		}
		if err != nil {
			faults++
			if !strings.Contains(err.Error(), path) {
				t.Errorf("%v does not name the file", err)
			}
		}
	}
	if faults < 40 {
		t.Errorf("%d of 50 displaced files were refused", faults)
	}
}

// A file that is cut short while it is mapped gives an error, not a crash.
func TestTruncatedWhileOpen(t *testing.T) {
	dir := small(t)
	set, err := Open(dir, "small")
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	train, err := set.Split("train")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, "small", "train.arrow"), 4096); err != nil {
		t.Fatal(err)
	}
	if _, err := train.Text(500); err == nil || !strings.Contains(err.Error(), "train.arrow") {
		t.Errorf("reading beyond the new end: %v", err)
	}
}

func TestFolderMustBeAsListed(t *testing.T) {
	for what, c := range map[string]struct {
		change func(folder string) error
		want   string
	}{
		"missing file":     {func(f string) error { return os.Remove(filepath.Join(f, "dev.arrow")) }, "dev.arrow"},
		"missing manifest": {func(f string) error { return os.Remove(filepath.Join(f, ManifestName)) }, ManifestName},
		"empty manifest":   {func(f string) error { return os.WriteFile(filepath.Join(f, ManifestName), nil, 0o644) }, ManifestName},
		"extra file":       {func(f string) error { return os.WriteFile(filepath.Join(f, "more.arrow"), nil, 0o644) }, "more.arrow"},
		"swapped files": {func(f string) error {
			return errors.Join(os.Remove(filepath.Join(f, "dev.arrow")), os.Link(filepath.Join(f, "test.arrow"), filepath.Join(f, "dev.arrow")))
		}, "dev.arrow"},
		"folder for file": {func(f string) error {
			return errors.Join(os.Remove(filepath.Join(f, "dev.arrow")), os.Mkdir(filepath.Join(f, "dev.arrow"), 0o755))
		}, "not a regular file"},
		"link out of the folder": {func(f string) error {
			outside := filepath.Join(filepath.Dir(f), "outside.arrow")
			return errors.Join(os.Rename(filepath.Join(f, "dev.arrow"), outside), os.Symlink(outside, filepath.Join(f, "dev.arrow")))
		}, "escapes"},
	} {
		dir := small(t)
		if err := c.change(filepath.Join(dir, "small")); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, "small")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "rationale data import") {
			t.Errorf("%s: %v", what, err)
		} else {
			t.Logf("%s: %v", what, err)
		}
	}
}
