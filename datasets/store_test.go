package datasets

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// small imports a generated dataset named "small" into a fresh folder.
func small(t testing.TB) (dataDir string) {
	t.Helper()
	dir := t.TempDir()
	importSmall(t, dir, 1)
	return dir
}

func importSmall(t testing.TB, dir string, seed uint64) *Meta {
	t.Helper()
	meta, err := Import(t.Context(), dir, ImportOptions{
		Format: "generated", Name: "small", Seed: seed,
		Options: map[string]string{"train": "600", "dev": "20", "test": "30"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return meta
}

// readAll returns the files of a folder by name.
func readAll(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = raw
	}
	return files
}

func TestSameInputSameBytes(t *testing.T) {
	a, b := readAll(t, filepath.Join(small(t), "small")), readAll(t, filepath.Join(small(t), "small"))
	if len(a) != 4 {
		t.Errorf("files %v", sortedKeys(a))
	}
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs between two imports of the same", name)
		}
	}
}

func TestDigestFollowsContents(t *testing.T) {
	dir := small(t)
	digest := func() string {
		set, err := Open(dir, "small")
		if err != nil {
			t.Fatal(err)
		}
		defer set.Close()
		return set.Digest()
	}
	first := digest()
	importSmall(t, dir, 2)
	second := digest()
	importSmall(t, dir, 1)
	if first == second || first != digest() {
		t.Errorf("digests %s, %s, %s", first, second, digest())
	}
}

// What goes in comes out, in any order and from several goroutines.
func TestRandomAccess(t *testing.T) {
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
	want := generated(t, "aroma", 600, 1)
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for _, i := range rand.New(rand.NewPCG(1, uint64(worker))).Perm(600) {
				got, err := train.Text(i)
				if err != nil || !cmp.Equal(want[i], got) {
					t.Errorf("row %d: %v, %v", i, got, err)
					return
				}
			}
		})
	}
	group.Wait()
	for _, i := range []int{-1, 600} {
		if _, err := train.Text(i); err == nil {
			t.Errorf("row %d was read", i)
		}
	}
	if _, err := set.Split("valid"); err == nil {
		t.Error("split valid was found")
	}
	text, _ := train.Text(3)
	set.Close()
	if !cmp.Equal(want[3], text) {
		t.Error("a text does not outlive the dataset")
	}
	if _, err := train.Text(3); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("reading after Close: %v", err)
	}
}

// Any text survives storage: nil and empty lists stay apart where they differ.
func TestTextsSurviveStorage(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z€ä]{1,6}`)
		texts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Text {
			text := Text{ID: word.Draw(t, "id"), Tokens: rapid.SliceOfN(word, 1, 20).Draw(t, "tokens"), Label: rapid.IntRange(0, 4).Draw(t, "label")}
			n := len(text.Tokens)
			if rapid.Bool().Draw(t, "judged") {
				text.Rationale = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "rationale")
			}
			if rapid.Bool().Draw(t, "marked") {
				text.Sentences = []int32{int32(n)}
			}
			if rapid.Bool().Draw(t, "asked") {
				text.Query = rapid.SliceOfN(word, 1, 3).Draw(t, "query")
			}
			return text
		}), 0, 600).Draw(t, "texts")
		if got := stored(t, dir, texts); !cmp.Equal(texts, got) && len(texts) > 0 {
			t.Fatal(cmp.Diff(texts, got))
		}
	})
}

// stored writes texts to a file and reads them back.
func stored(t *rapid.T, dir string, texts []Text) []Text {
	w, err := newTextWriter(filepath.Join(dir, spoolName), (Meta{}).provenance("train", len(texts)))
	for i := 0; err == nil && i < len(texts); i++ {
		err = w.add(&texts[i])
	}
	if err == nil {
		err = w.close()
	}
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	split, err := openSpool(root, dir, len(texts))
	if err != nil {
		t.Fatal(err)
	}
	defer split.Close()
	var got []Text
	for i := range texts {
		text, err := split.Text(i)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, text)
	}
	return got
}

// Two thousand damaged files: never a crash, always an error that names the file
// and says how to get it back.
func TestDamageIsNoticed(t *testing.T) {
	dir := small(t)
	folder := filepath.Join(dir, "small")
	files := readAll(t, folder)
	names := sortedKeys(files)
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

// Without the digest a parser's panic still ends as an error. Damage to the
// schema part is left out here: it can ask for more memory than there is, which
// is why the digest comes first.
func TestParserPanicsAreErrors(t *testing.T) {
	dir := small(t)
	path := filepath.Join(dir, "small", "dev.arrow")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	faults := 0
	for cutAt := 8; cutAt < len(raw); cutAt += len(raw) / 50 {
		split := newSplit("dev", &mapping{path: path, data: nil})
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
		"missing manifest": {func(f string) error { return os.Remove(filepath.Join(f, manifestName)) }, manifestName},
		"empty manifest":   {func(f string) error { return os.WriteFile(filepath.Join(f, manifestName), nil, 0o644) }, manifestName},
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

func TestNamesAreFolderNames(t *testing.T) {
	dir := small(t)
	outside := filepath.Join(t.TempDir(), "small")
	if err := os.CopyFS(outside, os.DirFS(filepath.Join(dir, "small"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", ".", "..", "../small", "a/b", `a\b`, "/etc", ".hidden", "a..b", "link", "nul\x00", strings.Repeat("x", 101)} {
		if set, err := Open(dir, name); err == nil {
			set.Close()
			t.Errorf("%q was opened", name)
		}
		_, err := Import(t.Context(), dir, ImportOptions{Format: "generated", Name: name, Options: map[string]string{"train": "5"}}, nil)
		if err == nil {
			t.Errorf("%q was written", name)
		}
	}
	set, err := OpenDir(filepath.Join(dir, "small"))
	if err != nil {
		t.Fatal(err)
	}
	set.Close()
}

func TestListAndUnknownName(t *testing.T) {
	dir := small(t)
	names, err := List(dir)
	if err != nil || !slices.Equal(names, []string{"small"}) {
		t.Errorf("%v, %v", names, err)
	}
	if names, err := List(filepath.Join(dir, "nowhere")); names != nil || err != nil {
		t.Errorf("missing folder: %v, %v", names, err)
	}
	if _, err := Open(dir, "smal"); err == nil || !strings.Contains(err.Error(), "did you mean small?") {
		t.Errorf("%v", err)
	}
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
	before := readAll(t, filepath.Join(dir, "small"))
	for _, steps := range []int{0, 1, 300, 649, 650, 651, 1000, 1299} {
		_, err := Import(&stopped{t.Context(), steps}, dir, ImportOptions{
			Format: "generated", Name: "small", Seed: 9, Options: map[string]string{"train": "600", "dev": "20", "test": "30"},
		}, nil)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("after %d steps: %v", steps, err)
		}
		if !cmp.Equal(before, readAll(t, filepath.Join(dir, "small"))) {
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
	before := readAll(t, target)
	if err := os.Rename(target, asideOf(target)); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, ".importing", "half"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Import(&stopped{t.Context(), 3}, dir, ImportOptions{Format: "generated", Name: "small"}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if !cmp.Equal(before, readAll(t, target)) {
		t.Error("the older dataset did not come back")
	}
	importSmall(t, dir, 5)
}

func TestNothingButADatasetIsReplaced(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "mine", "photos"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Import(t.Context(), dir, ImportOptions{Format: "generated", Name: "mine"}, nil)
	if err == nil || !strings.Contains(err.Error(), "not a dataset") {
		t.Errorf("%v", err)
	}
}

func TestOneImportAtATime(t *testing.T) {
	dir := t.TempDir()
	inside := publish(dir, "a", func(string) error { return publish(dir, "b", func(string) error { return nil }) })
	if inside == nil || !strings.Contains(inside.Error(), "another import") {
		t.Errorf("%v", inside)
	}
}

func TestTwoFormatsOfOneName(t *testing.T) {
	_, err := findFormat([]Format{{Name: "csv"}, {Name: "csv"}}, "csv")
	if err == nil || !strings.Contains(err.Error(), "registered 2 times") {
		t.Errorf("%v", err)
	}
	if _, err := FindFormat("tweet"); err == nil || !strings.Contains(err.Error(), "did you mean tweets?") {
		t.Errorf("%v", err)
	}
}
