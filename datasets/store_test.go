package datasets

import (
	"bytes"
	"maps"
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
		t.Errorf("files %v", slices.Sorted(maps.Keys(a)))
	}
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs between two writings of the same", name)
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
	writeSmall(t, dir, 2)
	second := digest()
	writeSmall(t, dir, 1)
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
	want := madeUp(600, 1)
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
			if rapid.Bool().Draw(t, "spaced") {
				text.Spaces = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "spaces")
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

// stored puts texts into a spool and reads them back.
func stored(t *rapid.T, dir string, texts []Text) []Text {
	spool, err := NewSpool(dir)
	for i := 0; err == nil && i < len(texts); i++ {
		err = spool.Add(&texts[i])
	}
	if err != nil {
		t.Fatal(err)
	}
	rows, err := spool.Rows()
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []Text
	for i := range texts {
		text, err := rows.Text(i)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, text)
	}
	return got
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

// TestVerifyFindsOverwritten changes one bit of an open dataset in place.
func TestVerifyFindsOverwritten(t *testing.T) {
	dir := small(t)
	set, err := Open(dir, "small")
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	if err := set.Verify(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "small", "dev.arrow"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b [1]byte
	if _, err := f.ReadAt(b[:], 1000); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1
	if _, err := f.WriteAt(b[:], 1000); err != nil {
		t.Fatal(err)
	}
	if err := set.Verify(); err == nil {
		t.Error("a changed bit was not found")
	}
}
