package formats

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rationale/datasets"
)

// things can be put at a path of somebody's; outside is where links lead.
var things = map[string]func(path, outside string) error{
	"file":       func(path, _ string) error { return os.WriteFile(path, []byte("somebody's"), 0o644) },
	"other json": func(path, _ string) error { return os.WriteFile(path, []byte(`{"name": "an app"}`), 0o644) },
	"folder": func(path, _ string) error {
		return errors.Join(os.Mkdir(path, 0o755), os.WriteFile(filepath.Join(path, "notes"), nil, 0o644))
	},
	"link to file":   func(path, outside string) error { return os.Symlink(filepath.Join(outside, "file"), path) },
	"link to folder": func(path, outside string) error { return os.Symlink(outside, path) },
	"pipe":           func(path, _ string) error { return syscall.Mkfifo(path, 0o644) },
}

// look describes everything below dir without following links.
func look(dir string) map[string]string {
	got := map[string]string{}
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			got[path] = err.Error()
			return nil
		}
		got[path] = e.Type().String()
		if e.Type().IsRegular() {
			data, err := os.ReadFile(path)
			got[path] += fmt.Sprintf(" %q %v", data, err)
		}
		return nil
	})
	return got
}

// Whatever of somebody's lies in the data folder, at names that imports use and
// others: an import, a second one and one after a kill leave all of it.
func TestImportLeavesForeignThings(t *testing.T) {
	base, refused, done := t.TempDir(), 0, 0
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(base, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		data, outside := filepath.Join(dir, "data"), filepath.Join(dir, "outside")
		if err := errors.Join(os.Mkdir(data, 0o755), os.Mkdir(outside, 0o755), things["file"](filepath.Join(outside, "file"), "")); err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "there already") {
			if err := importTiny(data, 1); err != nil {
				t.Fatal(err)
			}
		}
		paths := []string{outside}
		for range rapid.IntRange(1, 3).Draw(t, "things") {
			if path := litter(t, data, outside); path != "" {
				paths = append(paths, path)
			}
		}
		foreign := map[string]map[string]string{}
		for _, path := range paths { // once all are there: one may lie in another
			foreign[path] = look(path)
		}
		err = importInTime(t, data)
		for path, before := range foreign {
			if diff := cmp.Diff(before, look(path)); diff != "" {
				t.Fatalf("%s changed (import: %v):\n%s", path, err, diff)
			}
		}
		if err != nil {
			refused++
		} else {
			done++
		}
	})
	t.Logf("%d imports refused, %d done", refused, done)
	if refused == 0 || done == 0 {
		t.Error("one of the two never happened")
	}
}

// litter puts something into the data folder and gives its path; none when
// something is there already, or when imports may use it.
func litter(t *rapid.T, data, outside string) string {
	name := rapid.SampledFrom([]string{
		"raw.csv", ".lock", ".importing", ".importing/notes", ".importing/" + datasets.ManifestName, ".tiny.old", ".tiny.old/x", ".tiny.old/" + datasets.ManifestName,
		"tiny", "tiny/notes.txt", "tiny/.hidden", "tiny/" + datasets.ManifestName, "other",
	}).Draw(t, "name")
	kind := rapid.SampledFrom([]string{"file", "other json", "folder", "link to file", "link to folder", "pipe"}).Draw(t, "kind")
	path := filepath.Join(data, name)
	if name == ".lock" && (kind == "file" || kind == "other json") {
		return "" // it is locked and not changed
	}
	if resolved, _ := filepath.EvalSymlinks(filepath.Dir(path)); resolved == outside || os.MkdirAll(filepath.Dir(path), 0o755) != nil {
		return ""
	}
	if _, err := os.Lstat(path); err == nil {
		return ""
	}
	if err := things[kind](path, outside); err != nil {
		t.Fatal(err)
	}
	return path
}

// importInTime fails when the import hangs.
func importInTime(t *rapid.T, data string) error {
	finished := make(chan error, 1)
	go func() { finished <- importTiny(data, 2) }()
	select {
	case err := <-finished:
		return err
	case <-time.After(20 * time.Second):
		t.Fatal("the import hangs")
		return nil
	}
}

func importTiny(dir string, seed uint64) error {
	_, err := Import(context.Background(), dir, ImportOptions{
		Format: "generated", Name: "tiny", Seed: seed, Options: map[string]string{"train": "6", "dev": "4", "test": "4"},
	}, nil)
	return err
}

// A folder of an app has a manifest.json, too; a dataset whose manifest is
// damaged can be imported again all the same.
func TestWhatIsADataset(t *testing.T) {
	tests := map[string]struct {
		change func(dir string) error
		ok     bool
	}{
		"damaged manifest": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, datasets.ManifestName), []byte("{"), 0o644)
		}, true},
		"no manifest": {func(dir string) error { return os.Remove(filepath.Join(dir, datasets.ManifestName)) }, true},
		"empty":       {func(dir string) error { return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755)) }, true},
		"an app's": {func(dir string) error {
			return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, datasets.ManifestName), []byte("{}"), 0o644))
		}, false},
		"notes in it": {func(dir string) error { return os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o644) }, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			dir := small(t)
			if err := tc.change(filepath.Join(dir, "small")); err != nil {
				t.Fatal(err)
			}
			before := look(dir)
			_, err := Import(t.Context(), dir, ImportOptions{Format: "generated", Name: "small", Options: map[string]string{"train": "6", "dev": "4", "test": "4"}}, nil)
			if (err == nil) != tc.ok {
				t.Errorf("error %v", err)
			}
			if tc.ok {
				return
			}
			if err == nil || !strings.Contains(err.Error(), "not a dataset") {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(before, look(dir)); diff != "" {
				t.Errorf("changed:\n%s", diff)
			}
		})
	}
}
