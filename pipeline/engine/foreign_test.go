package engine

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rationale/pipeline/disk"
	"rationale/pipeline/disk/disktest"
)

// arena is a folder with a store in it, and somebody's files around and in it.
type arena struct {
	root, outside string
	store         *Store
	graph         *graph
	made          bool
	foreign       []string // what nobody may change
}

// newArena makes a store that has been worked in, or only the place for one.
func newArena(t *rapid.T, root string, made bool) *arena {
	a := &arena{root: root, outside: filepath.Join(root, "outside"), made: made}
	raw := filepath.Join(root, "raw")
	if err := errors.Join(os.Mkdir(a.outside, 0o755), os.Mkdir(raw, 0o755),
		os.WriteFile(filepath.Join(a.outside, "file"), []byte("outside"), 0o644)); err != nil {
		t.Fatal(err)
	}
	var err error
	if a.store, err = OpenStore(filepath.Join(root, "store")); err != nil {
		t.Fatal(err)
	}
	a.store.fs = disktest.Lazy{}
	a.graph = newGraph(shapes["chain"], raw)
	if made {
		if err := a.run(); err != nil {
			t.Fatal(err)
		}
		a.graph.stages["b"].params.Text = "another" // so that there is work
	}
	a.foreign = []string{a.outside}
	return a
}

func (a *arena) plan() (*Plan, error) { return NewPlan(a.graph.order...) }

// run is an error when the run hangs, too.
func (a *arena) run() error {
	p, err := a.plan()
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		_, err := Run(context.Background(), p, Options{Store: a.store})
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(20 * time.Second):
		return errHung
	}
}

var errHung = errors.New("the run hangs")

// litter puts something of somebody's into the store, at a name of theirs or
// one that the program uses too.
func (a *arena) litter(t *rapid.T) {
	p, err := a.plan()
	if err != nil {
		t.Fatal(err)
	}
	planned := rapid.SampledFrom(p.steps).Draw(t, "step").ID
	folder := rapid.SampledFrom([]string{".", artifactsFolder, damagedFolder, logFolder, tmpFolder, workFolder}).Draw(t, "folder")
	name := rapid.SampledFrom([]string{
		"file", "notes.txt", ".hidden", disk.Marker, lockName, tmpFolder, workFolder, logFolder, damagedFolder, "half", "x.log",
		"a-0123456789abcdef", planned, planned + ".log", planned + ".json", "train-0123",
	}).Draw(t, "name")
	kind := rapid.SampledFrom(disktest.Kinds).Draw(t, "kind")
	path := filepath.Join(a.store.dir, folder, name)
	if a.programs(folder, name, kind) {
		return
	}
	if resolved, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil && !strings.HasPrefix(resolved, a.root+"/store") {
		return // a link leads outside: what lies there is watched already
	}
	if rapid.Bool().Draw(t, "replace") && folder == "." {
		os.RemoveAll(path) // one of the store's own gives way
	}
	if disktest.Make(kind, path, a.outside) {
		a.foreign = append(a.foreign, path)
	}
}

// programs tells whether the program itself makes such things there, or, with
// an artifact's name among the artifacts, moves them aside for people.
func (a *arena) programs(folder, name, kind string) bool {
	id := strings.TrimSuffix(strings.TrimSuffix(name, ".log"), ".json")
	if !a.made {
		return name == disk.Marker // half a marker is ours
	}
	switch plain := strings.HasSuffix(kind, "file") && kind != "link to file" || strings.HasSuffix(kind, "folder") && kind != "link to folder"; {
	case folder == ".":
		_, ours := owned[name]
		return plain && (ours || name == lockName || name == disk.Marker)
	case folder == artifactsFolder:
		return checkID(name) == nil
	default:
		return plain && checkID(id) == nil
	}
}

func (a *arena) describe() map[string]string {
	got := map[string]string{}
	for _, path := range a.foreign {
		maps.Copy(got, disktest.Describe(path))
	}
	return got
}

// TestForeignThingsStay: whatever lies where the store is or should be, a run
// changes and removes nothing that the program did not make, follows no link
// and waits at no pipe. It works beside it or says what is in the way.
func TestForeignThingsStay(t *testing.T) {
	failed, done := 0, 0
	base := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		root, err := os.MkdirTemp(base, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(root)
		a := newArena(t, root, rapid.Bool().Draw(t, "made"))
		for range rapid.IntRange(1, 4).Draw(t, "things") {
			a.litter(t)
		}
		before := a.describe()
		err = a.run()
		if diff := cmp.Diff(before, a.describe()); diff != "" {
			t.Fatalf("changed (-before +after), run: %v\n%s", err, diff)
		}
		switch {
		case errors.Is(err, errHung):
			t.Fatal(err)
		case err != nil && !strings.Contains(err.Error(), a.store.dir):
			t.Fatalf("the error names no path: %v", err)
		case err != nil:
			failed++
		default:
			done++
		}
	})
	t.Logf("%d runs refused, %d worked beside what was there", failed, done)
	if failed == 0 || done == 0 {
		t.Error("one of the two never happened")
	}
}

// TestForeignFolderIsRefused: a folder called store with somebody's tmp in it
// is left, and the error says what to do.
func TestForeignFolderIsRefused(t *testing.T) {
	s := newStore(t)
	file := filepath.Join(s.folder(tmpFolder), "file")
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte("somebody's"), 0o644)); err != nil {
		t.Fatal(err)
	}
	before := treeState(t, s.Dir())
	_, err := Run(t.Context(), newGraph(shapes["single"], newRaw(t)).plan(t), Options{Store: s})
	var foreign *disk.ForeignError
	if !errors.As(err, &foreign) || !strings.Contains(err.Error(), "tmp/file") || !strings.Contains(err.Error(), "--out") {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff(before, treeState(t, s.Dir())); diff != "" {
		t.Errorf("changed:\n%s", diff)
	}
}

// TestLinkInPlaceOfAFolder: what a link leads to is not the store's.
func TestLinkInPlaceOfAFolder(t *testing.T) {
	for _, folder := range []string{tmpFolder, workFolder, logFolder, artifactsFolder} {
		t.Run(folder, func(t *testing.T) {
			s, _, _ := oneArtifact(t)
			elsewhere := t.TempDir()
			if err := errors.Join(os.WriteFile(filepath.Join(elsewhere, "a-0123456789abcdef"), nil, 0o644),
				os.RemoveAll(s.folder(folder)), os.Symlink(elsewhere, s.folder(folder))); err != nil {
				t.Fatal(err)
			}
			before := treeState(t, elsewhere)
			_, err := Run(t.Context(), newGraph(shapes["chain"], newRaw(t)).plan(t), Options{Store: openStore(t, s.Dir())})
			if want := s.folder(folder) + " is a symbolic link"; err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
			if after := treeState(t, elsewhere); after != before {
				t.Errorf("changed:\n%s", after)
			}
		})
	}
}

// TestOlderStores: stores made before there was a marker are taken on, and
// folders that only look like one are not.
func TestOlderStores(t *testing.T) {
	tests := map[string]struct {
		change func(s *Store, id string) error
		ok     bool
	}{
		"worked in":      {func(*Store, string) error { return nil }, true},
		"killed at once": {func(s *Store, id string) error { return os.RemoveAll(s.artifact(id)) }, true},
		"killed in the lock": {func(s *Store, id string) error {
			return errors.Join(os.RemoveAll(s.artifact(id)), os.Truncate(s.folder(lockName), 0))
		}, true},
		"with a note": {func(s *Store, _ string) error {
			return os.WriteFile(filepath.Join(s.folder(tmpFolder), "note"), nil, 0o644)
		}, true},
		"note, no artifact": {func(s *Store, id string) error {
			return errors.Join(os.RemoveAll(s.artifact(id)), os.WriteFile(filepath.Join(s.folder(tmpFolder), "note"), nil, 0o644))
		}, false},
		"another lock": {func(s *Store, _ string) error { return os.WriteFile(s.folder(lockName), []byte("npm"), 0o644) }, false},
		"no lock":      {func(s *Store, _ string) error { return os.Remove(s.folder(lockName)) }, false},
		"more in it":   {func(s *Store, _ string) error { return os.Mkdir(s.folder("src"), 0o755) }, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s, _, id := oneArtifact(t)
			if err := errors.Join(os.Remove(s.folder(disk.Marker)), tc.change(s, id)); err != nil {
				t.Fatal(err)
			}
			_, err := Run(t.Context(), newGraph(shapes["chain"], newRaw(t)).plan(t), Options{Store: openStore(t, s.Dir())})
			if (err == nil) != tc.ok {
				t.Errorf("error %v", err)
			}
			if _, err := os.Stat(s.folder(disk.Marker)); (err == nil) != tc.ok {
				t.Errorf("marker: %v", err)
			}
		})
	}
}

// TestManifestsThatAreNone: in place of the manifest may be anything; reading
// it neither hangs nor passes it over.
func TestManifestsThatAreNone(t *testing.T) {
	for _, kind := range disktest.Kinds {
		t.Run(kind, func(t *testing.T) {
			s, p, id := oneArtifact(t)
			path := filepath.Join(s.artifact(id), ManifestName)
			if err := os.Remove(path); err != nil || !disktest.Make(kind, path, t.TempDir()) {
				t.Fatal(err)
			}
			list, err := s.List()
			if err != nil || len(list.Manifests) != 0 || len(list.Damaged) != 1 || list.Damaged[0].ID != id {
				t.Fatalf("list %+v, %v", list, err)
			}
			if d := mustCheck(t, p, s)[0]; !d.Run || !strings.Contains(d.Reason, "artifact damaged: file manifest.json: ") {
				t.Errorf("decision %+v", d)
			}
			mustRun(t, p, s)
			if list, err := s.List(); err != nil || len(list.Damaged) != 0 || len(list.Manifests) != 1 {
				t.Errorf("after it was made again: %+v, %v", list, err)
			}
		})
	}
}
