package engine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// oneArtifact makes a store with a single artifact.
func oneArtifact(t testing.TB) (*Store, *Plan, string) {
	t.Helper()
	s, g := newStore(t), newGraph(shapes["single"], newRaw(t))
	p := g.plan(t)
	mustRun(t, p, s)
	return s, p, p.Steps()[0].ID
}

func TestVerifyFindsDamage(t *testing.T) {
	tests := map[string]struct {
		harm func(t *testing.T, dir string) error
		want string
	}{
		"flipped byte": {func(t *testing.T, dir string) error {
			flipByte(t, filepath.Join(dir, "sub/deep/text.txt"))
			return nil
		}, "file sub/deep/text.txt: digest "},
		"cut": {func(t *testing.T, dir string) error {
			return os.Truncate(filepath.Join(dir, "chain.txt"), 5)
		}, "file chain.txt: size 5 instead of 64"},
		"missing": {func(t *testing.T, dir string) error {
			return os.Remove(filepath.Join(dir, "chain.txt"))
		}, "file chain.txt: missing"},
		"added": {func(t *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, "sub/new.txt"), nil, 0o644)
		}, "file sub/new.txt: not in the manifest"},
		"no manifest": {func(t *testing.T, dir string) error {
			return os.Remove(filepath.Join(dir, ManifestName))
		}, "file manifest.json: missing"},
		"manifest changed": {func(t *testing.T, dir string) error {
			flipByte(t, filepath.Join(dir, ManifestName))
			return nil
		}, "file manifest.json: "},
		"manifest of another": {func(t *testing.T, dir string) error {
			data, err := sampleManifest(t).encode()
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, ManifestName), data, 0o644)
		}, "file manifest.json: belongs to train-"},
		"file for folder": {func(t *testing.T, dir string) error {
			return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o644))
		}, "file .: not a folder"},
		"link for folder": {func(t *testing.T, dir string) error {
			return errors.Join(os.Rename(dir, dir+".moved"), os.Symlink(dir+".moved", dir))
		}, "file .: not a folder"},
		"folder for file": {func(t *testing.T, dir string) error {
			name := filepath.Join(dir, "chain.txt")
			return errors.Join(os.Remove(name), os.Mkdir(name, 0o755))
		}, "file chain.txt: missing"},
		"link for file": {func(t *testing.T, dir string) error {
			name := filepath.Join(dir, "chain.txt")
			return errors.Join(os.Remove(name), os.Symlink("/etc/hostname", name))
		}, "file chain.txt: not a regular file"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s, p, id := oneArtifact(t)
			if err := tc.harm(t, s.artifact(id)); err != nil {
				t.Fatal(err)
			}
			s = openStore(t, s.Dir())
			_, err := s.Verify(id)
			var damage *DamageError
			if !errors.As(err, &damage) || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("error %v, want damage with %q", err, tc.want)
			}
			if d := mustCheck(t, p, s)[0]; !d.Run || !strings.Contains(d.Reason, tc.want) {
				t.Errorf("decision %+v", d)
			}
			mustRun(t, p, s)
			contents(t, p, s)
		})
	}
}

func TestVerifyReadsAFileOnce(t *testing.T) {
	s, _, id := oneArtifact(t)
	s = openStore(t, s.Dir())
	if _, err := s.Verify(id); err != nil {
		t.Fatal(err)
	}
	// Changed behind the cache's back, with size, inode and time kept: only a
	// second reading could find it.
	name := filepath.Join(s.artifact(id), "chain.txt")
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	flipByte(t, name)
	if err := os.Chtimes(name, time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Verify(id); err != nil {
		t.Errorf("the file was read twice: %v", err)
	}
	if err := os.Chtimes(name, time.Time{}, info.ModTime().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Verify(id); err == nil {
		t.Error("a changed time did not make the file be read again")
	}
}

// TestPublishedFilesAreKnown: what was digested for the manifest is not read
// again by the stages that use it.
func TestPublishedFilesAreKnown(t *testing.T) {
	s, _, id := oneArtifact(t)
	known, ok := s.digests.known[filepath.Join(s.artifact(id), "sub", "deep", "text.txt")]
	if !ok || known.sha256 == "" {
		t.Errorf("digests known after publishing: %v", s.digests.known)
	}
}

// TestSameBytesAnywhere: two stores made at different times in different
// folders hold the same bytes.
func TestSameBytesAnywhere(t *testing.T) {
	raw := newRaw(t)
	g := newGraph(shapes["diamond"], raw)
	p := g.plan(t)
	one, two := newStore(t), newStore(t)
	mustRun(t, p, one)
	mustRun(t, p, two)
	a, b := contents(t, p, one), contents(t, p, two)
	for id, digest := range a {
		if b[id] != digest {
			t.Errorf("%s differs", id)
		}
	}
	if len(a) != 4 {
		t.Errorf("%d artifacts, want 4", len(a))
	}
}

func TestStageMustNotWriteManifest(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["single"], newRaw(t))
	g.nodes["a"].Stage = writer{func(out string) error {
		return os.WriteFile(filepath.Join(out, ManifestName), nil, 0o644)
	}}
	_, err := Run(t.Context(), g.plan(t), Options{Store: s})
	if err == nil || !strings.Contains(err.Error(), "the stage wrote manifest.json") {
		t.Errorf("error %v", err)
	}
}

func TestStageMustNotLeaveLinks(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["single"], newRaw(t))
	g.nodes["a"].Stage = writer{func(out string) error {
		return os.Symlink("/etc", filepath.Join(out, "etc"))
	}}
	p := g.plan(t)
	_, err := Run(t.Context(), p, Options{Store: s})
	if err == nil || !strings.Contains(err.Error(), "is not a regular file") {
		t.Errorf("error %v", err)
	}
	if has, _ := s.Has(p.Steps()[0].ID); has {
		t.Error("the artifact was published")
	}
}

func TestOpenStoreOnAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStore(name); err == nil || !strings.Contains(err.Error(), "is a file") {
		t.Errorf("error %v", err)
	}
	if _, err := OpenStore(""); err == nil {
		t.Error("a store without a folder was opened")
	}
}

func TestList(t *testing.T) {
	s, g := newStore(t), newGraph(shapes["chain"], newRaw(t))
	if list, err := s.List(); err != nil || len(list.Manifests) != 0 {
		t.Errorf("list of an absent store: %v, %v", list, err)
	}
	p := g.plan(t)
	mustRun(t, p, s)
	flipByte(t, filepath.Join(s.artifact(p.Steps()[1].ID), ManifestName))
	all, err := s.List()
	list := all.Manifests
	if err != nil || len(list) != 2 || list[0].Stage != "a" || list[1].Stage != "c" || list[0].Label != "make a" {
		t.Errorf("list %+v, %v", list, err)
	}
	if len(all.Damaged) != 1 || all.Damaged[0].ID != p.Steps()[1].ID || all.Damaged[0].File != ManifestName {
		t.Errorf("damaged: %+v", all.Damaged)
	}
}

// TestDamagedTwice: a second damaged artifact of one name replaces the first.
func TestDamagedTwice(t *testing.T) {
	s, p, id := oneArtifact(t)
	for range 2 {
		flipByte(t, filepath.Join(s.artifact(id), "chain.txt"))
		mustRun(t, p, openStore(t, s.Dir()))
	}
	contents(t, p, openStore(t, s.Dir()))
}
