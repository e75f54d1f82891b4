package datasets

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// madeUp are texts that look like an import's.
func madeUp(n int, seed uint64) []Text {
	random := rand.New(rand.NewPCG(seed, 1))
	texts := make([]Text, n)
	for i := range texts {
		t := Text{ID: fmt.Sprint("made.jsonl:", i), Label: random.IntN(2), Rationale: []bool{}, Sentences: []int32{}}
		for range 40 + random.IntN(60) {
			t.Tokens = append(t.Tokens, fmt.Sprint("word", random.IntN(700)))
			t.Rationale = append(t.Rationale, random.IntN(6) == 0)
		}
		half := int32(len(t.Tokens) / 2)
		t.Sentences = append(t.Sentences, half, int32(len(t.Tokens)))
		texts[i] = t
	}
	return texts
}

// rowsOf are rows that lie in memory.
func rowsOf(texts []Text) Rows {
	return Rows{len(texts), func(i int) (Text, error) { return texts[i], nil }}
}

// madeMeta describes texts of madeUp as an import would.
func madeMeta(name string) Meta {
	return Meta{Name: name, Format: "jsonl", Classes: []string{"bad", "good"}, Licence: "none", Balance: "off", Given: []string{"made.jsonl"}}
}

// small writes a dataset named "small" into a fresh folder.
func small(t testing.TB) (dataDir string) {
	t.Helper()
	dir := t.TempDir()
	writeSmall(t, dir, 1)
	return dir
}

// writeSmall writes it in the place of an older one.
func writeSmall(t testing.TB, dataDir string, seed uint64) *Meta {
	t.Helper()
	dir := filepath.Join(dataDir, "small")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	meta, err := Write(t.Context(), dir, madeMeta("small"), map[string]Rows{
		"train": rowsOf(madeUp(600, seed)), "dev": rowsOf(madeUp(20, seed+100)), "test": rowsOf(madeUp(30, seed+200)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return meta
}

// openSmall opens what small wrote, until the test ends.
func openSmall(t testing.TB) *Set {
	t.Helper()
	set, err := Open(small(t), "small")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	return set
}
